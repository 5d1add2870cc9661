"""Where a virtual trial's chunks are worked: in this process, in several, or over Spark; kept in a folder, so that work resumes."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fanlight.core.errors import FanlightError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fanlight.science.pharmacology.models import Model
    from fanlight.science.pharmacology.response import ResponseModel
    from fanlight.science.pharmacology.trials import Trial

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class TrialRun:
    """A trial with what it needs, and the folder its chunks are kept in."""

    trial: Trial
    model: Model
    response: ResponseModel
    folder: Path

    @property
    def fingerprint(self) -> str:
        """Changes with anything that changes the results."""
        return hashlib.sha256(repr((self.trial, self.model, self.response)).encode()).hexdigest()

    def chunk_path(self, number: int) -> Path:
        """Where a chunk's results stand."""
        return self.folder / "chunks" / f"{number:06d}.npy"

    def open(self) -> list[int]:
        """Make the folder or take it up again; returns the chunks still to do."""
        (self.folder / "chunks").mkdir(parents=True, exist_ok=True)
        mark = self.folder / "fingerprint.json"
        if mark.exists() and _fingerprint_in(mark) != self.fingerprint:
            raise FanlightError(
                "FAN-TRIAL-001",
                f"Cannot go on with the trial in {self.folder}",
                "the folder holds chunks of another trial, or of other content",
                "Give another --out, or empty this folder.",
            )
        said = json.dumps({"fingerprint": self.fingerprint, "title": self.trial.title}) + "\n"
        _write_whole(mark, lambda file: file.write(said.encode()))
        return [k for k, (_, count) in enumerate(self.trial.chunks) if not _is_whole(self.chunk_path(k), (len(self.trial.arms), count))]

    def keep(self, number: int, results: NDArray[np.float64]) -> None:
        """Write a chunk whole or not at all."""
        import numpy as np

        _write_whole(self.chunk_path(number), lambda file: np.save(file, results))

    def results(self) -> NDArray[np.float64]:
        """All chunks in the order of persons: (arms, persons, columns)."""
        import numpy as np

        from fanlight.science.pharmacology.trials import joined

        return joined([np.load(self.chunk_path(k)) for k in range(len(self.trial.chunks))])


def _write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole or not at all. The name on the way is this process's own: two runs may share a folder."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _fingerprint_in(mark: Path) -> str | None:
    try:
        return str(json.loads(mark.read_text(encoding="utf-8"))["fingerprint"])
    except (ValueError, KeyError, TypeError):
        return None  # not ours to overwrite: as little known as another trial's


def _is_whole(path: Path, shape: tuple[int, int]) -> bool:
    """Whether a chunk stands there with all its persons; one that a full disk or a fault cut short is worked again."""
    import numpy as np

    try:
        return bool(np.load(path, mmap_mode="r").shape[:2] == shape)
    except (OSError, ValueError, EOFError):
        return False


def work(run: TrialRun, *, processes: int = 1, spark: bool = False, progress: Progress = lambda done, of: None) -> None:
    """Work every chunk not yet kept. The results do not depend on how the work is shared."""
    todo = run.open()
    total = len(run.trial.chunks)
    progress(total - len(todo), total)
    if not todo:
        return
    source = _over_spark(run, todo) if spark else _over_processes(run, todo, processes) if processes > 1 else _here(run, todo)
    for done, (number, results) in enumerate(source, start=1):
        run.keep(number, results)
        progress(total - len(todo) + done, total)


def _chunk(trial: Trial, model: Model, response: ResponseModel, number: int) -> tuple[int, Any]:
    from fanlight.science.pharmacology.trials import run_chunk

    return number, run_chunk(trial, model, response, *trial.chunks[number])


def _here(run: TrialRun, todo: list[int]) -> Iterator[tuple[int, Any]]:
    for number in todo:
        yield _chunk(run.trial, run.model, run.response, number)


def _over_processes(run: TrialRun, todo: list[int], processes: int) -> Iterator[tuple[int, Any]]:
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    threads = str(max(1, (os.cpu_count() or 1) // processes))  # read by each new process
    try:
        with _set("NUMBA_NUM_THREADS", threads), ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            with _main_left_alone():
                jobs = [pool.submit(_chunk, run.trial, run.model, run.response, number) for number in todo]
            for job in as_completed(jobs):
                yield job.result()
    except BrokenExecutor as problem:
        raise FanlightError(
            "FAN-TRIAL-005",
            f"Cannot finish the trial in {run.folder}",
            "one of its processes was ended from outside, as a machine short of memory does",
            "Run the same command again, with fewer processes: chunks already kept are taken up.",
        ) from problem


@contextmanager
def _set(name: str, value: str) -> Iterator[None]:
    """An environment variable while this lasts."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Start processes that do not read the script this one was started by: nothing in it is theirs, and it may run as it is read."""
    main = sys.modules["__main__"].__dict__
    script = main.pop("__file__", None)
    try:
        yield
    finally:
        if script is not None:
            main["__file__"] = script


def _over_spark(run: TrialRun, todo: list[int]) -> Iterator[tuple[int, Any]]:
    import numpy as np

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        import pyarrow as pa
        from pyspark.sql import SparkSession
    except ImportError as problem:
        raise FanlightError(
            "FAN-TRIAL-002", "Cannot run over Spark", "pyspark is not installed here", "Install the extra: fanlight[spark]."
        ) from problem
    trial, model, response = run.trial, run.model, run.response
    session = SparkSession.builder.appName("fanlight trial").getOrCreate()
    shape = (len(trial.arms), -1)

    def chunks_of(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                _, results = _chunk(trial, model, response, number)
                columns = [
                    pa.array([number], pa.int64()),
                    pa.array([results.shape[1]], pa.int64()),
                    pa.array([results.tobytes()], pa.binary()),
                ]
                yield pa.RecordBatch.from_arrays(columns, names=["number", "persons", "results"])

    frame = session.createDataFrame([(k,) for k in todo], "number long").repartition(max(1, min(len(todo), 64)))
    for row in frame.mapInArrow(chunks_of, "number long, persons long, results binary").toLocalIterator():
        values = np.frombuffer(row["results"], dtype=np.float64).reshape(shape[0], row["persons"], shape[1])
        yield int(row["number"]), values

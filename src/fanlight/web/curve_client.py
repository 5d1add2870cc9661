"""The page's side of the curve worker: asks without waiting long, keeps what was answered, starts the worker anew if it died."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

_KEPT = 256
_WARMING = tuple(
    {"person": {"weight_kg": 70, "age_years": 40}, "doses": [dose], "until_hours": 1, "persons": 8, "parent_only": True}
    for dose in (
        {"drug": "racemic_ketamine", "form": "base", "amount": "1 mg", "route": "iv", "over_minutes": 40},
        {"drug": "esketamine", "form": "base", "amount": "28 mg", "route": "nasal"},
    )
)
"""Cases nobody sees, so that the first nurse does not wait for the compiler: one for each kind of kernel a page needs."""


class CurveClient:
    """One worker process, asked one case at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = ThreadPoolExecutor(max_workers=1, thread_name_prefix="curves")
        self._known: OrderedDict[str, Future[dict[str, Any]]] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.stop)

    def ask(self, case: Mapping[str, Any], wait_seconds: float) -> dict[str, Any] | None:
        """The answer of `curve_worker` to this case; None where it is still being worked out."""
        key = json.dumps(case, sort_keys=True)
        with self._lock:
            found = self._known.get(key)
            if found is None or (found.done() and "code" in found.result()):
                found = self._known[key] = self._turns.submit(self._turn, key)
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        try:
            return found.result(timeout=wait_seconds)
        except NotYet:
            return None

    def warm(self) -> None:
        """Start the worker and have it compile, without waiting."""
        for case in _WARMING:
            self.ask(case, 0.0)

    def stop(self) -> None:
        """End the worker."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _turn(self, line: str) -> dict[str, Any]:
        for _ in range(2):  # a worker that died is started once more
            worker = self._worker()
            assert worker.stdin is not None
            assert worker.stdout is not None
            try:
                worker.stdin.write(line + "\n")
                worker.stdin.flush()
                said = worker.stdout.readline()
            except OSError:
                said = ""
            if said:
                answer: dict[str, Any] = json.loads(said)
                return answer
            self.stop()
        return {"code": "FAN-CURVE-002", "why": ["the curve worker does not answer"]}

    def _worker(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "fanlight.records.curve_worker"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
        return self._process


curves = CurveClient()
"""The one client of this process; its worker starts when it is first asked."""

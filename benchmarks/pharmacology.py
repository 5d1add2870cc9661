"""How fast the pharmacology engine is, with the write limit and SciPy in the same run. `python benchmarks/pharmacology.py`.

Every figure is the median of several short runs after one that compiles; compilation is stated apart. Memory is the
peak of a fresh process of its own, compiled code and imports and the persons included.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
from scipy.integrate import odeint

from fanlight.content import content_folder, read
from fanlight.science.pharmacology import Infusion, solve
from fanlight.science.pharmacology.courses import expected_course
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.nonlinear import Saturable, solve_nonlinear
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.response import ResponseModel
from fanlight.science.pharmacology.simulation import dose_events, flow_table, output_scales, reached
from fanlight.science.pharmacology.summaries import summaries
from fanlight.science.pharmacology.trials import Trial, run_chunk

CONTENT = content_folder() / "pharmacology"
SIX = tuple(Dose(day * 24.0, amount_mg_per_kg=0.5, over_h=2 / 3) for day in (0, 3, 7, 10, 14, 17))
TIMES = np.linspace(0, 504, 2089)


def timed(work: Callable[[], object], runs: int = 7) -> tuple[float, float]:
    """(first run, median of the others) in seconds."""
    begin = time.perf_counter()
    work()
    first = time.perf_counter() - begin
    found = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return first, statistics.median(found)


@numba.njit(parallel=True)
def fill(one: np.ndarray, other: np.ndarray) -> None:
    """The write limit: the same arrays filled from the same threads."""
    for i in numba.prange(one.shape[0]):
        for j in range(one.shape[1]):
            one[i, j] = 1.5
        for j in range(one.shape[1]):
            other[i, j] = 2.5


def curves(model: Model, persons: int) -> dict[str, float]:
    """Patients a second for six infusions in three weeks, 2,089 times, both outputs into a given `out`."""
    people = Individuals.draw(model, alike(persons, 70, 40), 1)
    out = [np.zeros((persons, TIMES.size)) for _ in range(2)]
    first, each = timed(lambda: model.simulate(SIX, TIMES, people, out))
    _, filled = timed(lambda: fill(out[0], out[1]))
    model.simulate(SIX, TIMES, people, out)
    small = reached(model, {"centre"})
    rates, source, target, keeps = flow_table(small, people.parameters, persons)
    worst = 0.0
    for person in range(0, persons, max(1, persons // 20)):
        a = np.zeros((len(small.states),) * 2)
        for f in range(len(source)):
            if target[f] >= 0:
                a[target[f], source[f]] += rates[person, f]
            if not keeps[f]:
                a[source[f], source[f]] -= rates[person, f]
        start, duration, amount, _ = dose_events(small, SIX, people, people.parameters)
        drips = [Infusion(s, s + h, 0, x / h) for s, h, x in zip(start[person], duration[person], amount[person], strict=True)]
        exact = (
            solve(a, [], drips, [0, small.states.index("effect")], TIMES)
            * output_scales(small, people.parameters, persons)[person][:, None]
        )
        worst = max(worst, *(float(np.abs(out[k][person] - exact[k]).max() / exact[k].max()) for k in range(2)))
    return {
        "patients_per_s": persons / each,
        "write_limit_patients_per_s": persons / filled,
        "share_of_write_limit": filled / each,
        "first_run_s": first,
        "worst_error_of_peak": worst,
    }


@numba.njit
def saturable_flow(y: np.ndarray, t: float, drip: float, k12: float, k21: float, k10: float, vmax: float, km: float) -> np.ndarray:
    """The right-hand side that LSODA calls back: compiled, and by `py_func` in Python."""
    return np.array([-(k12 + k10) * y[0] + k21 * y[1] - vmax * y[0] / (km + y[0]) + drip, k12 * y[0] - k21 * y[1]])


def general_path() -> dict[str, float]:
    """A saturable two-compartment system, six infusions, 2,089 times, at 1e-8: this engine and SciPy's LSODA, one core each."""
    k12, k21, k10, vmax, km = 2.0, 1.0, 0.1, 20.0, 10.0
    a = np.array([[-k12 - k10, k21], [k12, -k21]])
    drips = [Infusion(d.at_h, d.at_h + d.over_h, 0, 52.5) for d in SIX]
    first, ours = timed(lambda: solve_nonlinear(a, [Saturable(0, -1, vmax, km)], [], [], drips, [0, 1], TIMES, 1e-9), 25)
    edges = sorted({e for d in drips for e in (d.start, d.end)} | {float(TIMES[-1])})

    def lsoda(right_side: Callable[..., object]) -> np.ndarray:
        x, parts = np.zeros(2), []
        for low, high in pairwise(edges):
            rate = 52.5 if any(d.start <= low < d.end for d in drips) else 0.0
            inside = TIMES[(low < TIMES) & (high > TIMES)]
            asked = np.concatenate([[low], inside, [high]])
            found = odeint(right_side, x, asked, args=(rate, k12, k21, k10, vmax, km), rtol=1e-8, atol=1e-8)
            parts.append(found[1:-1])
            x = found[-1]
        return np.concatenate(parts)

    _, theirs = timed(lambda: lsoda(saturable_flow.py_func), 9)
    _, compiled = timed(lambda: lsoda(saturable_flow), 9)
    return {
        "ours_ms": 1000 * ours,
        "lsoda_python_ms": 1000 * theirs,
        "lsoda_compiled_ms": 1000 * compiled,
        "times_faster_than_python": theirs / ours,
        "times_faster_than_compiled": compiled / ours,
        "first_run_s": first,
    }


MEMORY = "memory-of-a-million"


def peak_mb() -> float:
    """Most memory this process has held so far (MB).

    From Linux's own count of this program's pages; `ru_maxrss` there still holds what its parent had when it was forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def memory_of_a_million() -> dict[str, float]:
    """Peak memory after one small run, with a million persons drawn, with their summaries, and with time above a level."""
    model = read(CONTENT / "models" / "kamp_2020.yaml", Model)
    summaries(model, SIX, Individuals.draw(model, alike(100, 70, 40), 1), 504.0, {"ketamine": 100.0})
    found = {"warm_mb": peak_mb()}
    million = Individuals.draw(model, alike(1_000_000, 70, 40), 1)
    found["drawn_mb"] = peak_mb()
    summaries(model, SIX, million, 504.0)
    found["peak_mb"] = peak_mb()
    summaries(model, SIX, million, 504.0, {"ketamine": 100.0})
    found["with_time_above_peak_mb"] = peak_mb()
    return found


def in_a_fresh_process() -> dict[str, float]:
    """`memory_of_a_million` where nothing else has been measured, and the machine code is read rather than made."""
    for _ in range(2):
        done = subprocess.run([sys.executable, __file__, MEMORY], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    """Measure everything and print it as JSON."""
    if sys.argv[1:] == [MEMORY]:
        sys.stdout.write(json.dumps(memory_of_a_million()))
        return 0
    model = read(CONTENT / "models" / "kamp_2020.yaml", Model)
    response = read(CONTENT / "response.yaml", ResponseModel)
    trial = read(CONTENT / "trials" / "single_six_weekly.yaml", Trial)
    million = Individuals.draw(model, alike(1_000_000, 70, 40), 1)
    plain_first, plain = timed(lambda: summaries(model, SIX, million, 504.0), 5)
    _, above = timed(lambda: summaries(model, SIX, million, 504.0, {"ketamine": 100.0}), 5)
    chunk_first, chunk = timed(lambda: run_chunk(trial, model, response, 0, 20_000), 5)
    band_first, band = timed(lambda: expected_course(model, SIX[:1], np.linspace(0, 24, 289), weight_kg=70, age_years=40), 9)
    report = {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "threads": numba.get_num_threads(),
            "numba": numba.__version__,
        },
        "curves_1000": curves(model, 1000),
        "curves_20000": curves(model, 20_000),
        "summaries_of_1000000": {"s": plain, "with_time_above_s": above, "first_run_s": plain_first, **in_a_fresh_process()},
        "trial_3_arms": {"s_for_3_x_20000": chunk, "s_for_3_x_1000000": 50 * chunk, "first_run_s": chunk_first},
        "general_path": general_path(),
        "curve_with_band_of_1000": {"ms": 1000 * band, "first_run_s": band_first},
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

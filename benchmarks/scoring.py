"""A million PHQ-9 forms with missing answers, bands and flags, beside the plain NumPy sum; and one form.

Run: .venv/bin/python benchmarks/scoring.py
"""

from __future__ import annotations

import os

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the promise is for one core

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from fanlight.care.scales import score, score_frame
from fanlight.records.instruments import shipped_instrument

ROWS = 1_000_000


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measure and print."""
    phq9 = shipped_instrument("phq9")
    chance = np.random.default_rng(20261121)
    answers = chance.integers(0, 4, (ROWS, 9), dtype=np.int64)
    missing = chance.random((ROWS, 9)) < 0.03
    names = [f"q{index + 1}" for index in range(9)]
    whole = pl.DataFrame({name: answers[:, index] for index, name in enumerate(names)})
    holed = whole.select(
        pl.when(pl.Series(~missing[:, index])).then(pl.col(name)).cast(pl.UInt8).alias(name) for index, name in enumerate(names)
    )
    matrix = np.ascontiguousarray(answers)
    plain = best_of(5, lambda: matrix.sum(axis=1))
    framed = best_of(5, lambda: score_frame(phq9, holed))
    one = dict(zip(names, answers[0].tolist(), strict=True))
    single = best_of(5, lambda: [score(phq9, one) for _ in range(200)]) / 200
    print(f"plain NumPy sum of {ROWS:,} x 9       {plain * 1e3:8.1f} ms")
    print(f"score_frame, with missing, bands, flags {framed * 1e3:8.1f} ms   ({framed / plain:.1f} times the sum; promised under 250 ms)")
    print(f"score, one form                       {single * 1e3:8.3f} ms   (promised under 0.2 ms)")


if __name__ == "__main__":
    main()

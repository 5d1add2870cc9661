"""How a list of times is walked: in runs of equal steps between dose edges, and singly where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SHORTEST_RUN = 8
DRIFT_ULP = 4.0


def arithmetic_runs(times: Floats) -> list[tuple[int, int, float]]:
    """(first index, how many times, step in h) of the longest stretches of equal steps; together they cover all times.

    A stretch counts as equal when no time is further than 4 units in the last place of the largest time from
    first + k step: the rounding of the times themselves. Stretches too short to be worth it have step 0.
    """
    found: list[tuple[int, int, float]] = []
    tolerance = DRIFT_ULP * float(np.spacing(np.abs(times).max()))
    start = 0
    while start < times.size:
        length = _run_length(times[start:], tolerance)
        if length < SHORTEST_RUN:
            length = 1
            if found and found[-1][2] == 0.0:
                found[-1] = (found[-1][0], found[-1][1] + 1, 0.0)
            else:
                found.append((start, 1, 0.0))
        else:
            found.append((start, length, float((times[start + length - 1] - times[start]) / (length - 1))))
        start += length
    return found


def _run_length(times: Floats, tolerance: float) -> int:
    if times.size < SHORTEST_RUN:
        return int(times.size) if times.size < 3 else 1
    step = times[1] - times[0]
    # A first guess by the first step, then tightened: the step is the mean over the stretch, so that it cannot drift.
    length = int(times.size)
    while length >= SHORTEST_RUN:
        mean = (times[length - 1] - times[0]) / (length - 1)
        off = np.abs(times[:length] - (times[0] + np.arange(length) * mean))
        if off.max() <= tolerance:
            return length
        first_break = np.flatnonzero(np.abs(np.diff(times[:length]) - step) > 4 * tolerance)
        shorter = int(first_break[0]) + 1 if first_break.size else length // 2
        length = shorter if shorter < length else length // 2
    return 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Pieces of the time list, each within one dose segment.

    Shapes: for P pieces, segment (P,), first (P,), count (P,), offset (P,) hours from the segment's start to the
    first time, table (P,) which distinct step (or -1: times singly). steps (K,) and lengths (K,) of the tables.
    `durations` (U,) and `duration` (S,) say how long each segment lasts, by distinct value. `drift` is how many hours a
    time lies at most off its step.
    """

    segment: Whole
    first: Whole
    count: Whole
    offset: Floats
    table: Whole
    steps: Floats
    lengths: Whole
    durations: Floats
    duration: Whole
    drift: float


def drift_of(times: Floats, runs: Sequence[tuple[int, int, float]]) -> float:
    """Hours by which a time of these runs of equal steps lies at most off its step: after years, what the rounding of times comes to."""
    off = [np.abs(times[a : a + n] - (times[a] + np.arange(n) * step)).max() for a, n, step in runs if step > 0.0]
    return float(max(off, default=0.0))


def plan(times: Floats, edges: Floats) -> Plan:
    """Split `times` (rising) at the dose `edges` (rising). Times before the first edge belong to no piece."""
    segment = np.searchsorted(edges, times, side="right") - 1
    pieces: list[tuple[int, int, int, float, int]] = []
    steps: list[float] = []
    lengths: list[int] = []
    runs = arithmetic_runs(times)
    for run_first, run_count, step in runs:
        inside = segment[run_first : run_first + run_count]
        cuts = [0, *(np.flatnonzero(np.diff(inside)) + 1).tolist(), run_count]
        for begin, end in pairwise(cuts):
            s = int(inside[begin])
            if s < 0:
                continue
            first = run_first + begin
            table = -1
            if step > 0.0 and end - begin >= SHORTEST_RUN // 2:
                table = steps.index(step) if step in steps else len(steps)
                if table == len(steps):
                    steps.append(step)
                    lengths.append(0)
                lengths[table] = max(lengths[table], end - begin)
            pieces.append((s, first, end - begin, float(times[first] - edges[s]), table))
    gaps = np.append(np.diff(edges), 0.0)
    durations, duration = _distinct(gaps)
    columns = list(zip(*pieces, strict=True)) if pieces else [(), (), (), (), ()]
    whole = [np.array(columns[k], dtype=np.int64) for k in (0, 1, 2, 4)]
    return Plan(
        whole[0],
        whole[1],
        whole[2],
        np.array(columns[3], dtype=np.float64),
        whole[3],
        np.array(steps, dtype=np.float64),
        np.array(lengths, dtype=np.int64),
        durations,
        duration,
        drift_of(times, runs),
    )


def _distinct(values: Floats) -> tuple[Floats, Whole]:
    unique, place = np.unique(values, return_inverse=True)
    return unique.astype(np.float64), place.astype(np.int64)

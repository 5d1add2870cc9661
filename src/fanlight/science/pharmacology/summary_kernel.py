"""Peak, time of peak, area and time above a level, per person, without a grid: sums of exponentials, whose rates `mammillary` finds."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.elementary import exp
from fanlight.science.pharmacology.extremes import crossing, falls_at_last, marks, order_of, top, turns, value
from fanlight.science.pharmacology.mammillary import rates_and_weights

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
TIE = 1.0 + 1e-13
"""Of two peaks equal but for rounding, the first counts."""


@in_parallel
def summaries(
    rates: Floats, scale: Floats, weight: Floats, compartments: int,
    push: Floats, push_per_kg: Floats, drip: Floats, drip_per_kg: Floats, shortest_drip: float,
    edges: Floats, until: float, durations: Floats, duration: Whole, levels: Floats, workers: int,
    out: Floats, left: Flags,
) -> None:  # fmt: skip
    """Fill out (N, O, 4): peak, its time, area from 0 to `until`, hours above levels[o] (NaN level: not asked).

    `durations` (U,) and `duration` (S,) give each segment's length, the last one ending at `until`.
    """
    persons, outputs = out.shape[0], out.shape[1]
    segments = push.shape[0]
    for worker in prange(workers):
        lam, c, d, z, a = np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4)
        e = np.ones((4, durations.shape[0]))
        at, scratch, order = np.zeros(8), np.zeros(4), np.zeros(4, np.int64)
        guesses, result = np.zeros((outputs, 3)), np.zeros((outputs, 4))
        mine, found = guesses[0], result[0]
        for i in range(worker * persons // workers, (worker + 1) * persons // workers):
            fits = rates_and_weights(rates[i, 0], rates[i, 1], rates[i, 2], rates[i, 3], rates[i, 4], rates[i, 5], compartments, lam, c, d)
            if fits and shortest_drip > 0.0:
                shape = 0.0
                for m in range(3):
                    shape += c[m] * (1.0 - exp(-lam[m] * shortest_drip)) / lam[m]
                fits = 1.0 / rates[i, 0] < 1000.0 * shape
            left[i] = not fits
            if not fits:
                continue
            for m in range(4):
                for u in range(durations.shape[0]):
                    e[m, u] = exp(-lam[m] * durations[u])
            order_of(lam, order)
            z[:] = 0.0
            guesses[:, :] = 0.0
            result[:, :] = 0.0
            for s in range(segments):
                rate = drip[s] + drip_per_kg[s] * weight[i]
                given = push[s] + push_per_kg[s] * weight[i]
                length = durations[duration[s]]
                for m in range(4):
                    z[m] = (z[m] + given) - rate / lam[m]
                level = rate / rates[i, 0] * scale[i]
                for o in range(outputs):
                    mine, found = guesses[o], result[o]
                    first, last, area = level, level, level * length
                    begin, end = 0.0, 0.0
                    for m in range(4):
                        a[m] = (c[m] if o == 0 else d[m]) * z[m] * scale[i]
                        left_over = a[m] * e[m, duration[s]]
                        first += a[m]
                        last += left_over
                        area += (a[m] - left_over) / lam[m]
                        begin -= a[m] * lam[m]
                        end -= left_over * lam[m]
                    found[2] += area
                    asked = levels[o]
                    if turns(order, a) >= 2:
                        count = marks(lam, a, 4, length, at, scratch)
                        before = first
                        for k in range(1, count):
                            now = value(lam, a, 4, level, at[k])
                            account(lam, a, level, asked, at[k - 1], at[k], before, now, edges[s], mine, scratch, found)
                            before = now
                    elif begin > 0.0 and falls_at_last(order, a, end):
                        where, highest = top(lam, a, 0.0, length, mine[0], scratch)
                        mine[0] = where
                        account(lam, a, level, asked, 0.0, where, first, level + highest, edges[s], mine, scratch, found)
                        account(lam, a, level, asked, where, length, level + highest, last, edges[s], mine, scratch, found)
                    else:
                        account(lam, a, level, asked, 0.0, length, first, last, edges[s], mine, scratch, found)
                for m in range(4):
                    z[m] = z[m] * e[m, duration[s]] + rate / lam[m]
            for o in range(outputs):
                for k in range(4):
                    out[i, o, k] = result[o, k]


@compiled
def account(
    lam: Floats, a: Floats, level: float, asked: float, low: float, high: float, before: float, now: float, edge: float,
    guesses: Floats, scratch: Floats, out: Floats,
) -> None:  # fmt: skip
    """Take a stretch (low, high) on which the curve goes one way, from `before` to `now`, into the summary out (4,)."""
    if before > out[0] * TIE:
        out[0], out[1] = before, edge + low
    if now > out[0] * TIE:
        out[0], out[1] = now, edge + high
    if asked == asked:
        if before >= asked and now >= asked:
            out[3] += high - low
        elif before < asked <= now:
            guesses[1] = crossing(lam, a, level - asked, low, high, guesses[1], True, scratch)
            out[3] += high - guesses[1]
        elif now < asked <= before:
            guesses[2] = crossing(lam, a, level - asked, low, high, guesses[2], False, scratch)
            out[3] += guesses[2] - low

"""Summaries of many persons side by side: eight persons in the lanes of the processor's vectors.

For a regimen of infusions into the centre each curve has, per segment between dose edges, at most one turn and
crosses a level at most once on either side of it. Newton's steps then take a fixed number of rounds, for all lanes at
once: `FIRST_ROUNDS` and `FIRST_CROSSING_ROUNDS` for a lane's first, fewer where its last one is the guess. No lane's numbers
depend on its neighbours. A lane that has not settled, or could turn more often, is left to `summary_kernel`.

Rates and weights come from `mammillary`.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.elementary import exp
from fanlight.science.pharmacology.extremes import order_of
from fanlight.science.pharmacology.mammillary import rates_and_weights

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
LANES = 64
ROUNDS = 3
FIRST_ROUNDS = 9
CROSSING_ROUNDS = 2
FIRST_CROSSING_ROUNDS = 9
TIE = 1.0 + 1e-13
SETTLED = 1e-12


@compiled
def evaluate(l0: Floats, l1: Floats, l2: Floats, l3: Floats, a: Floats, t: Floats, y0: Floats, y1: Floats, y2: Floats) -> None:
    """Sums of a[m] exp(-l_m t) and two derivatives, lane by lane. a (4, LANES)."""
    for p in range(LANES):
        e0, e1 = a[0, p] * exp(-l0[p] * t[p]), a[1, p] * exp(-l1[p] * t[p])
        e2, e3 = a[2, p] * exp(-l2[p] * t[p]), a[3, p] * exp(-l3[p] * t[p])
        y0[p] = e0 + e1 + e2 + e3
        e0, e1, e2, e3 = e0 * l0[p], e1 * l1[p], e2 * l2[p], e3 * l3[p]
        y1[p] = -(e0 + e1 + e2 + e3)
        y2[p] = e0 * l0[p] + e1 * l1[p] + e2 * l2[p] + e3 * l3[p]


@compiled
def tops(
    lam: Floats, a: Floats, length: float, guess: Floats, rounds: Floats, where: Floats, highest: Floats, low: Floats, high: Floats,
    y0: Floats, y1: Floats, y2: Floats, last: Floats,
) -> None:  # fmt: skip
    """Newton for the turn of each lane in (0, length), from `guess` (not inside: soon after the start); last (LANES,) is the final step."""
    for p in range(LANES):
        low[p], high[p] = 0.0, length
        inside = 0.0 < guess[p] < length
        fastest = max(max(lam[0, p], lam[1, p]), max(lam[2, p], lam[3, p]))
        where[p] = guess[p] if inside else min(0.1 * length, 0.1 / fastest)
    for done in range(int(rounds.max())):
        evaluate(lam[0], lam[1], lam[2], lam[3], a, where, y0, y1, y2)
        for p in range(LANES):
            live = done < rounds[p]
            rising = y1[p] > 0.0
            low[p] = where[p] if rising else low[p]
            high[p] = high[p] if rising else where[p]
            step = -y1[p] / y2[p]
            after = where[p] + step
            tiny = abs(step) < 1e-9 * where[p]  # settled: rounding alone may step past an end
            good = (y2[p] < 0.0) & (((after >= low[p]) & (after <= high[p])) | tiny)
            after = after if good else 0.5 * (low[p] + high[p])
            step = after - where[p]
            highest[p] = y0[p] + step * (y1[p] + 0.5 * step * y2[p]) if live else highest[p]
            last[p] = (abs(step) if good else 1e30) if live else last[p]
            where[p] = after if live else where[p]


@compiled
def crossings(
    lam: Floats, a: Floats, level: Floats, guess: Floats, begin: Floats, end: Floats, rising: Flags, rounds: Floats, where: Floats,
    low: Floats, high: Floats, y0: Floats, y1: Floats, y2: Floats, last: Floats,
) -> None:  # fmt: skip
    """Newton for each lane's zero of level + sum in (begin, end); `last` is what the step after the last would be."""
    for p in range(LANES):
        low[p], high[p] = begin[p], end[p]
        inside = begin[p] < guess[p] < end[p]
        where[p] = guess[p] if inside else begin[p] + 1e-9 * (end[p] - begin[p])  # from the start these curves never overshoot
    for done in range(int(rounds.max())):
        evaluate(lam[0], lam[1], lam[2], lam[3], a, where, y0, y1, y2)
        for p in range(LANES):
            live = done < rounds[p]
            value = y0[p] + level[p]
            before = (value < 0.0) == rising[p]
            low[p] = where[p] if before else low[p]
            high[p] = high[p] if before else where[p]
            step = -value / y1[p]
            after = where[p] + step
            tiny = abs(step) < 1e-12 * where[p]
            good = ((after >= low[p]) & (after <= high[p])) | tiny
            after = after if good else 0.5 * (low[p] + high[p])
            last[p] = (abs(step * step * y2[p] / y1[p]) if good else 1e30) if live else last[p]
            where[p] = after if live else where[p]


@in_parallel
def summaries(
    rates: Floats, scale: Floats, weight: Floats, compartments: int,
    push: Floats, push_per_kg: Floats, drip: Floats, drip_per_kg: Floats, shortest_drip: float,
    edges: Floats, until: float, durations: Floats, duration: Whole, levels: Floats, workers: int,
    out: Floats, left: Flags,
) -> None:  # fmt: skip
    """As `summary_kernel.summaries`; left[i] where person i is to be done there."""
    persons, outputs = out.shape[0], out.shape[1]
    segments = push.shape[0]
    blocks = (persons + LANES - 1) // LANES
    for worker in prange(workers):
        lam, c, d, z, a = np.ones((4, LANES)), np.zeros((4, LANES)), np.zeros((4, LANES)), np.zeros((4, LANES)), np.zeros((4, LANES))
        one_l, one_c, one_d, order = np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4, np.int64)
        orders = np.zeros((LANES, 4), np.int64)
        decay = np.ones((4, durations.shape[0], LANES))
        per_rate, size, kg, css = np.zeros((4, LANES)), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
        level, first, last, begin, end = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
        where, highest, low, high = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
        y0, y1, y2, moved = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
        left_a, right_a, over, up = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES, np.bool_)
        asked_now, turning, bad = np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_)
        guesses = np.zeros((outputs, 3, LANES))
        tried, rounds = np.zeros((outputs, 3, LANES), np.bool_), np.zeros(LANES)
        found = np.zeros((outputs, 4, LANES))
        for block in range(worker * blocks // workers, (worker + 1) * blocks // workers):
            base = block * LANES
            here = min(LANES, persons - base)
            for p in range(LANES):
                i = base + min(p, here - 1)
                fits = rates_and_weights(
                    rates[i, 0], rates[i, 1], rates[i, 2], rates[i, 3], rates[i, 4], rates[i, 5], compartments, one_l, one_c, one_d
                )
                order_of(one_l, order)
                kg[p], size[p], css[p] = weight[i], scale[i], 1.0 / rates[i, 0]
                for m in range(4):
                    lam[m, p], c[m, p], d[m, p], orders[p, m] = one_l[m], one_c[m], one_d[m], order[m]
                    per_rate[m, p] = 1.0 / one_l[m]
                if fits and shortest_drip > 0.0:
                    shape = 0.0
                    for m in range(3):
                        shape += one_c[m] * (1.0 - exp(-one_l[m] * shortest_drip)) / one_l[m]
                    fits = css[p] < 1000.0 * shape
                bad[p] = not fits
            for m in range(4):
                for u in range(durations.shape[0]):
                    for p in range(LANES):
                        decay[m, u, p] = exp(-lam[m, p] * durations[u])
            z[:, :] = 0.0
            found[:, :, :] = 0.0
            guesses[:, :, :] = 0.0
            tried[:, :, :] = False
            for s in range(segments):
                u = duration[s]
                length = durations[u]
                for m in range(4):
                    for p in range(LANES):
                        z[m, p] += push[s] + push_per_kg[s] * kg[p] - (drip[s] + drip_per_kg[s] * kg[p]) * per_rate[m, p]
                for o in range(outputs):
                    for p in range(LANES):
                        level[p] = (drip[s] + drip_per_kg[s] * kg[p]) * css[p] * size[p]
                        first[p], last[p] = level[p], level[p]
                        begin[p], end[p] = 0.0, 0.0
                        found[o, 2, p] += level[p] * length
                    for m in range(4):
                        for p in range(LANES):
                            share = c[m, p] if o == 0 else d[m, p]
                            now = share * z[m, p] * size[p]
                            later = now * decay[m, u, p]
                            a[m, p] = now
                            first[p] += now
                            last[p] += later
                            begin[p] -= now * lam[m, p]
                            end[p] -= later * lam[m, p]
                            found[o, 2, p] += (now - later) * per_rate[m, p]
                    any_turn = False
                    for p in range(LANES):
                        # A sum whose weights change sign once or not at all has no more than one turn.
                        changes = 0
                        before, slowest = 0.0, 0.0
                        for k in range(4):
                            value = a[orders[p, k], p]
                            if before * value < 0.0:
                                changes += 1
                            slowest = value if before == 0.0 else slowest
                            before = value if value != 0.0 else before
                        bad[p] = bad[p] | (changes >= 2)
                        # After weeks without a dose the last slope is nothing: the slowest weight then says where it came from.
                        turning[p] = (begin[p] > 0.0) & ((end[p] < 0.0) | ((end[p] == 0.0) & (slowest > 0.0)))
                        any_turn = any_turn | turning[p]
                    if any_turn:
                        for p in range(LANES):
                            rounds[p] = (ROUNDS if tried[o, 0, p] else FIRST_ROUNDS) if turning[p] else 0.0
                            tried[o, 0, p] = tried[o, 0, p] | turning[p]
                        tops(lam, a, length, guesses[o, 0], rounds, where, highest, low, high, y0, y1, y2, moved)
                        for p in range(LANES):
                            good = turning[p]
                            guesses[o, 0, p] = where[p] if good else guesses[o, 0, p]
                            highest[p] = highest[p] + level[p] if good else max(first[p], last[p])
                            where[p] = where[p] if good else (0.0 if first[p] >= last[p] else length)
                            bad[p] = bad[p] | (good & (moved[p] > 3e-5 * where[p]))
                    else:
                        for p in range(LANES):
                            highest[p] = max(first[p], last[p])
                            where[p] = 0.0 if first[p] >= last[p] else length
                    for p in range(LANES):
                        better = highest[p] > found[o, 0, p] * TIE
                        found[o, 0, p] = highest[p] if better else found[o, 0, p]
                        found[o, 1, p] = edges[s] + where[p] if better else found[o, 1, p]
                    asked = levels[o]
                    if asked == asked:
                        for side in range(2):  # before the turn, rising; after it, falling
                            any_crossing = False
                            for p in range(LANES):
                                left_a[p], right_a[p] = (0.0, where[p]) if side == 0 else (where[p], length)
                                outer = first[p] if side == 0 else last[p]
                                over[p] = level[p] - asked
                                up[p] = side == 0
                                asked_now[p] = (outer < asked) & (highest[p] >= asked) & (right_a[p] > left_a[p])
                                whole = (outer >= asked) & (highest[p] >= asked)
                                found[o, 3, p] += right_a[p] - left_a[p] if whole else 0.0
                                any_crossing = any_crossing | asked_now[p]
                            if any_crossing:
                                for p in range(LANES):
                                    most = CROSSING_ROUNDS if tried[o, 1 + side, p] else FIRST_CROSSING_ROUNDS
                                    rounds[p] = most if asked_now[p] else 0.0
                                    tried[o, 1 + side, p] = tried[o, 1 + side, p] | asked_now[p]
                                crossings(
                                    lam, a, over, guesses[o, 1 + side], left_a, right_a, up, rounds, y0, low, high, begin, y1, y2, moved
                                )
                                for p in range(LANES):
                                    good = asked_now[p]
                                    guesses[o, 1 + side, p] = y0[p] if good else guesses[o, 1 + side, p]
                                    add = right_a[p] - y0[p] if side == 0 else y0[p] - left_a[p]
                                    found[o, 3, p] += add if good else 0.0
                                    bad[p] = bad[p] | (good & (moved[p] > SETTLED))
                for m in range(4):
                    for p in range(LANES):
                        rate = drip[s] + drip_per_kg[s] * kg[p]
                        z[m, p] = z[m, p] * decay[m, u, p] + rate * per_rate[m, p]
            for p in range(here):
                left[base + p] = bad[p]
                for o in range(outputs):
                    for k in range(4):
                        out[base + p, o, k] = found[o, k, p]

"""Curves of many persons from sums of exponentials.

Powers exp(-lam h j) are tabled once per person and step h, by doubling, so that rounding does not pile up along the
curve; each dose segment then only sets amplitudes. The inner loop is a handful of products per time, in vectors,
and writing the result is what takes the time.

Rates and weights come from `mammillary`.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.elementary import exp
from fanlight.science.pharmacology.lanes import sum_of_three, sums_of_three_and_four
from fanlight.science.pharmacology.mammillary import rates_and_weights

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
SEED_POWERS = 16
UNSEEN = 5e-11
"""Share of its peak by which a curve may move within the rounding of a time; a person who moves faster is left."""
DOUBLINGS = 32
"""Room for the powers 16, 32, 64, ... of a step among the moments of a plan."""


@compiled
def exponentials(rate: float, moments: Floats, out: Floats) -> None:
    """out[j] = exp(-rate moments[j]), in vectors."""
    for j in range(moments.shape[0]):
        out[j] = exp(-rate * moments[j])


@compiled
def table_of_powers(single: float, doubled: Floats, length: int, out: Floats) -> None:
    """out[j] = exp(-rate step j) for j < length, from the first power and those of 16, 32, 64, ... steps."""
    out[0] = 1.0
    for j in range(1, min(SEED_POWERS, length)):
        out[j] = out[j - 1] * single
    done, k = SEED_POWERS, 0
    while done < length:
        q = doubled[k]
        more = min(done, length - done)
        for j in range(more):
            out[done + j] = out[j] * q
        done += more
        k += 1


@in_parallel
def curves(
    rates: Floats, scale: Floats, weight: Floats, compartments: int,
    push: Floats, push_per_kg: Floats, drip: Floats, drip_per_kg: Floats, shortest_drip: float,
    segment: Whole, first: Whole, count: Whole, offset: Floats, table: Whole, steps: Floats, lengths: Whole,
    durations: Floats, duration: Whole, times: Floats, edges: Floats, drift: float, workers: int,
    centre: Floats, effect: Floats, left: Flags,
) -> None:  # fmt: skip
    """Fill centre (N, T) and effect (N, T) or (N, 0); set left[i] where person i needs the stepping kernel.

    rates (N, 6): k10 k12 k21 k13 k31 ke0 per hour; scale (N,) concentration per amount; weight (N,) kg. Per dose
    segment: push and drip (S,) in mg and mg/h, and the same per kg. The rest is a `grid.Plan`.
    """
    persons = rates.shape[0]
    segments = push.shape[0]
    pieces = segment.shape[0]
    with_effect = effect.shape[1] > 0
    modes = 4 if with_effect else 3
    lasting = durations.shape[0]
    tables = steps.shape[0]
    starts = np.zeros(tables + 1, np.int64)
    for k in range(tables):
        starts[k + 1] = starts[k] + lengths[k]
    moments = np.zeros(lasting + pieces + tables * DOUBLINGS)
    moments[:lasting] = durations
    moments[lasting : lasting + pieces] = offset
    levels = 1
    for k in range(tables):
        reach = SEED_POWERS
        while reach < lengths[k]:
            reach *= 2
            levels = max(levels, 2)
    most = 0
    for k in range(tables):
        most = max(most, lengths[k])
    while SEED_POWERS << (levels - 1) < most:
        levels += 1
    for k in range(tables):
        at = lasting + pieces + k * levels
        moments[at] = steps[k]
        for j in range(1, levels):
            moments[at + j] = steps[k] * (SEED_POWERS << (j - 1))
    needed = moments[: lasting + pieces + tables * levels]
    before = first[0] if pieces else times.shape[0]
    for worker in prange(workers):
        lam, c, d, z = np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4)
        powers = np.ones((4, starts[tables] + 1))
        e = np.ones((4, needed.shape[0]))
        for i in range(worker * persons // workers, (worker + 1) * persons // workers):
            fits = rates_and_weights(rates[i, 0], rates[i, 1], rates[i, 2], rates[i, 3], rates[i, 4], rates[i, 5], compartments, lam, c, d)
            if fits and shortest_drip > 0.0:
                shape = 0.0
                for m in range(3):
                    shape += c[m] * (1.0 - exp(-lam[m] * shortest_drip)) / lam[m]
                fits = 1.0 / rates[i, 0] < 1000.0 * shape and drift < UNSEEN * shortest_drip
            fits = fits and drift * max(max(lam[0], lam[1]), max(lam[2], lam[3])) < UNSEEN
            left[i] = not fits
            if not fits:
                continue
            for m in range(modes):
                exponentials(lam[m], needed, e[m])
                for k in range(tables):
                    at = lasting + pieces + k * levels
                    table_of_powers(e[m, at], e[m, at + 1 : at + levels], lengths[k], powers[m, starts[k] : starts[k + 1]])
            z[:] = 0.0
            for j in range(before):
                centre[i, j] = 0.0
                if with_effect:
                    effect[i, j] = 0.0
            s0, piece = scale[i], 0
            row, effect_row = centre[i], effect[i]  # once: each view counts a reference that all threads share
            for s in range(segments):
                rate = drip[s] + drip_per_kg[s] * weight[i]
                given = push[s] + push_per_kg[s] * weight[i]
                level = rate / rates[i, 0] * s0
                for m in range(modes):
                    z[m] = (z[m] + given) - rate / lam[m]
                while piece < pieces and segment[piece] == s:
                    lo, n, t = first[piece], count[piece], table[piece]
                    x = lasting + piece
                    if t >= 0:
                        z0, z1, z2, z3 = z[0] * e[0, x] * s0, z[1] * e[1, x] * s0, z[2] * e[2, x] * s0, z[3] * e[3, x] * s0
                        v = (c[0] * z0, c[1] * z1, c[2] * z2)
                        if with_effect:
                            w = (d[0] * z0, d[1] * z1, d[2] * z2, d[3] * z3)
                            sums_of_three_and_four(powers, starts[t], n, level, v, w, row, effect_row, lo)
                        else:
                            sum_of_three(powers, starts[t], n, level, v, row, lo)
                    else:
                        single_times(times, edges[s], lo, n, lam, c, d, z, s0, level, with_effect, row, effect_row)
                    piece += 1
                for m in range(modes):
                    z[m] = z[m] * e[m, duration[s]] + rate / lam[m]


@compiled
def single_times(
    times: Floats, start: float, lo: int, count: int, lam: Floats, c: Floats, d: Floats, z: Floats,
    scale: float, level: float, with_effect: bool, centre: Floats, effect: Floats,
) -> None:  # fmt: skip
    """Times that follow no equal step: every exponential on its own."""
    l0, l1, l2, l3 = lam[0], lam[1], lam[2], lam[3]
    a0, a1, a2 = c[0] * z[0] * scale, c[1] * z[1] * scale, c[2] * z[2] * scale
    for j in range(lo, lo + count):
        tau = times[j] - start
        centre[j] = level + a0 * exp(-l0 * tau) + a1 * exp(-l1 * tau) + a2 * exp(-l2 * tau)
    if with_effect:
        b0, b1, b2, b3 = d[0] * z[0] * scale, d[1] * z[1] * scale, d[2] * z[2] * scale, d[3] * z[3] * scale
        for j in range(lo, lo + count):
            tau = times[j] - start
            effect[j] = level + b0 * exp(-l0 * tau) + b1 * exp(-l1 * tau) + b2 * exp(-l2 * tau) + b3 * exp(-l3 * tau)

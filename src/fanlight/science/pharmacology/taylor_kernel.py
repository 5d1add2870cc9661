"""Compartments whose clearance saturates or changes with time: Taylor series of order 24, stepped adaptively.

The right-hand side is made of products and one quotient, so every derivative follows from the ones before by a
short recurrence, and the series itself gives the solution between steps. Doses are declared breakpoints: a step
never crosses one, because no adaptive tolerance protects against a jump.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.stepping_kernel import schedule

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
ORDER = 24


@compiled
def series(
    start: Whole, row: Whole, value: Floats, r: Floats, satur: Whole, vmax: Floats, km: Floats, rising: Whole, rate: Floats, rise: Floats,
    since: float, x: Floats, v: Floats,
) -> None:  # fmt: skip
    """Fill x (n, ORDER+1), whose column 0 holds the state, with Taylor coefficients; v (M, ORDER+1) is scratch.

    The matrix is sparse by column: entries start[j]:start[j+1] hold row and value. satur and rising (., 2): source, target.
    """
    n = x.shape[0]
    for k in range(ORDER):
        for i in range(n):
            x[i, k + 1] = r[i] if k == 0 else 0.0
        for j in range(n):
            now = x[j, k]
            for at in range(start[j], start[j + 1]):
                x[row[at], k + 1] += value[at] * now
        for m in range(satur.shape[0]):
            source = satur[m, 0]
            total = vmax[m] * x[source, k]
            for j in range(1, k + 1):
                total -= x[source, j] * v[m, k - j]
            v[m, k] = total / (km[m] + x[source, 0])
            x[source, k + 1] -= v[m, k]
            if satur[m, 1] >= 0:
                x[satur[m, 1], k + 1] += v[m, k]
        for m in range(rising.shape[0]):
            source = rising[m, 0]
            flow = rate[m] * (1.0 + rise[m] * since) * x[source, k]
            if k > 0:
                flow += rate[m] * rise[m] * x[source, k - 1]
            x[source, k + 1] -= flow
            if rising[m, 1] >= 0:
                x[rising[m, 1], k + 1] += flow
        for i in range(n):
            x[i, k + 1] /= k + 1


@compiled
def step_length(x: Floats, largest: Floats, tolerance: float) -> float:
    """Hours for which the last coefficients add no more than `tolerance` of each state's largest value so far."""
    total = largest.sum()
    h = np.inf
    for i in range(x.shape[0]):
        allowed = tolerance * max(largest[i], 1e-9 * total)
        for back in range(2):
            k = ORDER - back
            size = abs(x[i, k])
            if size > 0.0 and allowed > 0.0:
                h = min(h, (allowed / size) ** (1.0 / k))
    return 0.9 * h


@compiled
def integrate(
    a: Floats, satur: Whole, vmax: Floats, km: Floats, rising: Whole, rate: Floats, rise: Floats, rising_from: float,
    edges: Floats, pushes: Floats, drips: Floats, times: Floats, tolerance: float, states: Floats,
) -> int:  # fmt: skip
    """Fill states (T, n); returns the number of steps."""
    n = a.shape[0]
    start = np.zeros(n + 1, np.int64)
    row, value = np.zeros(n * n, np.int64), np.zeros(n * n)
    used = 0
    for j in range(n):
        for i in range(n):
            if a[i, j] != 0.0:
                row[used], value[used] = i, a[i, j]
                used += 1
        start[j + 1] = used
    x = np.zeros((n, ORDER + 1))
    v = np.zeros((satur.shape[0], ORDER + 1))
    r = np.zeros(n)
    largest = np.zeros(n)
    steps, edge, k = 0, 0, 0
    now = times[0]
    if edges.shape[0]:
        now = min(now, edges[0])
    while k < times.shape[0]:
        while edge < edges.shape[0] and edges[edge] <= now:
            for i in range(n):
                x[i, 0] += pushes[edge, i]
                r[i] = drips[edge, i]
            edge += 1
        stop = times[-1]
        if edge < edges.shape[0]:
            stop = min(stop, edges[edge])
        for i in range(n):
            largest[i] = max(largest[i], abs(x[i, 0]))
        while k < times.shape[0] and times[k] <= now:
            states[k] = x[:, 0]
            k += 1
        if now >= stop:
            if k >= times.shape[0]:
                break
            continue
        series(start, row, value, r, satur, vmax, km, rising, rate, rise, now - rising_from, x, v)
        if largest.sum() == 0.0:
            for i in range(n):
                largest[i] = abs(r[i]) * min(stop - now, 1e-3)
        h = step_length(x, largest, tolerance)
        after = min(now + h, stop)
        if not (after > now):
            after = np.nextafter(now, np.inf)
        while k < times.shape[0] and times[k] < after:
            tau = times[k] - now
            for i in range(n):
                total = x[i, ORDER]
                for q in range(ORDER - 1, -1, -1):
                    total = total * tau + x[i, q]
                states[k, i] = total
            k += 1
        tau = after - now
        for i in range(n):
            total = x[i, ORDER]
            for q in range(ORDER - 1, -1, -1):
                total = total * tau + x[i, q]
            x[i, 0] = total
        now = after
        steps += 1
    return steps


@in_parallel
def time_varying(
    flow_rates: Floats, source: Whole, target: Whole, keeps: Flags, rise: Floats, n: int,
    start: Floats, duration: Floats, amount: Floats, state: Whole, times: Floats, tolerance: float,
    read: Whole, scale: Floats, workers: int, out: Floats,
) -> None:  # fmt: skip
    """Fill out (O, N, T) for a linear model some of whose flows rise with time since a person's first dose."""
    persons = flow_rates.shape[0]
    risers = 0
    for f in range(source.shape[0]):
        if rise[f] != 0.0:
            risers += 1
    for worker in prange(workers):
        states = np.zeros((times.shape[0], n))
        none = np.zeros((0, 2), np.int64)
        nothing = np.zeros(0)
        for i in range(worker * persons // workers, (worker + 1) * persons // workers):
            a = np.zeros((n, n))
            moving = np.zeros((risers, 2), np.int64)
            rate, slope = np.zeros(risers), np.zeros(risers)
            m = 0
            for f in range(source.shape[0]):
                if rise[f] != 0.0:
                    moving[m, 0], moving[m, 1], rate[m], slope[m] = source[f], target[f], flow_rates[i, f], rise[f]
                    m += 1
                    continue
                if target[f] >= 0:
                    a[target[f], source[f]] += flow_rates[i, f]
                if not keeps[f]:
                    a[source[f], source[f]] -= flow_rates[i, f]
            edges, pushes, drips = schedule(start[i], duration[i], amount[i], state, n)
            integrate(a, none, nothing, nothing, moving, rate, slope, edges[0], edges, pushes, drips, times, tolerance, states)
            for o in range(read.shape[0]):
                for k in range(times.shape[0]):
                    out[o, i, k] = states[k, read[o]] * scale[i, o]

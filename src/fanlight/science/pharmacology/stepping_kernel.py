"""Curves of many persons for a linear model of any shape: absorption routes, transits, metabolites, effect sites.

The same repeated squaring as `exact_kernel`, in one double: per person, propagators of h0, 2 h0, 4 h0, ...; along
a run of equal steps one propagator does every step. Squaring doubles the rounding error each time, so that it grows
to |A| x hours x 1e-16 for drug that stays so long: a peripheral whose rate dwarfs clearance. Where that would reach the
eleventh digit the propagators are squared in double-doubles and then rounded. Where |A| times the longest step alone is
so large, the person is handed to the exact kernel.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.double_double import plus
from fanlight.science.pharmacology.exact_kernel import propagators as exact_propagators
from fanlight.science.pharmacology.exact_kernel import walk

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
TAYLOR = 16  # 0.5^17 / 17! is below 1e-19
STIFFEST = 1e5
LOSSY = 3e3
GONE = 0.01
UNSEEN = 5e-11


@compiled
def apply(a: Floats, x: Floats, out: Floats) -> None:
    """out = a x."""
    n = a.shape[0]
    for i in range(n):
        total = 0.0
        for k in range(n):
            total += a[i, k] * x[k]
        out[i] = total


@compiled
def matrix_of(flow_rates: Floats, source: Whole, target: Whole, keeps: Flags, n: int) -> tuple[Floats, Floats]:
    """One person's matrix (n, n), and what the doubles on its diagonal leave off (n,).

    The last bit of a fast transfer is a leak, or a gain, as large as a slow clearance: what flows out must be what arrives.
    """
    a, rest = np.zeros((n, n)), np.zeros(n)
    for f in range(source.shape[0]):
        j = source[f]
        if target[f] >= 0:
            a[target[f], j] += flow_rates[f]
        if not keeps[f]:
            a[j, j], rest[j] = plus(a[j, j], rest[j], -flow_rates[f], 0.0)
    return a, rest


@compiled
def propagators(a: Floats, rest: Floats, h0: float, levels: int) -> tuple[Floats, Floats]:
    """exp(A h) and its integral for h = h0, 2 h0, ...; shapes (levels, n, n)."""
    n = a.shape[0]
    power = np.zeros((levels, n, n))
    integral = np.zeros((levels, n, n))
    term = np.eye(n)
    power[0] = term
    integral[0] = term * h0
    for order in range(1, TAYLOR + 1):
        term = np.dot(a, term) * (h0 / order)
        power[0] += term
        integral[0] += term * (h0 / (order + 1))
    for level in range(1, levels):
        power[level] = np.dot(power[level - 1], power[level - 1])
        integral[level] = integral[level - 1] + np.dot(power[level - 1], integral[level - 1])
    if _norm(a) * _stays(power, h0) > LOSSY:
        pairs = np.zeros((n, n, 2))
        pairs[:, :, 0] = a
        for j in range(n):
            pairs[j, j, 1] = rest[j]
        powers, integrals = exact_propagators(pairs, h0, levels)
        power[:] = powers[:, :, :, 0]
        integral[:] = integrals[:, :, :, 0]
    return power, integral


@compiled
def _norm(a: Floats) -> float:
    """The largest sum of absolute values in a column."""
    largest = 0.0
    for j in range(a.shape[1]):
        largest = max(largest, np.abs(a[:, j]).sum())
    return largest


@compiled
def _stays(power: Floats, h0: float) -> float:
    """Hours until no more than the share `GONE` of any amount is left; the longest known where more is."""
    hours = h0
    for level in range(power.shape[0]):
        if _norm(power[level]) <= GONE:
            break
        hours = h0 * 2.0**level
    return hours


@compiled
def advance(a: Floats, power: Floats, integral: Floats, h0: float, x: Floats, r: Floats, step: float, one: Floats, two: Floats) -> None:
    """Move x (n,) on by `step` hours under the constant input r (n,), in place. `one` and `two` (n,) are scratch."""
    n = x.shape[0]
    left = np.floor(step / h0)
    rest = step - left * h0
    level = 0
    while left >= 1.0:
        half = np.floor(left / 2.0)
        if left - 2.0 * half == 1.0:
            apply(power[level], x, one)
            apply(integral[level], r, two)
            for i in range(n):
                x[i] = one[i] + two[i]
        left = half
        level += 1
    if rest > 0.0:
        apply(a, x, one)
        for i in range(n):
            one[i] += r[i]
        for order in range(1, TAYLOR + 1):
            for i in range(n):
                one[i] = one[i] * rest / order
                x[i] += one[i]
            apply(a, one, two)
            for i in range(n):
                one[i] = two[i]


@compiled
def schedule(start: Floats, duration: Floats, amount: Floats, state: Whole, n: int) -> tuple[Floats, Floats, Floats]:
    """Edges (E,), pushes (E, n) and the rates (E, n) that hold from each edge, of doses (D,) with duration 0 for a push.

    Long after time zero the end of a short infusion is rounded: what is given in the time that is left stays the amount.
    """
    doses = start.shape[0]
    raw = np.empty(2 * doses)
    used = 0
    for d in range(doses):
        raw[used] = start[d]
        used += 1
        if duration[d] > 0.0:
            raw[used] = start[d] + duration[d]
            used += 1
    edges = np.unique(raw[:used])
    pushes = np.zeros((edges.shape[0], n))
    rates = np.zeros((edges.shape[0], n))
    for d in range(doses):
        k = np.searchsorted(edges, start[d])
        end = start[d] + duration[d]
        if end > start[d]:
            while k < edges.shape[0] and edges[k] < end:
                rates[k, state[d]] += amount[d] / (end - start[d])
                k += 1
        else:
            pushes[k, state[d]] += amount[d]
    return edges, pushes, rates


@compiled
def walk_in_doubles(
    a: Floats, rest: Floats, edges: Floats, pushes: Floats, rates: Floats, times: Floats, run: Whole, run_step: Floats, h0: float,
    levels: int, states: Floats,
) -> None:  # fmt: skip
    """Fill states (T, n). run (T,) names the run of equal steps by which time k is reached from time k - 1, or -1."""
    n = a.shape[0]
    power, integral = propagators(a, rest, h0, levels)
    x, r, one, two = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    jump, feed, fed = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n)
    ready = -1
    edge = 0
    now = times[0]
    if edges.shape[0]:
        now = min(now, edges[0])
    for k in range(times.shape[0]):
        clear = True
        while edge < edges.shape[0] and edges[edge] <= times[k]:
            advance(a, power, integral, h0, x, r, edges[edge] - now, one, two)
            now = edges[edge]
            x += pushes[edge]
            r[:] = rates[edge]
            edge += 1
            clear = False
        if run[k] >= 0 and clear and k > 0:
            if ready != run[k]:
                ready = run[k]
                for j in range(n):
                    column, nothing = np.zeros(n), np.zeros(n)
                    column[j] = 1.0
                    advance(a, power, integral, h0, column, nothing, run_step[ready], one, two)
                    jump[:, j] = column
                    column[:] = 0.0
                    nothing[j] = 1.0
                    advance(a, power, integral, h0, column, nothing, run_step[ready], one, two)
                    feed[:, j] = column
            apply(jump, x, one)
            apply(feed, r, fed)
            for i in range(n):
                x[i] = one[i] + fed[i]
        else:
            advance(a, power, integral, h0, x, r, times[k] - now, one, two)
        now = times[k]
        states[k] = x


@in_parallel
def curves(
    flow_rates: Floats, source: Whole, target: Whole, keeps: Flags, n: int,
    start: Floats, duration: Floats, amount: Floats, state: Whole,
    times: Floats, run: Whole, run_step: Floats, drift: float, who: Whole, read: Whole, scale: Floats, workers: int, out: Floats,
) -> None:  # fmt: skip
    """Fill out (O, N, T) for the persons `who` (P,), rows of every array below.

    flow_rates (N, F) per hour from state source[f] to target[f] (-1: cleared); keeps[f] where the source does not
    lose what flows (an effect site). Doses: start, duration, amount (N, D) and state (D,). `drift` h is how far times lie off
    their runs' steps. read (O,), scale (N, O).
    """
    people = who.shape[0]
    singly = np.full(times.shape[0], -1, np.int64)
    for worker in prange(workers):
        states = np.zeros((times.shape[0], n))
        for p in range(worker * people // workers, (worker + 1) * people // workers):
            i = who[p]
            a, rest = matrix_of(flow_rates[i], source, target, keeps, n)
            norm = _norm(a)
            edges, pushes, rates = schedule(start[i], duration[i], amount[i], state, n)
            first = times[0]
            if edges.shape[0]:
                first = min(first, edges[0])
            span = max(times[-1] - first, 1e-300)
            longest = 0.0
            at = first
            for k in range(times.shape[0]):
                longest = max(longest, times[k] - at)
                at = times[k]
            h0 = 2.0 ** np.floor(np.log2(min(0.5 / norm, span) if norm > 0.0 else span))
            levels = max(1, int(np.floor(np.log2(max(span / h0, 1.0)))) + 2)
            if norm * longest > STIFFEST:
                states[:] = walk(a, rest, edges, pushes, rates, times, h0, levels)
            else:
                fastest = norm  # after years the rounding of a time may move who moves so fast: then every time on its own
                for dose in range(duration.shape[1]):
                    if duration[i, dose] > 0.0:
                        fastest = max(fastest, 1.0 / duration[i, dose])
                walked = run if fastest * drift < UNSEEN else singly
                walk_in_doubles(a, rest, edges, pushes, rates, times, walked, run_step, h0, levels, states)
            for o in range(read.shape[0]):
                for k in range(times.shape[0]):
                    out[o, i, k] = states[k, read[o]] * scale[i, o]

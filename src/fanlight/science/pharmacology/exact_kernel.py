"""The exact solution of x' = A x + r to about 25 digits, for any matrix: by repeated squaring, never by eigenvectors.

A base step h0 (a power of two, so that time splits without rounding) makes |A| h0 at most a half. There the
exponential and its integral are short Taylor sums; doubling them gives the propagators of 2 h0, 4 h0, ...
A time is a sum of those steps (its binary digits) and a rest shorter than h0, done by a Taylor sum on the
vector. Coinciding rate constants are therefore nothing special, and stiffness only costs more doublings.

Arrays are pairs: `[..., 0]` is the leading double, `[..., 1]` its correction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled
from fanlight.science.pharmacology.double_double import over_integer, plus, times

Floats = NDArray[np.float64]
TERMS = 28  # 0.5^28 / 28! is below 1e-37


@compiled
def multiply(a: Floats, b: Floats, out: Floats) -> None:
    """out = a b for matrices (n, n, 2)."""
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            hi, lo = 0.0, 0.0
            for k in range(n):
                if a[i, k, 0] != 0.0 and b[k, j, 0] != 0.0:
                    p_hi, p_lo = times(a[i, k, 0], a[i, k, 1], b[k, j, 0], b[k, j, 1])
                    hi, lo = plus(hi, lo, p_hi, p_lo)
            out[i, j, 0], out[i, j, 1] = hi, lo


@compiled
def apply(a: Floats, x: Floats, out: Floats) -> None:
    """out = a x for a matrix (n, n, 2) and a vector (n, 2)."""
    n = a.shape[0]
    for i in range(n):
        hi, lo = 0.0, 0.0
        for k in range(n):
            if a[i, k, 0] != 0.0 and x[k, 0] != 0.0:
                p_hi, p_lo = times(a[i, k, 0], a[i, k, 1], x[k, 0], x[k, 1])
                hi, lo = plus(hi, lo, p_hi, p_lo)
        out[i, 0], out[i, 1] = hi, lo


@compiled
def propagators(a: Floats, h0: float, levels: int) -> tuple[Floats, Floats]:
    """exp(A h) and its integral from 0 to h, for h = h0, 2 h0, ..., 2^(levels-1) h0. Shapes (levels, n, n, 2)."""
    n = a.shape[0]
    power = np.zeros((levels, n, n, 2))
    integral = np.zeros((levels, n, n, 2))
    term = np.zeros((n, n, 2))
    next_term = np.zeros((n, n, 2))
    for i in range(n):
        power[0, i, i, 0] = 1.0
        integral[0, i, i, 0] = h0
        term[i, i, 0] = 1.0
    for order in range(1, TERMS + 1):
        multiply(a, term, next_term)
        for i in range(n):
            for j in range(n):
                hi, lo = over_integer(next_term[i, j, 0] * h0, next_term[i, j, 1] * h0, float(order))
                term[i, j, 0], term[i, j, 1] = hi, lo
                power[0, i, j, 0], power[0, i, j, 1] = plus(power[0, i, j, 0], power[0, i, j, 1], hi, lo)
                hi, lo = over_integer(hi * h0, lo * h0, float(order + 1))
                integral[0, i, j, 0], integral[0, i, j, 1] = plus(integral[0, i, j, 0], integral[0, i, j, 1], hi, lo)
    for level in range(1, levels):
        multiply(power[level - 1], power[level - 1], power[level])
        multiply(power[level - 1], integral[level - 1], integral[level])
        for i in range(n):
            for j in range(n):
                integral[level, i, j, 0], integral[level, i, j, 1] = plus(
                    integral[level, i, j, 0], integral[level, i, j, 1], integral[level - 1, i, j, 0], integral[level - 1, i, j, 1]
                )
    return power, integral


@compiled
def advance(a: Floats, power: Floats, integral: Floats, h0: float, x: Floats, r: Floats, step: Floats) -> None:
    """Move x (n, 2) on by `step` (2,) hours under the constant input r (n, 2), in place."""
    n = x.shape[0]
    whole = np.floor(step[0] / h0)
    rest_hi, rest_lo = plus(step[0], step[1], -whole * h0, 0.0)
    if rest_hi < 0.0:
        whole -= 1.0
        rest_hi, rest_lo = plus(rest_hi, rest_lo, h0, 0.0)
    moved = np.zeros((n, 2))
    fed = np.zeros((n, 2))
    level = 0
    left = whole
    while left >= 1.0:
        half = np.floor(left / 2.0)
        if left - 2.0 * half == 1.0:
            apply(power[level], x, moved)
            apply(integral[level], r, fed)
            for i in range(n):
                x[i, 0], x[i, 1] = plus(moved[i, 0], moved[i, 1], fed[i, 0], fed[i, 1])
        left = half
        level += 1
    if rest_hi > 0.0:
        apply(a, x, moved)
        for i in range(n):
            moved[i, 0], moved[i, 1] = plus(moved[i, 0], moved[i, 1], r[i, 0], r[i, 1])
        for order in range(1, TERMS + 1):
            for i in range(n):
                hi, lo = times(moved[i, 0], moved[i, 1], rest_hi, rest_lo)
                moved[i, 0], moved[i, 1] = over_integer(hi, lo, float(order))
                x[i, 0], x[i, 1] = plus(x[i, 0], x[i, 1], moved[i, 0], moved[i, 1])
            apply(a, moved, fed)
            for i in range(n):
                moved[i, 0], moved[i, 1] = fed[i, 0], fed[i, 1]


@compiled
def walk(
    matrix: Floats, rest: Floats, edges: Floats, pushes: Floats, rates: Floats, at: Floats, h0: float, levels: int
) -> Floats:  # fmt: skip
    """States (T, n) at times `at` (T,), starting empty.

    rest (n,) is what the doubles on the matrix's diagonal leave off.
    edges (E,) ascending; pushes (E, n) are added at each edge; rates (E, n) hold from each edge to the next.
    A value at an edge is the value just after it.
    """
    n = matrix.shape[0]
    a = np.zeros((n, n, 2))
    a[:, :, 0] = matrix
    for j in range(n):
        a[j, j, 1] = rest[j]
    power, integral = propagators(a, h0, levels)
    x = np.zeros((n, 2))
    r = np.zeros((n, 2))
    step = np.zeros(2)
    states = np.zeros((at.shape[0], n))
    edge = 0
    now = min(edges[0], at[0]) if edges.shape[0] else at[0]
    for k in range(at.shape[0]):
        while edge < edges.shape[0] and edges[edge] <= at[k]:
            step[0], step[1] = plus(edges[edge], 0.0, -now, 0.0)
            advance(a, power, integral, h0, x, r, step)
            now = edges[edge]
            for i in range(n):
                x[i, 0], x[i, 1] = plus(x[i, 0], x[i, 1], pushes[edge, i], 0.0)
                r[i, 0] = rates[edge, i]
            edge += 1
        step[0], step[1] = plus(at[k], 0.0, -now, 0.0)
        advance(a, power, integral, h0, x, r, step)
        now = at[k]
        states[k] = x[:, 0]
    return states

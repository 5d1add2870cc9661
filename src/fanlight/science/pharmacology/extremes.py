"""Highest values and crossings of level + sum of a_m exp(-lam_m t) on a stretch of time, found without a grid.

A sum of exponentials ordered by rate has no more zeros than its coefficients have changes of sign (Descartes' rule
for exponentials), so two ends of the derivative settle the usual case; where they might not, the stretch is cut finely.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled
from fanlight.science.pharmacology.elementary import exp

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
PIECES = 24


@compiled
def value(lam: Floats, a: Floats, modes: int, level: float, t: float) -> float:
    """The sum at time t."""
    total = level
    for m in range(modes):
        total += a[m] * exp(-lam[m] * t)
    return total


@compiled
def slope(lam: Floats, a: Floats, modes: int, t: float) -> float:
    """Its derivative at time t."""
    total = 0.0
    for m in range(modes):
        total -= a[m] * lam[m] * exp(-lam[m] * t)
    return total


@compiled
def evaluate(lam: Floats, a: Floats, t: float, e: Floats) -> tuple[float, float, float]:
    """The sum of a_m exp(-lam_m t) over four modes, and its first two derivatives. `e` (4,) is scratch."""
    for m in range(4):
        e[m] = a[m] * exp(-lam[m] * t)
    y0, y1, y2 = 0.0, 0.0, 0.0
    for m in range(4):
        part = e[m]
        y0 += part
        part *= lam[m]
        y1 -= part
        y2 += part * lam[m]
    return y0, y1, y2


@compiled
def top(lam: Floats, a: Floats, low: float, high: float, guess: float, e: Floats) -> tuple[float, float]:
    """Where in (low, high) the sum goes from rise to fall, and its value there: Newton's steps kept in their bracket.

    Once a step is so short beside the time gone by that its cube is nothing, the value at its end follows from the parabola.
    """
    t = guess if low < guess < high else low + 0.1 * (high - low)
    y0, y1, y2 = evaluate(lam, a, t, e)
    for _ in range(60):
        if y1 > 0.0:
            low = t
        else:
            high = t
        step = -y1 / y2 if y2 < 0.0 else high - low
        after = t + step
        if not (low < after < high):
            after = 0.5 * (low + high)
            step = after - t
        elif abs(step) < 3e-5 * after:
            return after, y0 + step * (y1 + 0.5 * step * y2)
        t = after
        y0, y1, y2 = evaluate(lam, a, t, e)
        if high - low < 1e-15 * high:
            break
    return t, y0


@compiled
def crossing(lam: Floats, a: Floats, level: float, low: float, high: float, guess: float, rises: bool, e: Floats) -> float:
    """Where in (low, high) level + the sum passes zero, upwards when `rises`."""
    t = guess if low < guess < high else 0.5 * (low + high)
    for _ in range(80):
        y0, y1, y2 = evaluate(lam, a, t, e)
        y0 += level
        if (y0 < 0.0) == rises:
            low = t
        else:
            high = t
        step = -y0 / y1 if y1 != 0.0 else high - low
        after = t + step
        if not (low < after < high):
            after = 0.5 * (low + high)
        elif abs(step * step * y2) < 1e-13 * abs(y1):  # what the next step would be
            return after
        if high - low < 1e-15 * high:
            break
        t = after
    return t


@compiled
def turns(order: Whole, a: Floats) -> int:
    """Most zeros the derivative can have: changes of sign among the weights, taken in `order` of their rates."""
    changes, last = 0, 0.0
    for k in range(4):
        weight = a[order[k]]
        if last * weight < 0.0:
            changes += 1
        if weight != 0.0:
            last = weight
    return changes


@compiled
def falls_at_last(order: Whole, a: Floats, end: float) -> bool:
    """Whether the sum falls at the end of a stretch, where its slope is `end`.

    After weeks without a dose that slope is nothing: the weight of the slowest rate then says from which side.
    """
    if end != 0.0:
        return end < 0.0
    for k in range(4):
        if a[order[k]] != 0.0:
            return bool(a[order[k]] > 0.0)
    return False


@compiled
def order_of(lam: Floats, order: Whole) -> None:
    """Fill `order` (4,) with the places of the rates from slow to fast."""
    for k in range(4):
        order[k] = k
        j = k
        while j > 0 and lam[order[j]] < lam[order[j - 1]]:
            order[j], order[j - 1] = order[j - 1], order[j]
            j -= 1


@compiled
def marks(lam: Floats, a: Floats, modes: int, length: float, out: Floats, e: Floats) -> int:
    """Fill `out` with 0, the times of tops and bottoms within, and `length`; returns how many. Cut finely near the start."""
    out[0] = 0.0
    found = 1
    fastest = 0.0
    for m in range(modes):
        fastest = max(fastest, lam[m])
    before, at = slope(lam, a, modes, 0.0), 0.0
    ratio = max(length * fastest, 2.0) ** (1.0 / PIECES)
    t = length / ratio**PIECES
    for _ in range(PIECES + 1):
        t = min(t, length)
        now = slope(lam, a, modes, t)
        if before * now < 0.0 and found < out.shape[0] - 1:
            out[found] = top(lam, a, at, t, 0.5 * (at + t), e)[0] if before > 0.0 else bottom(lam, a, modes, at, t)
            found += 1
        before, at = now, t
        t *= ratio
    out[found] = length
    return found + 1


@compiled
def bottom(lam: Floats, a: Floats, modes: int, low: float, high: float) -> float:
    """The zero of the derivative in (low, high), where it goes from fall to rise."""
    for _ in range(60):
        t = 0.5 * (low + high)
        if slope(lam, a, modes, t) < 0.0:
            low = t
        else:
            high = t
    return 0.5 * (low + high)

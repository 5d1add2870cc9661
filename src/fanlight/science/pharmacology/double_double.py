"""Arithmetic with about 31 digits: a number is the unevaluated sum of two doubles.

Source: Dekker 1971 (Numer. Math. 18:224) for the product, Knuth for the sum. Used where squaring a matrix
many times, as a stiff system over a long time needs, would lose the digits of one double.
"""

from __future__ import annotations

from fanlight.science.pharmacology.compiled import compiled

_SPLIT = 134217729.0  # 2^27 + 1 halves the 53 bits of a double


@compiled
def plus(a_hi: float, a_lo: float, b_hi: float, b_lo: float) -> tuple[float, float]:
    """Sum of two double-doubles."""
    s = a_hi + b_hi
    v = s - a_hi
    e = (a_hi - (s - v)) + (b_hi - v)
    t = a_lo + b_lo
    w = t - a_lo
    f = (a_lo - (t - w)) + (b_lo - w)
    e += t
    hi = s + e
    e = e - (hi - s)
    e += f
    top = hi + e
    return top, e - (top - hi)


@compiled
def times(a_hi: float, a_lo: float, b_hi: float, b_lo: float) -> tuple[float, float]:
    """Product of two double-doubles."""
    p = a_hi * b_hi
    c = _SPLIT * a_hi
    ah = c - (c - a_hi)
    al = a_hi - ah
    c = _SPLIT * b_hi
    bh = c - (c - b_hi)
    bl = b_hi - bh
    e = ((ah * bh - p) + ah * bl + al * bh) + al * bl
    e += a_hi * b_lo + a_lo * b_hi
    hi = p + e
    return hi, e - (hi - p)


@compiled
def over_integer(a_hi: float, a_lo: float, whole: float) -> tuple[float, float]:
    """A double-double divided by a whole number held exactly in a double."""
    q1 = a_hi / whole
    p_hi, p_lo = times(q1, 0.0, whole, 0.0)
    r_hi, r_lo = plus(a_hi, a_lo, -p_hi, -p_lo)
    q2 = (r_hi + r_lo) / whole
    hi = q1 + q2
    return hi, q2 - (hi - q1)

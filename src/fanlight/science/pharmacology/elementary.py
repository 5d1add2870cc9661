"""Exponential, logarithm and normal quantile made of IEEE additions, products, quotients and square roots alone.

The C library's versions differ in the last bit between machines; these do not, so that a person drawn or
simulated anywhere is the same to the last bit. They are also free of branches where it matters, so that
loops over times or persons are vectorised.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fanlight.science.pharmacology.compiled import compiled, spelled_out

_LOG2_E = 1.4426950408889634
_LN2_HI = 0.693147180369123816490  # 32 leading bits, so that k * _LN2_HI is exact
_LN2_LO = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding and taking it away rounds to a whole number


@spelled_out
def _bits_to_float(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate


@spelled_out
def _float_to_bits(typing_context: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(types.int64))

    return types.int64(types.float64), generate


@compiled
def exp(x: float) -> float:
    """e to the power x, within 1.5 units in the last place; 0 below -708, and x is cut at 709 above."""
    bounded = min(max(x, -708.0), 709.0)
    shifted = bounded * _LOG2_E + _ROUND
    whole = shifted - _ROUND
    r = (bounded - whole * _LN2_HI) - whole * _LN2_LO
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    e = 1.0 + (r + r * r * p)
    # The lowest bits of `shifted` are the whole number itself: moved up, they become the exponent.
    scaled = e * _bits_to_float((_float_to_bits(shifted) + np.int64(1023)) << np.int64(52))
    return scaled if x >= -708.0 else 0.0


@compiled
def log(x: float) -> float:
    """Natural logarithm of a normal number above zero, within 2 units in the last place."""
    bits = _float_to_bits(x)
    exponent = float((bits >> np.int64(52)) - np.int64(1023))
    m = _bits_to_float((bits & np.int64(0x000FFFFFFFFFFFFF)) | np.int64(0x3FF0000000000000))
    large = m > 1.4142135623730951
    m = 0.5 * m if large else m
    exponent = exponent + 1.0 if large else exponent
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = 1.0 / 25.0
    p = p * s + 1.0 / 23.0
    p = p * s + 1.0 / 21.0
    p = p * s + 1.0 / 19.0
    p = p * s + 1.0 / 17.0
    p = p * s + 1.0 / 15.0
    p = p * s + 1.0 / 13.0
    p = p * s + 1.0 / 11.0
    p = p * s + 1.0 / 9.0
    p = p * s + 1.0 / 7.0
    p = p * s + 0.2
    p = p * s + 1.0 / 3.0
    return float(exponent * _LN2_HI + (2.0 * f + (2.0 * f * s * p + exponent * _LN2_LO)))


@compiled
def power(base: float, exponent: float) -> float:
    """base (above zero) to any power, to about 14 digits."""
    return exp(exponent * log(base))


@compiled
def normal_quantile(u: float) -> float:
    """The standard normal deviate with lower tail u in (0, 1), to about 16 digits.

    Source: Wichura 1988, algorithm AS 241 (PPND16).
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        for c in (3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4, 1.3731693765509461125e4):
            top = top * r + c
        for c in (1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0):
            top = top * r + c
        low = 5.2264952788528545610e3
        for c in (2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4, 5.3941960214247511077e3):
            low = low * r + c
        for c in (6.8718700749205790830e2, 4.2313330701600911252e1, 1.0):
            low = low * r + c
        return q * top / low
    r = np.sqrt(-log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        top = 7.74545014278341407640e-4
        for c in (2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0, 3.64784832476320460504e0):
            top = top * r + c
        for c in (5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0):
            top = top * r + c
        low = 1.05075007164441684324e-9
        for c in (5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1, 6.89767334985100004550e-1):
            low = low * r + c
        for c in (1.67638483018380384940e0, 2.05319162663775882187e0, 1.0):
            low = low * r + c
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7
        for c in (2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2, 2.96560571828504891230e-1):
            top = top * r + c
        for c in (1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0):
            top = top * r + c
        low = 2.04426310338993978564e-15
        for c in (1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4, 1.48753612908506148525e-2):
            low = low * r + c
        for c in (1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0):
            low = low * r + c
    value = top / low
    return float(-value if q < 0.0 else value)

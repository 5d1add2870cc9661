"""Random numbers by counting: the draw of a person depends on the seed and the person's number alone.

Philox 4x64 with 10 rounds (Salmon and others 2011, "Parallel random numbers: as easy as 1, 2, 3"), the same
function as `numpy.random.Philox`. The counter holds (block, stream, person, 0) and the key (seed, 0): no state
is carried, so chunks, processes and machines cannot change what a person draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.elementary import normal_quantile

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@compiled
def _high_product(a: Any, b: Any) -> Any:
    a0, a1, b0, b1 = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    middle = a1 * b0 + ((a0 * b0) >> _HALF)
    other = a0 * b1 + (middle & _LOW)
    return a1 * b1 + (middle >> _HALF) + (other >> _HALF)


@compiled
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Four random 64-bit words for a counter of four and a key of two."""
    for _ in range(10):
        h0, l0 = _high_product(_M0, c0), _M0 * c0
        h1, l1 = _high_product(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0, k1 = k0 + _W0, k1 + _W1
    return c0, c1, c2, c3


@compiled
def unit_interval(word: Any) -> float:
    """A number strictly between 0 and 1 from the top 52 bits of a word."""
    return (float(word >> np.uint64(12)) + 0.5) * 2.220446049250313e-16


@compiled
def block(seed: int, stream: int, person: int, number: int) -> tuple[float, float, float, float]:
    """Four uniform numbers of a person: block `number` of `stream`."""
    w0, w1, w2, w3 = philox(np.uint64(number), np.uint64(stream), np.uint64(person), np.uint64(0), np.uint64(seed), np.uint64(0))
    return unit_interval(w0), unit_interval(w1), unit_interval(w2), unit_interval(w3)


@in_parallel
def uniforms(seed: int, stream: int, first: int, count: int, width: int) -> NDArray[np.float64]:
    """Uniform numbers (count, width) of persons first, first + 1, ..."""
    out = np.empty((count, width))
    for i in prange(count):
        for j in range(0, width, 4):
            four = block(seed, stream, first + i, j // 4)
            for k in range(min(4, width - j)):
                out[i, j + k] = four[k]
    return out


@in_parallel
def normals(seed: int, stream: int, first: int, count: int, width: int) -> NDArray[np.float64]:
    """Standard normal numbers (count, width) of persons first, first + 1, ..."""
    out = np.empty((count, width))
    for i in prange(count):
        for j in range(0, width, 4):
            four = block(seed, stream, first + i, j // 4)
            for k in range(min(4, width - j)):
                out[i, j + k] = normal_quantile(four[k])
    return out

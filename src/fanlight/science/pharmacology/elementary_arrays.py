"""`elementary`, over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled
from fanlight.science.pharmacology.elementary import exp, log, power

Floats = NDArray[np.float64]


@compiled
def exp_of(x: Floats) -> Floats:
    """e to the power of each number; shape (N,)."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = exp(x[i])
    return out


@compiled
def log_of(x: Floats) -> Floats:
    """Logarithm of each number above zero; shape (N,)."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = log(x[i])
    return out


@compiled
def power_of(x: Floats, exponent: float) -> Floats:
    """Each number above zero to one power; shape (N,)."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = power(x[i], exponent)
    return out

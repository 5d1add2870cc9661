"""Ranks of many persons at each time, in parallel: what a band is made of."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import in_parallel


@in_parallel
def ranked(curves: NDArray[np.float64], ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    """The values of rank `ranks` (R,) from the lowest, among persons (N, T), at each time: shape (R, T)."""
    persons, times = curves.shape
    out = np.empty((ranks.shape[0], times))
    blocks = min(16, times)
    for b in prange(blocks):
        column = np.empty(persons)
        for t in range(b * times // blocks, (b + 1) * times // blocks):
            for i in range(persons):
                column[i] = curves[i, t]
            column.sort()
            for r in range(ranks.shape[0]):
                out[r, t] = column[ranks[r]]
    return out

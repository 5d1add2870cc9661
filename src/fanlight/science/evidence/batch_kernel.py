"""The compiled kernel behind `pool_many`: one row, one analysis. Imported only when a batch is pooled, for Numba takes a second to load.

This step does not validate: rows hold finite effects and positive variances, or NaN in both where a row is shorter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

FAST = {"reassoc", "contract", "nsz", "arcp"}
EE, DL, HE, HS, SJ, PM, ML, REML = range(8)
GRID = 16
MOST_STEPS = 200
TOLERANCE = 1e-12


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _weigh(y: Any, v: Any, w: Any, k: int, tau2: float) -> Any:
    """Weights into `w`, and the pooled mean with the sum of weights."""
    total, product = 0.0, 0.0
    for i in range(k):
        weight = 1.0 / (v[i] + tau2)
        w[i] = weight
        total += weight
        product += weight * y[i]
    return product / total, total


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _equation(y: Any, v: Any, w: Any, k: int, tau2: float, method: int) -> Any:
    """The value and slope, at `tau2`, of what the estimator sets to zero."""
    mean, s1 = _weigh(y, v, w, k, tau2)
    q, a2, a3, b2, s2, s3 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(k):
        weight = w[i]
        square = weight * weight
        residual = y[i] - mean
        q += weight * residual * residual
        a2 += square * residual * residual
        a3 += square * weight * residual * residual
        b2 += square * residual
        s2 += square
        s3 += square * weight
    if method == PM:
        return q - (k - 1.0), -a2
    ypppy = a3 - b2 * b2 / s1
    if method == ML:
        return a2 - s1, s2 - 2.0 * ypppy
    trace_pp = s2 - 2.0 * s3 / s1 + (s2 / s1) * (s2 / s1)
    return a2 - (s1 - s2 / s1), trace_pp - 2.0 * ypppy


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _score(y: Any, v: Any, w: Any, k: int, tau2: float, method: int) -> Any:
    """The value alone, for the likelihood methods: what the search grid needs."""
    mean, s1 = _weigh(y, v, w, k, tau2)
    a2, s2 = 0.0, 0.0
    for i in range(k):
        weighted = w[i] * (y[i] - mean)
        a2 += weighted * weighted
        s2 += w[i] * w[i]
    return a2 - s1 if method == ML else a2 - (s1 - s2 / s1)


@njit(cache=True, error_model="numpy")
def _log_likelihood(y: Any, v: Any, w: Any, k: int, tau2: float, method: int) -> Any:
    mean, s1 = _weigh(y, v, w, k, tau2)
    value = 0.0
    for i in range(k):
        value += np.log(w[i]) - w[i] * (y[i] - mean) ** 2
    return value - np.log(s1) if method == REML else value


@njit(cache=True, error_model="numpy")
def _root(y: Any, v: Any, w: Any, k: int, method: int, low: float, high: float, start: float) -> Any:
    """The tau2 in [low, high] where the equation falls through zero, by Newton inside a shrinking bracket; NaN when it does not settle."""
    x = start
    for _ in range(MOST_STEPS):
        value, slope = _equation(y, v, w, k, x, method)
        if not np.isfinite(value):
            return np.nan
        if value > 0:
            low = x
        else:
            high = x
        following = x - value / slope if slope < 0 else 0.5 * (low + high)
        if not (low <= following <= high):
            following = 0.5 * (low + high)
        if abs(following - x) <= TOLERANCE * max(abs(x), TOLERANCE) or high - low <= TOLERANCE * max(high, TOLERANCE):
            return following
        x = following
    return np.nan


@njit(cache=True, error_model="numpy")
def _iterated(y: Any, v: Any, w: Any, k: int, method: int, sum_squares: Any) -> Any:
    low, high = v[0], v[0]
    for i in range(1, k):
        low, high = min(low, v[i]), max(high, v[i])
    ratio = sum_squares / (k - 1.0)
    reach = 0.5 * (ratio + np.sqrt(ratio * ratio + 4.0 * ratio * (high - low)))
    top = max(reach - low, 0.0) * 1.0001 + 1e-12 * high
    if method == PM:
        before, _ = _equation(y, v, w, k, 0.0, method)
        return 0.0 if before <= 0 else _root(y, v, w, k, method, 0.0, top, 0.5 * top)
    before = _score(y, v, w, k, 0.0, method)
    best, best_value, several = np.nan, 0.0, False
    if before <= 0:
        best = 0.0
    step = ((low + top) / low) ** (1.0 / (GRID - 1))
    left, edge = 0.0, low
    for point in range(1, GRID):
        edge *= step
        right = top if point == GRID - 1 else edge - low
        after = _score(y, v, w, k, right, method)
        if before > 0 >= after:
            crossing = left + (right - left) * before / (before - after)
            found = _root(y, v, w, k, method, left, right, crossing)
            if not np.isfinite(found):
                return np.nan
            if np.isfinite(best):
                if not several:
                    best_value, several = _log_likelihood(y, v, w, k, best, method), True
                value = _log_likelihood(y, v, w, k, found, method)
                if value > best_value:
                    best, best_value = found, value
            else:
                best = found
        left, before = right, after
    return best


@njit(cache=True, error_model="numpy")
def _tau2(y: Any, v: Any, w: Any, k: int, method: int, sum_squares: Any) -> Any:
    if method == EE:
        return 0.0
    if method == HE:
        return max(0.0, sum_squares / (k - 1.0) - np.mean(v[:k]))
    if method == SJ:
        start = sum_squares / k
        if start <= 0:
            return 0.0
        q, _ = _equation(y, v, w, k, start, PM)
        return start * (q + k - 1.0) / (k - 1.0)
    if method in (DL, HS):
        q, _ = _equation(y, v, w, k, 0.0, PM)
        s1, s2 = 0.0, 0.0
        for i in range(k):
            s1 += w[i]
            s2 += w[i] * w[i]
        if method == DL:
            return max(0.0, q / (s1 - s2 / s1))
        return max(0.0, (q - 1.0) / s1)
    return _iterated(y, v, w, k, method, sum_squares)


@njit(cache=True, parallel=True, error_model="numpy")
def pool_rows(effects: Any, variances: Any, method: int) -> Any:
    """For each row: k, tau2, estimate, sum of weights, y'Py at tau2, Q, typical-variance trace; `(B, 7)`. NaN where k is 0."""
    rows, width = effects.shape
    out = np.full((rows, 7), np.nan)
    for row in prange(rows):
        y, v, w = np.empty(width), np.empty(width), np.empty(width)
        k = 0
        for i in range(width):
            if np.isfinite(effects[row, i]) and np.isfinite(variances[row, i]):
                y[k] = effects[row, i]
                v[k] = variances[row, i]
                k += 1
        out[row, 0] = k
        if k == 0:
            continue
        plain_mean = np.mean(y[:k])
        sum_squares = 0.0
        for i in range(k):
            y[i] -= plain_mean
            sum_squares += y[i] * y[i]
        tau2 = _tau2(y, v, w, k, method, sum_squares) if k > 1 else (0.0 if method == EE else np.nan)
        out[row, 1] = tau2
        _, s1 = _weigh(y, v, w, k, 0.0)
        s2 = 0.0
        for i in range(k):
            s2 += w[i] * w[i]
        q, _ = _equation(y, v, w, k, 0.0, PM)
        out[row, 5] = q + (k - 1.0)
        out[row, 6] = s1 - s2 / s1
        if k > 1 and not np.isfinite(tau2):
            continue
        weighing = 0.0 if k == 1 else tau2
        mean, total = _weigh(y, v, w, k, weighing)
        at_tau2, _ = _equation(y, v, w, k, weighing, PM)
        out[row, 2] = mean + plain_mean
        out[row, 3] = total
        out[row, 4] = at_tau2 + (k - 1.0)
    return out

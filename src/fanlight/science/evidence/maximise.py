"""Maximum of a smooth log-likelihood by damped Newton steps, until the gradient is as good as zero. Not settling is an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fanlight.science.evidence.arrays import FloatArray

MOST_STEPS = 200
SMALL_STEP = 1e-12


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood is highest, its value, the covariance (inverse of minus the Hessian), and whether it settled."""

    at: FloatArray
    value: float
    covariance: FloatArray
    converged: bool
    iterations: int


def maximise(
    value: Callable[[FloatArray], float], gradient: Callable[[FloatArray], FloatArray], start: FloatArray, lower: FloatArray | None = None
) -> Maximum:
    """Climb from `start`, keeping each coordinate at or above `lower` (-inf where there is no bound).

    The Hessian is the central difference of `gradient`. A coordinate at its bound whose gradient points outwards is held there.
    Settled: the Newton step of the free coordinates is below 1e-9 of their size and no longer climbs.
    """
    floor = np.full(len(start), -np.inf) if lower is None else lower
    x = np.maximum(start.astype(float), floor)
    best = value(x)
    for iteration in range(1, MOST_STEPS + 1):
        slope = gradient(x)
        free = ~((x <= floor) & (slope <= 0))
        if not np.isfinite(slope[free]).all() or not np.isfinite(best):
            return _failed(x, best, iteration)
        hessian = hessian_of(gradient, x, floor)
        if not free.any():
            return Maximum(x, best, _covariance(hessian, free), True, iteration)
        step = np.zeros_like(x)
        step[free] = _uphill(hessian[np.ix_(free, free)], slope[free])
        scale = 1.0
        while scale > 1e-10:
            trial = np.maximum(x + scale * step, floor)
            reached = value(trial)
            if np.isfinite(reached) and reached >= best - 1e-13 * abs(best):
                break
            scale /= 2.0
        else:
            trial, reached = x, best
        moved = np.abs(trial - x) / np.maximum(np.abs(x), 1e-3)
        x, best = trial, max(best, reached)
        if moved.max() < 1e-10:
            settled = bool((np.abs(step[free]) <= 1e-6 * np.maximum(np.abs(x[free]), 1e-3)).all())
            final = hessian_of(gradient, x, floor)
            return Maximum(x, value(x), _covariance(final, free), settled, iteration)
    return _failed(x, best, MOST_STEPS)


def _failed(x: FloatArray, best: float, iteration: int) -> Maximum:
    nothing = np.full((len(x), len(x)), np.nan)
    return Maximum(np.full(len(x), np.nan), best, nothing, False, iteration)


def _uphill(hessian: FloatArray, slope: FloatArray) -> FloatArray:
    """Newton's step, with the Hessian bent until it curves downwards everywhere."""
    values, vectors = np.linalg.eigh(-(hessian + hessian.T) / 2.0)
    floor = max(1e-8, 1e-8 * float(np.abs(values).max()))
    bent = np.where(np.abs(values) < floor, floor, np.abs(values))
    return np.asarray(vectors @ ((vectors.T @ slope) / bent))


def hessian_of(gradient: Callable[[FloatArray], FloatArray], x: FloatArray, floor: FloatArray) -> FloatArray:
    """Second derivatives by differences of the gradient (one-sided where a bound is near)."""
    size = len(x)
    out = np.empty((size, size))
    for index in range(size):
        h = 1e-5 * max(abs(float(x[index])), 1e-2)
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] = max(down[index] - h, floor[index])
        out[:, index] = (gradient(up) - gradient(down)) / (up[index] - down[index])
    return (out + out.T) / 2.0


def _covariance(hessian: FloatArray, free: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    out = np.zeros_like(hessian)
    try:
        out[np.ix_(free, free)] = np.linalg.inv(-hessian[np.ix_(free, free)])
    except np.linalg.LinAlgError:
        return np.full_like(hessian, np.nan)
    return out


def complex_step(function: Callable[[np.ndarray[tuple[int, ...], np.dtype[np.complex128]]], complex]) -> Callable[[FloatArray], FloatArray]:
    """The exact gradient of an analytic function, by a step of 1e-30 off the real line."""

    def gradient(x: FloatArray) -> FloatArray:
        out = np.empty(len(x))
        for index in range(len(x)):
            moved = x.astype(np.complex128)
            moved[index] += 1e-30j
            out[index] = function(moved).imag / 1e-30
        return out

    return gradient

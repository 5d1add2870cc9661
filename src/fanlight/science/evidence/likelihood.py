"""One set of studies seen at one between-study variance: weights, coefficients and what the estimators solve for.

Notation of the field: W = diag(1 / (v + tau2)); P = W - W X (X'WX)^-1 X'W. No k by k matrix is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanlight.science.evidence.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Studies:
    """Effects `y` (k,), variances `v` (k,), design `x` (k, p) with orthonormal columns `q` spanning the same space."""

    y: FloatArray
    v: FloatArray
    x: FloatArray
    q: FloatArray

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.y)

    @property
    def p(self) -> int:
        """Number of coefficients, the intercept among them."""
        return int(self.x.shape[1])

    @property
    def degrees(self) -> int:
        """Residual degrees of freedom, k - p."""
        return self.k - self.p


def studies_of(y: FloatArray, v: FloatArray, x: FloatArray) -> Studies:
    """Studies ready to be weighed; `x` must have full column rank (the caller checks)."""
    return Studies(y, v, x, np.linalg.qr(x)[0])


@dataclass(frozen=True, slots=True)
class View:
    """What the studies say at one tau2.

    `q_residual` is y'Py, `yppy` y'PPy, `ypppy` y'PPPy, `trace_p` tr P, `trace_pp` tr PP, `sum_w` and `sum_w2` sums of weights;
    `log_det` log|Q'WQ| for orthonormal Q.
    """

    weights: FloatArray
    residuals: FloatArray
    q_residual: float
    yppy: float
    ypppy: float
    trace_p: float
    trace_pp: float
    sum_w: float
    sum_w2: float
    log_det: float


def view(studies: Studies, tau2: float) -> View:
    """Weigh `studies` at `tau2` (v + tau2 > 0 everywhere)."""
    q = studies.q
    w = 1.0 / (studies.v + tau2)
    wq = q * w[:, None]
    information = q.T @ wq
    inverse = np.linalg.inv(information)
    residuals = studies.y - q @ (inverse @ (wq.T @ studies.y))
    residuals -= q @ (inverse @ (wq.T @ residuals))  # once more, so that round-off is not left in them
    py = w * residuals
    wpy = wq.T @ py
    second = inverse @ (wq.T @ wq)
    third = inverse @ ((wq * w[:, None]).T @ wq)
    return View(
        weights=w,
        residuals=residuals,
        q_residual=float(residuals @ py),
        yppy=float(py @ py),
        ypppy=float(py @ (w * py) - wpy @ inverse @ wpy),
        trace_p=float(w.sum() - np.trace(second)),
        trace_pp=float((w**2).sum() - 2.0 * np.trace(third) + np.trace(second @ second)),
        sum_w=float(w.sum()),
        sum_w2=float((w**2).sum()),
        log_det=float(np.linalg.slogdet(information)[1]),
    )


def log_likelihood(studies: Studies, tau2: float, restricted: bool) -> float:
    """Log-likelihood at `tau2` with the coefficients at their best; restricted: up to a constant in the design."""
    seen = view(studies, tau2)
    value = 0.5 * float(np.log(seen.weights).sum()) - 0.5 * seen.q_residual
    count = studies.k
    if restricted:
        value -= 0.5 * seen.log_det
        count = studies.degrees
    return value - 0.5 * count * float(np.log(2.0 * np.pi))

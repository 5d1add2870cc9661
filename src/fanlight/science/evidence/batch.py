"""Many analyses at once: the same definitions as `pool`, compiled, for living reviews, resampling and leave-one-out."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from fanlight.core.errors import Fault, InputError
from fanlight.science.evidence.arrays import BoolArray, FloatArray
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.heterogeneity import Method, parse_method
from fanlight.science.evidence.pooling import Test, pool

_CODES = {
    Method.EE: 0,
    Method.DL: 1,
    Method.HE: 2,
    Method.HS: 3,
    Method.SJ: 4,
    Method.PM: 5,
    Method.EB: 5,
    Method.ML: 6,
    Method.REML: 7,
}
_ONE_AT_A_TIME = Lock()
"""Numba's simplest threading layer must not be entered twice at once."""


@dataclass(frozen=True, slots=True)
class ManyPooled:
    """Pooled effects of B analyses; every field `(B,)`, `ci` `(B, 2)`. NaN where one did not converge or had no study."""

    estimate: FloatArray
    se: FloatArray
    ci: FloatArray
    p: FloatArray
    tau2: FloatArray
    i2: FloatArray
    h2: FloatArray
    q: FloatArray
    k: FloatArray
    converged: BoolArray
    method: str
    test: str
    level: float


def pool_many(y: Any, v: Any, method: str = "REML", test: Test = "z", level: float = 0.95) -> ManyPooled:
    """Pool each row of `y` and `v`, both `(B, k)`; pad shorter analyses with NaN in both.

    Each row is what `pool` would answer for it, tau2 to 1e-9 of the exact solution. Raises FAN-EVID-020 naming rows with a variance
    that is zero or negative. Same rows, same answer, on any number of threads.
    """
    kind = parse_method(method)
    effects = np.ascontiguousarray(y, dtype=np.float64)
    variances = np.ascontiguousarray(v, dtype=np.float64)
    if effects.ndim != 2 or effects.shape != variances.shape:
        raise EvidenceError(
            "FAN-EVID-002", "Cannot pool the batch", f"y is {effects.shape} and v is {variances.shape}", "Give both as (B, k)."
        )
    wrong = np.flatnonzero((variances <= 0).any(axis=1))
    if len(wrong):
        raise InputError(
            "FAN-EVID-020",
            "These analyses cannot be pooled",
            [Fault(f"v[{row + 1}]", "a variance that is not positive") for row in wrong[:50]],
        )
    from fanlight.science.evidence.batch_kernel import pool_rows

    with _ONE_AT_A_TIME:
        k, tau2, estimate, total, at_tau2, q, trace = pool_rows(effects, variances, _CODES[kind]).T
    return _told(kind, test, level, k, tau2, estimate, total, at_tau2, q, trace)


FEW = 2_500
"""Up to this many effects in all, one analysis after another is sooner done than loading the compiled kernel."""


def pool_few(y: Any, v: Any, method: str = "REML", test: Test = "z", level: float = 0.95) -> ManyPooled:
    """The same answers as `pool_many` without the compiled kernel: for the few analyses behind a page, in a light process."""
    kind = parse_method(method)
    effects, variances = np.asarray(y, dtype=np.float64), np.asarray(v, dtype=np.float64)
    if effects.size > FEW:
        return pool_many(effects, variances, method, test, level)
    fits = [pool(e, s, method, test, level=level) if np.isfinite(e).any() else None for e, s in zip(effects, variances, strict=True)]

    def column(name: str) -> FloatArray:
        return np.array([np.nan if fit is None else getattr(fit, name) for fit in fits], dtype=np.float64)

    return ManyPooled(
        estimate=column("estimate"),
        se=column("se"),
        ci=np.array([(np.nan, np.nan) if fit is None else fit.ci for fit in fits]),
        p=column("p"),
        tau2=column("tau2"),
        i2=column("i2"),
        h2=column("h2"),
        q=column("q"),
        k=np.array([0.0 if fit is None else float(fit.k) for fit in fits]),
        converged=np.array([fit is not None and fit.converged for fit in fits]),
        method=kind.value,
        test=test,
        level=level,
    )


def _told(
    kind: Method,
    test: Test,
    level: float,
    k: FloatArray,
    tau2: FloatArray,
    estimate: FloatArray,
    total: FloatArray,
    at_tau2: FloatArray,
    q: FloatArray,
    trace: FloatArray,
) -> ManyPooled:
    from scipy import special

    degrees = k - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.ones_like(k) if test == "z" else np.where(degrees > 0, at_tau2 / degrees, np.nan)
        if test == "adhoc":
            scale = np.maximum(1.0, scale)
        se = np.where(scale > 1e-28, np.sqrt(scale / total), np.nan)
        statistic = estimate / se
        if test == "z":
            reach = np.full_like(k, special.ndtri(0.5 + level / 2))
            p = 2.0 * special.ndtr(-np.abs(statistic))
        else:
            alone = np.where(degrees > 0, degrees, np.nan)
            reach = special.stdtrit(alone, 0.5 + level / 2)
            p = 2.0 * special.stdtr(alone, -np.abs(statistic))
        if kind is Method.EE:
            i2 = np.where(degrees > 0, np.maximum(0.0, np.where(q > 0, 100.0 * (q - degrees) / q, 0.0)), np.nan)
            h2 = np.where(degrees > 0, q / degrees, np.nan)
        else:
            typical = np.where(degrees > 0, degrees / trace, np.nan)
            i2, h2 = 100.0 * tau2 / (typical + tau2), tau2 / typical + 1.0
    return ManyPooled(
        estimate=estimate,
        se=se,
        ci=np.column_stack((estimate - reach * se, estimate + reach * se)),
        p=p,
        tau2=tau2,
        i2=i2,
        h2=h2,
        q=q,
        k=k,
        converged=np.asarray(np.isfinite(estimate)),
        method=kind.value,
        test=test,
        level=level,
    )

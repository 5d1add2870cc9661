"""Which study carries the result: leaving each out, adding one at a time, influence, and subgroups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.batch import ManyPooled, pool_few
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.heterogeneity import Method, parse_method
from fanlight.science.evidence.pooling import Pooled, Test, complete_cases, pool
from fanlight.science.evidence.quantiles import chi2_upper


def leave_one_out(y: Any, v: Any, method: str = "REML", test: Test = "z", level: float = 0.95) -> ManyPooled:
    """The pool without each study in turn; row i leaves out study i of those used. Needs two studies."""
    effects, variances, _, _ = complete_cases(y, v)
    k = len(effects)
    if k < 2:
        raise EvidenceError("FAN-EVID-022", "Cannot leave one out", "there is one study")
    others = np.arange(k - 1) + (np.arange(k - 1) >= np.arange(k)[:, None])
    return pool_few(effects[others], variances[others], method, test, level)


def cumulative(y: Any, v: Any, method: str = "REML", test: Test = "z", level: float = 0.95) -> ManyPooled:
    """The pool of the first study, the first two, and so on, in the order given (by date, as a rule)."""
    effects, variances, _, _ = complete_cases(y, v)
    k = len(effects)
    later = np.triu(np.ones((k, k), dtype=bool), 1)
    return pool_few(np.where(later, np.nan, effects), np.where(later, np.nan, variances), method, test, level)


@dataclass(frozen=True, slots=True)
class Influence:
    """What each study does to the pool; every field `(k,)`. Names and definitions as metafor's `influence.rma.uni`."""

    rstudent: FloatArray
    dffits: FloatArray
    cook_d: FloatArray
    cov_r: FloatArray
    tau2_del: FloatArray
    qe_del: FloatArray
    hat: FloatArray
    weight: FloatArray
    dfbs: FloatArray


def influence(y: Any, v: Any, method: str = "REML", test: Test = "z") -> Influence:
    """Deletion diagnostics of a pool without moderators."""
    effects, variances, _, _ = complete_cases(y, v)
    whole = pool(effects, variances, method, test)
    without = leave_one_out(effects, variances, method, test)
    random = parse_method(method) is not Method.EE
    tau2_del = without.tau2 if random else np.zeros(len(effects))
    shift = whole.estimate - without.estimate
    hat = whole.weights / 100.0
    total_del = (1.0 / (variances + tau2_del[:, None])).sum(axis=1)
    return Influence(
        rstudent=(effects - without.estimate) / np.sqrt(variances + tau2_del + without.se**2),
        dffits=shift / np.sqrt(hat * (tau2_del + variances)),
        cook_d=shift**2 / whole.se**2,
        cov_r=without.se**2 / whole.se**2,
        tau2_del=tau2_del,
        qe_del=without.q,
        hat=hat,
        weight=whole.weights,
        dfbs=shift * np.sqrt(total_del),
    )


@dataclass(frozen=True, slots=True)
class Subgroups:
    """A pool for each subgroup, each with its own tau2, and the test that they share one effect (`q_between`, chi-squared)."""

    groups: tuple[tuple[str, Pooled], ...]
    q_between: float
    df: int
    p: float


def subgroups(y: Any, v: Any, labels: Sequence[str], method: str = "REML", test: Test = "z", level: float = 0.95) -> Subgroups:
    """Pool within each label and compare. A difference between subgroups is a finding only when this test says so."""
    effects, variances, used, _ = complete_cases(y, v)
    kept = np.array([labels[index] for index in used])
    found = tuple(
        (str(name), pool(effects[kept == name], variances[kept == name], method, test, level=level)) for name in sorted(set(kept.tolist()))
    )
    estimates = np.array([fit.estimate for _, fit in found])
    weights = np.array([1.0 / fit.se**2 for _, fit in found])
    mean = float((weights * estimates).sum() / weights.sum())
    q = float((weights * (estimates - mean) ** 2).sum())
    return Subgroups(found, q, len(found) - 1, chi2_upper(q, len(found) - 1))


@dataclass(frozen=True, slots=True)
class Baujat:
    """For each study its share in Q (`contribution`) and how far the common effect moves without it (`shift`), both `(k,)`."""

    contribution: FloatArray
    shift: FloatArray


def baujat(y: Any, v: Any) -> Baujat:
    """Coordinates of Baujat's plot, under equal effects (Baujat et al. 2002)."""
    effects, variances, _, _ = complete_cases(y, v)
    whole, without = pool(effects, variances, "EE"), leave_one_out(effects, variances, "EE")
    return Baujat((effects - whole.estimate) ** 2 / variances, (whole.estimate - without.estimate) ** 2 / without.se**2)

"""A selection model: how the pool would look if studies were published by their p-value, in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.maximise import complex_step, maximise
from fanlight.science.evidence.pooling import complete_cases, pool
from fanlight.science.evidence.quantiles import chi2_upper, normal_quantile, two_sided_z


@dataclass(frozen=True, slots=True)
class SelectionModel:
    """The pool under selection by one-sided p.

    `delta` is the chance of being seen in each interval of p relative to the first (1 there); `steps` are the upper ends. `lrt` tests
    that selection makes no difference, against maximum likelihood without it. A sensitivity analysis, never a correction.
    """

    estimate: float
    se: float
    p: float
    ci: tuple[float, float]
    tau2: float
    steps: tuple[float, ...]
    delta: tuple[float, ...]
    delta_se: tuple[float, ...]
    counts: tuple[int, ...]
    lrt: float
    lrt_df: int
    lrt_p: float
    log_likelihood: float
    converged: bool
    notes: tuple[str, ...] = ()


def selection_model(
    y: Any, v: Any, steps: Sequence[float] = (0.025,), alternative: Literal["greater", "less"] = "greater", level: float = 0.95
) -> SelectionModel:
    """Step-function selection (Hedges 1992, Vevea and Hedges 1995), random effects, by maximum likelihood.

    `steps`: where the one-sided p-value for `alternative` changes the chance of publication. Raises FAN-EVID-024 where an
    interval of p holds no study, for then its weight cannot be estimated.
    """
    effects, variances, _, notes = complete_cases(y, v)
    cuts = tuple(sorted({float(step) for step in steps if step < 1}))
    if not cuts or cuts[0] <= 0:
        raise EvidenceError("FAN-EVID-006", "Cannot use these steps", "p-values lie between 0 and 1")
    sign = 1.0 if alternative == "greater" else -1.0
    error = np.sqrt(variances)
    from scipy import special

    p_values = special.ndtr(-sign * effects / error)
    place = np.searchsorted(np.array(cuts), p_values, side="left")
    counts = tuple(int((place == index).sum()) for index in range(len(cuts) + 1))
    if 0 in counts:
        empty = counts.index(0) + 1
        raise EvidenceError("FAN-EVID-024", "Cannot fit the selection model", f"interval {empty} of p holds no study", "Use fewer steps.")
    bounds = np.array([special.ndtri(1.0 - cut) for cut in cuts])  # falling in p: effect in errors at each step

    def likelihood(theta: Any) -> Any:
        mean, tau2 = theta[0], theta[1]
        weights = np.concatenate((np.ones(1), np.exp(theta[2:])))
        total = np.sqrt(variances + tau2)
        # chance of each interval, seen from the side of the alternative
        below = [special.ndtr((bound * error - sign * mean) / total) for bound in bounds]
        shares = [1.0 - below[0], *(below[i] - below[i + 1] for i in range(len(bounds) - 1)), below[-1]]
        seen = sum(weight * share for weight, share in zip(weights, shares, strict=True))
        density = -0.5 * np.log(2 * np.pi * (variances + tau2)) - 0.5 * (effects - mean) ** 2 / (variances + tau2)
        return (np.log(weights)[place] + density - np.log(seen)).sum()

    def value(theta: FloatArray) -> float:
        return float(likelihood(theta)) if theta[1] > -variances.min() else -np.inf

    plain = pool(effects, variances, "ML")
    lower = np.array([-np.inf, 0.0, *[-np.inf] * len(cuts)])
    with np.errstate(all="ignore"):
        starts = [
            np.array([plain.estimate, tau2, *[shift] * len(cuts)])
            for tau2 in (plain.tau2, plain.tau2 + float(variances.mean()))
            for shift in (0.0, -1.0)
        ]
        tries = [maximise(value, complex_step(likelihood), start, lower) for start in starts]
    settled = [found for found in tries if found.converged and np.abs(found.at[2:]).max() < 30]
    if not settled:
        notes = [*notes, "The selection model did not settle: there are no estimates."]
        nothing = (float("nan"),) * (len(cuts) + 1)
        nan = float("nan")
        return SelectionModel(
            nan, nan, nan, (nan, nan), nan, (*cuts, 1.0), nothing, nothing, counts, nan, len(cuts), nan, nan, False, tuple(notes)
        )
    best = max(settled, key=lambda found: found.value)
    se = float(np.sqrt(best.covariance[0, 0]))
    estimate = float(best.at[0])
    reach = normal_quantile(0.5 + level / 2) * se
    delta = np.exp(best.at[2:])
    lrt = 2.0 * (best.value - plain.log_likelihood)
    return SelectionModel(
        estimate=estimate,
        se=se,
        p=two_sided_z(estimate / se),
        ci=(estimate - reach, estimate + reach),
        tau2=float(best.at[1]),
        steps=(*cuts, 1.0),
        delta=(1.0, *(float(item) for item in delta)),
        delta_se=(float("nan"), *(float(d * np.sqrt(best.covariance[2 + i, 2 + i])) for i, d in enumerate(delta))),
        counts=counts,
        lrt=lrt,
        lrt_df=len(cuts),
        lrt_p=chi2_upper(lrt, len(cuts)),
        log_likelihood=best.value,
        converged=True,
        notes=tuple(notes),
    )

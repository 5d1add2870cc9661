"""Do small studies say something else? Egger's regression, Begg's rank test, trim and fill. Signs of trouble, not proofs of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.pooling import Pooled, Test, complete_cases, pool
from fanlight.science.evidence.quantiles import two_sided_z

FEW_STUDIES = 10
"""Below this many studies the tests of asymmetry have so little power that the note says so (Sterne et al. 2011, BMJ 343:d4002)."""


@dataclass(frozen=True, slots=True)
class Egger:
    """Egger's regression: `statistic` tests the slope on the standard error; `limit` is the effect as the error goes to 0."""

    statistic: float
    df: float | None
    p: float
    limit: float
    limit_ci: tuple[float, float]
    model: str
    notes: tuple[str, ...] = ()


def egger(y: Any, v: Any, model: Literal["lm", "rma"] = "lm", method: str = "REML", level: float = 0.95) -> Egger:
    """Regression of effects on their standard errors.

    "lm": Egger's own, weights 1/v and a dispersion factor, t with k - 2 degrees. "rma": meta-regression by `method`, Wald test.
    """
    effects, variances, _, _ = complete_cases(y, v)
    k = len(effects)
    if k < 3:
        raise EvidenceError("FAN-EVID-022", "Cannot test for asymmetry", f"{k} studies; three are needed")
    error = np.sqrt(variances)
    if np.ptp(error) == 0:
        raise EvidenceError("FAN-EVID-022", "Cannot test for asymmetry", "all studies have the same standard error")
    notes = (f"{k} studies: with fewer than {FEW_STUDIES} the test can hardly see asymmetry.",) if k < FEW_STUDIES else ()
    fit = pool(
        effects, variances, "EE" if model == "lm" else method, "knha" if model == "lm" else "z", moderators={"se": error}, level=level
    )
    low, high = fit.ci[0]
    words = "weighted regression with multiplicative dispersion" if model == "lm" else f"meta-regression by {method}"
    return Egger(float(fit.statistic[1]), fit.df, float(fit.p[1]), float(fit.estimate[0]), (float(low), float(high)), words, notes)


@dataclass(frozen=True, slots=True)
class Begg:
    """Begg and Mazumdar's rank correlation (Kendall's tau-b) with its two-sided p, exact where nothing is tied."""

    tau: float
    p: float
    exact: bool


def begg(y: Any, v: Any) -> Begg:
    """Rank correlation of standardised effects with their variances."""
    effects, variances, _, _ = complete_cases(y, v)
    if len(effects) < 3:
        raise EvidenceError("FAN-EVID-022", "Cannot test for asymmetry", f"{len(effects)} studies; three are needed")
    common = pool(effects, variances, "EE")
    standard = (effects - common.estimate) / np.sqrt(variances - common.se**2)
    return _kendall(standard, variances)


def _kendall(x: FloatArray, y: FloatArray) -> Begg:
    k = len(x)
    signs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    score = float(signs[np.triu_indices(k, 1)].sum())
    ties_x, ties_y = (np.unique(column, return_counts=True)[1].astype(float) for column in (x, y))
    pairs = k * (k - 1) / 2
    tau = score / float(np.sqrt((pairs - (ties_x * (ties_x - 1) / 2).sum()) * (pairs - (ties_y * (ties_y - 1) / 2).sum())))
    if len(ties_x) == k == len(ties_y) and k < 50:
        counts = _inversions(k)
        discordant = round((pairs - score) / 2)
        below = counts[: min(discordant, int(pairs) - discordant) + 1].sum() / counts.sum()
        return Begg(tau, float(min(1.0, 2.0 * below)), True)
    spread = k * (k - 1) * (2 * k + 5) - (ties_x * (ties_x - 1) * (2 * ties_x + 5)).sum() - (ties_y * (ties_y - 1) * (2 * ties_y + 5)).sum()
    triples = (ties_x * (ties_x - 1) * (ties_x - 2)).sum() * (ties_y * (ties_y - 1) * (ties_y - 2)).sum()
    doubles = (ties_x * (ties_x - 1)).sum() * (ties_y * (ties_y - 1)).sum()
    variance = spread / 18 + triples / (9 * k * (k - 1) * (k - 2)) + doubles / (2 * k * (k - 1))
    return Begg(tau, two_sided_z(score / float(np.sqrt(variance))), False)


def _inversions(k: int) -> FloatArray:
    """How many orders of k things have 0, 1, 2, ... pairs the wrong way round."""
    counts = np.ones(1)
    for size in range(2, k + 1):
        counts = np.convolve(counts, np.ones(size))
    return counts


@dataclass(frozen=True, slots=True)
class TrimFill:
    """Studies that would make the funnel even: how many (`k0`, its standard error), on which side, and the pool with them filled in.

    A test of sensitivity, never a corrected effect.
    """

    k0: int
    k0_se: float
    side: str
    filled_y: FloatArray
    filled_v: FloatArray
    pooled: Pooled
    converged: bool


def trim_and_fill(
    y: Any,
    v: Any,
    method: str = "REML",
    estimator: Literal["L0", "R0"] = "L0",
    side: Literal["left", "right"] | None = None,
    test: Test = "z",
    level: float = 0.95,
) -> TrimFill:
    """Duval and Tweedie 2000. Without `side`, it is the one that Egger's slope (equal effects) points away from."""
    effects, variances, _, _ = complete_cases(y, v)
    k = len(effects)
    if k < 3:
        raise EvidenceError("FAN-EVID-022", "Cannot trim and fill", f"{k} studies; three are needed")
    if side is None:
        slope = pool(effects, variances, "EE", moderators={"se": np.sqrt(variances)}).estimate[1] if np.ptp(variances) > 0 else 0.0
        side = "right" if slope < 0 else "left"
    turn = -1.0 if side == "right" else 1.0
    order = np.argsort(turn * effects, kind="stable")
    sorted_y, sorted_v = turn * effects[order], variances[order]
    k0, seen, converged = 0, -1, False
    centre = float("nan")
    for _ in range(100):
        centre = pool(sorted_y[: k - k0], sorted_v[: k - k0], method).estimate
        if k0 == seen:
            converged = True
            break
        seen = k0
        k0 = _missing(sorted_y - centre, estimator)
    count = float(k0)
    if estimator == "R0":
        se = float(np.sqrt(2 * max(0.0, count) + 2))
    else:
        ranks = (
            k * (k + 1) * (2 * k + 1) + 10 * count**3 + 27 * count**2 + 17 * count - 18 * k * count**2 - 18 * k * count + 6 * k**2 * count
        )
        se = float(np.sqrt(max(0.0, 16 * ranks / 24)) / (2 * k - 1))
    filled_y = turn * (2 * centre - sorted_y[k - k0 :])
    filled_v = sorted_v[k - k0 :]
    fit = pool(np.concatenate((effects, filled_y)), np.concatenate((variances, filled_v)), method, test, level=level)
    return TrimFill(k0, se, side, filled_y, filled_v, fit, converged)


def _missing(centred: FloatArray, estimator: str) -> int:
    """How many studies seem to be missing on the left of effects in rising order about their centre."""
    k = len(centred)
    signed = np.sign(centred) * _ranks(np.abs(centred))
    if estimator == "R0":
        below = -signed[signed < 0]
        return max(0, round(float(k - (below.max() if len(below) else 0))) - 1)
    positive = float(signed[signed > 0].sum())
    return max(0, round((4 * positive - k * (k + 1)) / (2 * k - 1)))


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; equal values share the middle of theirs."""
    below = (values[:, None] > values).sum(axis=1)
    equal = (values[:, None] == values).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2.0)

"""Rare events without correcting any zero: exact likelihoods with a normal random effect (generalised linear mixed models)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fanlight.science.evidence.arrays import FloatArray, as_vector, same_length
from fanlight.science.evidence.effect_sizes import effect_sizes
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.maximise import Maximum, maximise
from fanlight.science.evidence.quantiles import chi2_upper, normal_quantile, two_sided_z

NODES = 61
"""Points of the Gauss-Hermite rule, placed about each study's own peak."""


@dataclass(frozen=True, slots=True)
class ExactPooled:
    """A log odds ratio, or a log odds, pooled from exact likelihoods. `lrt` tests heterogeneity against equal effects."""

    estimate: float
    se: float
    p: float
    ci: tuple[float, float]
    tau2: float
    lrt: float
    lrt_df: int
    lrt_p: float
    k: int
    log_likelihood: float
    model: str
    level: float
    converged: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Study:
    """Log-probability of one study at each value of its true effect, with first and second derivative."""

    log_probability: Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]


def exact_odds_ratio(*, level: float = 0.95, random: bool = True, **columns: Any) -> ExactPooled:
    """Pool odds ratios by the conditional exact likelihood (metafor's `rma.glmm`, model "CM.EL").

    Given its margins, each study's events follow the noncentral hypergeometric law; true log odds ratios are normal. Columns as in
    `effect_sizes`. Studies with no event, or only events, say nothing and drop out, which the notes tell.
    """
    effect_sizes("RD", **columns)
    vectors = {name: as_vector(name, values) for name, values in columns.items()}
    a, c = vectors["ai"], vectors["ci"]
    n1 = vectors["n1i"] if "n1i" in vectors else a + vectors["bi"]
    n2 = vectors["n2i"] if "n2i" in vectors else c + vectors["di"]
    events = a + c
    informative = (events > 0) & (events < n1 + n2)
    silent = [str(index + 1) for index in np.flatnonzero(~informative)]
    notes = [f"Studies without events, or with nothing else, say nothing here: {', '.join(silent)}."] if silent else []
    if not informative.any():
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "no study had both events and people without one")
    studies = [_hypergeometric(*(round(float(column[i])) for column in (a, events, n1, n2))) for i in np.flatnonzero(informative)]
    start = float(np.log((a.sum() + 0.5) * (n2.sum() - c.sum() + 0.5) / ((c.sum() + 0.5) * (n1.sum() - a.sum() + 0.5))))
    if a[informative].sum() == 0 or c[informative].sum() == 0:
        raise EvidenceError(
            "FAN-EVID-022", "Cannot pool", "one arm had no event in any study", "The odds ratio is without bound; use the risk difference."
        )
    return _fit(studies, start, level, random, "exact conditional likelihood, normal random effect", notes)


def exact_proportion(xi: Any, ni: Any, *, level: float = 0.95, random: bool = True) -> ExactPooled:
    """Pool proportions on the logit scale by the binomial likelihood with a normal random effect; zeros need no correction."""
    x, n = as_vector("xi", xi), as_vector("ni", ni)
    same_length({"xi": x, "ni": n})
    effect_sizes("PR", xi=x, ni=n)
    if x.sum() in (0.0, n.sum()):
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "nobody, or everybody, had the event in every study")
    studies = [_binomial(float(a), float(b)) for a, b in zip(x, n, strict=True)]
    start = float(np.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5)))
    return _fit(studies, start, level, random, "binomial likelihood, normal random effect", [])


def _hypergeometric(a: int, events: int, n1: int, n2: int) -> _Study:
    from scipy.special import gammaln

    lowest, highest = max(0, events - n2), min(events, n1)
    counts = np.arange(lowest, highest + 1, dtype=np.float64)

    def choose(n: int, r: FloatArray) -> FloatArray:
        return np.asarray(gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1))

    ways = choose(n1, counts) + choose(n2, events - counts)
    here = float(ways[a - lowest])

    def log_probability(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        terms = ways + np.multiply.outer(theta, counts)
        top = terms.max(axis=-1, keepdims=True)
        weights = np.exp(terms - top)
        total = weights.sum(axis=-1)
        mean = (weights * counts).sum(axis=-1) / total
        spread = (weights * (counts - mean[..., None]) ** 2).sum(axis=-1) / total
        return here + theta * a - top[..., 0] - np.log(total), a - mean, -spread

    return _Study(log_probability)


def _binomial(x: float, n: float) -> _Study:
    from scipy.special import gammaln

    ways = float(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1))

    def log_probability(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        chance = 1.0 / (1.0 + np.exp(-theta))
        return ways + x * theta - n * np.logaddexp(0.0, theta), x - n * chance, -n * chance * (1 - chance)

    return _Study(log_probability)


def _fit(studies: list[_Study], start: float, level: float, random: bool, model: str, notes: list[str]) -> ExactPooled:
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)

    def common_value(theta: FloatArray) -> float:
        return float(sum(study.log_probability(theta[:1])[0][0] for study in studies))

    def common_gradient(theta: FloatArray) -> FloatArray:
        return np.array([sum(study.log_probability(theta[:1])[1][0] for study in studies)])

    def integrals(theta: FloatArray) -> tuple[float, float, float]:
        """Log-likelihood at mean and tau, with its derivatives, by each study's posterior of its effect."""
        mean, tau = float(theta[0]), float(theta[1])
        total, by_mean, by_tau = 0.0, 0.0, 0.0
        for study in studies:
            peak, width = _peak(study, mean, tau)
            points = peak + np.sqrt(2.0) * width * nodes
            log_terms = study.log_probability(points)[0] - 0.5 * ((points - mean) / tau) ** 2 + nodes**2 + np.log(weights)
            top = log_terms.max()
            share = np.exp(log_terms - top)
            mass = share.sum()
            total += float(top) + float(np.log(mass)) + float(np.log(width / tau)) - 0.5 * float(np.log(np.pi))
            distance = (points - mean) / tau
            by_mean += float((share * distance).sum() / mass) / tau
            by_tau += float((share * (distance**2 - 1.0)).sum() / mass) / tau
        return total, by_mean, by_tau

    equal = maximise(common_value, common_gradient, np.array([start]))
    found = equal
    tau2 = 0.0
    if random and equal.converged and len(studies) > 1:
        found, tau2 = _with_spread(integrals, equal)
    if not found.converged:
        notes = [*notes, "The likelihood did not settle: there are no estimates."]
        nan = float("nan")
        return ExactPooled(nan, nan, nan, (nan, nan), nan, nan, 1, nan, len(studies), nan, model, level, False, tuple(notes))
    estimate, se = float(found.at[0]), float(np.sqrt(found.covariance[0, 0]))
    reach = normal_quantile(0.5 + level / 2) * se
    lrt = max(0.0, 2.0 * float(found.value - equal.value))
    return ExactPooled(
        estimate=estimate,
        se=se,
        p=two_sided_z(estimate / se),
        ci=(estimate - reach, estimate + reach),
        tau2=tau2,
        lrt=lrt,
        lrt_df=1,
        lrt_p=chi2_upper(lrt, 1) if random else float("nan"),
        k=len(studies),
        log_likelihood=float(found.value),
        model=model if random else model.replace(", normal random effect", ", equal effects"),
        level=level,
        converged=True,
        notes=tuple(notes),
    )


def _with_spread(integrals: Callable[[FloatArray], tuple[float, float, float]], equal: Maximum) -> tuple[Maximum, float]:
    """The best of climbs from several spreads; where none beats equal effects, equal effects with tau2 = 0."""
    floor = np.array([-np.inf, 1e-4])
    tries = [
        maximise(lambda theta: integrals(theta)[0], lambda theta: np.array(integrals(theta)[1:]), np.array([equal.at[0], tau]), floor)
        for tau in (0.2, 0.8)
    ]
    settled = [found for found in tries if found.converged]
    if not settled:
        return tries[0], float("nan")
    best = max(settled, key=lambda found: found.value)
    if best.at[1] <= 1e-4 or best.value <= equal.value:
        return equal, 0.0
    return best, float(best.at[1] ** 2)


def _peak(study: _Study, mean: float, tau: float) -> tuple[float, float]:
    """Where a study's effect is most likely given mean and tau, and how wide that peak is."""
    x = mean
    curvature = 1.0 / tau**2
    for _ in range(100):
        _, slope, bend = study.log_probability(np.array([x]))
        curvature = 1.0 / tau**2 - float(bend[0])
        step = (float(slope[0]) - (x - mean) / tau**2) / curvature
        step = max(-2.0, min(2.0, step))
        x += step
        if abs(step) < 1e-12:
            break
    return x, float(curvature**-0.5)

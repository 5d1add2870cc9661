"""Effects that share a study: three-level models, and standard errors that trust no model of the sharing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.design import design_matrix
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.maximise import maximise
from fanlight.science.evidence.pooling import complete_cases, omnibus
from fanlight.science.evidence.quantiles import chi2_upper, normal_quantile, t_quantile, two_sided_t, two_sided_z

Correction = Literal["CR0", "CR1", "CR2"]
"""CR0: no correction. CR1: times clusters over clusters less coefficients. CR2: bias-reduced, Satterthwaite degrees per coefficient."""


@dataclass(frozen=True, slots=True)
class ThreeLevel:
    """Effects within clusters: `sigma2_between` among clusters, `sigma2_within` among effects of one cluster.

    `i2_between` and `i2_within` are percent of the total variance with the typical sampling variance. `estimate` etc. are (p,).
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    p: FloatArray
    ci: FloatArray
    covariance: FloatArray = field(repr=False)
    sigma2_between: float
    sigma2_within: float
    i2_between: float
    i2_within: float
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: tuple[float, float]
    qm_p: float
    k: int
    clusters: int
    log_likelihood: float
    method: str
    converged: bool
    level: float
    marginal: FloatArray = field(repr=False)
    design: FloatArray = field(repr=False)
    effects: FloatArray = field(repr=False)
    membership: tuple[str, ...] = field(repr=False)
    notes: tuple[str, ...] = ()


def three_level(
    y: Any,
    v: Any,
    cluster: Sequence[Any],
    moderators: Any = None,
    *,
    method: Literal["REML", "ML"] = "REML",
    error_correlation: float = 0.0,
    level: float = 0.95,
) -> ThreeLevel:
    """Random effects of clusters and of effects within them (metafor's `rma.mv` with ``~ 1 | cluster / effect``), by Wald tests.

    `error_correlation` is the assumed correlation of sampling errors within a cluster (0 where the effects rest on different people).
    """
    effects, variances, used, notes = complete_cases(y, v)
    if not 0 <= error_correlation < 1:
        raise EvidenceError("FAN-EVID-006", f"Cannot use the correlation {error_correlation!r}", "it lies from 0 to below 1")
    labels = tuple(str(cluster[index]) for index in used)
    k = len(effects)
    names, x = (("intercept",), np.ones((k, 1))) if moderators is None else design_matrix(moderators, used, len(cluster))
    groups = len(set(labels))
    if groups < 2 or groups == k:
        why = "every effect is in one cluster" if groups < 2 else "no cluster has two effects"
        raise EvidenceError("FAN-EVID-023", "Cannot tell the levels apart", why, "Use pool instead.")
    together = np.array([[1.0 if a == b else 0.0 for b in labels] for a in labels])
    errors = np.sqrt(np.outer(variances, variances)) * together * error_correlation
    np.fill_diagonal(errors, variances)
    parts = (together, np.eye(k))
    restricted = method == "REML"

    def state(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        precision = np.linalg.inv(errors + theta[0] * parts[0] + theta[1] * parts[1])
        information = x.T @ precision @ x
        return precision, information, precision - precision @ x @ np.linalg.solve(information, x.T @ precision)

    def value(theta: FloatArray) -> float:
        precision, information, p = state(theta)
        total = 0.5 * float(np.linalg.slogdet(precision)[1]) - 0.5 * float(effects @ p @ effects)
        if restricted:
            total += 0.5 * float(np.linalg.slogdet(x.T @ x)[1]) - 0.5 * float(np.linalg.slogdet(information)[1])
        return total - 0.5 * (k - (x.shape[1] if restricted else 0)) * float(np.log(2 * np.pi))

    def gradient(theta: FloatArray) -> FloatArray:
        precision, _, p = state(theta)
        py = p @ effects
        spread = p if restricted else precision
        return np.array([0.5 * float(py @ part @ py) - 0.5 * float((spread * part).sum()) for part in parts])

    start = max(1e-4, float(np.var(effects)) - float(variances.mean()))
    tries = [
        maximise(value, gradient, np.array(first), np.zeros(2))
        for first in ((start / 2, start / 2), (start, 0.01 * start), (0.01 * start, start))
    ]
    settled = [found for found in tries if found.converged]
    if not settled:
        notes = [*notes, f"{method} did not settle on the variances: there are no estimates."]
    best = max(settled, key=lambda found: found.value) if settled else tries[0]
    theta = best.at
    precision, information, _ = state(theta if settled else np.zeros(2))
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    estimate = covariance @ (x.T @ precision @ effects) if settled else np.full(x.shape[1], np.nan)
    se = np.sqrt(np.diag(covariance))
    reach = normal_quantile(0.5 + level / 2)
    plain = np.linalg.inv(errors)
    hat = plain - plain @ x @ np.linalg.solve(x.T @ plain @ x, x.T @ plain)
    degrees = k - x.shape[1]
    typical = degrees / float(np.trace(hat))
    q = float(effects @ hat @ effects)
    whole = typical + float(theta.sum())
    qm, qm_df, qm_p = omnibus(estimate[1:], covariance[1:, 1:], None)
    return ThreeLevel(
        names=names,
        estimate=estimate,
        se=se,
        p=np.array([two_sided_z(float(b / s)) for b, s in zip(estimate, se, strict=True)]),
        ci=np.column_stack((estimate - reach * se, estimate + reach * se)),
        covariance=covariance,
        sigma2_between=float(theta[0]),
        sigma2_within=float(theta[1]),
        i2_between=100.0 * float(theta[0]) / whole,
        i2_within=100.0 * float(theta[1]) / whole,
        q=q,
        q_df=degrees,
        q_p=chi2_upper(q, degrees),
        qm=qm,
        qm_df=qm_df,
        qm_p=qm_p,
        k=k,
        clusters=groups,
        log_likelihood=best.value,
        method=method,
        converged=bool(settled),
        level=level,
        marginal=errors + theta[0] * parts[0] + theta[1] * parts[1] if settled else errors,
        design=x,
        effects=effects,
        membership=labels,
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class Robust:
    """Cluster-robust inference: `estimate`, `se`, `df`, `p` (p,), `ci` (p, 2); `correction` names the small-sample rule."""

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    df: FloatArray
    p: FloatArray
    ci: FloatArray
    covariance: FloatArray
    clusters: int
    correction: str


def robust(fit: ThreeLevel, correction: Correction = "CR2") -> Robust:
    """Sandwich standard errors over the clusters of a three-level model; t with clusters less coefficients, or Satterthwaite's for CR2."""
    return cluster_robust(fit.effects, fit.marginal, fit.design, fit.membership, fit.names, correction, fit.level)


def cluster_robust(
    y: FloatArray,
    working: FloatArray,
    x: FloatArray,
    cluster: Sequence[str],
    names: tuple[str, ...],
    correction: Correction,
    level: float = 0.95,
) -> Robust:
    """The same for any working covariance `(k, k)` of the effects, weights being its inverse.

    CR2 with Satterthwaite degrees: Bell and McCaffrey 2002, as described by Pustejovsky and Tipton 2018 (J Bus Econ Stat 36:672).
    """
    k, p = x.shape
    groups = [np.array([index for index in range(k) if cluster[index] == name]) for name in dict.fromkeys(cluster)]
    m = len(groups)
    if m <= p:
        raise EvidenceError("FAN-EVID-023", "Cannot compute cluster-robust errors", f"{m} clusters for {p} coefficients")
    weights = np.linalg.inv(working)
    bread = np.linalg.inv(x.T @ weights @ x)
    estimate = bread @ (x.T @ weights @ y)
    maker = np.eye(k) - x @ bread @ x.T @ weights
    residual = y - x @ estimate
    left: list[FloatArray] = []
    for rows in groups:
        adjust = np.eye(len(rows))
        if correction == "CR2":
            root = np.linalg.cholesky(working[np.ix_(rows, rows)]).T
            inner = root @ (maker[rows] @ working @ maker[rows].T) @ root.T
            adjust = root.T @ _inverse_root(inner) @ root
        left.append(bread @ (x.T @ weights)[:, rows] @ adjust)  # (p, n_j)
    scores = np.array([part @ residual[rows] for part, rows in zip(left, groups, strict=True)])
    covariance = scores.T @ scores * (m / (m - p) if correction == "CR1" else 1.0)
    degrees = np.full(p, float(m - p))
    if correction == "CR2":
        spread = maker @ working @ maker.T
        for coefficient in range(p):
            carriers = np.zeros((k, m))
            for column, (part, rows) in enumerate(zip(left, groups, strict=True)):
                carriers[rows, column] = part[coefficient]
            inner = carriers.T @ spread @ carriers
            degrees[coefficient] = float(np.trace(inner) ** 2 / (inner**2).sum())
    se = np.sqrt(np.diag(covariance))
    reach = np.array([t_quantile(0.5 + level / 2, float(d)) for d in degrees])
    return Robust(
        names=names,
        estimate=estimate,
        se=se,
        df=degrees,
        p=np.array([two_sided_t(float(b / s), float(d)) for b, s, d in zip(estimate, se, degrees, strict=True)]),
        ci=np.column_stack((estimate - reach * se, estimate + reach * se)),
        covariance=covariance,
        clusters=m,
        correction=correction,
    )


def _inverse_root(matrix: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept = values > 1e-10 * values.max()
    return np.asarray((vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T)

"""Estimators of tau2, the variance of true effects between studies.

Definitions as in Viechtbauer 2005 (J Educ Behav Stat 30:261) and metafor's documentation of `rma.uni`. All are truncated at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.likelihood import Studies, View, log_likelihood, view
from fanlight.science.evidence.roots import falling_root


class Method(StrEnum):
    """How the between-study variance is estimated; EE assumes one effect and has none."""

    EE = "EE"
    DL = "DL"
    HE = "HE"
    HS = "HS"
    SJ = "SJ"
    ML = "ML"
    REML = "REML"
    EB = "EB"
    PM = "PM"


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate of tau2. When `converged` is false there is no number: `value` is NaN."""

    value: float
    converged: bool
    iterations: int = 0


def parse_method(name: str) -> Method:
    """The method called `name` ("FE" and "CE" read as EE), or FAN-EVID-004."""
    text = str(name).upper()
    try:
        return Method("EE" if text in ("FE", "CE") else text)
    except ValueError:
        known = ", ".join(method.value for method in Method)
        raise EvidenceError("FAN-EVID-004", f"There is no method {name!r}", f"the methods are {known}") from None


def estimate_tau2(studies: Studies, method: Method) -> Tau2:
    """tau2 of `studies` (k > p) by `method`."""
    if method is Method.EE:
        return Tau2(0.0, converged=True)
    closed = _CLOSED.get(method)
    if closed is not None:
        value = closed(studies)
        return Tau2(max(0.0, value), converged=bool(np.isfinite(value)))
    if method in (Method.PM, Method.EB):
        return _moment_root(studies)
    return _likelihood_root(studies, restricted=method is Method.REML)


def _hedges(studies: Studies) -> float:
    plain = studies.y - studies.q @ (studies.q.T @ studies.y)
    leverage = (studies.q**2).sum(axis=1)
    return float((plain @ plain - ((1.0 - leverage) * studies.v).sum()) / studies.degrees)


def _dersimonian_laird(studies: Studies) -> float:
    seen = view(studies, 0.0)
    return (seen.q_residual - studies.degrees) / seen.trace_p


def _hunter_schmidt(studies: Studies) -> float:
    seen = view(studies, 0.0)
    return (seen.q_residual - studies.k) / seen.sum_w


def _sidik_jonkman(studies: Studies) -> float:
    start = float(np.var(studies.y))
    return start * view(studies, start).q_residual / studies.degrees if start > 0 else 0.0


_CLOSED: dict[Method, Callable[[Studies], float]] = {
    Method.HE: _hedges,
    Method.DL: _dersimonian_laird,
    Method.HS: _hunter_schmidt,
    Method.SJ: _sidik_jonkman,
}


def upper_bound(studies: Studies) -> float:
    """A tau2 above which every estimator's equation has fallen below zero.

    With S the unweighted residual sum of squares: y'PPy <= S / (t + min v)^2 and tr P >= (k - p) / (t + max v), so the restricted
    score is negative once S (t + max v) < (k - p)(t + min v)^2; the others fall sooner.
    """
    plain = studies.y - studies.q @ (studies.q.T @ studies.y)
    ratio = float(plain @ plain) / studies.degrees
    low, high = float(studies.v.min()), float(studies.v.max())
    gap = high - low  # solve u^2 - ratio u - ratio gap = 0 for u = t + low
    reach = 0.5 * (ratio + np.sqrt(ratio**2 + 4.0 * ratio * gap))
    return float(max(reach - low, 0.0) * 1.0001 + 1e-12 * high)


def _moment_root(studies: Studies) -> Tau2:
    """Paule and Mandel: y'Py = k - p. One root, for y'Py falls in tau2 (EB solves the same equation)."""

    def equation(tau2: float) -> tuple[float, float]:
        seen = view(studies, tau2)
        return seen.q_residual - studies.degrees, -seen.yppy

    if equation(0.0)[0] <= 0:
        return Tau2(0.0, converged=True)
    found = falling_root(equation, 0.0, upper_bound(studies))
    return Tau2(found.x, found.converged, found.iterations)


def _likelihood_root(studies: Studies, restricted: bool) -> Tau2:
    """The highest maximum of the (restricted) likelihood: every fall of the score through zero on a grid is refined and compared."""

    def of(seen: View) -> tuple[float, float]:
        if restricted:
            return seen.yppy - seen.trace_p, seen.trace_pp - 2.0 * seen.ypppy
        return seen.yppy - seen.sum_w, seen.sum_w2 - 2.0 * seen.ypppy

    def equation(tau2: float) -> tuple[float, float]:
        return of(view(studies, tau2))

    top = upper_bound(studies)
    low = float(studies.v.min())
    grid = np.concatenate(([0.0], np.geomspace(low, low + top, GRID)[1:] - low)) if top > 0 else np.array([0.0])
    scores = [equation(float(point))[0] for point in grid]
    candidates: list[Tau2] = [Tau2(0.0, converged=True)] if scores[0] <= 0 else []
    for left, right, before, after in zip(grid[:-1], grid[1:], scores[:-1], scores[1:], strict=True):
        if before > 0 >= after:
            found = falling_root(equation, float(left), float(right))
            candidates.append(Tau2(found.x, found.converged, found.iterations))
    settled = [candidate for candidate in candidates if candidate.converged]
    if len(settled) < len(candidates) or not settled:
        return Tau2(float("nan"), converged=False)
    return settled[0] if len(settled) == 1 else max(settled, key=lambda c: log_likelihood(studies, c.value, restricted))


GRID = 16
"""Points of the search grid, spaced evenly in log(tau2 + min v)."""

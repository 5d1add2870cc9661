"""Network meta-analysis, frequentist: several treatments compared at once, directly and through each other.

Weighted least squares on contrasts, which gives what the graph-theoretical method gives (Ruecker 2012, Res Synth Methods 3:312);
studies with several arms enter with the covariance that their shared arm brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.quantiles import chi2_upper, normal_quantile, two_sided_z


@dataclass(frozen=True, slots=True)
class NetworkStudy:
    """One study of two or more treatments: effects of `treatments[1:]` against `treatments[0]`, and their covariance."""

    study_id: str
    treatments: tuple[str, ...]
    y: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]


def study_from_arms(study_id: str, measure: str, arms: Sequence[tuple[str, dict[str, float]]], add: float = 0.5) -> NetworkStudy | None:
    """A network study from its arms: counts (`events`, `total`) for OR, RR, RD; `mean`, `sd`, `n` for MD.

    Zero cells: `add` goes to events and non-events of all arms of a study that has one. None where a study says nothing about a
    ratio (no event in any arm, or only events).
    """
    if len(arms) < 2 or len({name for name, _ in arms}) != len(arms):
        raise EvidenceError("FAN-EVID-025", f"Cannot use study {study_id}", "it needs two or more different treatments")
    values: list[float] = []
    variances: list[float] = []
    if measure in ("OR", "RR", "RD"):
        events = np.array([arm["events"] for _, arm in arms], dtype=np.float64)
        totals = np.array([arm["total"] for _, arm in arms], dtype=np.float64)
        if measure != "RD" and (not events.any() or (events == totals).all()):
            return None
        if measure != "RD" and ((events == 0) | (events == totals)).any():
            events, totals = events + add, totals + 2 * add
        for x, n in zip(events, totals, strict=True):
            if measure == "OR":
                values.append(float(np.log(x / (n - x))))
                variances.append(float(1 / x + 1 / (n - x)))
            elif measure == "RR":
                values.append(float(np.log(x / n)))
                variances.append(float(1 / x - 1 / n))
            else:
                values.append(float(x / n))
                variances.append(float(x / n * (1 - x / n) / n))
    elif measure == "MD":
        values = [arm["mean"] for _, arm in arms]
        variances = [arm["sd"] ** 2 / arm["n"] for _, arm in arms]
    else:
        raise EvidenceError("FAN-EVID-003", f"There is no network measure {measure!r}", "use OR, RR, RD or MD")
    size = len(arms) - 1
    covariance = np.full((size, size), variances[0]) + np.diag(variances[1:])
    return NetworkStudy(
        study_id,
        tuple(name for name, _ in arms),
        tuple(value - values[0] for value in values[1:]),
        tuple(tuple(float(c) for c in row) for row in covariance),
    )


@dataclass(frozen=True, slots=True)
class Network:
    """All treatments against each other. `effects[i, j]` is treatment i against treatment j, with `se` and `p`, all (T, T).

    `q` splits into `q_within` (studies of one design disagree) and `q_between` (designs disagree: inconsistency), each with degrees
    and p. `p_scores` (T,) is the mean certainty that a treatment beats another; `i2` in percent.
    """

    treatments: tuple[str, ...]
    effects: FloatArray = field(repr=False)
    se: FloatArray = field(repr=False)
    p: FloatArray = field(repr=False)
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    q_within: float
    q_within_df: int
    q_within_p: float
    q_between: float
    q_between_df: int
    q_between_p: float
    p_scores: FloatArray
    k: int
    edges: tuple[tuple[str, str, int], ...]
    designs: tuple[tuple[str, int], ...]
    level: float
    method: str


def network(
    studies: Sequence[NetworkStudy],
    method: Literal["EE", "DL"] = "DL",
    *,
    small_is_good: bool = True,
    level: float = 0.95,
) -> Network:
    """Fit a network. `method`: "EE" (common effects) or "DL" (random effects, one tau2 for all contrasts, by moments).

    Raises FAN-EVID-026 where the treatments do not hang together: an effect across the gap does not exist.
    """
    if not studies:
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "there is no study")
    treatments = tuple(sorted({name for study in studies for name in study.treatments}))
    _refuse_islands(treatments, studies)
    y, design, sampling, sharing = _stacked(studies, treatments)
    plain = _solve(y, design, sampling)
    degrees = len(y) - (len(treatments) - 1)
    q = plain[2]
    tau2 = 0.0
    if method == "DL" and degrees > 0:
        tau2 = max(0.0, (q - degrees) / float((plain[3] * sharing).sum()))
    basic, covariance, _, _ = _solve(y, design, sampling + tau2 * sharing)
    effects, se = _all_pairs(basic, covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(se > 0, effects / np.where(se > 0, se, 1.0), 0.0)
    p = np.array([[two_sided_z(float(z)) for z in row] for row in statistic])
    q_within, within_df = _within(studies)
    between = max(0.0, q - q_within)
    between_df = degrees - within_df
    return Network(
        treatments=treatments,
        effects=effects,
        se=se,
        p=p,
        tau2=tau2,
        i2=max(0.0, 100.0 * (q - degrees) / q) if q > 0 else 0.0,
        q=q,
        q_df=degrees,
        q_p=chi2_upper(q, degrees),
        q_within=q_within,
        q_within_df=within_df,
        q_within_p=chi2_upper(q_within, within_df),
        q_between=between,
        q_between_df=between_df,
        q_between_p=chi2_upper(between, between_df),
        p_scores=_p_scores(effects, se, small_is_good),
        k=len(studies),
        edges=_edges(studies),
        designs=_designs(studies),
        level=level,
        method=method,
    )


def _refuse_islands(treatments: Sequence[str], studies: Sequence[NetworkStudy]) -> None:
    reached = {treatments[0]}
    while True:
        more = {name for study in studies if reached & set(study.treatments) for name in study.treatments}
        if more <= reached:
            break
        reached |= more
    if reached != set(treatments):
        apart = ", ".join(sorted(set(treatments) - reached))
        raise EvidenceError(
            "FAN-EVID-026", "Cannot compare all treatments", f"no study links {treatments[0]} with {apart}", "Fit the parts apart."
        )


def _stacked(studies: Sequence[NetworkStudy], treatments: Sequence[str]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Contrasts, design against the first treatment, sampling covariance, and how the heterogeneity is shared."""
    size = sum(len(study.y) for study in studies)
    y = np.concatenate([np.array(study.y) for study in studies])
    design = np.zeros((size, len(treatments)))
    sampling, sharing = np.zeros((size, size)), np.zeros((size, size))
    row = 0
    for study in studies:
        m = len(study.y)
        block = slice(row, row + m)
        for offset, name in enumerate(study.treatments[1:]):
            design[row + offset, treatments.index(name)] += 1.0
            design[row + offset, treatments.index(study.treatments[0])] -= 1.0
        sampling[block, block] = np.array(study.covariance)
        sharing[block, block] = 0.5 * (np.eye(m) + np.ones((m, m)))
        row += m
    return y, design[:, 1:], sampling, sharing


def _solve(y: FloatArray, x: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray, float, FloatArray]:
    """Estimates, their covariance, Q, and the matrix P whose quadratic form Q is."""
    weights = np.linalg.inv(covariance)
    spread = np.linalg.inv(x.T @ weights @ x)
    hat = weights - weights @ x @ spread @ x.T @ weights
    estimates, errors = np.asarray(spread @ (x.T @ weights @ y), np.float64), np.asarray(spread, np.float64)
    return estimates, errors, float(y @ hat @ y), np.asarray(hat, np.float64)


def _all_pairs(basic: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    level = np.concatenate(([0.0], basic))
    spread = np.zeros((len(level), len(level)))
    spread[1:, 1:] = covariance
    variance = np.diag(spread)[:, None] + np.diag(spread) - 2 * spread
    return level[:, None] - level, np.sqrt(np.maximum(variance, 0.0))


def _within(studies: Sequence[NetworkStudy]) -> tuple[float, int]:
    total, degrees = 0.0, 0
    for name, _ in _designs(studies):
        same = [study for study in studies if _design_of(study) == name]
        treatments = tuple(sorted(same[0].treatments))
        y, design, sampling, _ = _stacked(same, treatments)
        total += _solve(y, design, sampling)[2]
        degrees += len(y) - (len(treatments) - 1)
    return total, degrees


def _design_of(study: NetworkStudy) -> str:
    return " : ".join(sorted(study.treatments))


def _designs(studies: Sequence[NetworkStudy]) -> tuple[tuple[str, int], ...]:
    names = [_design_of(study) for study in studies]
    return tuple((name, names.count(name)) for name in sorted(set(names)))


def _edges(studies: Sequence[NetworkStudy]) -> tuple[tuple[str, str, int], ...]:
    pairs = [pair for study in studies for pair in combinations(sorted(study.treatments), 2)]
    return tuple((one, other, pairs.count((one, other))) for one, other in sorted(set(pairs)))


def _p_scores(effects: FloatArray, se: FloatArray, small_is_good: bool) -> FloatArray:
    from scipy.special import ndtr

    size = len(effects)
    sign = -1.0 if small_is_good else 1.0
    better = ndtr(sign * effects / np.where(se > 0, se, 1.0))
    np.fill_diagonal(better, 0.0)
    return np.asarray(better.sum(axis=1) / (size - 1))


def league_table(fit: Network) -> list[list[str | tuple[float, float, float]]]:
    """Treatments in order of P-score down the diagonal; below it (estimate, lower, upper) of the column's against the row's.

    Cells above the diagonal are empty strings. Effects are on the scale of the analysis.
    """
    order = np.argsort(-fit.p_scores, kind="stable")
    reach = normal_quantile(0.5 + fit.level / 2)
    rows: list[list[str | tuple[float, float, float]]] = []
    for place, i in enumerate(order):
        row: list[str | tuple[float, float, float]] = []
        for earlier, j in enumerate(order):
            if earlier == place:
                row.append(fit.treatments[i])
            elif earlier < place:
                middle, error = float(fit.effects[j, i]), float(fit.se[j, i])
                row.append((middle, middle - reach * error, middle + reach * error))
            else:
                row.append("")
        rows.append(row)
    return rows


@dataclass(frozen=True, slots=True)
class Split:
    """A comparison seen directly, indirectly, and whether the two agree (`z`, `p`); NaN where one side has no evidence."""

    one: str
    other: str
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    p: float


def split_evidence(studies: Sequence[NetworkStudy], fit: Network) -> tuple[Split, ...]:
    """Direct against indirect evidence for each compared pair, by taking the direct part back out at the network's tau2.

    Direct evidence of a study with several arms is its two arms alone. With tau2 shared, 1/se_indirect^2 = 1/se^2 - 1/se_direct^2.
    """
    found: list[Split] = []
    for one, other, _ in fit.edges:
        direct, error = _direct(studies, one, other, fit.tau2)
        i, j = fit.treatments.index(one), fit.treatments.index(other)
        mixed, mixed_se = float(fit.effects[i, j]), float(fit.se[i, j])
        left = 1 / mixed_se**2 - 1 / error**2
        if left <= 1e-10 / error**2:
            nan = float("nan")
            found.append(Split(one, other, direct, error, nan, nan, nan, nan))
            continue
        indirect = (mixed / mixed_se**2 - direct / error**2) / left
        spread = float(np.sqrt(error**2 + 1 / left))
        found.append(
            Split(one, other, direct, error, indirect, float(left**-0.5), direct - indirect, two_sided_z((direct - indirect) / spread))
        )
    return tuple(found)


def _direct(studies: Sequence[NetworkStudy], one: str, other: str, tau2: float) -> tuple[float, float]:
    weights, values = [], []
    for study in studies:
        if one in study.treatments and other in study.treatments:
            y = np.concatenate(([0.0], study.y))
            spread = np.zeros((len(y), len(y)))
            spread[1:, 1:] = np.array(study.covariance)
            i, j = study.treatments.index(one), study.treatments.index(other)
            values.append(y[i] - y[j])
            weights.append(1.0 / (spread[i, i] + spread[j, j] - 2 * spread[i, j] + tau2))
    total = float(np.sum(weights))
    return float(np.dot(weights, values) / total), total**-0.5


def columns_of(studies: Sequence[NetworkStudy]) -> list[dict[str, Any]]:
    """The studies as plain rows, for export."""
    return [
        {"study_id": s.study_id, "treatments": list(s.treatments), "y": list(s.y), "covariance": [list(r) for r in s.covariance]}
        for s in studies
    ]

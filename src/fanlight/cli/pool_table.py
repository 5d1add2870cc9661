"""From a table of studies to the printed and the JSON result of `fanlight pool`."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from fanlight.core.errors import FanlightError
from fanlight.science.evidence import MetaRegression, Pooled, effect_sizes
from fanlight.science.evidence import pool as pool_studies
from fanlight.science.evidence.diagnostics import Subgroups, subgroups
from fanlight.science.evidence.fixed_tables import TablesPooled, mantel_haenszel, peto
from fanlight.science.evidence.measures import READINGS, Measure, parse_measure
from fanlight.science.evidence.multilevel import robust, three_level
from fanlight.science.evidence.rare_events import ExactPooled, exact_odds_ratio, exact_proportion

Table = dict[str, list[str]]
EFFECT_COLUMNS = (
    "ai", "bi", "ci", "di", "n1i", "n2i", "m1i", "sd1i", "m2i", "sd2i", "x1i", "t1i", "x2i", "t2i", "xi", "ni", "ti", "ri",
    "yi", "vi", "sei", "ci_lb", "ci_ub",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PoolResult:
    """What to print, the same as values, and whether there is a number."""

    text: str
    values: dict[str, Any]
    settled: bool


def read_table(file: Path) -> Table:
    """Columns of a CSV by name."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise FanlightError("FAN-EVID-036", f"Cannot read {file.name}", type(problem).__name__, "Give a CSV in UTF-8.") from problem
    reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    if not rows:
        raise FanlightError("FAN-EVID-036", f"Cannot pool {file.name}", "it holds no study")
    return {name: [row[name] or "" for row in rows] for name in reader.fieldnames or []}


def run_pool(
    table: Table,
    measure: str,
    method: str,
    test: str,
    moderators: list[str],
    cluster: str,
    subgroup: str,
    *,
    level: float,
    prediction: str,
) -> PoolResult:
    """Compute and pool as asked."""
    kind = parse_measure(measure)
    columns: dict[str, Any] = {name: table[name] for name in EFFECT_COLUMNS if name in table}
    for name in (*moderators, *filter(None, (cluster, subgroup))):
        if name not in table:
            raise FanlightError("FAN-EVID-037", f"There is no column {name!r}", f"the columns are {', '.join(table)}")
    upper = method.upper()
    if upper in ("MH", "PETO"):
        fit = peto(level=level, **columns) if upper == "PETO" else mantel_haenszel(kind, level=level, **columns)
        return _told_tables(fit)
    if upper == "GLMM":
        exact = exact_proportion(columns["xi"], columns["ni"], level=level) if "xi" in columns else exact_odds_ratio(level=level, **columns)
        return _told_exact(exact, kind)
    effects = effect_sizes(kind, level=level, **columns)
    used = {name: _numbers_or_text(table[name]) for name in moderators} or None
    if cluster:
        return _told_clusters(effects.y, effects.v, table[cluster], used, level, kind)
    if subgroup:
        return _told_subgroups(subgroups(effects.y, effects.v, table[subgroup], method, cast(Any, test), level), kind)
    found = pool_studies(effects.y, effects.v, method, cast(Any, test), moderators=used, level=level, prediction=cast(Any, prediction))
    values = {**asdict(found), "measure": kind.value, "y": effects.y, "v": effects.v, "notes": [*effects.notes, *found.notes]}
    text = _regression_text(found) if isinstance(found, MetaRegression) else _pooled_text(found, kind)
    notes = "".join(f"\nNote: {note}" for note in (*effects.notes, *found.notes))
    return PoolResult(text + notes, values, found.converged)


def _numbers_or_text(cells: list[str]) -> list[Any]:
    try:
        return [float(cell) if cell not in ("", "NA") else None for cell in cells]
    except ValueError:
        return list(cells)


def _back(kind: Measure, values: tuple[float, ...]) -> str:
    if not READINGS[kind].is_log:
        return ""
    middle, low, high = (float(np.exp(value)) for value in values)
    words = READINGS[kind].words
    return f"   as {'an' if words[0] == 'o' else 'a'} {words}: {middle:.4f} ({low:.4f} to {high:.4f})\n"


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"


def _pooled_text(fit: Pooled, kind: Measure) -> str:
    name = "t" if fit.df is not None else "z"
    return (
        f"{READINGS[kind].words.capitalize()}, {fit.method}, test {fit.test}, k = {fit.k}\n"
        f"tau2 {fit.tau2:.4f} (SE {fit.tau2_se:.4f}), {100 * fit.level:g} % Q-profile {fit.tau2_ci[0]:.4f} to {fit.tau2_ci[1]:.4f}\n"
        f"I2 {fit.i2:.2f} %   H2 {fit.h2:.2f}   Q {fit.q:.4f} on {fit.q_df}, p {_p(fit.q_p)}\n"
        f"estimate {fit.estimate:.4f}   se {fit.se:.4f}   {name} {fit.statistic:.4f}   p {_p(fit.p)}   "
        f"{100 * fit.level:g} % {fit.ci[0]:.4f} to {fit.ci[1]:.4f}\n"
        f"{_back(kind, (fit.estimate, *fit.ci))}"
        f"prediction {fit.pi[0]:.4f} to {fit.pi[1]:.4f}   ({fit.pi_rule})"
    )


def _coefficients(names: tuple[str, ...], estimate: Any, se: Any, p: Any, ci: Any) -> str:
    width = max(len(name) for name in names)
    return "\n".join(
        f"{name:<{width}}  {estimate[i]:10.4f}  se {se[i]:.4f}  p {_p(float(p[i]))}  {ci[i][0]:.4f} to {ci[i][1]:.4f}"
        for i, name in enumerate(names)
    )


def _regression_text(fit: MetaRegression) -> str:
    law = f"F({fit.qm_df[0]:g}, {fit.qm_df[1]:g})" if fit.df is not None else f"QM({fit.qm_df[0]:g})"
    r2 = "" if fit.r2 is None else f"   R2 {fit.r2:.2f} %"
    return (
        f"Meta-regression, {fit.method}, test {fit.test}, k = {fit.k}\n"
        f"residual tau2 {fit.tau2:.4f} (SE {fit.tau2_se:.4f})   I2 {fit.i2:.2f} %{r2}   QE {fit.q:.4f} on {fit.q_df}, p {_p(fit.q_p)}\n"
        f"all moderators: {law} = {fit.qm:.4f}, p {_p(fit.qm_p)}\n" + _coefficients(fit.names, fit.estimate, fit.se, fit.p, fit.ci)
    )


def _told_tables(fit: TablesPooled) -> PoolResult:
    text = (
        f"{READINGS[fit.measure].words.capitalize()}, {fit.method}, one common effect, k = {fit.k}\n"
        f"estimate {fit.estimate:.4f}   se {fit.se:.4f}   z {fit.statistic:.4f}   p {_p(fit.p)}   {fit.ci[0]:.4f} to {fit.ci[1]:.4f}\n"
        f"{_back(fit.measure, (fit.estimate, *fit.ci))}Q {fit.q:.4f} on {fit.q_df}, p {_p(fit.q_p)}"
    )
    return PoolResult(text + "".join(f"\nNote: {note}" for note in fit.notes), asdict(fit), True)


def _told_exact(fit: ExactPooled, kind: Measure) -> PoolResult:
    text = (
        f"{fit.model}, k = {fit.k}\ntau2 {fit.tau2:.4f}   likelihood ratio {fit.lrt:.4f}, p {_p(fit.lrt_p)}\n"
        f"estimate {fit.estimate:.4f}   se {fit.se:.4f}   p {_p(fit.p)}   {fit.ci[0]:.4f} to {fit.ci[1]:.4f}"
    )
    return PoolResult(text + "".join(f"\nNote: {note}" for note in fit.notes), {**asdict(fit), "measure": kind.value}, fit.converged)


def _told_clusters(y: Any, v: Any, cluster: list[str], moderators: Any, level: float, kind: Measure) -> PoolResult:
    fit = three_level(y, v, cluster, moderators, level=level)
    values: dict[str, Any] = {
        name: getattr(fit, name)
        for name in (
            "names",
            "estimate",
            "se",
            "p",
            "ci",
            "sigma2_between",
            "sigma2_within",
            "i2_between",
            "i2_within",
            "q",
            "q_df",
            "q_p",
            "k",
            "clusters",
        )
    }
    values |= {"measure": kind.value, "converged": fit.converged, "method": "three-level REML", "notes": list(fit.notes)}
    text = (
        f"Three-level model, REML, {fit.k} effects in {fit.clusters} clusters\n"
        f"between clusters {fit.sigma2_between:.4f} (I2 {fit.i2_between:.1f} %), "
        f"within {fit.sigma2_within:.4f} (I2 {fit.i2_within:.1f} %)\n" + _coefficients(fit.names, fit.estimate, fit.se, fit.p, fit.ci)
    )
    if fit.converged:
        sandwich = robust(fit)
        values["robust"] = {name: getattr(sandwich, name) for name in ("estimate", "se", "df", "p", "ci", "correction")}
        text += f"\ncluster-robust ({sandwich.correction}):\n" + _coefficients(
            fit.names, sandwich.estimate, sandwich.se, sandwich.p, sandwich.ci
        )
    return PoolResult(text + "".join(f"\nNote: {note}" for note in fit.notes), values, fit.converged)


def _told_subgroups(found: Subgroups, kind: Measure) -> PoolResult:
    text = "\n\n".join(f"[{name}]\n{_pooled_text(fit, kind)}" for name, fit in found.groups)
    text += f"\n\nbetween subgroups: Q {found.q_between:.4f} on {found.df}, p {_p(found.p)}"
    values = {"groups": {name: asdict(fit) for name, fit in found.groups}, "q_between": found.q_between, "df": found.df, "p": found.p}
    return PoolResult(text, values, all(fit.converged for _, fit in found.groups))

"""The forest plot and its table, from the same rows, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fanlight.science.evidence.drawing import minus, span
from fanlight.science.evidence.measures import READINGS, Measure
from fanlight.science.evidence.quantiles import normal_quantile
from fanlight.science.evidence.questions import Answer


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study as the plot and the table show it; effects on the scale of the analysis, `shown` as they are read."""

    name: str
    detail: str
    treated: str
    treated_detail: str
    control: str
    control_detail: str
    effect: float
    low: float
    high: float
    shown: str
    weight: float
    risk_of_bias: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest: its rows, the pooled effect, and the sentence that labels it."""

    measure: Measure
    rows: tuple[ForestRow, ...]
    pooled: tuple[float, float, float] | None
    pooled_shown: str
    prediction: tuple[float, float] | None
    prediction_shown: str
    note: str
    label: str
    subtotals: tuple[tuple[str, float, float, float], ...] = ()
    better_when: str = ""


def shown(measure: Measure, effect: float, low: float, high: float) -> str:
    """An effect with its interval as a reader sees it: ratios as ratios."""
    values = [float(np.exp(value)) if READINGS[measure].is_log else value for value in (effect, low, high)]
    return f"{minus(values[0])} ({span(values[1], values[2])})"


def forest_of(result: Answer, level: float = 0.95) -> Forest:
    """The forest of an answer."""
    fit = result.pooled
    reach = normal_quantile(0.5 + level / 2)
    weights = dict(zip(fit.used, fit.weights.tolist(), strict=True)) if fit else {}
    rows = []
    for index, (row, y, v) in enumerate(zip(result.rows, result.y, result.v, strict=True)):
        low, high = y - reach * v**0.5, y + reach * v**0.5
        if row.has_counts and result.question.model.effect_from == "counts":
            treated, control = _share(row.events_arm1, row.total_arm1), _share(row.events_arm2, row.total_arm2)
            more = (f"{row.events_arm1:g} of {row.total_arm1:g}", f"{row.events_arm2:g} of {row.total_arm2:g}")
        elif row.has_means:
            treated, control = f"{row.mean_arm1:.1f}", f"{row.mean_arm2:.1f}"
            more = (f"SD {row.sd_arm1:.1f}, {row.n_mean_arm1:g} people", f"SD {row.sd_arm2:.1f}, {row.n_mean_arm2:g} people")
        else:
            treated, control, more = "", "", ("", "")
        rows.append(
            ForestRow(
                row.study_id,
                f"{row.year} · {row.dose} v {row.comparator}",
                treated,
                more[0],
                control,
                more[1],
                y,
                low,
                high,
                shown(result.measure, y, low, high),
                weights.get(index, 0.0),
                row.risk_of_bias.removeprefix("RoB 2: ").lower() or "not seen",
            )
        )
    pooled = (fit.estimate, *fit.ci) if fit is not None and result.is_pooled else None
    prediction = fit.pi if fit is not None and result.is_pooled and np.isfinite(fit.pi).all() else None
    return Forest(
        result.measure,
        tuple(rows),
        pooled,
        shown(result.measure, *pooled) if pooled else "",
        prediction,
        f"({span(*_ends(result.measure, prediction))})" if prediction else "",
        _note(result),
        _label(result),
        better_when=question_side(result),
    )


def question_side(result: Answer) -> str:
    """Which side of no effect is the better one: "higher" or "lower"."""
    return result.question.better_when


def _ends(measure: Measure, interval: tuple[float, float]) -> tuple[float, float]:
    return (float(np.exp(interval[0])), float(np.exp(interval[1]))) if READINGS[measure].is_log else interval


def _share(events: float | None, total: float | None) -> str:
    return f"{100 * (events or 0) / total:.0f} %" if total else ""


def title(measure: Measure) -> str:
    """The measure in words, as a heading."""
    words = READINGS[measure].words
    return words[0].upper() + words[1:]


def _note(result: Answer) -> str:
    fit = result.pooled
    if fit is None or not result.is_pooled:
        return ""
    return f"{fit.method}, test {fit.test}; τ² {fit.tau2:.3f}, I² {fit.i2:.0f} %, Q {fit.q:.1f} on {fit.q_df}"


def _label(result: Answer) -> str:
    fit = result.pooled
    what = READINGS[result.measure].words
    named = title(result.measure)
    if fit is None:
        return "No eligible study."
    if not result.is_pooled or not fit.converged:
        return f"{len(result.rows)} {'study' if len(result.rows) == 1 else 'studies'}, not pooled. {named}."
    told = f"{fit.k} studies. Pooled {what} {shown(result.measure, fit.estimate, *fit.ci)}, 95 percent interval"
    return f"{told}; prediction interval {span(*_ends(result.measure, fit.pi))}." if np.isfinite(fit.pi).all() else f"{told}."


def forest_table(forest: Forest) -> list[list[str]]:
    """The same values as rows of text: header first, pooled and prediction last."""
    rows = [
        [
            "Study",
            "Details",
            "Treated",
            "Control",
            f"{title(forest.measure)} (95 % interval)",
            "Weight",
            "Risk of bias",
        ]
    ]
    for row in forest.rows:
        treated, control = f"{row.treated} ({row.treated_detail})", f"{row.control} ({row.control_detail})"
        rows.append([row.name, row.detail, treated, control, row.shown, f"{row.weight:.1f} %", row.risk_of_bias])
    if forest.pooled:
        rows.append(["Pooled", forest.note, "", "", forest.pooled_shown, "100 %", ""])
    if forest.prediction:
        rows.append(["A new study", "prediction interval", "", "", forest.prediction_shown, "", ""])
    return rows


def merge_groups(forests: Sequence[tuple[str, Forest]], label: str) -> Forest:
    """One forest of several subgroups, each with its own subtotal; no overall diamond is drawn."""
    first = forests[0][1]
    rows = tuple(
        ForestRow(**{**{name: getattr(row, name) for name in ForestRow.__slots__}, "group": group})
        for group, forest in forests
        for row in forest.rows
    )
    subtotals = tuple((group, *forest.pooled) for group, forest in forests if forest.pooled)
    return Forest(first.measure, rows, None, "", None, "", "", label, subtotals)

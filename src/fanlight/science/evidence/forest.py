"""The forest plot and its table, from the same rows, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fanlight.science.evidence.drawing import Scale, box, line, minus, path, picture, place, ratio_ticks, round_ticks, span, words
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


def _title(measure: Measure) -> str:
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
    named = _title(result.measure)
    if fit is None:
        return "No eligible study."
    if not result.is_pooled or not fit.converged:
        return f"{len(result.rows)} {'study' if len(result.rows) == 1 else 'studies'}, not pooled. {named}."
    told = f"{fit.k} studies. Pooled {what} {shown(result.measure, fit.estimate, *fit.ci)}, 95 percent interval"
    return f"{told}; prediction interval {span(*_ends(result.measure, fit.pi))}." if np.isfinite(fit.pi).all() else f"{told}."


WIDTH, LEFT, RIGHT = 1120.0, 620.0, 900.0
STEP = 48.0


def forest_svg(forest: Forest) -> str:
    """The plot: weights as areas, intervals, the pooled diamond, the prediction interval, rates and risk of bias beside."""
    is_log = READINGS[forest.measure].is_log
    low, high = _reach(forest)
    scale = Scale(low, high, LEFT, RIGHT)
    body = [
        words(0, 14, "Study", "t-b"),
        words(430, 14, "Treated", "t-b end"),
        words(560, 14, "Control", "t-b end"),
        words((LEFT + RIGHT) / 2, 14, _title(forest.measure), "t-b mid"),
        words(WIDTH, 14, "95 % interval · risk of bias", "t-b end"),
        line(0, 24, WIDTH, 24, "axis"),
    ]
    y = 52.0
    group = ""
    for row in forest.rows:
        if row.group != group:
            group = row.group
            body.append(words(0, y, group, "t-ink t-b"))
            y += 26
        body += _study(row, scale, y, is_log)
        y += STEP
    bottom = y - 18
    body.append(line(0, bottom, WIDTH, bottom, "axis"))
    if forest.pooled:
        body += _pooled(forest, scale, bottom + 30)
        bottom += 76
    for name, middle, start, end in forest.subtotals:
        body += _subtotal(name, middle, start, end, forest.measure, scale, bottom + 16)
        bottom += 34
    body += _axis(scale, bottom, is_log)
    body += _sides(forest.better_when, scale, bottom + 38)
    return picture(WIDTH, bottom + 46, body, forest.label)


def _reach(forest: Forest) -> tuple[float, float]:
    """Ends of the axis: every estimate, the pool and the prediction are within; long intervals may run out and carry an arrow."""
    inside = [0.0, *(row.effect for row in forest.rows), *(forest.prediction or ()), *(forest.pooled or ())]
    ends = [end for row in forest.rows for end in (row.low, row.high)]
    widths = sorted(row.high - row.low for row in forest.rows)
    room = max(1.6 * (max(inside) - min(inside)), 1.1 * widths[len(widths) // 2] if widths else 1.0)
    low = max(min([*inside, *ends]), min(inside) - room / 2)
    high = min(max([*inside, *ends]), max(inside) + room / 2)
    pad = 0.04 * (high - low) or 0.5
    return low - pad, high + pad


def _study(row: ForestRow, scale: Scale, y: float, is_log: bool) -> list[str]:
    side = 5.0 + 1.4 * max(row.weight, 0.0) ** 0.5
    parts = [
        words(0, y, row.name, "t-ink t-l t-b"),
        words(0, y + 17, _short(row.detail, 42)),
        words(430, y, row.treated, "t-ink t-l end"),
        words(430, y + 17, row.treated_detail, "end"),
        words(560, y, row.control, "t-ink t-l end"),
        words(560, y + 17, row.control_detail, "end"),
        line(scale.at(row.low), y - 4, scale.at(row.high), y - 4, "s-main"),
        box(scale.at(row.effect), y - 4, side, "box"),
        words(WIDTH, y, row.shown, "t-ink t-l end"),
        words(WIDTH, y + 17, f"{row.risk_of_bias} · weight {row.weight:.0f} %" if row.weight else row.risk_of_bias, "end"),
    ]
    for end, turn in ((row.low, 1.0), (row.high, -1.0)):
        if not scale.holds(end):
            x = scale.at(end)
            parts.append(
                path(f"M{place(x + turn * 8)} {place(y - 9)}L{place(x)} {place(y - 4)}L{place(x + turn * 8)} {place(y + 1)}", "s-main")
            )
    return parts


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _pooled(forest: Forest, scale: Scale, y: float) -> list[str]:
    assert forest.pooled is not None
    middle, low, high = (scale.at(value) for value in forest.pooled)
    parts = [
        words(0, y, "Pooled", "t-ink t-l t-b"),
        words(0, y + 17, forest.note),
        path(
            f"M{place(low)} {place(y - 4)}L{place(middle)} {place(y - 13)}L{place(high)} {place(y - 4)}L{place(middle)} {place(y + 5)}z",
            "diamond",
        ),
        words(WIDTH, y, forest.pooled_shown, "t-ink t-l t-b end"),
    ]
    if forest.prediction:
        start, end = scale.at(forest.prediction[0]), scale.at(forest.prediction[1])
        at = y + 25
        d = f"M{place(start)} {place(at)}H{place(end)}M{place(start)} {place(at - 7)}v14M{place(end)} {place(at - 7)}v14"
        parts += [
            path(d, "pi"),
            words(560, at + 5, "a new study would land here", "t-ink end"),
            words(WIDTH, at + 5, forest.prediction_shown, "t-ink t-l end"),
        ]
    return parts


def _subtotal(name: str, middle: float, low: float, high: float, measure: Measure, scale: Scale, y: float) -> list[str]:
    m, a, b = (scale.at(value) for value in (middle, low, high))
    d = f"M{place(a)} {place(y - 4)}L{place(m)} {place(y - 11)}L{place(b)} {place(y - 4)}L{place(m)} {place(y + 3)}z"
    return [words(0, y, name, "t-ink"), path(d, "diamond"), words(WIDTH, y, shown(measure, middle, low, high), "t-ink end")]


def _axis(scale: Scale, y: float, is_log: bool) -> list[str]:
    ticks = ratio_ticks(scale.low, scale.high) if is_log else round_ticks(scale.low, scale.high)
    parts = [line(scale.left, y, scale.right, y, "sill")]
    if scale.holds(0.0):
        parts.append(line(scale.at(0.0), 28, scale.at(0.0), y, "gap"))
    for tick in ticks:
        text = f"{np.exp(tick):g}" if is_log else minus(tick, 1)
        parts += [path(f"M{place(scale.at(tick))} {place(y)}v5", "axis"), words(scale.at(tick), y + 19, text, "mid")]
    return parts


def _sides(better_when: str, scale: Scale, y: float) -> list[str]:
    if not better_when or not scale.low < 0 < scale.high:
        return []
    middle = scale.at(0.0)
    left, right = ("better on treatment", "worse") if better_when == "lower" else ("worse", "better on treatment")
    return [words(middle - 10, y, left, "end"), words(middle + 10, y, right)]


def forest_table(forest: Forest) -> list[list[str]]:
    """The same values as rows of text: header first, pooled and prediction last."""
    rows = [
        [
            "Study",
            "Details",
            "Treated",
            "Control",
            f"{_title(forest.measure)} (95 % interval)",
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

"""A forest drawn: wide for a page or a poster, with columns beside the intervals; tall for a phone, each study over its own strip."""

from __future__ import annotations

import numpy as np

from fanlight.science.evidence.drawing import Scale, box, line, minus, path, picture, place, ratio_ticks, round_ticks, words
from fanlight.science.evidence.forest import Forest, ForestRow, shown, title
from fanlight.science.evidence.measures import READINGS, Measure

WIDTH, LEFT, RIGHT = 1120.0, 620.0, 900.0
STEP = 48.0
PHONE_WIDTH, PHONE_STEP = 358.0, 78.0


def forest_svg(forest: Forest) -> str:
    """The plot: weights as areas, intervals, the pooled diamond, the prediction interval, rates and risk of bias beside."""
    is_log = READINGS[forest.measure].is_log
    low, high = _reach(forest)
    scale = Scale(low, high, LEFT, RIGHT)
    body = [
        words(0, 14, "Study", "t-b"),
        words(430, 14, "Treated", "t-b end"),
        words(560, 14, "Control", "t-b end"),
        words((LEFT + RIGHT) / 2, 14, title(forest.measure), "t-b mid"),
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
        body += _study(row, scale, y)
        y += STEP
    bottom = y - 18
    body.append(line(0, bottom, WIDTH, bottom, "axis"))
    if forest.pooled:
        body += _pooled(forest, scale, bottom + 30)
        bottom += 76
    for name, middle, start, end in forest.subtotals:
        body += _subtotal(name, middle, start, end, forest.measure, scale, bottom + 16)
        bottom += 34
    body += [*_no_effect(scale, 28, bottom), *_axis(scale, bottom, is_log)]
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


def _study(row: ForestRow, scale: Scale, y: float) -> list[str]:
    return [
        words(0, y, row.name, "t-ink t-l t-b"),
        words(0, y + 17, _short(row.detail, 42)),
        words(430, y, row.treated, "t-ink t-l end"),
        words(430, y + 17, row.treated_detail, "end"),
        words(560, y, row.control, "t-ink t-l end"),
        words(560, y + 17, row.control_detail, "end"),
        *_interval(row, scale, y - 4),
        words(WIDTH, y, row.shown, "t-ink t-l end"),
        words(WIDTH, y + 17, f"{row.risk_of_bias} · weight {row.weight:.0f} %" if row.weight else row.risk_of_bias, "end"),
    ]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _pooled(forest: Forest, scale: Scale, y: float) -> list[str]:
    assert forest.pooled is not None
    parts = [
        words(0, y, "Pooled", "t-ink t-l t-b"),
        words(0, y + 17, forest.note),
        _diamond(scale, forest.pooled, y - 4),
        words(WIDTH, y, forest.pooled_shown, "t-ink t-l t-b end"),
    ]
    if forest.prediction:
        parts += [
            _prediction(scale, forest.prediction, y + 25),
            words(560, y + 30, "a new study would land here", "t-ink end"),
            words(WIDTH, y + 30, forest.prediction_shown, "t-ink t-l end"),
        ]
    return parts


def _subtotal(name: str, middle: float, low: float, high: float, measure: Measure, scale: Scale, y: float) -> list[str]:
    ends = words(WIDTH, y, shown(measure, middle, low, high), "t-ink end")
    return [words(0, y, name, "t-ink"), _diamond(scale, (middle, low, high), y - 4), ends]


def _no_effect(scale: Scale, top: float, bottom: float) -> list[str]:
    """The line of no effect, where it is on the plot."""
    return [line(scale.at(0.0), top, scale.at(0.0), bottom, "gap")] if scale.holds(0.0) else []


def _axis(scale: Scale, y: float, is_log: bool) -> list[str]:
    ticks = ratio_ticks(scale.low, scale.high) if is_log else round_ticks(scale.low, scale.high)
    parts = [line(scale.left, y, scale.right, y, "sill")]
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


def phone_forest_svg(forest: Forest) -> str:
    """The same rows in the width of a phone: name and effect, the two groups, then the interval across the whole width."""
    is_log = READINGS[forest.measure].is_log
    scale = Scale(*_reach(forest), 8.0, PHONE_WIDTH - 8.0)
    body = [
        words(0, 14, title(forest.measure), "t-b"),
        words(PHONE_WIDTH, 14, "95 % interval", "t-b end"),
        line(0, 24, PHONE_WIDTH, 24, "axis"),
    ]
    y, group = 48.0, ""
    for row in forest.rows:
        if row.group != group:
            group = row.group
            body.append(words(0, y, group, "t-ink t-b"))
            y += 26
        body += _phone_study(row, scale, y)
        y += PHONE_STEP
    bottom = y - 22
    body.append(line(0, bottom, PHONE_WIDTH, bottom, "axis"))
    if forest.pooled:
        body += _phone_pooled(forest, scale, bottom + 22)
        bottom += 118 if forest.prediction else 72
    for name, middle, start, end in forest.subtotals:
        body += [
            words(0, bottom + 20, name, "t-ink"),
            words(PHONE_WIDTH, bottom + 20, shown(forest.measure, middle, start, end), "t-ink end"),
        ]
        body.append(_diamond(scale, (middle, start, end), bottom + 40))
        bottom += 60
    body += _axis(scale, bottom, is_log)
    body += _sides(forest.better_when, scale, bottom + 38)
    return picture(PHONE_WIDTH, bottom + 46, body, forest.label, "chart")


def _phone_study(row: ForestRow, scale: Scale, y: float) -> list[str]:
    groups = f"{row.treated} ({row.treated_detail}) v {row.control} ({row.control_detail})" if row.treated else ""
    bias = f"{row.risk_of_bias} · weight {row.weight:.0f} %" if row.weight else row.risk_of_bias
    return [
        words(0, y, _short(row.name, 22), "t-ink t-l t-b"),
        words(PHONE_WIDTH, y, row.shown, "t-ink end"),
        words(0, y + 16, _short(groups, 54)),
        words(0, y + 31, _short(f"{row.detail.partition(' · ')[0]} · bias {bias}", 54)),
        *_no_effect(scale, y + 36, y + 53),
        *_interval(row, scale, y + 44),
    ]


def _phone_pooled(forest: Forest, scale: Scale, y: float) -> list[str]:
    assert forest.pooled is not None
    parts = [
        words(0, y, "Pooled", "t-ink t-l t-b"),
        words(PHONE_WIDTH, y, forest.pooled_shown, "t-ink t-b end"),
        words(0, y + 16, _short(forest.note, 54)),
        *_no_effect(scale, y + 24, y + 44),
        _diamond(scale, forest.pooled, y + 34),
    ]
    if forest.prediction:
        parts += [
            words(0, y + 62, "a new study would land here", "t-ink"),
            words(PHONE_WIDTH, y + 62, forest.prediction_shown, "t-ink end"),
        ]
        parts.append(_prediction(scale, forest.prediction, y + 78))
    return parts


def _interval(row: ForestRow, scale: Scale, y: float) -> list[str]:
    """Weight as area, the interval through it, an arrow where it runs out of the plot."""
    parts = [
        line(scale.at(row.low), y, scale.at(row.high), y, "s-main"),
        box(scale.at(row.effect), y, 5.0 + 1.4 * max(row.weight, 0.0) ** 0.5, "box"),
    ]
    for end, turn in ((row.low, 1.0), (row.high, -1.0)):
        if not scale.holds(end):
            x = scale.at(end)
            parts.append(
                path(f"M{place(x + turn * 8)} {place(y - 5)}L{place(x)} {place(y)}L{place(x + turn * 8)} {place(y + 5)}", "s-main")
            )
    return parts


def _diamond(scale: Scale, values: tuple[float, float, float], y: float) -> str:
    middle, low, high = (scale.at(value) for value in values)
    d = f"M{place(low)} {place(y)}L{place(middle)} {place(y - 9)}L{place(high)} {place(y)}L{place(middle)} {place(y + 9)}z"
    return path(d, "diamond")


def _prediction(scale: Scale, ends: tuple[float, float], y: float) -> str:
    start, end = scale.at(ends[0]), scale.at(ends[1])
    return path(f"M{place(start)} {place(y)}H{place(end)}M{place(start)} {place(y - 7)}v14M{place(end)} {place(y - 7)}v14", "pi")

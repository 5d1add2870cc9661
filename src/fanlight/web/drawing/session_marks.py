"""The marks of the session chart: each series in its own shape, limits with their words, gaps as gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from fanlight.core.session_plan import Measure
from fanlight.web.drawing.session_chart_values import Lane, Point, SessionChart
from fanlight.web.drawing.svg import number, shape, text

_LEFT, _RIGHT, _WIDTH, _HEIGHT = 52.0, 644.0, 700.0, 436.0
_DOSE_TOP, _SILL = 6.0, 390.0
_BP, _HR = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG), Measure.HEART_RATE_PER_MIN
_SPO2, _DISS = Measure.SPO2_PERCENT, Measure.DISSOCIATION_0_10
Across = Callable[[float], float]
"""Where a minute stands across the chart."""


def dose_marks(chart: SessionChart, x: Across) -> Iterator[str]:
    if chart.dose is not None:
        left, right = x(chart.dose[0]), x(chart.dose[1])
        yield shape("rect", "dose", x=left, y=_DOSE_TOP, width=max(right - left, 1.0), height=_SILL - _DOSE_TOP)
        yield shape(
            "path",
            "dose-edge",
            d=f"M{number(left)} {number(_DOSE_TOP)}V{number(_SILL)}M{number(right)} {number(_DOSE_TOP)}V{number(_SILL)}",
        )
        yield text(max(left, _LEFT + 40) + 6, 19, chart.dose_label, "t-dose t-b")
    for minute in chart.device_minutes:
        yield shape("path", "dose-edge", d=f"M{number(x(minute))} {number(_DOSE_TOP)}V{number(_SILL)}")
        yield shape("path", "now-flag", d=f"M{number(x(minute) - 6)} {number(_DOSE_TOP)}h12l-6 9z")


def scale_marks(lane: Lane, ticks: Iterable[int], lines: Sequence[int] | None = None) -> Iterator[str]:
    for tick in ticks:
        if not lane.low <= tick <= lane.high:
            continue
        y = lane.y(tick)
        if lines is None or tick in lines:
            yield shape("path", "gridline", d=f"M{number(_LEFT)} {number(y)}H{number(_RIGHT)}")
        if lines is None or tick in (0, 10):
            yield text(44, y + 4.5, str(tick), "end")


def limit_marks(chart: SessionChart, lane: Lane, measures: tuple[Measure, ...]) -> Iterator[str]:
    for line in chart.limits:
        if line.measure in measures:
            y = lane.y(line.value)
            yield shape("path", "limit", d=f"M{number(_LEFT)} {number(y)}H{number(_RIGHT)}")
            yield text(_RIGHT, y + (14 if line.is_below else -6), line.words, "t-limit end")


def _runs(chart: SessionChart, measure: Measure) -> Iterator[list[Point]]:
    """Stretches of points without a gap between them. A kept point stands alone: nothing is drawn through it."""
    run: list[Point] = []
    for point in chart.points.get(measure, ()):
        if run and (point.is_kept or any(run[-1].minute < gap < point.minute for gap in chart.gaps)):
            yield run
            run = []
        run.append(point)
        if point.is_kept:
            yield run
            run = []
    if run:
        yield run


def line_marks(chart: SessionChart, measure: Measure, lane: Lane, x: Across, css: str) -> Iterator[str]:
    for run in _runs(chart, measure):
        if len(run) > 1:
            path = " L".join(f"{number(x(p.minute))} {number(lane.y(p.value))}" for p in run)
            yield shape("path", css, d=f"M{path}")


def pressure_marks(chart: SessionChart, lane: Lane, x: Across) -> Iterator[str]:
    lows = {point.minute: point for point in chart.points.get(Measure.DIASTOLIC_MMHG, ())}
    for high in chart.points.get(Measure.SYSTOLIC_MMHG, ()):
        left, top = x(high.minute), lane.y(high.value)
        low = lows.pop(high.minute, None)
        kept = " is-kept" if high.is_kept else ""
        if low is not None:
            yield shape("path", f"s-bp{kept}", d=f"M{number(left)} {number(top)}V{number(lane.y(low.value))}")
        if high.is_past:
            yield from _triangle(left, top, high.value)
        else:
            yield shape("path", f"m-bp{kept}", d=f"M{number(left - 6)} {number(top - 1)}h12l-6 8z")
        if low is not None:
            yield from _low_wedge(low, left, lane, kept)
    for low in lows.values():
        yield from _low_wedge(low, x(low.minute), lane, " is-kept" if low.is_kept else "")


def _low_wedge(low: Point, left: float, lane: Lane, kept: str) -> Iterator[str]:
    y = lane.y(low.value)
    if low.is_past:
        yield from _triangle(left, y, low.value)
    else:
        yield shape("path", f"m-bp{kept}", d=f"M{number(left - 6)} {number(y + 1)}h12l-6 -8z")


def _triangle(left: float, y: float, value: float) -> Iterator[str]:
    yield shape("path", "bad", d=f"M{number(left)} {number(y - 8)}l8 14h-16z")
    yield text(left - 10, y + 6, f"{value:g}", "t-bad t-l end")


def disc_marks(chart: SessionChart, lane: Lane, x: Across) -> Iterator[str]:
    for point in chart.points.get(_HR, ()):
        left, y = x(point.minute), lane.y(point.value)
        if point.is_past:
            yield from _triangle(left, y, point.value)
        else:
            yield shape("circle", "m-hr is-kept" if point.is_kept else "m-hr", cx=left, cy=y, r=5.5)


def square_marks(chart: SessionChart, lane: Lane, x: Across) -> Iterator[str]:
    for point in chart.points.get(_SPO2, ()):
        left, y = x(point.minute), lane.y(point.value)
        if point.is_past:
            yield from _triangle(left, y, point.value)
        else:
            yield shape("rect", "m-spo2 is-kept" if point.is_kept else "m-spo2", x=left - 5, y=y - 5, width=10, height=10)


def column_marks(chart: SessionChart, lane: Lane, x: Across) -> Iterator[str]:
    for point in chart.points.get(_DISS, ()):
        left, y = x(point.minute), min(lane.y(point.value), lane.bottom - 2)
        yield shape("rect", "s-diss is-kept" if point.is_kept else "s-diss", x=left - 6, y=y, width=12, height=lane.bottom - y)
        yield text(left, y - 4, f"{point.value:g}", "t-diss mid")


def gap_marks(chart: SessionChart, x: Across) -> Iterator[str]:
    for minute in chart.gaps:
        left = x(minute)
        yield shape("circle", "absent", cx=left, cy=_SILL - 9, r=7)
        yield text(left, _SILL - 4.5, "?", "t-absent mid")


def axis_marks(chart: SessionChart, x: Across) -> Iterator[str]:
    span = chart.last_minute - chart.first_minute
    step = next(step for step in (10, 20, 30, 60, 120, 240, 480, 100_000) if span / step <= 8)
    tick = 0
    while tick <= chart.last_minute:
        left = x(tick)
        yield shape("path", "axis", d=f"M{number(left)} {number(_SILL)}v6")
        yield text(left, 411, str(tick), "mid")
        tick += step
    if chart.first_minute < 0 and chart.has_begun:
        yield text((x(chart.first_minute) + x(0)) / 2 - 6, 411, "before", "mid")
    yield text(699, 411, "min" if chart.has_begun else "min from arrival", "end")


def arch_marks(chart: SessionChart, x: Across) -> Iterator[str]:
    if chart.due:
        yield text(0, 430, "due")
    for arch in chart.due:
        if not chart.first_minute <= arch.minute <= chart.last_minute:
            continue
        left = x(arch.minute)
        css = "now-flag" if arch.is_next else "due-missed" if arch.is_missed else "due-next"
        yield shape("path", css, d=f"M{number(left - 7)} 430a7 7 0 0 1 14 0z")


def last_value_marks(chart: SessionChart, pressure: Lane, saturation: Lane, x: Across) -> Iterator[str]:
    """The last value of each series beside its marker, moved apart where they would touch."""
    wanted: list[tuple[float, float, str, str]] = []
    for measure, lane, css in (
        (Measure.SYSTOLIC_MMHG, pressure, "t-bp t-l"),
        (Measure.DIASTOLIC_MMHG, pressure, "t-bp t-l"),
        (_HR, pressure, "t-hr t-l"),
        (_SPO2, saturation, "t-spo2 t-l"),
    ):
        points = [point for point in chart.points.get(measure, ()) if not point.is_past]
        if points and points[-1] is chart.points[measure][-1]:
            beside = max(points[-1].minute, chart.now_minute if chart.now_minute is not None else points[-1].minute)
            wanted.append((lane.y(points[-1].value) + 5, x(beside) + 10, f"{points[-1].value:g}", css))
    last = -100.0
    for y, left, words, css in sorted(wanted):
        y = max(y, last + 17)
        last = y
        yield text(left, y, words, css)

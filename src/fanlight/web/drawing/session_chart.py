"""The chart of a treatment session: pressure, heart rate, saturation and dissociation against minutes.

Pressure is a bar with two wedges, heart rate a disc, saturation an open square, dissociation a column, so that each is
told apart without colour. Past a limit: a triangle with its value. Gaps are gaps. Kept on a tablet: hollow and dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

from fanlight.core.session_plan import Measure
from fanlight.web.drawing.svg import Svg, number, picture, shape, text

_LEFT, _RIGHT, _WIDTH, _HEIGHT = 52.0, 644.0, 700.0, 436.0
_DOSE_TOP, _SILL = 6.0, 390.0
_BP, _HR = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG), Measure.HEART_RATE_PER_MIN
_SPO2, _DISS = Measure.SPO2_PERCENT, Measure.DISSOCIATION_0_10


@dataclass(frozen=True, slots=True)
class Point:
    """One value at a minute. `is_past` it lies beyond a limit; `is_kept` it still waits on a tablet."""

    minute: float
    value: float
    is_past: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One signed limit drawn across its lane, with its words on the line. `is_below`: alerts under it."""

    measure: Measure
    value: float
    words: str
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class DueArch:
    """One due time on the sill. `is_missed`: due, never taken."""

    minute: float
    is_next: bool = False
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class SessionChart:
    """What the chart shows. Minutes count from the first dose, or from arrival while there is none.

    `dose` is the stretch in which the drug went in, to now while it runs; `gaps` are minutes of readings never taken:
    no line is drawn across them. `zero_label` names minute 0 where no dose was given.
    """

    points: dict[Measure, tuple[Point, ...]]
    first_minute: float
    last_minute: float
    limits: tuple[LimitLine, ...] = ()
    due: tuple[DueArch, ...] = ()
    dose: tuple[float, float] | None = None
    dose_label: str = ""
    device_minutes: tuple[float, ...] = ()
    now_minute: float | None = None
    has_begun: bool = True
    breathing: str = ""
    gaps: tuple[float, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of the chart: a scale from `low` to `high` between two heights."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Height of a value; one off the scale stands at its edge."""
        inside = min(max(value, self.low), self.high)
        return self.bottom - (inside - self.low) / (self.high - self.low) * (self.bottom - self.top)


def draw_session_chart(chart: SessionChart) -> Svg:
    """The whole chart with the sentence that says what it shows."""
    span = max(chart.last_minute - chart.first_minute, 1.0)

    def x(minute: float) -> float:
        return _LEFT + (min(max(minute, chart.first_minute), chart.last_minute) - chart.first_minute) / span * (_RIGHT - _LEFT)

    pressure, saturation, dissociation = lanes(chart)
    body = [
        *_dose(chart, x),
        *_scale(pressure, range(40, int(pressure.high) + 1, 40)),
        text(0, 19, "mmHg, /min", "t-b"),
        *_limits(chart, pressure, (*_BP, _HR)),
        *_scale(saturation, range(int(saturation.low), 101, 10 if saturation.high - saturation.low > 20 else 5)),
        text(0, saturation.top - 15, f"SpO₂ %{', ' + chart.breathing if chart.breathing else ''}", "t-spo2"),
        *_limits(chart, saturation, (_SPO2,)),
        text(0, dissociation.top - 15, "Dissociation 0–10, patient's own rating", "t-diss"),
        *_scale(dissociation, (0, 5, 10), lines=(5, 10)),
        *_gap_marks(chart, x),
        *_pressure(chart, pressure, x),
        *_line(chart, _HR, pressure, x, "s-hr"),
        *_discs(chart, pressure, x),
        *_line(chart, _SPO2, saturation, x, "s-spo2"),
        *_squares(chart, saturation, x),
        *_columns(chart, dissociation, x),
        shape("path", "sill", d=f"M{number(_LEFT)} {number(_SILL)}H{number(_RIGHT)}"),
        *_axis(chart, x),
        *_arches(chart, x),
        *_last_values(chart, pressure, saturation, x),
    ]
    if chart.now_minute is not None:
        body.append(shape("path", "now-line", d=f"M{number(x(chart.now_minute))} 28V{number(_SILL)}"))
    return picture(
        _WIDTH,
        _HEIGHT,
        "".join(body),
        label=finding(chart),
        css="chart chart-wide",
        data_first=chart.first_minute,
        data_last=chart.last_minute,
        data_pressure=_lane_data(pressure),
        data_saturation=_lane_data(saturation),
        data_dissociation=_lane_data(dissociation),
    )


def lanes(chart: SessionChart) -> tuple[Lane, Lane, Lane]:
    """Pressure, saturation and dissociation lanes; each grows to hold what was read."""
    high = [point.value for measure in (*_BP, _HR) for point in chart.points.get(measure, ())] + [
        line.value for line in chart.limits if line.measure in (*_BP, _HR)
    ]
    low = [point.value for measure in (*_BP, _HR) for point in chart.points.get(measure, ())]
    top = max(180.0, ceil((max(high, default=0.0) + 10) / 20) * 20.0)
    base = 40.0 if min(low, default=40.0) >= 40 else 0.0
    saturations = [point.value for point in chart.points.get(_SPO2, ())] + [line.value for line in chart.limits if line.measure is _SPO2]
    bottom = min(90.0, floor((min(saturations, default=90.0) - 2) / 5) * 5.0)
    return Lane(base, top, 30.0, 200.0), Lane(max(bottom, 0.0), 100.0, 238.0, 292.0), Lane(0.0, 10.0, 332.0, _SILL)


def finding(chart: SessionChart) -> str:
    """The sentence that says what the chart shows."""
    said = []
    systolic, diastolic = (chart.points.get(measure, ()) for measure in _BP)
    if systolic:
        last_low = f"/{diastolic[-1].value:g}" if diastolic and diastolic[-1].minute == systolic[-1].minute else ""
        said.append(f"Pressure last {systolic[-1].value:g}{last_low} mmHg, highest systolic {max(p.value for p in systolic):g}")
    for measure, name in ((_HR, "heart rate"), (_SPO2, "saturation"), (_DISS, "dissociation")):
        if chart.points.get(measure):
            said.append(f"{name} last {chart.points[measure][-1].value:g}")
    if not said:
        return "No reading yet"
    past = sum(point.is_past for points in chart.points.values() for point in points)
    kept = sum(point.is_kept for points in chart.points.values() for point in points)
    said.append(f"{past} past a limit" if past else "none past a limit")
    if kept:
        said.append(f"{kept} kept on this tablet, not yet judged")
    if chart.gaps:
        said.append(f"{len(chart.gaps)} due and never taken")
    sentence = ", ".join(said)
    return sentence[:1].upper() + sentence[1:] + ". The same values are in the table under the chart."


def _lane_data(lane: Lane) -> str:
    return " ".join(number(value) for value in (lane.low, lane.high, lane.top, lane.bottom))


def _dose(chart: SessionChart, x: object) -> Iterator[str]:
    if chart.dose is not None:
        left, right = x(chart.dose[0]), x(chart.dose[1])  # type: ignore[operator]
        yield shape("rect", "dose", x=left, y=_DOSE_TOP, width=max(right - left, 1.0), height=_SILL - _DOSE_TOP)
        yield shape(
            "path",
            "dose-edge",
            d=f"M{number(left)} {number(_DOSE_TOP)}V{number(_SILL)}M{number(right)} {number(_DOSE_TOP)}V{number(_SILL)}",
        )
        yield text(max(left, _LEFT + 40) + 6, 19, chart.dose_label, "t-dose t-b")
    for minute in chart.device_minutes:
        yield shape("path", "dose-edge", d=f"M{number(x(minute))} {number(_DOSE_TOP)}V{number(_SILL)}")  # type: ignore[operator]
        yield shape("path", "now-flag", d=f"M{number(x(minute) - 6)} {number(_DOSE_TOP)}h12l-6 9z")  # type: ignore[operator]


def _scale(lane: Lane, ticks: Iterable[int], lines: Sequence[int] | None = None) -> Iterator[str]:
    for tick in ticks:
        if not lane.low <= tick <= lane.high:
            continue
        y = lane.y(tick)
        if lines is None or tick in lines:
            yield shape("path", "gridline", d=f"M{number(_LEFT)} {number(y)}H{number(_RIGHT)}")
        if lines is None or tick in (0, 10):
            yield text(44, y + 4.5, str(tick), "end")


def _limits(chart: SessionChart, lane: Lane, measures: tuple[Measure, ...]) -> Iterator[str]:
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


def _line(chart: SessionChart, measure: Measure, lane: Lane, x: object, css: str) -> Iterator[str]:
    for run in _runs(chart, measure):
        if len(run) > 1:
            path = " L".join(f"{number(x(p.minute))} {number(lane.y(p.value))}" for p in run)  # type: ignore[operator]
            yield shape("path", css, d=f"M{path}")


def _pressure(chart: SessionChart, lane: Lane, x: object) -> Iterator[str]:
    lows = {point.minute: point for point in chart.points.get(Measure.DIASTOLIC_MMHG, ())}
    for high in chart.points.get(Measure.SYSTOLIC_MMHG, ()):
        left, top = x(high.minute), lane.y(high.value)  # type: ignore[operator]
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
        yield from _low_wedge(low, x(low.minute), lane, " is-kept" if low.is_kept else "")  # type: ignore[operator]


def _low_wedge(low: Point, left: float, lane: Lane, kept: str) -> Iterator[str]:
    y = lane.y(low.value)
    if low.is_past:
        yield from _triangle(left, y, low.value)
    else:
        yield shape("path", f"m-bp{kept}", d=f"M{number(left - 6)} {number(y + 1)}h12l-6 -8z")


def _triangle(left: float, y: float, value: float) -> Iterator[str]:
    yield shape("path", "bad", d=f"M{number(left)} {number(y - 8)}l8 14h-16z")
    yield text(left - 10, y + 6, f"{value:g}", "t-bad t-l end")


def _discs(chart: SessionChart, lane: Lane, x: object) -> Iterator[str]:
    for point in chart.points.get(_HR, ()):
        left, y = x(point.minute), lane.y(point.value)  # type: ignore[operator]
        if point.is_past:
            yield from _triangle(left, y, point.value)
        else:
            yield shape("circle", "m-hr is-kept" if point.is_kept else "m-hr", cx=left, cy=y, r=5.5)


def _squares(chart: SessionChart, lane: Lane, x: object) -> Iterator[str]:
    for point in chart.points.get(_SPO2, ()):
        left, y = x(point.minute), lane.y(point.value)  # type: ignore[operator]
        if point.is_past:
            yield from _triangle(left, y, point.value)
        else:
            yield shape("rect", "m-spo2 is-kept" if point.is_kept else "m-spo2", x=left - 5, y=y - 5, width=10, height=10)


def _columns(chart: SessionChart, lane: Lane, x: object) -> Iterator[str]:
    for point in chart.points.get(_DISS, ()):
        left, y = x(point.minute), min(lane.y(point.value), lane.bottom - 2)  # type: ignore[operator]
        yield shape("rect", "s-diss is-kept" if point.is_kept else "s-diss", x=left - 6, y=y, width=12, height=lane.bottom - y)
        yield text(left, y - 4, f"{point.value:g}", "t-diss mid")


def _gap_marks(chart: SessionChart, x: object) -> Iterator[str]:
    for minute in chart.gaps:
        left = x(minute)  # type: ignore[operator]
        yield shape("circle", "absent", cx=left, cy=_SILL - 9, r=7)
        yield text(left, _SILL - 4.5, "?", "t-absent mid")


def _axis(chart: SessionChart, x: object) -> Iterator[str]:
    span = chart.last_minute - chart.first_minute
    step = next(step for step in (10, 20, 30, 60, 120, 240, 480, 100_000) if span / step <= 8)
    tick = 0
    while tick <= chart.last_minute:
        left = x(tick)  # type: ignore[operator]
        yield shape("path", "axis", d=f"M{number(left)} {number(_SILL)}v6")
        yield text(left, 411, str(tick), "mid")
        tick += step
    if chart.first_minute < 0 and chart.has_begun:
        yield text((x(chart.first_minute) + x(0)) / 2 - 6, 411, "before", "mid")  # type: ignore[operator]
    yield text(699, 411, "min" if chart.has_begun else "min from arrival", "end")


def _arches(chart: SessionChart, x: object) -> Iterator[str]:
    if chart.due:
        yield text(0, 430, "due")
    for arch in chart.due:
        if not chart.first_minute <= arch.minute <= chart.last_minute:
            continue
        left = x(arch.minute)  # type: ignore[operator]
        css = "now-flag" if arch.is_next else "due-missed" if arch.is_missed else "due-next"
        yield shape("path", css, d=f"M{number(left - 7)} 430a7 7 0 0 1 14 0z")


def _last_values(chart: SessionChart, pressure: Lane, saturation: Lane, x: object) -> Iterator[str]:
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
            wanted.append((lane.y(points[-1].value) + 5, x(beside) + 10, f"{points[-1].value:g}", css))  # type: ignore[operator]
    last = -100.0
    for y, left, words, css in sorted(wanted):
        y = max(y, last + 17)
        last = y
        yield text(left, y, words, css)

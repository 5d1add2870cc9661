"""The chart of a treatment session: pressure, heart rate, saturation and dissociation against minutes.

Pressure is a bar with two wedges, heart rate a disc, saturation an open square, dissociation a column, so that each is
told apart without colour. Past a limit: a triangle with its value. Gaps are gaps. Kept on a tablet: hollow and dashed.
"""

from __future__ import annotations

from math import ceil, floor

from fanlight.core.session_plan import Measure
from fanlight.web.drawing.session_chart_values import Lane, SessionChart
from fanlight.web.drawing.session_marks import (
    arch_marks,
    axis_marks,
    column_marks,
    disc_marks,
    dose_marks,
    gap_marks,
    last_value_marks,
    limit_marks,
    line_marks,
    pressure_marks,
    scale_marks,
    square_marks,
)
from fanlight.web.drawing.svg import Svg, number, picture, shape, text

_LEFT, _RIGHT, _WIDTH, _HEIGHT = 52.0, 644.0, 700.0, 436.0
_DOSE_TOP, _SILL = 6.0, 390.0
_BP, _HR = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG), Measure.HEART_RATE_PER_MIN
_SPO2, _DISS = Measure.SPO2_PERCENT, Measure.DISSOCIATION_0_10


def draw_session_chart(chart: SessionChart) -> Svg:
    """The whole chart with the sentence that says what it shows."""
    span = max(chart.last_minute - chart.first_minute, 1.0)

    def x(minute: float) -> float:
        return _LEFT + (min(max(minute, chart.first_minute), chart.last_minute) - chart.first_minute) / span * (_RIGHT - _LEFT)

    pressure, saturation, dissociation = lanes(chart)
    body = [
        *dose_marks(chart, x),
        *scale_marks(pressure, range(40, int(pressure.high) + 1, 40)),
        text(0, 19, "mmHg, /min", "t-b"),
        *limit_marks(chart, pressure, (*_BP, _HR)),
        *scale_marks(saturation, range(int(saturation.low), 101, 10 if saturation.high - saturation.low > 20 else 5)),
        text(0, saturation.top - 15, f"SpO₂ %{', ' + chart.breathing if chart.breathing else ''}", "t-spo2"),
        *limit_marks(chart, saturation, (_SPO2,)),
        text(0, dissociation.top - 15, "Dissociation 0–10, patient's own rating", "t-diss"),
        *scale_marks(dissociation, (0, 5, 10), lines=(5, 10)),
        *gap_marks(chart, x),
        *pressure_marks(chart, pressure, x),
        *line_marks(chart, _HR, pressure, x, "s-hr"),
        *disc_marks(chart, pressure, x),
        *line_marks(chart, _SPO2, saturation, x, "s-spo2"),
        *square_marks(chart, saturation, x),
        *column_marks(chart, dissociation, x),
        shape("path", "sill", d=f"M{number(_LEFT)} {number(_SILL)}H{number(_RIGHT)}"),
        *axis_marks(chart, x),
        *arch_marks(chart, x),
        *last_value_marks(chart, pressure, saturation, x),
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

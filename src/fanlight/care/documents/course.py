"""The readings of a session as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from fanlight.care.documents.document import Level, Line, Point, Row, SessionChart, Table
from fanlight.care.sessions import Reading, SessionState, episodes
from fanlight.care.sessions.words import amount
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure, Relation, SessionPlan

_COLUMNS = (
    ("HR /min", Measure.HEART_RATE_PER_MIN),
    ("SpO₂ %", Measure.SPO2_PERCENT),
    ("Breaths", Measure.RESPIRATORY_RATE_PER_MIN),
    ("MOAA/S", Measure.SEDATION_MOAAS),
    ("Dissoc. 0–10", Measure.DISSOCIATION_0_10),
    ("Distress", Measure.DISTRESS_0_10),
    ("°C", Measure.TEMPERATURE_CEL),
)
_OPTIONAL = frozenset({Measure.DISTRESS_0_10, Measure.TEMPERATURE_CEL})


def readings_table(state: SessionState) -> Table | None:
    """One row a minute in which something was read, by the minute since the drug began; None without readings.

    Marks: ! written down late, * corrected, ? time or probe in doubt, "no signal" for a lead off.
    """
    by_minute: dict[datetime, list[Reading]] = {}
    for values in state.readings.values():
        for reading in values:
            by_minute.setdefault(reading.at.replace(second=0, microsecond=0), []).append(reading)
    if not by_minute:
        return None
    columns = [(name, measure) for name, measure in _COLUMNS if measure not in _OPTIONAL or state.readings.get(measure)]
    first = state.dosing.first_at
    rows = []
    for moment, readings in sorted(by_minute.items()):
        latest = {reading.measure: reading for reading in readings}
        minute = "" if first is None else "pre" if moment + timedelta(minutes=1) <= first else str(max(elapsed_minutes(first, moment), 0))
        cells = [minute or "–", state.clock(moment), _pressure(latest)]
        cells += [_cell(latest.get(measure)) for _, measure in columns]
        rows.append(Row(tuple(cells), _sources(readings)))
    return Table(("Minute", "Clock", "BP mmHg", *(name for name, _ in columns)), tuple(rows))


_MARKS = {
    "!": "! written down late",
    "*": "* corrected",
    "?": "? its time, or the probe, in doubt",
}


def marks_said(table: Table | None) -> tuple[Line, ...]:
    """What the marks mean that stand in a table of readings; nothing where it has none."""
    cells = "".join(cell for row in table.rows for cell in row.cells[2:]) if table is not None else ""
    told = [words for mark, words in _MARKS.items() if mark in cells]
    return (Line(f"Marks: {', '.join(told)}."),) if told else ()


def _pressure(latest: dict[Measure, Reading]) -> str:
    systolic, diastolic = latest.get(Measure.SYSTOLIC_MMHG), latest.get(Measure.DIASTOLIC_MMHG)
    if systolic is None and diastolic is None:
        return ""
    if (systolic and not systolic.is_signal) or (diastolic and not diastolic.is_signal):
        return "no signal"
    parts = [plain(reading.value) if reading else "–" for reading in (systolic, diastolic)]
    marks = "".join(dict.fromkeys(_marks(systolic) + _marks(diastolic)))
    return f"{parts[0]}/{parts[1]}{marks}"


def _cell(reading: Reading | None) -> str:
    if reading is None:
        return ""
    if not reading.is_signal:
        return "no signal"
    oxygen = " O₂" if reading.on_oxygen else ""
    return f"{plain(reading.value)}{oxygen}{_marks(reading)}"


def _marks(reading: Reading | None) -> str:
    if reading is None:
        return ""
    late = "!" if reading.entry.is_late else ""
    fixed = "*" if reading.entry.amended_by else ""
    return late + fixed + ("" if reading.can_reassure else "?")


def _sources(readings: Iterable[Reading]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for reading in readings for name in reading.entry.sources))


def session_chart(state: SessionState, plan: SessionPlan) -> SessionChart | None:
    """Pressure, pulse, saturation and dissociation over the minutes since the drug began; None without readings."""
    zero = state.dosing.first_at or next((entry.at for entry in state.entries), None)
    if zero is None:
        return None
    past = {(episode.measure, reading.entry.id) for episode in episodes(state, plan) for reading in episode.readings}

    def points(measure: Measure) -> tuple[Point, ...]:
        return tuple(
            Point(_minute(zero, reading.at), reading.value, reading.entry.id, (measure, reading.entry.id) in past)
            for reading in state.readings.get(measure, ())
            if reading.is_signal and reading.entry.is_time_sound
        )

    systolic, diastolic = points(Measure.SYSTOLIC_MMHG), points(Measure.DIASTOLIC_MMHG)
    pulse, spo2, dissociation = points(Measure.HEART_RATE_PER_MIN), points(Measure.SPO2_PERCENT), points(Measure.DISSOCIATION_0_10)
    minutes = [point.minute for lane in (systolic, diastolic, pulse, spo2, dissociation) for point in lane]
    if not minutes:
        return None
    dose = _dose(state, zero)
    ends = [*minutes, *((dose[1],) if dose else ())]
    return SessionChart(
        systolic,
        diastolic,
        pulse,
        spo2,
        dissociation,
        pressure_limits=_levels(plan, Measure.SYSTOLIC_MMHG, "systolic"),
        spo2_limits=_levels(plan, Measure.SPO2_PERCENT, ""),
        dose=dose,
        first_minute=min(*ends, Decimal(0)),
        last_minute=max(*ends, Decimal(60)),
        quiet_minute=_quiet([point.minute for point in (*systolic, *spo2)], dose[1] if dose else Decimal(0)),
        finding=_finding(systolic, spo2, dissociation),
    )


def _quiet(minutes: list[Decimal], after: Decimal) -> Decimal:
    """The middle of the longest time without a reading, after the drug where there is one."""
    times = sorted(set(minutes))
    gaps = [(later - earlier, (later + earlier) / 2) for earlier, later in pairwise(times)]
    free = [gap for gap in gaps if gap[1] > after] or gaps
    return max(free, default=(Decimal(0), Decimal(30)))[1]


def _minute(zero: datetime, moment: datetime) -> Decimal:
    return (Decimal((moment - zero) // timedelta(seconds=1)) / 60).quantize(Decimal("0.01"))


def _dose(state: SessionState, zero: datetime) -> tuple[Decimal, Decimal, str] | None:
    dosing = state.dosing
    if dosing.first_at is None:
        return None
    last = dosing.ended_at or max((entry.at for entry in state.entries if not entry.is_struck), default=dosing.first_at)
    given = state.given_by(last).given_mg
    length = elapsed_minutes(dosing.first_at, last)
    words = f"{amount(given)} mg" if given is not None else "amount unknown"
    return _minute(zero, dosing.first_at), _minute(zero, last), f"{words}, {length} min" if length else words


def _levels(plan: SessionPlan, measure: Measure, name: str) -> tuple[Level, ...]:
    words = {
        Relation.ABOVE: "alert above",
        Relation.AT_OR_ABOVE: "alert at",
        Relation.BELOW: "alert under",
        Relation.AT_OR_BELOW: "alert at",
    }
    found = [
        limit
        for limit in plan.limits
        if limit.measure is measure and limit.phase == "in_session" and limit.relation in words and limit.response.value == "alert"
    ]
    return tuple(Level(limit.value, f"{words[limit.relation]} {plain(limit.value)} {name}".rstrip()) for limit in found)


def _finding(systolic: tuple[Point, ...], spo2: tuple[Point, ...], dissociation: tuple[Point, ...]) -> str:
    parts = []
    if systolic:
        top = max(systolic, key=lambda point: point.value)
        parts.append(f"highest systolic {plain(top.value)} mmHg at minute {plain(top.minute.quantize(Decimal(1)))}")
    if spo2:
        low = min(spo2, key=lambda point: point.value)
        parts.append(f"lowest SpO₂ {plain(low.value)} %")
    if dissociation:
        parts.append(f"highest dissociation {plain(max(point.value for point in dissociation))} of 10")
    return "; ".join(parts)

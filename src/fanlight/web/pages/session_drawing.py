"""The chart and its table from a session as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fanlight.care.sessions import DueState, episodes
from fanlight.care.sessions.words import MEASURE_LABELS
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Limit, Measure, Relation, SessionPlan
from fanlight.records.bedside import Bedside
from fanlight.web.drawing.session_chart_values import DueArch, LimitLine, Point, SessionChart
from fanlight.web.drawing.session_table import Row, TableReading, readings_table

_DRAWN = (
    Measure.SYSTOLIC_MMHG,
    Measure.DIASTOLIC_MMHG,
    Measure.HEART_RATE_PER_MIN,
    Measure.SPO2_PERCENT,
    Measure.DISSOCIATION_0_10,
)


def chart_of(bedside: Bedside) -> SessionChart:
    """Everything the chart shows. Minutes count from the first dose; before it, from arrival."""
    state, plan, now = bedside.state, bedside.plan, bedside.now
    zero = zero_of(bedside)
    past = _past(bedside)
    end = state.end.at if state.end is not None else now

    def minute(at: datetime) -> float:
        return (at - zero).total_seconds() / 60

    points = {
        measure: tuple(
            Point(minute(reading.at), float(reading.value), (reading.entry.id, measure) in past)
            for reading in state.readings.get(measure, ())
            if reading.is_signal
        )
        for measure in _DRAWN
    }
    first = min((point.minute for found in points.values() for point in found), default=0.0)
    coming = [item for item in bedside.due if item.state is not DueState.MISSED]
    missed = tuple(minute(item.due_at) for item in bedside.due if item.state is DueState.MISSED)
    horizon = max(
        plan.minimum_observation_minutes + (plan.infusion_minutes or 0) if state.dosing.has_begun else 30.0,
        minute(end) + 5,
        max((minute(item.due_at) for item in coming[:6]), default=0.0) + 4,
    )
    arches = tuple(DueArch(minute(item.due_at), is_next=index == 0) for index, item in enumerate(coming)) + tuple(
        DueArch(at, is_missed=True) for at in missed
    )
    reading = state.latest(Measure.SPO2_PERCENT)
    return SessionChart(
        points=points,
        first_minute=max(min(first - 6, -10.0 if state.dosing.has_begun else -2.0), -60.0),
        last_minute=horizon,
        limits=limit_lines(plan, "in_session" if state.dosing.has_begun else "pre_dose", points),
        due=arches,
        dose=_dose(bedside, zero),
        dose_label=_dose_label(bedside),
        device_minutes=tuple(minute(entry.at) for entry in state.dosing.devices_taken),
        now_minute=None if state.is_ended else minute(now),
        has_begun=state.dosing.has_begun,
        breathing="" if reading is None or reading.on_oxygen is None else "on oxygen" if reading.on_oxygen else "room air",
        gaps=missed,
    )


def zero_of(bedside: Bedside) -> datetime:
    """Minute 0: the first dose, else the arrival, else the first thing said, else now."""
    state = bedside.state
    entries = state.entries
    return state.dosing.first_at or (entries[0].at if entries else bedside.now)


def table_of(bedside: Bedside) -> tuple[Row, ...]:
    """The same readings as rows."""
    past = _past(bedside)
    readings = [
        TableReading(reading.at, measure, reading.value, (reading.entry.id, measure) in past)
        for measure, found in bedside.state.readings.items()
        for reading in found
        if reading.is_signal
    ]
    return readings_table(readings, bedside.state.dosing.first_at)


def _past(bedside: Bedside) -> set[tuple[str, Measure]]:
    return {(reading.entry.id, episode.measure) for episode in episodes(bedside.state, bedside.plan) for reading in episode.readings}


def limit_lines(plan: SessionPlan, phase: str, points: Mapping[Measure, tuple[Point, ...]]) -> tuple[LimitLine, ...]:
    """The nearest limit of each measure and side, with its words; a rise has no line of its own.

    Systolic and saturation limits are always drawn; the others once a reading has come within a tenth of them.
    """
    nearest: dict[tuple[Measure, bool], Limit] = {}
    for limit in plan.limits:
        if limit.phase != phase or limit.relation is Relation.RISE_AT_OR_ABOVE or limit.measure not in _DRAWN[:4]:
            continue
        value = float(limit.value)
        is_near = any(abs(point.value - value) <= value / 10 for point in points.get(limit.measure, ()))
        if limit.measure in (Measure.DIASTOLIC_MMHG, Measure.HEART_RATE_PER_MIN) and not is_near:
            continue
        is_below = limit.relation in (Relation.BELOW, Relation.AT_OR_BELOW)
        held = nearest.get((limit.measure, is_below))
        if held is None or (limit.value > held.value) == is_below:
            nearest[(limit.measure, is_below)] = limit
    return tuple(
        LimitLine(measure, float(limit.value), f"{limit.response.value} {limit_words(limit)}", is_below)
        for (measure, is_below), limit in nearest.items()
    )


def limit_words(limit: Limit) -> str:
    """ "at 160 systolic", "under 94 SpO₂"."""
    relation = {
        Relation.ABOVE: "above",
        Relation.AT_OR_ABOVE: "at",
        Relation.BELOW: "under",
        Relation.AT_OR_BELOW: "at or under",
        Relation.RISE_AT_OR_ABOVE: "at a rise of",
    }[limit.relation]
    name = MEASURE_LABELS[limit.measure][0]
    return f"{relation} {plain(limit.value)} {name if name[1:2].isupper() or name.startswith('SpO') else name.lower()}"


def _dose(bedside: Bedside, zero: datetime) -> tuple[float, float] | None:
    dosing = bedside.state.dosing
    if dosing.started_at is None:
        return None
    if dosing.ended_at is not None or not dosing.is_running:
        end = dosing.ended_at or dosing.last_at or bedside.now
    else:
        planned = bedside.plan.infusion_minutes or 0
        end = max(bedside.now, datetime.fromtimestamp(dosing.started_at.timestamp() + planned * 60, tz=dosing.started_at.tzinfo))
    return (dosing.started_at - zero).total_seconds() / 60, (end - zero).total_seconds() / 60


def _dose_label(bedside: Bedside) -> str:
    plan = bedside.plan
    minutes = f", {plan.infusion_minutes} min" if plan.infusion_minutes else ""
    return f"Infusion {plan.planned}{minutes}"

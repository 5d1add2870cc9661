"""The downtime sheet: printed ahead, so that a session goes on with paper when the server does not answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanlight.care.documents.course import marks_said, readings_table
from fanlight.care.documents.document import Document, Line, Row, Section, Table
from fanlight.care.documents.given import given_lines
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.procedure_note import header_facts
from fanlight.care.documents.wording import treatment
from fanlight.care.sessions import CONDITIONS, SessionState, alerts, due, occurrences
from fanlight.care.sessions.words import label, listed
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure, Relation, SessionPlan

_BLANK = "________"
_UNFORESEEN = 3
_BOXES: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    ("BP", (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)),
    ("HR", (Measure.HEART_RATE_PER_MIN,)),
    ("SpO₂", (Measure.SPO2_PERCENT,)),
    ("Breaths", (Measure.RESPIRATORY_RATE_PER_MIN,)),
    ("°C", (Measure.TEMPERATURE_CEL,)),
    ("MOAA/S", (Measure.SEDATION_MOAAS,)),
    ("Dissoc.", (Measure.DISSOCIATION_0_10,)),
    ("Distress", (Measure.DISTRESS_0_10,)),
)
_RELATIONS = {
    Relation.ABOVE: "above",
    Relation.AT_OR_ABOVE: "at or above",
    Relation.BELOW: "below",
    Relation.AT_OR_BELOW: "at or below",
    Relation.RISE_AT_OR_ABOVE: "a rise of",
}
_SAYS = {
    "hold": "hold, tell the prescriber",
    "alert": "tell the prescriber",
    "repeat": "repeat; twice: stop",
    "stop": "stop, repeat at once",
}


def downtime_sheet(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> Document:
    """State so far, readings due with room to write, the signed limits, and the conditions of leaving to tick."""
    readings = readings_table(state)
    return Document(
        id="downtime_sheet",
        kind="Downtime sheet",
        title=f"{treatment(plan)}, {header.session}: paper until the server is back",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=f"{header.day(now)}, {header.clock(now)}",
        facts=header_facts(header, now),
        sections=(
            Section("So far", (Line(f"{state.status.label.capitalize()} at {header.clock(now)}."), *given_lines(state, plan, header, now))),
            Section("Standing alerts", _open(state, plan, now), is_list=True),
            Section("Readings so far", table=readings, after=marks_said(readings)),
            Section("Readings due: write the time taken and the value", table=_due(state, plan, now)),
            Section("Limits of this session, signed", table=_limits(plan)),
            Section("Before leaving, each looked at and signed", _conditions(plan), is_list=True),
            Section("Everything that happens, with its time and your name", table=_empty()),
        ),
        warnings=(
            Line("Record everything here in Fanlight afterwards, each with the time it happened. Nothing starts on this sheet alone."),
        ),
        footer=f"Printed {header.clock(now)} from session {header.reference}, {len(state.entries)} events.",
    )


def _open(state: SessionState, plan: SessionPlan, now: datetime) -> tuple[Line, ...]:
    found = tuple(Line(alert.sentence, alert.event_ids) for alert in alerts(state, plan, now) if alert.is_open)
    return found or (Line("None."),)


def _due(state: SessionState, plan: SessionPlan, now: datetime) -> Table:
    """A row for each time due with a box for each value wanted then, and rows for what nobody could foresee."""
    times = _times(state, plan, now)
    wanted = {measure for _, _, measures in times for measure in measures}
    columns = [(name, of) for name, of in _BOXES if wanted & set(of)] or list(_BOXES[:4])
    rows = [
        Row((moment.strftime("%H:%M"), name, "", *("" if set(of) & set(measures) else "–" for _, of in columns), ""))
        for moment, name, measures in times
    ]
    rows += [Row(("",) * (len(columns) + 4)) for _ in range(_UNFORESEEN)]
    return Table(("Due", "What", "Taken at", *(name for name, _ in columns), "By"), tuple(rows), tuple(range(len(columns) + 4)))


def _times(state: SessionState, plan: SessionPlan, now: datetime) -> list[tuple[datetime, str, tuple[Measure, ...]]]:
    ahead = now + timedelta(minutes=plan.minimum_observation_minutes + (plan.infusion_minutes or 0))
    found = {(item.due_at, item.label, tuple(item.measures)) for item in due(state, plan, now) if item.measures}
    found |= {
        (item.due_at, f"{item.reading.label}: {listed(item.outstanding)}", tuple(item.outstanding))
        for item in occurrences(state, plan, ahead)
        if item.outstanding and item.due_at > now
    }
    zone = state.zone
    return sorted((moment.astimezone(zone), text.partition(": ")[0], measures) for moment, text, measures in found)


def _limits(plan: SessionPlan) -> Table:
    rows = tuple(
        Row(
            (
                label(limit.measure),
                f"{_RELATIONS[limit.relation]} {plain(limit.value)}",
                "before the dose" if limit.phase == "pre_dose" else "in the session",
                "no dose today" if limit.phase == "pre_dose" and limit.response.value == "stop" else _SAYS[limit.response.value],
            )
        )
        for limit in plan.limits
    )
    return Table(("Measure", "Limit", "When", "Do"), rows, (0, 1, 2, 3))


def _conditions(plan: SessionPlan) -> tuple[Line, ...]:
    names = plan.discharge_criteria or tuple(CONDITIONS)
    return tuple(Line(f"{CONDITIONS[name].label}: {_BLANK}  {_BLANK}") for name in names if name in CONDITIONS)


def _empty() -> Table:
    return Table(("Time", "What happened", "Name"), tuple(Row(("", "", "")) for _ in range(10)), (0, 1, 2))

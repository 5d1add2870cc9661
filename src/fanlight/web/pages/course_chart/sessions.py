"""The visits of a person as rows: what went in on which day, from each session's own stream; and C-SSRS asked there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fanlight.care.documents.wording import milligrams, treatment
from fanlight.care.sessions import EventKind, SessionState, SessionStatus
from fanlight.care.sessions.fold import fold
from fanlight.core.instants import clinic_date
from fanlight.core.quantities import Rounding, round_to_step
from fanlight.core.session_plan import SessionPlan
from fanlight.records.models import Patient, TreatmentSession
from fanlight.records.plans import load_plan
from fanlight.records.streams import as_event
from fanlight.web.pages.course_chart.rows import Given, ScoreRow, SessionRow
from fanlight.web.pages.course_chart.scores import asked_in_session

_THOUSANDTH = Decimal("0.001")
_AHEAD = (SessionStatus.PLANNED.value, SessionStatus.ARRIVED.value, SessionStatus.CHECKED.value)


def session_rows(patient: Patient, now: datetime) -> tuple[list[SessionRow], list[ScoreRow]]:
    """A row for each visit of every course, in order of date, and a score row for each time C-SSRS was asked at the chair."""
    found = TreatmentSession.objects.filter(course__patient=patient).select_related("course__protocol_signature")
    visits: list[SessionRow] = []
    asked: list[ScoreRow] = []
    known: dict[int, str] = {}
    for session in found.prefetch_related("events").order_by("course_id", "number"):
        plan, state = _stream(session, patient)
        if plan is not None:
            known.setdefault(session.course_id, treatment(plan))
        named = known.get(session.course_id) or session.course.protocol_signature.protocol_id.replace("-", " ")
        visits.append(_visit(session, patient, state, treatment(plan) if plan is not None else named, now))
        asked += _asked(session, patient, state)
    return sorted(visits, key=lambda row: (row.on, row.key)), asked


def _stream(session: TreatmentSession, patient: Patient) -> tuple[SessionPlan | None, SessionState | None]:
    if session.plan is None:
        return None, None
    plan = load_plan(session.plan)
    events = tuple(as_event(row) for row in sorted(session.events.all(), key=lambda row: row.sequence))
    return plan, fold(events, plan, zone=patient.site.zone)


def _visit(session: TreatmentSession, patient: Patient, state: SessionState | None, named: str, now: datetime) -> SessionRow:
    key, status = f"s{session.pk}", SessionStatus(session.state).label
    first_at = state.dosing.first_at if state is not None else None
    if state is None or first_at is None:
        is_ahead = session.state in _AHEAD and session.planned_on >= clinic_date(now, patient.site.zone)
        if session.state == SessionStatus.PLANNED.value and not is_ahead:
            status = "its date passed, nothing is recorded"
        given = Given.TO_COME if is_ahead else Given.NOT_GIVEN
        return SessionRow(key, session.planned_on, session.number, named, given, "", status, session.reference)
    amount = state.given_by(now).given_mg
    return SessionRow(
        key,
        clinic_date(first_at, patient.site.zone),
        session.number,
        named,
        Given.GIVEN,
        "amount unknown" if amount is None else milligrams(amount),
        status,
        session.reference,
        None if amount is None else round_to_step(amount, _THOUSANDTH, Rounding.HALF_UP),
    )


def _asked(session: TreatmentSession, patient: Patient, state: SessionState | None) -> list[ScoreRow]:
    rows = []
    for entry in state.of(EventKind.CSSRS_ASKED) if state is not None else ():
        said = entry.payload
        row = asked_in_session(f"c-{entry.id}", entry.at, said.ideation_level, said.behaviour_3_months, session.number, patient.site.zone)
        if row is not None:
            rows.append(row)
    return rows

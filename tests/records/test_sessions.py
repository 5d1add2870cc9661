"""A session's events: written once, in order, by those who may, and never changed."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from fanlight.care.protocols.session import PlannedDose
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.status import SessionStatus
from fanlight.core.errors import InputError
from fanlight.records.actions.courses import CourseError, end_course, move_session, open_course, order_session, sign_protocol
from fanlight.records.actions.session_owed import keep_sessions_owed
from fanlight.records.actions.sessions import EventConflictError, SessionError, record_event
from fanlight.records.actions.tasks import TaskError, close_task
from fanlight.records.audit import StaleError
from fanlight.records.bedside import at_bedside
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Decision, SessionEvent, Task, TreatmentSession
from fanlight.records.policies import NotAllowedError
from fanlight.records.session_path import allowed_transitions, keep_transitions
from fanlight.records.streams import as_event, load_stream

pytestmark = pytest.mark.django_db
PROTOCOL = "iv-racemic-induction"


def decide(clinic, *, session=None, passed=True, stage="screen"):
    decision = Decision(
        patient=clinic.patient,
        session=session,
        intention=stage,
        protocol_id=PROTOCOL,
        stage=stage,
        outcome="PROCEED",
        is_passed=passed,
        result={},
        decided_by=clinic.prescriber,
        decided_at=clinic.at,
    )
    decision.save()
    return decision


@pytest.fixture
def session(clinic) -> TreatmentSession:
    """A session ordered: 36 mg in 50 mL at 75 mL/h for 40 minutes."""
    keep_transitions()
    signature = sign_protocol(site=clinic.site, protocol_id=PROTOCOL, library=library(), by=clinic.medical_director, at=clinic.at)
    day = date(2026, 11, 12)
    course = open_course(
        patient=clinic.patient,
        signature=signature,
        decision=decide(clinic),
        starts_on=day,
        planned=[day, day + timedelta(days=4)],
        plan={},
        by=clinic.prescriber,
        at=clinic.at,
    )
    session = course.sessions.get(number=1)
    order_session(
        session=session,
        phase_id="induction",
        dose=PlannedDose(Decimal("36"), None, 40, Decimal("75"), Decimal("50"), Decimal("0.72")),
        dose_shown={"dose": {"mg": "36"}},
        decision=decide(clinic, session=session, stage="order"),
        extra_observation_minutes=0,
        library=library(),
        by=clinic.prescriber,
        at=clinic.at,
    )
    return session


def say(clinic, session, kind, payload, by=None, **values):
    at = clinic.at
    given = {"event_id": uuid.uuid4(), "taken_at": at, "by": by or clinic.nurse, "at": at} | values
    return record_event(session=session, kind=EventKind(kind), payload=payload, **given)


def test_events_stand_in_order_and_the_state_follows(clinic, session):
    assert session.state == "planned"
    say(clinic, session, "checked_in", {})
    assert session.state == "arrived"
    say(clinic, session, "pre_dose_check", {})
    assert session.state == "checked"
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    assert session.state == "dosing"
    assert [e.sequence for e in session.events.order_by("sequence")] == [1, 2, 3]
    bedside = at_bedside(session, clinic.at)
    assert bedside.state.dosing.is_running
    assert bedside.due
    assert not bedside.readiness.is_ready


def test_the_same_event_twice_is_one_event(clinic, session):
    key, taken = uuid.uuid4(), clinic.at
    first = say(clinic, session, "vitals", {"systolic_mmhg": "142", "diastolic_mmhg": "88"}, event_id=key, taken_at=taken)
    again = say(clinic, session, "vitals", {"systolic_mmhg": "142", "diastolic_mmhg": "88"}, event_id=key, taken_at=taken)
    assert first.pk == again.pk
    assert SessionEvent.objects.count() == 1
    with pytest.raises(EventConflictError, match="FAN-SESS-011"):
        say(clinic, session, "vitals", {"systolic_mmhg": "143", "diastolic_mmhg": "88"}, event_id=key, taken_at=taken)
    with pytest.raises(EventConflictError, match="FAN-SESS-011"):
        say(clinic, session, "vitals", {"systolic_mmhg": "142", "diastolic_mmhg": "88"}, event_id=key, taken_at=clinic.at)


def test_what_was_taken_back_is_forgotten_and_what_came_since_is_read(clinic, session):
    """A stream is kept as it was read; an event of a write that was taken back is not among its events, at any later time."""
    say(clinic, session, "checked_in", {})
    assert [event.kind.value for event in load_stream(session)] == ["checked_in"]
    with transaction.atomic():
        say(clinic, session, "note", {"text": "taken back"})
        say(clinic, session, "pre_dose_check", {})
        assert len(load_stream(session)) == 3
        transaction.set_rollback(True)
    session.refresh_from_db()
    assert [event.kind.value for event in load_stream(session)] == ["checked_in"]
    say(clinic, session, "note", {"text": "said after it"})
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    found = load_stream(session)
    assert [event.kind.value for event in found] == ["checked_in", "note", "started"]
    assert found == tuple(as_event(row) for row in session.events.order_by("sequence"))
    assert found is load_stream(session)


def test_a_second_tap_on_start_is_recorded_as_what_it_is(clinic, session):
    """Facts always go in: the second start stands as one out of order, and the first one rules."""
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    state = at_bedside(session, clinic.at).state
    assert [odd.kind.value for odd in state.irregularities if "start" in odd.kind.value] == ["second_start"]
    assert len(state.dosing.segments) == 1


def test_a_reading_from_the_future_is_asked_back(clinic, session):
    ahead = clinic.at + timedelta(minutes=3)
    with pytest.raises(SessionError, match="FAN-SESS-010"):
        say(clinic, session, "vitals", {"systolic_mmhg": "120", "diastolic_mmhg": "70"}, taken_at=ahead)
    assert SessionEvent.objects.count() == 0


def test_a_device_clock_24_minutes_fast_is_set_right_and_said(clinic, session):
    say(clinic, session, "checked_in", {}, taken_at=clinic.at - timedelta(hours=1))
    ahead = clinic.at + timedelta(minutes=24)
    say(clinic, session, "vitals", {"systolic_mmhg": "120", "diastolic_mmhg": "70"}, taken_at=ahead, clock_offset_seconds=24 * 60)
    state = at_bedside(session, clinic.at).state
    assert any(odd.kind.value == "clock" for odd in state.irregularities)


def test_a_slip_is_refused_with_every_fault_and_nothing_is_written(clinic, session):
    before = AuditEvent.objects.count()
    with pytest.raises(InputError) as caught:
        say(clinic, session, "vitals", {"systolic_mmhg": "999", "diastolic_mmhg": "x", "pulse": 3})
    assert len(caught.value.faults) == 3
    assert AuditEvent.objects.count() == before


def test_who_may_not_chart_is_refused_on_record(clinic, session):
    with pytest.raises(NotAllowedError, match="You cannot record vitals"):
        say(clinic, session, "vitals", {"systolic_mmhg": "120", "diastolic_mmhg": "70"}, by=clinic.front_desk)
    assert AuditEvent.objects.order_by("-sequence").first().action == "refused:record:vitals"
    assert say(clinic, session, "checked_in", {}, by=clinic.front_desk).role == "front_desk"


def test_a_correction_names_an_event_of_this_session(clinic, session):
    with pytest.raises(SessionError, match="FAN-SESS-012"):
        say(clinic, session, "amended", {"amends": str(uuid.uuid4()), "reason": "typed wrong", "is_struck": True})
    row = say(clinic, session, "vitals", {"systolic_mmhg": "242", "diastolic_mmhg": "88"})
    with pytest.raises(InputError):
        say(clinic, session, "amended", {"amends": str(row.event_id), "reason": "typed wrong", "payload": {"moaas": 9}})
    say(
        clinic,
        session,
        "amended",
        {"amends": str(row.event_id), "reason": "typed wrong", "payload": {"systolic_mmhg": "142", "diastolic_mmhg": "88"}},
    )
    row.refresh_from_db()
    assert row.payload["systolic_mmhg"] == "242"


def test_the_path_between_states_is_held_by_the_database_too(session):
    assert ("discharged", "transferred") not in allowed_transitions()
    TreatmentSession.objects.filter(pk=session.pk).update(state=SessionStatus.DISCHARGED.value)
    with pytest.raises(DatabaseError, match="FAN-REC-005"), transaction.atomic():
        TreatmentSession.objects.filter(pk=session.pk).update(state=SessionStatus.TRANSFERRED.value)


def test_a_session_moves_until_drug_is_given(clinic, session):
    move_session(session=session, to=date(2026, 11, 13), chair="2", seen_version=session.row_version, by=clinic.front_desk, at=clinic.at)
    with pytest.raises(StaleError):
        move_session(session=session, to=date(2026, 11, 14), chair=None, seen_version=1, by=clinic.front_desk, at=clinic.at)
    session.refresh_from_db()
    say(clinic, session, "checked_in", {})
    session.refresh_from_db()
    move_session(session=session, to=date(2026, 11, 12), chair=None, seen_version=session.row_version, by=clinic.front_desk, at=clinic.at)
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    session.refresh_from_db()
    with pytest.raises(CourseError, match="FAN-COURSE-007"):
        move_session(
            session=session, to=date(2026, 11, 14), chair=None, seen_version=session.row_version, by=clinic.front_desk, at=clinic.at
        )


def test_courses_rest_on_a_passed_decision_and_a_signature(clinic, session):
    signature = session.course.protocol_signature
    assert sign_protocol(site=clinic.site, protocol_id=PROTOCOL, library=library(), by=clinic.medical_director, at=clinic.at) == signature
    with pytest.raises(NotAllowedError):
        sign_protocol(site=clinic.site, protocol_id=PROTOCOL, library=library(), by=clinic.prescriber, at=clinic.at)
    values = {
        "patient": clinic.patient,
        "signature": signature,
        "starts_on": date(2026, 11, 12),
        "planned": [date(2026, 11, 12)],
        "plan": {},
        "by": clinic.prescriber,
    }
    with pytest.raises(CourseError, match="FAN-COURSE-002"):
        open_course(decision=decide(clinic, passed=False), at=clinic.at, **values)
    with pytest.raises(CourseError, match="FAN-COURSE-004"):
        open_course(decision=decide(clinic), at=clinic.at, **values)
    with pytest.raises(CourseError, match="FAN-COURSE-006"):
        end_course(course=session.course, kind="stopped", reason=" ", by=clinic.prescriber, at=clinic.at)
    end_course(course=session.course, kind="stopped", reason="No benefit after six.", by=clinic.prescriber, at=clinic.at)
    with pytest.raises(CourseError, match="FAN-COURSE-005"):
        open_course(decision=decide(clinic), at=clinic.at, **(values | {"planned": []}))


def test_no_order_once_the_dose_has_begun(clinic, session):
    say(clinic, session, "started", {"rate_ml_per_h": "75"})
    session.refresh_from_db()
    with pytest.raises(CourseError, match="FAN-COURSE-008"):
        order_session(
            session=session,
            phase_id="induction",
            dose=PlannedDose(Decimal("36")),
            dose_shown={},
            decision=decide(clinic, session=session),
            extra_observation_minutes=0,
            library=library(),
            by=clinic.prescriber,
            at=clinic.at,
        )


PREPARED = {
    "product": "ketamine 50 mg/mL",
    "drawn_mg": "36",
    "drawn_ml": "0.72",
    "bag_ml": "50",
    "rate_ml_per_h": "75",
    "line_volume_ml": "2",
}


def owed(session, **conditions):
    return sorted(task.key.split(":", 2)[2].split(":")[0] for task in Task.objects.filter(session=session, closed_at=None, **conditions))


def run(clinic, session):
    """Drug is in: 36 mg drawn, started, running."""
    say(clinic, session, "dose_prepared", PREPARED)
    say(clinic, session, "started", {"rate_ml_per_h": "75"})


def test_an_end_leaves_what_is_owed_with_a_person_and_a_clock(clinic, session):
    run(clinic, session)
    end = say(clinic, session, "absconded", {"called_patient": False, "line_in_place": True}).taken_at
    assert {"call_patient", "call_escort", "police", "incident", "line_out", "drug_end"} <= set(owed(session))
    times = library().session_owed_times
    for task in Task.objects.filter(session=session, closed_at=None):
        need = task.key.split(":", 2)[2]
        if not need.startswith(("alert", "explain")):
            assert task.due_at == end + timedelta(minutes=times.of(need).due_minutes)
        assert task.owner.site_id == clinic.site.pk
    police = Task.objects.get(session=session, key__endswith=":police")
    assert police.owner == clinic.prescriber
    assert police.next_owner == clinic.medical_director


def test_what_the_record_settles_is_off_the_list_and_what_a_person_does_is_not(clinic, session):
    run(clinic, session)
    say(clinic, session, "absconded", {"called_patient": False, "line_in_place": True})
    say(clinic, session, "line_out", {})
    assert "line_out" not in owed(session)
    assert "call_patient" in owed(session)
    call = Task.objects.get(session=session, key__endswith=":call_patient")
    close_task(task=call, note="Spoken to, safe at home.", by=clinic.nurse, at=clinic.at)
    say(clinic, session, "note", {"text": "The escort rang back."})
    assert "call_patient" not in owed(session), "what was done by hand does not come back"


def test_the_links_of_the_chain_bind_what_was_owed(clinic, session):
    run(clinic, session)
    say(clinic, session, "left_against_advice", {"was_advised": True})
    link = AuditEvent.objects.filter(action="record_event").order_by("-sequence").first()
    tables = [row[0] for row in link.rows]
    assert tables.count("records_task") >= 3
    assert "records_sessionevent" in tables


def test_an_alert_is_work_until_it_is_seen_and_no_word_closes_it(clinic, session):
    run(clinic, session)
    say(clinic, session, "vitals", {"systolic_mmhg": 212, "diastolic_mmhg": 118, "heart_rate_per_min": 96, "spo2_percent": 97})
    alarm = next(alert for alert in at_bedside(session, clinic.at).alerts if alert.needs_acknowledgement and not alert.owes_explanation)
    task = Task.objects.filter(session=session, kind="session_record", key__contains=":alert:", closed_at=None).first()
    assert task.owner == clinic.nurse
    assert task.next_owner == clinic.prescriber
    assert task.escalates_at > task.due_at
    with pytest.raises(TaskError, match="FAN-TASK-007"):
        close_task(task=task, note="Looked fine to me.", by=clinic.nurse, at=clinic.at)
    for alert in at_bedside(session, clinic.at).alerts:
        if alert.needs_acknowledgement:
            say(clinic, session, "alert_acknowledged", {"alert": alert.id, "action": "Repeated by hand."})
    assert alarm.id not in {alert.id for alert in at_bedside(session, clinic.at).alerts if alert.needs_acknowledgement}
    assert not Task.objects.filter(session=session, key__contains=":alert:", closed_at=None).exists()
    assert Task.objects.get(pk=task.pk).closing_note == "Settled by what was recorded since."


def test_drug_outside_its_gate_is_explained_by_a_prescriber(clinic, session):
    run(clinic, session)  # nobody checked the dose with a second person
    explain = Task.objects.filter(session=session, key__contains=":explain:drug_before_check", closed_at=None).get()
    assert explain.owner == clinic.prescriber
    about = explain.key.split(":explain:")[1]
    say(clinic, session, "explanation", {"about": about, "text": "Checked aloud; written late."}, by=clinic.prescriber)
    assert not Task.objects.filter(pk=explain.pk, closed_at=None).exists()


def test_a_visit_of_an_earlier_day_is_nobodys_no_longer(clinic, session):
    day_after = clinic.at + timedelta(days=1)
    assert keep_sessions_owed(site=clinic.site, at=clinic.at) == 0, "the day is not over"
    assert keep_sessions_owed(site=clinic.site, at=day_after) == 1
    assert keep_sessions_owed(site=clinic.site, at=day_after) == 0, "asked once"
    assert owed(session) == ["unsaid"]
    say(clinic, session, "checked_in", {})
    assert owed(session) == []
    assert keep_sessions_owed(site=clinic.site, at=day_after) == 1
    assert owed(session) == ["left_open"]
    say(clinic, session, "cancelled_before_dose", {"reason": "Not fasted."})
    assert "left_open" not in owed(session)


def test_a_course_that_has_ended_owes_no_visits(clinic, session):
    end_course(course=session.course, kind="stopped", reason="Moved away.", by=clinic.prescriber, at=clinic.at)
    assert keep_sessions_owed(site=clinic.site, at=clinic.at + timedelta(days=1)) == 0


@pytest.fixture
def unordered(clinic, session) -> TreatmentSession:
    """The second visit of the course: planned, and no dose ordered for it."""
    return session.course.sessions.get(number=2)


def state_of(session) -> str:
    return TreatmentSession.objects.get(pk=session.pk).state


def test_a_visit_without_an_order_says_who_came_and_who_did_not(clinic, unordered):
    assert unordered.plan is None
    missed = say(clinic, unordered, "did_not_attend", {"was_contacted": False}, by=clinic.front_desk)
    assert state_of(unordered) == "did_not_attend"
    task = Task.objects.get(session=unordered, closed_at=None)
    assert (task.title, task.owner) == ("Reach the patient.", clinic.front_desk)
    struck = {"amends": str(missed.event_id), "reason": "Came an hour late.", "is_struck": True}
    strike = say(clinic, unordered, "amended", struck, by=clinic.front_desk)
    assert state_of(unordered) == "planned"
    say(clinic, unordered, "checked_in", {}, by=clinic.front_desk)
    assert state_of(unordered) == "arrived"
    again = {"amends": str(strike.event_id), "reason": "It was somebody else.", "is_struck": True}
    say(clinic, unordered, "amended", again, by=clinic.front_desk)
    assert state_of(unordered) == "did_not_attend", "a strike that was struck strikes nothing"


def test_a_visit_cancelled_without_an_order_asks_for_another_date(clinic, unordered):
    say(clinic, unordered, "cancelled_before_dose", {"reason": "Feverish."})
    assert state_of(unordered) == "cancelled_before_dose"
    assert Task.objects.get(session=unordered, closed_at=None).owner == clinic.prescriber

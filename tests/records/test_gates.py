"""Gates: what stands in the way of an intention is said whole, a refusal is on record, and two hands make one start."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from fanlight.care.rules import Stage
from fanlight.care.sessions import EventKind
from fanlight.core.answers import Answer
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions import clock_jumps
from fanlight.records.actions.clock_jumps import open_jump
from fanlight.records.actions.gates import GateRefusedError, OverrideGiven, give_drug, record_override, release
from fanlight.records.actions.patients import add_history
from fanlight.records.actions.sessions import record_event
from fanlight.records.actions.tasks import close_task
from fanlight.records.bedside import at_bedside
from fanlight.records.clock import ClockWatch
from fanlight.records.given_before import given_per_kg, given_sessions
from fanlight.records.judging import judge_session
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Decision, GatePassage, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.policies import NotAllowedError
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _filled(django_db_setup, django_db_blocker):
    """The sample clinic is filled once for this file and taken away after it."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            keep_transitions()
            yield fill_clinic()
            transaction.set_rollback(True)


@pytest.fixture
def cast(_filled, db):
    return _filled


def of(name: str) -> TreatmentSession:
    return TreatmentSession.objects.get(course__patient__family_name=name, plan__isnull=False)


def staff(name: str) -> StaffMember:
    return StaffMember.objects.get(username=name)


def start(session, by="nurse", at=None, **values):
    given = {"kind": EventKind.STARTED, "payload": {}, "event_id": uuid.uuid4(), "library": library()} | values
    return give_drug(session=session, by=staff(by), at=at, **given)


def test_ready_means_the_dose_starts_and_the_decision_is_kept_whole(cast):
    session = of("Wintergreen")
    row = start(session, at=cast.now)
    assert row.kind == "started"
    passage = GatePassage.objects.get(session=session, gate="start")
    assert passage.decision.result["rules"]
    assert passage.decision.is_passed
    session.refresh_from_db()
    assert session.state == "dosing"


def test_a_second_tap_with_the_same_key_is_answered_the_same(cast):
    session, key = of("Wintergreen"), uuid.uuid4()
    first = start(session, at=cast.now, event_id=key)
    again = start(session, at=cast.now + timedelta(seconds=1), event_id=key)
    assert first.pk == again.pk


def test_two_nurses_on_one_chair_make_one_start_and_the_second_reads_who_and_when(cast):
    session = of("Wintergreen")
    start(session, at=cast.now)
    with pytest.raises(GateRefusedError) as caught:
        start(session, by="nurse2", at=cast.now + timedelta(seconds=20))
    assert "Already started at" in str(caught.value)
    assert SessionEvent.objects.filter(session=session, kind="started").count() == 1
    assert AuditEvent.objects.order_by("-sequence").first().action == "refused:start"


def test_high_pressure_before_the_dose_holds_it_until_the_repeat(cast):
    session, at = of("Wintergreen"), cast.now
    record_event(
        session=session,
        event_id=uuid.uuid4(),
        kind=EventKind.VITALS,
        payload={"systolic_mmhg": "165", "diastolic_mmhg": "92"},
        taken_at=at,
        by=staff("nurse"),
        at=at,
    )
    with pytest.raises(GateRefusedError) as caught:
        start(session, at=at + timedelta(seconds=10))
    assert any(fault.path in ("R05", "session") for fault in caught.value.faults), str(caught.value)
    with pytest.raises(GateRefusedError):
        start(session, at=at + timedelta(seconds=20), overrides=[OverrideGiven("R05", "known white coat")])


def _given_before(cast, session, days: int) -> None:
    """Their one other session of the drug, elsewhere."""
    on = clinic_date(cast.now, cast.site.zone) - timedelta(days=days)
    drug = {"on": on.isoformat(), "drug": "esketamine", "route": "nasal", "elsewhere": True}
    at = cast.now - timedelta(days=1)
    add_history(patient=session.patient, kind="sessions_given", details=drug, by=staff("nurse"), at=at, source="patient")


def test_a_device_is_no_session_of_its_own_that_counts_against_the_next_one(cast):
    session = of("Fennimore")
    devices = SessionEvent.objects.filter(session=session, kind="device_taken")
    assert devices.exists()
    _given_before(cast, session, days=3)
    bedside, result = judge_session(session, Stage.PRE_DOSE, library(), at=cast.now)
    assert bedside.state.dosing.has_begun
    answers = {answer.id: answer for answer in result.rules}
    assert answers["R16"].answer is Answer.FALSE, answers["R16"].message


def test_a_first_dose_is_still_the_first_one_once_it_has_begun(cast):
    session = of("Fennimore")
    _, result = judge_session(session, Stage.PRE_DOSE, library(), at=cast.now)
    assert result.facts.value("is_first_dose") is True
    assert given_sessions(session.patient, at=cast.now), "for every other question it was given"


@pytest.mark.parametrize(
    ("ordered", "drawn", "basis", "actual_kg", "given", "expected"),
    [
        ("0.5", "23.5", "ideal", "105", "23.5", "0.500 ideal"),  # all that was drawn for 47.9 kg ideal
        ("0.5", "23.5", "ideal", "105", "11.75", "0.250 ideal"),  # aborted half way
        ("0.5", "35.1", "actual", "70.3", "35.1", "0.500 actual"),  # what was meant, not the rounding of the syringe
        (None, "35", "", "70", "35", "0.500 actual"),  # an order in milligrams, by whom the weight is known
        (None, "35", "", None, "35", ""),  # and by whom it is not
    ],
)
def test_what_was_given_per_kilogram_stands_on_the_weight_of_its_order(ordered, drawn, basis, actual_kg, given, expected):
    order = {
        "dose": {"mg_per_kg": ordered},
        "preparation": {"drawn_mg": drawn},
        "weights": {"basis": basis, "actual_kg": actual_kg},
    }
    assert " ".join(str(value) for value in given_per_kg(order, Fraction(given)).values()) == expected


def test_only_who_may_start_starts(cast):
    with pytest.raises(NotAllowedError):
        start(of("Wintergreen"), by="desk", at=cast.now)
    with pytest.raises(NotAllowedError):
        start(of("Wintergreen"), by="therapist", at=cast.now)


def test_a_dose_already_given_outside_its_rule_is_recorded_as_a_fact(cast):
    """A nurse can always say what took place; it raises what it must."""
    session, at = of("Wintergreen"), cast.now
    record_event(
        session=session, event_id=uuid.uuid4(), kind=EventKind.DOSE_GIVEN, payload={"mg": "36"}, taken_at=at, by=staff("nurse"), at=at
    )
    session.refresh_from_db()
    assert session.state == "observing"


def test_nobody_leaves_while_something_is_open_and_every_open_thing_is_named(cast):
    session = of("Oakhollow")
    with pytest.raises(GateRefusedError) as caught:
        release(
            session=session, kind=EventKind.DISCHARGED, payload={}, event_id=uuid.uuid4(), library=library(), by=staff("nurse"), at=cast.now
        )
    named = {fault.path for fault in caught.value.faults}
    assert {"gait", "suicidality_reasked", "escort", "written_plan"} <= named


def _settle(cast, session):
    said = (
        ("distress", {"score": 0}),
        ("missed_because", {"readings": ["end_of_infusion"], "reason": "distress not asked while resting"}),
        ("gait", {"is_steady": True}),
        ("cssrs_asked", {"ideation_level": 0, "behaviour_3_months": False}),
        ("escort", {"name": "Robin", "is_present": True}),
        ("written_plan", {"is_read_back": True, "no_driving_understood": True}),
    )
    for minute, (kind, payload) in enumerate(said, start=1):
        at = cast.now + timedelta(seconds=minute)
        record_event(session=session, event_id=uuid.uuid4(), kind=EventKind(kind), payload=payload, taken_at=at, by=staff("nurse"), at=at)
    return cast.now + timedelta(seconds=30)


def _let_go(session, at, by="nurse"):
    return release(
        session=session,
        kind=EventKind.DISCHARGED,
        payload={"escort": "Robin"},
        event_id=uuid.uuid4(),
        library=library(),
        by=staff(by),
        at=at,
    )


def _ready(cast):
    """The session of somebody who may leave now, and when."""
    session = of("Oakhollow")
    at = _settle(cast, session)
    missed = [item.id for item in at_bedside(session, at).due if item.state.value == "missed"]
    for reading in missed:
        record_event(
            session=session,
            event_id=uuid.uuid4(),
            kind=EventKind.MISSED_BECAUSE,
            payload={"readings": [reading], "reason": "resting"},
            taken_at=at,
            by=staff("nurse"),
            at=at,
        )
    return session, at + timedelta(seconds=1)


def test_all_met_and_the_patient_goes_home(cast):
    session, at = _ready(cast)
    _let_go(session, at)
    session.refresh_from_db()
    assert session.state == "discharged"


@pytest.mark.parametrize(
    ("wall", "steady", "jumped"),
    [
        (20, 20, None),  # it keeps its pace
        (80, 20, None),  # exactly the limit of 60 s
        (80.001, 20, 60.001),  # just past it
        (-40, 20, None),  # exactly the limit, backwards
        (-41, 20, -61),
        (28_800, 28_800, None),  # the machine slept for a night, and both clocks counted it
        (3620, 20, 3600),  # a zone's hour, set by hand
    ],
)
def test_the_servers_clock_is_held_against_a_steady_one(wall, steady, jumped):
    watch = ClockWatch(60)
    first = datetime(2026, 11, 1, 5, 59, 50, tzinfo=UTC)
    assert watch.jump(first, 1000.0) is None
    found = watch.jump(first + timedelta(seconds=wall), 1000.0 + steady)
    assert found == (None if jumped is None else pytest.approx(jumped))
    assert watch.jump(first + timedelta(seconds=wall + 5), 1000.0 + steady + 5) is None, "a jump is said once"


def test_a_jump_of_the_clock_holds_release_until_a_person_has_confirmed_the_time(cast):
    session, at = _ready(cast)
    task = open_jump(site=session.patient.site, seconds=3600, at=at)
    assert task.owner.may(Permission.CLOSE_TASKS)
    with pytest.raises(GateRefusedError) as caught:
        _let_go(session, at)
    assert [fault.path for fault in caught.value.faults] == ["clock"]
    close_task(task=task, note="The wall clock and my watch agree.", by=staff("nurse"), at=at)
    _let_go(session, at)
    session.refresh_from_db()
    assert session.state == "discharged"


def test_a_jump_never_holds_what_happened(cast):
    session, at = _ready(cast)
    open_jump(site=session.patient.site, seconds=-3600, at=at)
    record_event(
        session=session,
        event_id=uuid.uuid4(),
        kind=EventKind.LEFT_AGAINST_ADVICE,
        payload={"was_advised": True},
        taken_at=at,
        by=staff("nurse"),
        at=at,
    )
    session.refresh_from_db()
    assert session.state == "left_against_advice"


def test_the_house_notices_its_own_clock(cast, monkeypatch):
    monkeypatch.setattr(clock_jumps, "_watch", None)
    steady = iter([1000.0, 1020.0, 1040.0])
    walls = iter(cast.now + timedelta(seconds=seconds) for seconds in (0, 20, 340))
    monkeypatch.setattr(clock, "steady_seconds", lambda: next(steady))
    monkeypatch.setattr(clock, "now", lambda: next(walls))
    assert clock_jumps.watch_clock() is None
    assert clock_jumps.watch_clock() is None
    assert "on by 300 s" in clock_jumps.watch_clock().title
    assert AuditEvent.objects.filter(action="clock_jump").count() == 1


def test_a_criterion_is_gone_past_by_a_prescriber_with_a_second_person_and_some_never(cast):
    session, at = of("Oakhollow"), cast.now
    values = {"session": session, "event_id": uuid.uuid4(), "library": library(), "at": at}
    with pytest.raises(NotAllowedError):
        record_override(criterion="gait", reason="uses a stick", second=staff("nurse2"), by=staff("nurse"), **values)
    with pytest.raises(GateRefusedError, match="another licensed person"):
        record_override(criterion="gait", reason="uses a stick", second=staff("prescriber"), by=staff("prescriber"), **values)
    with pytest.raises(GateRefusedError, match="No reason"):
        record_override(criterion="gait", reason=" ", second=staff("nurse"), by=staff("prescriber"), **values)
    with pytest.raises(GateRefusedError, match="cannot be gone past"):
        record_override(criterion="suicidality_reasked", reason="no time", second=staff("nurse"), by=staff("prescriber"), **values)
    record_override(criterion="gait", reason="Walks with a stick as before.", second=staff("nurse"), by=staff("prescriber"), **values)
    with pytest.raises(GateRefusedError) as caught:
        _let_go(session, at + timedelta(seconds=5))
    assert "gait" not in {fault.path for fault in caught.value.faults}


def test_left_against_advice_can_always_be_said(cast):
    session, at = of("Oakhollow"), cast.now
    record_event(
        session=session,
        event_id=uuid.uuid4(),
        kind=EventKind.LEFT_AGAINST_ADVICE,
        payload={"was_advised": True},
        taken_at=at,
        by=staff("nurse"),
        at=at,
    )
    session.refresh_from_db()
    assert session.state == "left_against_advice"


def test_every_decision_of_the_sample_rests_on_a_whole_answer(cast):
    for decision in Decision.objects.all():
        assert decision.result["content_version"] == library().version
        assert decision.result["rules"]


def test_a_session_of_another_day_is_moved_before_its_dose_begins(cast):
    """The rules count their days to today, and an order is for its date."""
    from fanlight.core.instants import clinic_date
    from fanlight.records.actions.courses import move_session

    session = of("Wintergreen")
    today = clinic_date(cast.now, cast.site.zone)
    TreatmentSession.objects.filter(pk=session.pk).update(planned_on=today + timedelta(days=2))
    with pytest.raises(GateRefusedError) as caught:
        start(of("Wintergreen"), at=cast.now)
    assert "is planned for" in str(caught.value)
    assert not SessionEvent.objects.filter(session=session, kind="started").exists()
    moved = of("Wintergreen")
    move_session(session=moved, to=today, chair=None, seen_version=moved.row_version, by=staff("nurse"), at=cast.now)
    assert start(moved, at=cast.now).kind == "started"


def test_days_are_counted_to_the_day_of_the_dose_and_not_to_the_planned_one(cast):
    """Planned ahead, taken up today: the frequency rule looks at the seven days that end today."""
    from fanlight.care.rules import Stage
    from fanlight.core.instants import clinic_date
    from fanlight.records.judging import judge_session

    session = of("Wintergreen")
    today = clinic_date(cast.now, cast.site.zone)
    TreatmentSession.objects.filter(pk=session.pk).update(planned_on=today + timedelta(days=30))
    _, result = judge_session(of("Wintergreen"), Stage.PRE_DOSE, library(), at=cast.now)
    assert result.on == today


def test_a_danger_found_after_the_order_holds_the_start(cast):
    """Blood in the urine, said this morning: a rule of the order is asked again before the drug."""
    from fanlight.records.actions.patients import record_facts

    session = of("Wintergreen")
    said = [{"name": "haematuria", "value": True, "unit": "", "true_at": cast.now}]
    record_facts(patient=session.patient, facts=said, source="asked", by=staff("nurse"), at=cast.now)
    with pytest.raises(GateRefusedError) as caught:
        start(session, at=cast.now + timedelta(seconds=2))
    assert "R24" in {fault.path for fault in caught.value.faults}


def test_haz_19_a_consent_taken_back_stops_the_start_and_the_resumption(cast):
    from fanlight.records.actions.patients import withdraw_consent

    session = of("Wintergreen")
    start(session, at=cast.now)
    record_event(
        session=session,
        event_id=uuid.uuid4(),
        kind=EventKind.PAUSED,
        payload={"reason": "asked for a break"},
        taken_at=cast.now + timedelta(minutes=1),
        by=staff("nurse"),
        at=cast.now + timedelta(minutes=1),
    )
    for consent in session.patient.consents.all():
        withdraw_consent(
            consent=consent, withdrawn_at=cast.now + timedelta(minutes=2), reason="", by=staff("nurse"), at=cast.now + timedelta(minutes=2)
        )
    with pytest.raises(GateRefusedError) as caught:
        start(session, kind=EventKind.RESUMED, at=cast.now + timedelta(minutes=3))
    assert "G01" in {fault.path for fault in caught.value.faults}
    with pytest.raises(GateRefusedError):  # and no reason of anybody goes past it
        start(
            session,
            by="prescriber",
            kind=EventKind.RESUMED,
            at=cast.now + timedelta(minutes=4),
            overrides=[OverrideGiven("G01", "He changed his mind.")],
            second=staff("nurse"),
        )

"""The demo shows somebody at every point of the way, each by what the record says of them."""

from __future__ import annotations

import pytest

from fanlight.care.rules import Stage
from fanlight.care.sessions import EventKind
from fanlight.core.answers import Outcome
from fanlight.records.bedside import at_bedside
from fanlight.records.judging import judge_session
from fanlight.records.models import Consent, Course, CourseEnding, Patient, ScaleResponse, SessionEvent, Task, TreatmentSession
from fanlight.sample.course import screened_for
from fanlight.sample.daily import DailyCheck

pytestmark = pytest.mark.django_db


def of(family_name: str) -> Patient:
    return Patient.objects.get(family_name=family_name)


def today_of(patient: Patient) -> TreatmentSession:
    return TreatmentSession.objects.get(course__patient=patient, number=1)


def held(patient: Patient) -> int:
    return TreatmentSession.objects.filter(course__patient=patient, state="discharged").count()


def test_twelve_people_and_one_more_are_there_and_all_are_invented(cast):
    assert Patient.objects.count() == 13
    assert not Patient.objects.exclude(is_synthetic=True).exists()


def test_referred_nothing_asked_yet(cast):
    rowan = of("Thistledown")
    assert not rowan.facts.exists()
    assert not Course.objects.filter(patient=rowan).exists()


def test_unknowns_open(cast):
    result = screened_for(cast, of("Larkmoor"), "esketamine-us-trd", at=cast.now)
    assert result.outcome not in (Outcome.PROCEED, Outcome.WARN)
    assert any(answer.answer.value == "unknown" for answer in result.in_force())


def test_consented_and_not_begun(cast):
    hazel = of("Fernleigh")
    assert Consent.objects.filter(patient=hazel).exists()
    assert not Course.objects.filter(patient=hazel).exists()


def test_mid_induction_with_scores_that_fall(cast):
    jasper = of("Hartsmere")
    assert held(jasper) == 3
    assert TreatmentSession.objects.filter(course__patient=jasper, state="planned").count() == 3
    totals = [row.score["total"] for row in ScaleResponse.objects.filter(patient=jasper, instrument_id="madrs").order_by("answered_at")]
    assert totals == sorted(totals, reverse=True)
    assert len(totals) >= 3


def test_five_in_the_room_one_of_them_ready_to_leave(cast):
    states = {name: today_of(of(name)).state for name in ("Wintergreen", "Fennimore", "Oakhollow", "Meadowsweet", "Orchardsey")}
    assert not {"planned", "discharged", "abandoned"} & set(states.values()), states
    readings = SessionEvent.objects.filter(session=today_of(of("Oakhollow")), kind=EventKind.VITALS.value).count()
    assert readings >= 6
    bedside, _ = judge_session(today_of(of("Oakhollow")), Stage.DISCHARGE, cast.library, at=cast.now)
    assert bedside is not None
    open_ones = [item.id for item in bedside.readiness.criteria if item.answer.value != "true"]
    assert open_ones, "something is left to do before the door, as the tutorial says"


def test_an_alert_nobody_has_seen_is_owed_by_somebody(cast):
    session = today_of(of("Meadowsweet"))
    bedside = at_bedside(session, cast.now)
    assert bedside is not None
    assert [alert for alert in bedside.alerts if alert.needs_acknowledgement and alert.acknowledged is None]
    assert Task.objects.filter(session=session, closed_at__isnull=True, title__contains="172").exists()


def test_a_hold(cast):
    _, result = judge_session(today_of(of("Orchardsey")), Stage.PRE_DOSE, cast.library, at=cast.now)
    assert result.outcome not in (Outcome.PROCEED, Outcome.WARN)
    assert any(answer.id == "R05" for answer in result.in_force())


def test_maintenance_held_weekly(cast):
    laurel = of("Candlewick")
    assert held(laurel) == 3
    assert Course.objects.get(patient=laurel).protocol_signature.protocol_id == "iv-racemic-maintenance"


def test_lapsed_is_owed_to_somebody(cast):
    assert held(of("Dovecote")) == 2
    assert Task.objects.filter(patient=of("Dovecote"), closed_at__isnull=True, key__endswith=":unsaid").count() == 2


def test_home_use_asked_for_and_refused(cast):
    task = Task.objects.get(patient=of("Quillfeather"), kind="answer_request")
    assert task.owner.username == "prescriber"
    assert task.why
    assert not Course.objects.filter(patient=of("Quillfeather"), protocol_signature__protocol_id__startswith="home").exists()


def test_a_course_stopped(cast):
    assert CourseEnding.objects.get(course__patient=of("Rushlight")).kind == "stopped"


def test_what_must_hold_of_an_evening_holds_of_the_demo_but_for_those_still_in_the_room(cast):
    class House:
        pass

    House.cast = cast
    today = max(session.planned_on for session in TreatmentSession.objects.exclude(state="planned"))
    not_yet_evening = ("open over night", "was not passed on")
    found = [fault for fault in DailyCheck().evening(House, today) if not any(words in fault for words in not_yet_evening)]
    assert found == []
    assert not Task.objects.filter(closed_at__isnull=True, escalates_at__lte=cast.now, escalated_at__isnull=True).exists()

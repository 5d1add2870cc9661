"""What may not simply be said: letting go and going past have gates, a witness signs in, a signature stays as it was given."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from fanlight.care.sessions import EventKind
from fanlight.care.sessions.fold import fold
from fanlight.records.actions.own_ways import SessionError
from fanlight.records.actions.sessions import record_event
from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.plans import load_plan
from fanlight.records.session_path import keep_transitions
from fanlight.records.streams import load_stream
from fanlight.sample.fill import fill_clinic, password_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _filled(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
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


def say(cast, kind, payload, by="nurse", seconds=0, session=None, **values):
    at = cast.now + timedelta(seconds=seconds)
    given = {"event_id": uuid.uuid4(), "taken_at": at, "at": at} | values
    return record_event(session=session or of("Oakhollow"), kind=EventKind(kind), payload=payload, by=staff(by), **given)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(staff(name))
    return client


@pytest.mark.parametrize(("kind", "payload"), [("discharged", {}), ("stopped_and_observed", {"reason": "tired"})])
def test_haz_12_nobody_is_let_go_past_the_gate_by_an_event(cast, kind, payload):
    session = of("Oakhollow")
    with pytest.raises(SessionError, match="FAN-SESS-013"):
        say(cast, kind, payload)
    session.refresh_from_db()
    assert session.state == "observing"
    assert AuditEvent.objects.order_by("-sequence").first().action == f"refused:record:{kind}"


def test_an_override_cannot_be_said_with_a_second_person_who_did_not_sign_in(cast):
    second = str(staff("nurse").pk)
    with pytest.raises(SessionError, match="FAN-SESS-014"):
        say(cast, "override", {"rule": "gait", "reason": "uses a stick", "second_person": second}, by="prescriber")


@pytest.mark.parametrize("kind", ["note", "vitals", "discharged", "wasted"])
@pytest.mark.parametrize("tail", ["/sessions/{}/give/", "/api/sessions/{}/give", "/api/sessions/{}/release"])
def test_what_is_no_intention_of_a_gate_is_answered_and_never_breaks(cast, kind, tail):
    if kind == "discharged" and tail.endswith("release"):
        kind = "started"  # a discharge is what that gate is for; a start is not
    payloads = {"note": {"text": "x"}, "vitals": {"systolic_mmhg": "120", "diastolic_mmhg": "70"}, "wasted": {"mg": "1"}}
    sent = {"kind": kind, "event_id": str(uuid.uuid4()), "payload": payloads.get(kind, {})}
    answer = client_of("nurse").post(tail.format(of("Oakhollow").reference), json.dumps(sent), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "FAN-SESS-019"


def test_csl_6_a_witness_who_is_only_named_is_refused(cast):
    for name in ("Kester Lowe", str(staff("pharmacy").pk)):
        with pytest.raises(SessionError, match="FAN-SESS-016"):
            say(cast, "wasted", {"mg": "14", "witness": name})


def test_csl_6_the_witness_signs_in_and_is_another_person(cast):
    client, session = client_of("nurse"), of("Oakhollow")
    url = f"/api/sessions/{session.reference}/events"

    def waste(**second):
        sent = {
            "event_id": str(uuid.uuid4()),
            "kind": "wasted",
            "payload": {"mg": "14"},
            "taken_at": cast.now.isoformat(),
            "second": second,
        }
        return client.post(url, json.dumps(sent), content_type="application/json")

    assert waste(username="pharmacy", password="wrong").status_code == 422
    assert waste(username="nurse", password=password_of("nurse")).status_code == 409  # the same person twice
    assert waste(username="desk", password=password_of("desk")).status_code == 422  # may not witness
    assert not SessionEvent.objects.filter(session=session, kind="wasted").exists()
    assert waste(username="pharmacy", password=password_of("pharmacy")).status_code == 200
    row = SessionEvent.objects.get(session=session, kind="wasted")
    assert row.payload["witness"] == str(staff("pharmacy").pk)
    assert row.entered_by == staff("nurse")


def test_waste_without_a_witness_is_recorded_stays_owed_and_may_be_signed_later(cast):
    row = say(cast, "wasted", {"mg": "14"})
    session = of("Oakhollow")
    odd = {item.kind.value for item in fold(load_stream(session), load_plan(session.plan)).irregularities}
    assert "waste_unwitnessed" in odd
    late = {"amends": str(row.event_id), "reason": "Second signature.", "payload": {"mg": "14", "witness": "Kester Lowe"}}
    with pytest.raises(SessionError, match="FAN-SESS-016"):
        say(cast, "amended", late, seconds=5)
    late["payload"] = {"mg": "14"}
    say(cast, "amended", late, seconds=6, second=staff("pharmacy"))
    odd = {item.kind.value for item in fold(load_stream(session), load_plan(session.plan)).irregularities}
    assert "waste_unwitnessed" not in odd


def test_only_who_may_record_an_entry_may_correct_it(cast):
    vitals = say(cast, "vitals", {"systolic_mmhg": "186", "diastolic_mmhg": "112"})
    for who in ("desk", "therapist", "pharmacy"):
        with pytest.raises(SessionError, match="FAN-SESS-017"):
            say(cast, "amended", {"amends": str(vitals.event_id), "reason": "typo", "is_struck": True}, by=who, seconds=2)
    struck = say(cast, "amended", {"amends": str(vitals.event_id), "reason": "typo", "is_struck": True}, seconds=3)
    with pytest.raises(SessionError, match="FAN-SESS-017"):  # nor undo a correction
        say(cast, "amended", {"amends": str(struck.event_id), "reason": "no", "is_struck": True}, by="desk", seconds=4)


def test_words_a_person_signed_are_struck_and_never_rewritten(cast):
    check = say(cast, "second_check", {"agrees": False}, by="nurse2")
    rewritten = {"amends": str(check.event_id), "reason": "agrees now", "payload": {"agrees": True}}
    with pytest.raises(SessionError, match="FAN-SESS-018"):
        say(cast, "amended", rewritten, seconds=2)
    say(cast, "amended", {"amends": str(check.event_id), "reason": "wrong chair", "is_struck": True}, by="nurse2", seconds=3)


def test_con_3_the_same_key_for_something_else_is_refused_by_a_gate(cast):
    session, key = of("Wintergreen"), uuid.uuid4()
    say(cast, "note", {"text": "x"}, session=session, event_id=key)
    sent = {"kind": "started", "event_id": str(key), "payload": {}}
    answer = client_of("nurse").post(f"/api/sessions/{session.reference}/give", json.dumps(sent), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "FAN-SESS-011")

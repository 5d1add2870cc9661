"""A wrong value is put right on a page of its own; what was said first stays in the stream."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from fanlight.care.sessions import EventKind
from fanlight.core.session_plan import Measure
from fanlight.records import clock
from fanlight.records.actions.sessions import record_event
from fanlight.records.bedside import at_bedside
from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def said(db):
    """Vitals and a weight, said a moment ago at a running session; the systolic has its digits turned round."""
    keep_transitions()
    fill_clinic()
    session = TreatmentSession.objects.get(course__patient__family_name="Oakhollow", plan__isnull=False)
    nurse = StaffMember.objects.get(username="nurse")
    at = clock.now()
    vitals = {"systolic_mmhg": "214", "diastolic_mmhg": "82", "heart_rate_per_min": "71", "spo2_percent": "98", "breathing": "room_air"}
    rows = [
        record_event(session=session, event_id=uuid.uuid4(), kind=EventKind(kind), payload=payload, taken_at=at, by=nurse, at=at)
        for kind, payload in (("vitals", vitals), ("sedation", {"moaas": 5}))
    ]
    return session, [str(row.event_id) for row in rows]


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(StaffMember.objects.get(username=username))
    return client


def page_of(session, ids) -> str:
    return f"/sessions/{session.reference}/correct/?" + "&".join(f"entry={one}" for one in ids)


def test_the_page_holds_what_was_said_and_a_change_is_a_correction(said):
    session, ids = said
    client, page = client_of("nurse"), page_of(*said)
    shown = client.get(page).content.decode()
    assert 'value="214"' in shown
    assert "Sedation" in shown
    typed = {
        "systolic_mmhg-0": "124",
        "diastolic_mmhg-0": "82",
        "heart_rate_per_min-0": "71.0",
        "spo2_percent-0": "98",
        "breathing-0": "room_air",
        "read_by-0": "person",
        "moaas-1": "5",
        "reason": "Digits turned round.",
        "write_key": uuid.uuid4(),
    }
    before = SessionEvent.objects.filter(session=session).count()
    assert client.post(page, typed).status_code == 302
    assert client.post(page, typed).status_code in (302, 404, 422), "a second tap adds nothing"
    after = SessionEvent.objects.filter(session=session).order_by("sequence")
    assert after.count() == before + 1, "only the entry that differs is corrected"
    amended = after.last()
    assert (amended.kind, amended.payload["amends"], amended.payload["reason"]) == ("amended", ids[0], "Digits turned round.")
    assert amended.payload["payload"]["systolic_mmhg"] == "124"
    assert amended.payload["payload"]["breathing"] == "room_air"
    bedside = at_bedside(session, clock.now())
    assert bedside.state.latest(Measure.SYSTOLIC_MMHG).value == 124
    assert SessionEvent.objects.get(event_id=ids[0]).payload["systolic_mmhg"] == "214", "the first entry stands as it was"
    assert AuditEvent.objects.order_by("-sequence").filter(action="record_event").first().details["kind"] == "amended"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "Nothing is different yet"),
        ({"systolic_mmhg-0": "twelve"}, "Systolic"),
        ({"systolic_mmhg-0": "9999"}, "Systolic"),
        ({"systolic_mmhg-0": "124", "reason": ""}, "Say why"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(said, change, says):
    session, ids = said
    typed = {
        "systolic_mmhg-0": "214",
        "diastolic_mmhg-0": "82",
        "heart_rate_per_min-0": "71",
        "spo2_percent-0": "98",
        "breathing-0": "room_air",
        "read_by-0": "person",
        "reason": "Digits turned round.",
        "write_key": uuid.uuid4(),
    }
    before = SessionEvent.objects.count()
    answer = client_of("nurse").post(page_of(session, ids[:1]), typed | change)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert SessionEvent.objects.count() == before


def test_who_may_not_chart_may_not_correct_and_a_stranger_entry_is_not_there(said):
    session, ids = said
    for person in StaffMember.objects.filter(is_active=True):
        client = Client()
        client.force_login(person)
        wanted = 200 if person.may(Permission.RECORD_SESSION) else 403
        assert client.get(page_of(session, ids)).status_code == wanted, person.username
    nurse = client_of("nurse")
    assert nurse.get(page_of(session, [str(uuid.uuid4())])).status_code == 404
    assert nurse.get(f"/sessions/{session.reference}/correct/").status_code == 404

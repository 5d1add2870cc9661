"""An entry corrected after a document was signed: page and PDF say so, say what changed, and it can be signed anew."""

from __future__ import annotations

import io
import uuid

import pypdf
import pytest
from django.test import Client

from fanlight.care.sessions import EventKind
from fanlight.records import clock
from fanlight.records.actions.sessions import record_event
from fanlight.records.models import DocumentSignature, StaffMember, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic, password_of


@pytest.fixture
def ended(db) -> TreatmentSession:
    """A session with its entries, ended by a patient who left."""
    keep_transitions()
    fill_clinic()
    row = TreatmentSession.objects.get(course__patient__family_name="Oakhollow", plan__isnull=False)
    vitals = {"systolic_mmhg": "214", "diastolic_mmhg": "82", "heart_rate_per_min": "71", "spo2_percent": "98", "breathing": "room_air"}
    say(row, "vitals", vitals)
    say(row, "left_against_advice", {"was_advised": True})
    row.refresh_from_db()
    return row


def say(row: TreatmentSession, kind: str, payload: dict) -> str:
    at, nurse = clock.now(), StaffMember.objects.get(username="nurse")
    return str(
        record_event(session=row, event_id=uuid.uuid4(), kind=EventKind(kind), payload=payload, taken_at=at, by=nurse, at=at).event_id
    )


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(StaffMember.objects.get(username=username))
    return client


def address(row: TreatmentSession, kind: str) -> str:
    return f"/sessions/{row.reference}/documents/{kind}/"


def sign(row: TreatmentSession, kind: str, username: str = "nurse") -> None:
    client = client_of(username)
    mark = client.get(address(row, kind)).context["whole_hash"]
    client.post(address(row, kind) + "sign/", {"hash": mark, "meaning": "author", "password": password_of(username)})


def paper(row: TreatmentSession, kind: str) -> str:
    made = client_of("nurse").get(address(row, kind) + "pdf/").content
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages).split())


def correct_the_pressure(row: TreatmentSession) -> None:
    wrong = next(event for event in row.events.filter(kind="vitals") if event.payload["systolic_mmhg"] == "214")
    say(
        row,
        "amended",
        {"amends": str(wrong.event_id), "reason": "Digits turned round.", "payload": dict(wrong.payload) | {"systolic_mmhg": "124"}},
    )


@pytest.mark.parametrize("kind", ["procedure_note", "referrer_letter"])
def test_page_and_paper_say_what_changed_after_signing_until_it_is_signed_anew(ended, kind):
    sign(ended, kind)
    for text in (client_of("nurse").get(address(ended, kind)).content.decode(), paper(ended, kind)):
        assert "Changed after" not in text
        assert "to an earlier text" not in text
    correct_the_pressure(ended)
    page = " ".join(client_of("nurse").get(address(ended, kind)).content.decode().split())
    for text in (page, paper(ended, kind)):
        assert "Changed after Nell Bramwell, RN signed it" in text, text[-300:]
        assert "systolic 214 → 124 mmHg" in text
        assert "Digits turned round." in text
        assert "Nobody has signed it as it reads now." in text
        assert "to an earlier text" in text
    assert "changed after signing" in client_of("nurse").get(f"/sessions/{ended.reference}/documents/").content.decode()
    sign(ended, kind)
    assert DocumentSignature.objects.filter(session=ended, document_id=kind).count() == 2
    after = paper(ended, kind)
    assert "It was signed anew since." in after
    assert after.count("to an earlier text") == 1
    assert "changed after signing" not in client_of("nurse").get(f"/sessions/{ended.reference}/documents/").content.decode()


def test_a_sheet_for_the_patient_names_no_entry_of_the_record(ended):
    sign(ended, "visit_summary")
    correct_the_pressure(ended)
    text = paper(ended, "visit_summary")
    assert "Changed after Nell Bramwell, RN signed it" in text, text
    assert "Digits turned round" not in text

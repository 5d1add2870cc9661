"""A patient's own words land in the queue that is owned, from the page of a form or told to staff, and are kept once."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from fanlight.core.errors import InputError
from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, token_of
from fanlight.records.actions.patient_messages import receive_message
from fanlight.records.actions.scales import open_form
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Patient, PatientMessage, StaffMember, Task
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def patient(db) -> Patient:
    keep_transitions()
    fill_clinic()
    return Patient.objects.get(family_name="Larkmoor")


def nurse() -> StaffMember:
    return StaffMember.objects.get(username="nurse")


def at_the_link(patient) -> tuple[Client, str]:
    form = open_form(patient=patient, instrument_id="phq9", way="phone", by=nurse(), at=clock.now())
    address = f"/p/{token_of(make_link(form=form, by=nurse(), at=clock.now()))}/"
    client, born = Client(), patient.birth_date
    client.post(address, {"act": "birth", "day": born.day, "month": born.month, "year": born.year})
    return client, address


def test_a_message_from_the_form_is_owned_within_fifteen_minutes_and_the_crisis_text_is_there(patient):
    client, address = at_the_link(patient)
    assert f"{address}tell/" in client.get(address).content.decode()
    page = client.get(f"{address}tell/").content.decode()
    key = uuid.uuid4()
    assert "Tell the clinic something" in page
    said = client.post(f"{address}tell/", {"message_id": key, "text": "My urine hurts and I am scared."})
    assert said.status_code == 200
    assert patient.site.crisis_text.split(",")[0] in said.content.decode()
    row = PatientMessage.objects.get()
    assert (row.way, row.text) == ("form", "My urine hurts and I am scared.")
    assert row.task.owner_id
    assert (row.task.due_at - row.received_at).total_seconds() == 15 * 60
    client.post(f"{address}tell/", {"message_id": key, "text": "My urine hurts and I am scared."})
    assert PatientMessage.objects.count() == 1, "a second tap says nothing twice"
    assert "scared" not in "".join(str(link.details) for link in AuditEvent.objects.all()), "its words are in no link of the chain"


def test_without_the_date_of_birth_nothing_is_taken(patient):
    form = open_form(patient=patient, instrument_id="phq9", way="phone", by=nurse(), at=clock.now())
    address = f"/p/{token_of(make_link(form=form, by=nurse(), at=clock.now()))}/"
    assert Client().post(f"{address}tell/", {"message_id": uuid.uuid4(), "text": "x"}).status_code == 302
    assert Client().get("/p/nonsense/tell/").status_code == 410
    assert not PatientMessage.objects.exists()


def test_what_staff_are_told_goes_the_same_way(patient):
    client = Client()
    client.force_login(nurse())
    page = f"/patients/{patient.pk}/messages/"
    typed = {"way": "telephone", "text": "Third day of burning on passing urine.", "write_key": uuid.uuid4()}
    assert client.post(page, typed).status_code == 302
    assert client.post(page, typed).status_code == 302
    assert PatientMessage.objects.get().entered_by == nurse()
    assert "burning" in client.get(page).content.decode()
    assert Task.objects.filter(patient=patient, kind="suicide_risk", closed_at__isnull=True).count() == 1


@pytest.mark.parametrize(("text", "way"), [("  ", "form"), ("x" * 2001, "form"), ("fine", "pigeon")])
def test_what_cannot_be_kept_is_said(patient, text, way):
    with pytest.raises(InputError):
        receive_message(patient=patient, text=text, way=way, message_id=uuid.uuid4(), content=library(), by=None, at=clock.now())


def test_a_message_is_never_changed_or_deleted(patient):
    row = receive_message(patient=patient, text="x", way="form", message_id=uuid.uuid4(), content=library(), by=None, at=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        PatientMessage.objects.filter(pk=row.pk).update(text="y")

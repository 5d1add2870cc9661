"""The page of received records: look, take over, and nothing twice."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.importing import ReceivedFile, import_fhir
from fanlight.records.models import Patient, StaffMember
from fanlight.records.permissions import Role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SUBJECT = {"reference": "Patient/p1"}
BUNDLE = [
    {"resourceType": "Patient", "id": "p1", "name": [{"family": "Moreau"}], "birthDate": "1980-05-06", "gender": "female"},
    {"resourceType": "Condition", "id": "c1", "code": {"coding": [{"system": ICD, "code": "F33.1"}]}, "subject": SUBJECT},
    {"resourceType": "Condition", "id": "c2", "code": {"text": "<b>feels odd</b>"}, "subject": SUBJECT},
]


@pytest.fixture
def house():
    site = create_site(
        at=AT, code="north", name="North", zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="Call 988."
    )
    people = {}
    for role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST):
        person = create_staff(
            site=site, username=role.value, name=role.label, initials="XY", password="a-lantern-in-the-hall", by=None, at=AT
        )
        grant_role(staff=person, role=role, by=None, at=AT)
        people[role.value] = StaffMember.objects.get(pk=person.pk)
    entries = [{"resource": resource} for resource in BUNDLE]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    import_fhir(files=[ReceivedFile("b.json", "north", text)], by=people["nurse"], at=AT)
    return people


def signed_in(person: StaffMember) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_proposal_is_taken_over_once(house):
    patient = Patient.objects.get(family_name="Moreau")
    client, address = signed_in(house["prescriber"]), f"/patients/{patient.pk}/received/"
    page = client.get(address)
    (row,) = page.context["open"]
    assert (row.label, row.answer, row.origin) == ("Main diagnosis", "major depression", "Condition/c1")
    form = {"take": row.key, "write_key": str(uuid.uuid4())}
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code in (302, 422)
    fact = patient.facts.get()
    assert (fact.name, fact.value, fact.source, fact.entered_by_id) == (
        "diagnosis",
        "major_depression",
        "from: Condition/c1",
        house["prescriber"].pk,
    )
    assert client.get(address).context["open"] == []


def test_what_nobody_checked_is_listed_and_its_words_are_only_words(house):
    patient = Patient.objects.get(family_name="Moreau")
    text = signed_in(house["nurse"]).get(f"/patients/{patient.pk}/received/").content.decode()
    assert "&lt;b&gt;feels odd&lt;/b&gt;" in text
    assert "<b>feels odd" not in text


def test_nothing_ticked_is_said(house):
    patient = Patient.objects.get(family_name="Moreau")
    answer = signed_in(house["nurse"]).post(f"/patients/{patient.pk}/received/", {"write_key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert patient.facts.count() == 0


def test_who_may_not_record_facts_may_not_take_over(house):
    patient = Patient.objects.get(family_name="Moreau")
    assert signed_in(house["therapist"]).get(f"/patients/{patient.pk}/received/").status_code == 403


def test_the_patient_page_leads_there_only_where_something_came(house):
    patient = Patient.objects.get(family_name="Moreau")
    client = signed_in(house["nurse"])
    assert f"/patients/{patient.pk}/received/" in client.get(f"/patients/{patient.pk}/").content.decode()
    other = register_patient(
        family_name="Roy", given_names="", birth_date=date(1990, 1, 1), sex="male", by=house["nurse"], at=AT, today=date(2026, 11, 12)
    )
    assert "/received/" not in client.get(f"/patients/{other.pk}/").content.decode()


def test_halves_of_a_blood_pressure_are_shown_as_one_reading(house):
    def half(id, code, value):
        quantity = {"value": value, "code": "mm[Hg]", "system": "http://unitsofmeasure.org"}
        coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
        return {
            "resourceType": "Observation",
            "id": id,
            "status": "final",
            "code": coded,
            "subject": SUBJECT,
            "effectiveDateTime": "2026-11-01",
            "valueQuantity": quantity,
        }

    lines = "\n".join(json.dumps(item) for item in (half("s", "8480-6", 124), half("d", "8462-4", 78)))
    import_fhir(files=[ReceivedFile("o.ndjson", "north", lines)], by=house["nurse"], at=AT)
    patient = Patient.objects.get(family_name="Moreau")
    (row,) = signed_in(house["nurse"]).get(f"/patients/{patient.pk}/received/").context["readings"]
    assert (row.label, row.value, row.origin) == ("Blood pressure", "124/78 mmHg", "Observation/s, Observation/d")


def upload(client: Client, text: str, name: str = "b.json"):
    return client.post("/import/", {"files": SimpleUploadedFile(name, text.encode()), "source": "south"}, follow=True)


def test_an_upload_answers_with_its_own_report_and_the_second_says_unchanged(house):
    client = signed_in(house["nurse"])
    person = {"resourceType": "Patient", "id": "p9", "name": [{"family": "Roy"}], "birthDate": "1990-01-01"}
    first = upload(client, json.dumps(person))
    assert first.context["sentence"] == "1 imported"
    assert "1 unchanged." in upload(client, json.dumps(person)).content.decode()
    half = upload(
        client, json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [{"resource": person}, {"resource": person}]})[:-30]
    )
    assert "cut in half" in half.content.decode()

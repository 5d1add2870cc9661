"""Comparing, merging by two people, being led to the survivor, and taking apart: the pages."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.test import Client

from fanlight.records.actions.patients import record_facts, register_patient
from fanlight.records.models import AuditEvent, Patient, PatientMerge
from records.conftest import PASSWORD, make_clinic

TODAY = date(2026, 11, 12)


@pytest.fixture
def house(db):
    made = make_clinic()
    for given, phone in (("Ada", "555 0101 22"), ("Ada M", "")):
        register_patient(
            family_name="O'Dell",
            given_names=given,
            birth_date=date(1985, 2, 3),
            sex="female",
            phone=phone,
            by=made.nurse,
            at=made.at,
            today=TODAY,
        )
    return made


def client_of(house, role: str = "nurse") -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def pair() -> tuple[int, int]:
    return tuple(Patient.objects.order_by("pk").values_list("pk", flat=True)[:2])


def post_merge(client, one, other, **more):
    given = {"keep": one, "second_name": "larkfield-prescriber", "second_password": PASSWORD, "write_key": str(uuid.uuid4())} | more
    return client.post(f"/patients/{one}/compare/{other}/", given, follow=True)


def test_from_suspicion_to_one_record_and_back(house):
    client = client_of(house)
    one, other = pair()
    assert f"/patients/{one}/compare/{other}/" in client.get("/patients/suspected/").content.decode()
    assert "May be here twice." in client.get(f"/patients/{one}/").content.decode()
    assert "FL-0001 stands for both" in post_merge(client, one, other).content.decode()
    made = PatientMerge.objects.get()
    assert (made.proposed_by.username, made.confirmed_by.username) == ("larkfield-nurse", "larkfield-prescriber")
    answer = client.post(
        f"/patients/merges/{made.pk}/",
        {"reason": "Sisters.", "second_name": "larkfield-prescriber", "second_password": PASSWORD, "write_key": str(uuid.uuid4())},
        follow=True,
    )
    assert "stand for themselves again" in answer.content.decode()
    assert client.get(f"/patients/{other}/").status_code == 200


@pytest.mark.parametrize("tail", ["", "facts/", "screening/", "received/", "consent/", "scales/", "correct/", "lines/medications/"])
def test_every_page_of_the_merged_record_leads_to_the_survivor_with_a_plain_line(house, tail):
    client = client_of(house)
    one, other = pair()
    post_merge(client, one, other)
    answer = client.get(f"/patients/{other}/{tail}", follow=True)
    assert answer.redirect_chain == [(f"/patients/{one}/{tail}", 302)]
    assert "FL-0002 was merged into FL-0001" in answer.content.decode()


def test_what_was_typed_into_the_merged_record_is_not_saved_and_that_is_said(house):
    client = client_of(house)
    one, other = pair()
    post_merge(client, one, other)
    answer = client.post(f"/patients/{other}/facts/", {"fact-seizure_disorder": "no", "write_key": str(uuid.uuid4())}, follow=True)
    assert "Not saved: FL-0002 was merged" in answer.content.decode()
    assert Patient.objects.get(pk=one).facts.count() == 0


def test_the_list_shows_one_person_and_finds_them_under_either_name(house):
    client = client_of(house)
    one, other = pair()
    Patient.objects.filter(pk=other).update(given_names="Adelheid")
    post_merge(client, one, other)
    assert "1 patient." in client.get("/patients/").content.decode()
    found = client.post("/patients/", {"q": "Adelheid"}).content.decode()
    assert f"/patients/{one}/" in found
    assert f"/patients/{other}/" not in found


@pytest.mark.parametrize(
    "more",
    [
        {"second_password": "wrong"},
        {"second_name": ""},
        {"second_name": "larkfield-nurse"},
        {"second_name": "larkfield-therapist"},
        {"keep": ""},
    ],
)
def test_one_person_alone_merges_nothing(house, more):
    one, other = pair()
    answer = post_merge(client_of(house), one, other, **more)
    assert answer.status_code == 422
    assert PatientMerge.objects.count() == 0


def test_the_button_pressed_twice_merges_once(house):
    client = client_of(house)
    one, other = pair()
    key = str(uuid.uuid4())
    post_merge(client, one, other, write_key=key)
    answer = post_merge(client, one, other, write_key=key)
    assert "merged" in answer.content.decode()
    assert PatientMerge.objects.count() == 1


def test_a_difference_that_blocks_shows_no_button(house):
    client = client_of(house)
    one, other = pair()
    Patient.objects.filter(pk=other).update(birth_date=date(1985, 3, 2))
    text = client.get(f"/patients/{one}/compare/{other}/").content.decode()
    assert "These cannot be merged." in text
    assert "Merge them" not in text
    assert post_merge(client, one, other).status_code == 422


@pytest.mark.parametrize("role", ["therapist", "medical_director", "pharmacy", "auditor", "administrator"])
def test_who_may_not_correct_a_name_may_not_merge(house, role):
    one, other = pair()
    client = client_of(house, role)
    for url in ("/patients/suspected/", f"/patients/{one}/compare/{other}/", "/patients/merges/1/"):
        assert client.get(url).status_code == 403


def test_records_of_another_clinic_are_not_there(house):
    one, other = pair()
    post_merge(client_of(house), one, other)
    stranger = make_clinic("elsewhere")
    client = Client()
    client.force_login(stranger.nurse)
    for url in (f"/patients/{one}/compare/{other}/", f"/patients/merges/{PatientMerge.objects.get().pk}/", f"/patients/{other}/"):
        assert client.get(url).status_code == 404
        assert AuditEvent.objects.order_by("-sequence").first().action.startswith("refused:no_such_")


def test_facts_of_both_are_on_the_survivors_page(house):
    one, other = pair()
    row = Patient.objects.get(pk=other)
    record_facts(patient=row, facts=[{"name": "weight_kg", "value": "71", "unit": "kg"}], by=house.nurse, at=house.at, source="measured")
    client = client_of(house)
    assert "71 kg" not in client.get(f"/patients/{one}/").content.decode()
    post_merge(client, one, other)
    assert "71 kg" in client.get(f"/patients/{one}/").content.decode()


def test_the_sessions_of_the_merged_record_are_the_survivors_and_their_banners_too(db):
    """A person of the sample clinic with a session under way: no merge now; one made before it began is read throughout."""
    from fanlight.records.actions.merging import MergeError, merge_patients
    from fanlight.records.audit import change
    from fanlight.records.clock import now
    from fanlight.records.models import StaffMember, TreatmentSession
    from fanlight.records.session_path import keep_transitions
    from fanlight.sample.fill import fill_clinic

    keep_transitions()
    fill_clinic()
    nurse, prescriber = (StaffMember.objects.get(username=name) for name in ("nurse", "prescriber"))
    client = Client()
    client.force_login(nurse)
    session = TreatmentSession.objects.filter(plan__isnull=False).exclude(state="planned").first()
    row, course = session.patient, session.course
    twin = register_patient(
        family_name=row.family_name,
        given_names=row.given_names,
        birth_date=row.birth_date,
        sex=row.sex,
        is_synthetic=True,
        by=nurse,
        at=now(),
        today=now().date(),
    )
    with pytest.raises(MergeError, match="session is under way"):
        merge_patients(survivor=twin, merged=row, grounds="x", by=nurse, second=prescriber, at=now())
    with change("merge_patients", at=now(), by=nurse, patient=twin) as entry:
        entry.add(PatientMerge(survivor=twin, merged=row, grounds="x", proposed_by=nurse, confirmed_by=prescriber, merged_at=now()))
    assert TreatmentSession.objects.get(pk=session.pk).patient == twin
    page = client.get(f"/sessions/{session.reference}/").content.decode()
    assert twin.number in page
    assert row.number not in page
    assert client.get(f"/courses/{course.pk}/").context["patient"].number == twin.number
    assert f"/courses/{course.pk}/" in client.get(f"/patients/{twin.pk}/").content.decode()
    procedure = client.get(f"/sessions/{session.reference}/documents/")
    assert procedure.context["patient"].number == twin.number
    assert client.get("/").status_code == 200
    assert client.get(f"/sessions/{session.reference}/live/").status_code == 200

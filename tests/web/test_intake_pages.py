"""The patient's form on a phone, without a script: the wrong link, the birth date, several sittings, handed in; and the clinic's side."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from fanlight.records.actions.patients import register_patient
from fanlight.records.models import IntakeAnswer, Patient, RiskRaised
from records.conftest import make_clinic

BIRTH = {"act": "birth", "day": "3", "month": "2", "year": "1985"}


@pytest.fixture
def house(db):
    import datetime

    from fanlight.records.clock import now

    made = make_clinic()
    made.patient = register_patient(
        family_name="O'Dell",
        given_names="Ada",
        birth_date=datetime.date(1985, 2, 3),
        sex="female",
        by=made.nurse,
        at=now(),
        today=datetime.date(2026, 11, 12),
    )
    return made


def desk(house, role: str = "front_desk") -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def link_of(house) -> str:
    page = desk(house).post(f"/patients/{house.patient.pk}/intake/", {"act": "make", "write_key": str(uuid.uuid4())}, follow=True)
    return re.search(r"/p/[\w=-]+/", page.content.decode()).group()


def test_before_the_birth_date_nothing_is_shown_and_a_wrong_link_shows_nothing_ever(house):
    phone, path = Client(), link_of(house)
    first = phone.get(path).content.decode()
    assert "when were you born?" in first
    assert not {"Heart", "Dell"} & set(re.findall(r"\w+", first))
    assert phone.get("/p/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/").status_code == 410
    wrong = BIRTH | {"year": "1986"}
    for _ in range(4):
        assert phone.post(path, wrong).status_code == 422
    shut = phone.post(path, wrong)
    assert shut.status_code == 200 or shut.status_code == 410
    assert phone.post(path, BIRTH).status_code == 410
    assert "Call 988." in phone.get(path).content.decode()


def test_from_the_birth_date_over_several_sittings_to_the_end(house):
    phone, path = Client(), link_of(house)
    page = phone.post(path, BIRTH, follow=True).content.decode()
    assert "What you take and what you react to" in page
    assert "Call 988." in page
    phone.post(
        path,
        {
            "step": "0",
            "act": "next",
            "medications": "sertraline 50 mg\n\nlorazepam",
            "allergy-none": "1",
            "hypersensitivity_ketamine": "no",
        },
    )
    page = phone.post(path, {"step": "1", "act": "next", "cardiovascular_event_ever": "unsure"}, follow=True).content.decode()
    assert "Head, eyes and sleep" in page
    other = Client()  # broken off; the next day, another phone
    other.post(path, BIRTH)
    page = other.get(path).content.decode()
    assert "Heart and blood vessels" in page  # the first screen with something open
    page = other.get(f"{path}?step=99").content.decode()
    assert "Is this right?" in page
    assert all(words in page for words in ("lorazepam", "None that I know of", "left open"))
    done = other.post(path, {"step": "7", "act": "finish"}, follow=True).content.decode()
    assert "Your answers are with the clinic" in done
    assert other.post(path, {"step": "0", "act": "next", "porphyria": "yes"}).status_code in (200, 410)
    assert IntakeAnswer.objects.filter(fact="porphyria").count() == 0


def test_the_nurse_takes_over_one_by_one_or_all(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    said = {"seizure_disorder": "no", "obstructive_sleep_apnoea": "yes", "raised_intraocular_pressure": "unsure"}
    phone.post(path, {"step": "2", "act": "next"} | said)
    phone.post(path, {"step": "7", "act": "finish"})
    nurse, url = desk(house, "nurse"), f"/patients/{house.patient.pk}/received/"
    page = nurse.get(url).content.decode()
    assert "no, asked and denied" in page
    assert "Not sure, says the patient" in page
    one = re.search(r'name="said" value="(\d+)"', page).group(1)
    shown = re.findall(r'name="shown" value="(\d+)"', page)
    nurse.post(url, {"settle": "ticked", "said": one, "shown": shown, "write_key": str(uuid.uuid4())})
    assert house.patient.facts.count() == 1
    nurse.post(url, {"settle": "all", "shown": shown, "write_key": str(uuid.uuid4())})
    assert set(house.patient.facts.values_list("name", flat=True)) == {"seizure_disorder", "obstructive_sleep_apnoea"}


def test_not_safe_shows_the_crisis_text_and_calls_a_person(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    page = phone.post(path, {"step": "1", "act": "unsafe"}, follow=True).content.decode()
    assert RiskRaised.objects.count() == 1
    assert "Call 988." in page
    assert "promise" in page


def test_what_a_script_would_send_is_refused_here(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    assert phone.post(f"{path}say/", "{}", content_type="application/json").status_code == 410
    bad = phone.post(path, {"step": "2", "act": "next", "seizure_disorder": "perhaps"})
    assert bad.status_code == 422


def test_the_front_desk_sends_it_and_sees_no_answer(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    phone.post(path, {"step": "0", "act": "next", "medications": "lorazepam"})
    page = desk(house).get(f"/patients/{house.patient.pk}/intake/").content.decode()
    assert "1 of" in page
    assert "lorazepam" not in page
    assert desk(house).get(f"/patients/{house.patient.pk}/received/").status_code == 403


def test_taken_back_it_opens_nothing(house):
    path = link_of(house)
    desk(house).post(f"/patients/{house.patient.pk}/intake/", {"act": "withdraw", "write_key": str(uuid.uuid4())})
    assert Client().get(path).status_code == 410
    assert Patient.objects.get().intake_forms.count() == 1


def test_a_list_cleared_on_the_screen_that_showed_it_is_open_again_and_an_older_tab_clears_nothing(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    old_tab = phone.get(f"{path}?step=0").content.decode()
    assert "allergy-shown" not in old_tab
    phone.post(path, {"step": "0", "act": "next", "allergy": "penicillin"})
    phone.post(path, {"step": "0", "act": "next", "allergy": ""})  # from the older tab
    seen = phone.get(f"{path}?step=0").content.decode()
    assert "penicillin" in seen
    assert 'name="allergy-shown"' in seen
    phone.post(path, {"step": "0", "act": "next", "allergy": "", "allergy-shown": "1"})
    assert "penicillin" not in phone.get(f"{path}?step=0").content.decode()


def handed_in(house, **said: str) -> tuple[Client, str]:
    """The nurse, and the page on which what the patient said waits."""
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    for step in range(7):
        phone.post(path, {"step": str(step), "act": "next"} | said)
    phone.post(path, {"step": "7", "act": "finish"})
    return desk(house, "nurse"), f"/patients/{house.patient.pk}/received/"


def of(page: str, label: str) -> str:
    """The number of the received fact of a label."""
    return re.search(r'name="said" value="(\d+)"><span><strong>' + label, page).group(1)


def test_one_answer_is_corrected_as_it_was_asked_again_and_the_received_one_is_left_aside(house):
    from fanlight.records.knowledge import current_facts
    from fanlight.records.models import ReceivedFact, Task

    nurse, url = handed_in(house, hypersensitivity_ketamine="yes", seizure_disorder="no", medications="lithum")
    page = nurse.get(url).content.decode()
    assert "Record “no” instead" in page
    first = {"correct": of(page, "Allergy to ketamine"), "right": "no", "write_key": str(uuid.uuid4())}
    for _ in range(2):  # a button pressed twice
        nurse.post(url, first)
    fact = current_facts(house.patient)["hypersensitivity_ketamine"]
    assert (fact.value, fact.source, fact.entered_by) == (False, "asked, denied", house.nurse)
    assert house.patient.facts.count() == 1
    page = nurse.get(url).content.decode()
    nurse.post(url, {"correct": of(page, "Current medicines"), "right": "lithium 600 mg", "write_key": str(uuid.uuid4())})
    assert [line.details for line in house.patient.history.filter(kind="medications")] == [{"name": "lithium 600 mg"}]
    assert list(ReceivedFact.objects.filter(settled__is_taken=False).values_list("name", flat=True).order_by("name")) == [
        "hypersensitivity_ketamine",
        "medications",
    ]
    page = nurse.get(url).content.decode()
    assert "left aside by" in page
    nurse.post(url, {"correct": of(page, "Seizure"), "right": "", "write_key": str(uuid.uuid4())})
    assert house.patient.facts.count() == 1, "nothing typed is nothing recorded"
    nurse.post(url, {"correct": of(page, "Seizure"), "right": "perhaps", "write_key": str(uuid.uuid4())})
    assert house.patient.facts.count() == 1
    assert Task.objects.filter(kind="received", closed_at__isnull=True).count() == 1
    nurse.post(url, {"correct": of(page, "Seizure"), "right": "yes", "write_key": str(uuid.uuid4())})
    assert current_facts(house.patient)["seizure_disorder"].value is True
    assert Task.objects.filter(kind="received", closed_at__isnull=True).count() == 0


def test_what_differs_from_the_record_stands_first_then_what_is_said_then_what_is_denied(house):
    from fanlight.records.actions.patients import record_facts
    from fanlight.records.clock import now

    facts = [{"name": "porphyria", "value": True}]
    record_facts(patient=house.patient, facts=facts, by=house.prescriber, at=now(), source="asked")
    nurse, url = handed_in(house, seizure_disorder="no", obstructive_sleep_apnoea="yes", porphyria="no")
    page = nurse.get(url).content.decode()
    labels = re.findall(r'name="said" value="\d+"><span><strong>([^<]+)', page)
    assert labels == ["Porphyria", "Obstructive sleep apnoea", "Seizure disorder"]
    assert f"On record is another answer: yes, {house.prescriber.name}" in page


def test_enter_among_the_answers_corrects_none_of_them(house):
    nurse, url = handed_in(house, seizure_disorder="no", obstructive_sleep_apnoea="yes")
    page = nurse.get(url).content.decode()
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="settle"' in form)
    own = [button for button in re.findall(r"<button[^>]*>", form) if "form=" not in button]
    assert 'value="ticked"' in own[0], "Enter presses the first button of a form"
    corrections = re.findall(r'<button[^>]*name="right"[^>]*>', form)
    assert len(corrections) == 2
    assert all('form="correct-' in button for button in corrections)


def test_a_screen_sent_after_the_form_was_handed_in_elsewhere_is_said_not_to_be_saved(house):
    phone, path = Client(), link_of(house)
    phone.post(path, BIRTH)
    phone.post(path, {"step": "2", "act": "next", "seizure_disorder": "no"})
    phone.post(path, {"step": "7", "act": "finish"})
    words = "What you answered just now is not saved"
    assert words not in phone.post(path, {"step": "7", "act": "finish"}).content.decode()
    assert words not in phone.post(path, {"step": "2", "act": "next", "seizure_disorder": "no"}).content.decode()
    late = phone.post(path, {"step": "2", "act": "next", "seizure_disorder": "yes"}).content.decode()
    assert words in late
    assert "Tell the clinic something" in late
    assert IntakeAnswer.objects.get(fact="seizure_disorder").value == "no"


def test_what_was_said_is_on_the_printed_page_too(house):
    nurse, url = handed_in(house, seizure_disorder="no")
    page = nurse.get(url).content.decode()
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="settle"' in form)
    assert 'class="form print"' in form.split(">")[0], "a form without the mark is left out of a printed page"

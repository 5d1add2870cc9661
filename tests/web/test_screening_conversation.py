"""The screening page as a conversation: who can settle what, asked for with one button, and changed at once by an answer."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
from django.test import Client

from fanlight.records.actions.patients import record_facts, register_patient
from fanlight.records.clock import now
from fanlight.records.models import AuditEvent, Patient, Task
from fanlight.web.pages.settling import minutes_words
from records.conftest import make_clinic

PROTOCOL = "iv-racemic-induction"


@pytest.fixture
def house(db):
    made = make_clinic()
    made.patient = register_patient(
        family_name="O'Dell",
        given_names="Ada",
        birth_date=date(1985, 2, 3),
        sex="female",
        by=made.nurse,
        at=now(),
        today=date(2026, 11, 12),
    )
    return made


def client_of(house, role: str = "nurse") -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def url(house, page: str = "screening") -> str:
    return f"/patients/{house.patient.pk}/{page}/?protocol={PROTOCOL}"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (89, "89 minutes"), (90, "2 hours"), (300, "5 hours"), (1440, "a day"), (2880, "2 days"), (0, "0 minutes")],
)
def test_how_long_it_takes_in_words(minutes, words):
    assert minutes_words(minutes) == words


def test_unknowns_stand_by_who_can_settle_them_the_soonest_through_first(house):
    settlers = client_of(house).get(url(house)).context["settlers"]
    assert {"prescriber", "nurse", "patient"} <= {settler.who for settler in settlers}
    assert [settler.minutes for settler in settlers] == sorted(settler.minutes for settler in settlers)
    for settler in settlers:
        assert [unknown.minutes for unknown in settler.unknowns] == sorted(unknown.minutes for unknown in settler.unknowns)
        assert settler.minutes == sum(unknown.minutes for unknown in settler.unknowns)


def test_asking_for_all_makes_one_task_for_each_kind_of_person_and_asking_again_none(house):
    client = client_of(house)
    kinds = len(client.get(url(house)).context["settlers"])
    for _ in range(2):
        client.post(url(house), {"ask_for_all": "1", "protocol": PROTOCOL})
        assert Task.objects.filter(kind="missing_facts", closed_at__isnull=True).count() == kinds
    page = client.get(url(house)).content.decode()
    assert page.count("owes it by") == kinds
    assert all(task.owner_id and task.next_owner_id and task.escalates_at for task in Task.objects.all())


def test_an_answer_changes_the_page_at_once_and_without_one_nothing_is_sent(house):
    client = client_of(house)
    page = client.get(url(house))
    seen = re.search(r"seen=([\d-]+)", page.content.decode()).group(1)
    links = AuditEvent.objects.count()
    quiet = client.get(f"{url(house)}&seen={seen}", headers={"HX-Request": "true"})
    assert (quiet.status_code, quiet.content, AuditEvent.objects.count()) == (204, b"", links)
    fact = {"name": "aneurysmal_vascular_disease", "value": False, "true_at": now()}
    record_facts(patient=Patient.objects.get(), facts=[fact], by=house.prescriber, at=now(), source="asked, denied")
    told = client.get(f"{url(house)}&seen={seen}", headers={"HX-Request": "true"})
    text = told.content.decode()
    assert told.status_code == 200
    assert "an answer came in" in text
    assert "<html" not in text
    assert told.context["lacks"] == page.context["lacks"] - 1
    assert seen not in text


def test_what_is_answered_is_owed_no_more_and_what_is_left_is_counted(house):
    client = client_of(house)
    client.post(url(house), {"ask_for_all": "1", "protocol": PROTOCOL})
    settlers = {settler.who: len(settler.unknowns) for settler in client.get(url(house)).context["settlers"]}
    task = Task.objects.get(key__endswith=":prescriber")
    assert task.title.startswith(f"{settlers['prescriber']} facts")
    key = {"write_key": str(uuid.uuid4()), "source": "asked"}
    client.post(url(house, "facts"), key | {"fact-aneurysmal_vascular_disease": "no"})
    task.refresh_from_db()
    assert task.title.startswith(f"{settlers['prescriber'] - 1} facts")
    given = {}
    for line in client.get(url(house, "facts")).context["missing"]:
        if line.who == "patient" and line.kind == "boolean":
            given[f"fact-{line.name}"] = "no"
        if line.name in ("bpic_ss_total", "icsi_total"):
            given[f"fact-{line.name}"] = "2"
    client.post(f"/patients/{house.patient.pk}/lines/medications/", {"asked_none": "1", "write_key": str(uuid.uuid4())})
    client.post(url(house, "facts"), {"write_key": str(uuid.uuid4()), "source": "asked"} | given)
    patient_task = Task.objects.get(key__endswith=":patient")
    assert patient_task.closed_at is not None
    assert patient_task.closing_note == "Everything asked for is answered."


def polled(client, house, page) -> str:
    """What the page's own poll would be answered."""
    text = page.content.decode()
    seen = re.search(r"seen=([\d-]+)", text).group(1)
    mark = re.search(r'name="decision" value="([\w-]+)"', text).group(1)
    return client.get(f"{url(house)}&seen={seen}&decision={mark}", headers={"HX-Request": "true"}).content.decode()


def say(house, name: str, value: object) -> None:
    record_facts(
        patient=Patient.objects.get(), facts=[{"name": name, "value": value, "true_at": now()}], by=house.nurse, at=now(), source="asked"
    )


def test_the_decision_is_swapped_with_the_reasons_whenever_it_would_decide_about_something_else(house):
    client = client_of(house, "prescriber")
    page = client.get(url(house))
    assert "reason-" in page.content.decode()
    say(house, "aneurysmal_vascular_disease", True)
    told = polled(client, house, page)
    assert 'id="decision" hx-swap-oob="true"' in told
    assert told.count("<form") == told.count("</form>")
    again = client.get(url(house))
    assert "hx-swap-oob" not in again.content.decode()
    house.nurse.refresh_from_db()
    client_of(house).post(url(house), {"ask_for_all": "1", "protocol": PROTOCOL})  # tasks are made: no reason changes
    quiet = polled(client, house, again)
    assert "owes it by" in quiet
    assert 'id="decision"' not in quiet, "a form somebody may be writing in is left alone while nothing in it changed"


def test_a_decision_about_reasons_that_were_not_on_the_page_is_not_taken(house):
    client = client_of(house, "prescriber")
    text = client.get(url(house)).content.decode()
    rests_on = re.search(r'name="rests_on" value="(\w+)"', text).group(1)
    names = re.findall(r'name="(reason-[\w.-]+)"', text)
    say(house, "aneurysmal_vascular_disease", True)
    given = {"write_key": str(uuid.uuid4()), "protocol": PROTOCOL, "rests_on": rests_on} | dict.fromkeys(names, "I looked at it.")
    refused = client.post(url(house), given)
    assert refused.status_code == 422
    assert "An answer came in after this page was drawn" in refused.content.decode()
    assert "I looked at it." in refused.content.decode()
    fresh = re.search(r'name="rests_on" value="(\w+)"', refused.content.decode()).group(1)
    assert fresh != rests_on
    assert not Patient.objects.get().decisions.exists()
    later = client.post(url(house), given | {"rests_on": fresh})
    assert "An answer came in" not in later.content.decode(), "what is on the page now is judged by the rules alone"

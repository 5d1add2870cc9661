"""A rating asked over the past 24 hours: what it leaves out stands in from the last whole rating, and every page says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.scales import enter_paper_form, open_form
from fanlight.records.library import library
from fanlight.records.models import ScaleResponse, StaffMember

pytestmark = pytest.mark.django_db
ASKED = {f"q{number}": 2 for number in range(1, 11)}
NOT_ASKED_IN_A_DAY = ("q4", "q5")


@pytest.fixture
def nurse(clinic):
    client = Client()
    client.force_login(StaffMember.objects.get(pk=clinic.prescriber.pk))
    return client


def somebody_else(clinic):
    return register_patient(
        family_name="Lowe",
        given_names="Ben",
        birth_date=date(1980, 1, 1),
        sex="male",
        by=clinic.nurse,
        at=clinic.at,
        today=date(2026, 11, 12),
    )


def rated(clinic, days_ago: int, of=None, **changed):
    at = clock.now() - timedelta(days=days_ago)
    given = {name: value for name, value in (ASKED | changed).items() if value is not None}
    return enter_paper_form(
        patient=of or clinic.patient, instrument_id="madrs", answers=given, answered_at=at, content=library(), rater=clinic.prescriber,
        by=clinic.prescriber, at=at,
    )  # fmt: skip


def asked_over(clinic, nurse, recall: str, **changed) -> ScaleResponse:
    form = open_form(
        patient=clinic.patient, instrument_id="madrs", way="rated", rater=clinic.prescriber, by=clinic.prescriber, at=clock.now()
    )
    answers = {name: str(value) for name, value in (ASKED | changed).items() if value is not None}
    answer = nurse.post(f"/scales/forms/{form.pk}/", answers | {"recall": recall, "act": "finish"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return ScaleResponse.objects.order_by("-pk").first()


def test_sleep_and_appetite_of_a_day_are_those_of_the_last_whole_rating(clinic, nurse):
    whole = rated(clinic, 6, q4=5, q5=4)
    found = asked_over(clinic, nurse, "24h", q1=0, q4=None, q5=None)
    assert found.score["carried"] == {"items": ["q4", "q5"], "from": whole.pk}
    assert (found.score["status"], found.score["total"], found.score["context"]) == ("complete", 0 + 7 * 2 + 5 + 4, {"recall": "24h"})
    page = nurse.get(f"/scales/answers/{found.pk}/").content.decode()
    assert "over the past 24 hours" in page
    assert "Reduced sleep and reduced appetite were not asked: they are of" in page


@pytest.mark.parametrize("before", ["nothing", "half a rating", "a rating of a day", "another patient's"])
def test_without_a_whole_rating_of_this_patient_they_stay_missing(clinic, nurse, before):
    if before == "half a rating":
        rated(clinic, 3, q9=None, q10=None)
    if before == "a rating of a day":
        asked_over(clinic, nurse, "24h")
    if before == "another patient's":
        rated(clinic, 3, of=somebody_else(clinic))
    found = asked_over(clinic, nurse, "24h", q4=None, q5=None)
    assert "carried" not in found.score
    assert found.score["status"] != "complete"


def test_an_item_that_was_asked_all_the_same_counts_as_asked(clinic, nurse):
    rated(clinic, 6, q4=5, q5=4)
    found = asked_over(clinic, nurse, "24h", q4=1, q5=None)
    assert found.score["carried"]["items"] == ["q5"]
    assert found.answers["q4"] == 1


def test_the_usual_week_carries_nothing(clinic, nurse):
    rated(clinic, 6, q4=5)
    found = asked_over(clinic, nurse, "7d", q4=None)
    assert "carried" not in found.score
    assert found.score["context"] == {"recall": "7d"}
    assert found.score["status"] != "complete"


def test_the_form_says_what_each_choice_leaves_out_and_a_scale_with_one_window_offers_none(clinic, nurse):
    form = open_form(
        patient=clinic.patient, instrument_id="madrs", way="rated", rater=clinic.prescriber, by=clinic.prescriber, at=clock.now()
    )
    text = nurse.get(f"/scales/forms/{form.pk}/").content.decode()
    assert "Reduced sleep and reduced appetite are not asked, and stay missing: no whole rating is on record" in text
    rated(clinic, 2)
    assert "Reduced sleep and reduced appetite are not asked, taken from" in nurse.get(f"/scales/forms/{form.pk}/").content.decode()
    plain = open_form(patient=clinic.patient, instrument_id="phq9", way="read_aloud", by=clinic.prescriber, at=clock.now())
    assert 'name="recall"' not in nurse.get(f"/scales/forms/{plain.pk}/").content.decode()

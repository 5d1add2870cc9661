"""What is answered on a scale is known to the rules at once, and closes what was asked for."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from fanlight.records.actions.patients import record_facts
from fanlight.records.actions.scales import enter_paper_form, finish_form, open_form, save_answer
from fanlight.records.actions.screening_tasks import KIND
from fanlight.records.actions.tasks import open_task
from fanlight.records.knowledge import patient_facts
from fanlight.records.library import library
from fanlight.records.models import Task

pytestmark = pytest.mark.django_db
PHQ9 = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 0}
SCREENER = {"q1": 1, "q2": 1, "q3": 1, "q4": 0, "q5": 0, "q6": 0}


def known(clinic, name: str, *, later: int = 0) -> object:
    value = patient_facts(clinic.patient, library(), at=clinic.at + timedelta(days=later)).value(name)
    return value if isinstance(value, bool | None) else str(value)


def enter(clinic, instrument: str, answers: dict[str, int], *, day: int = 0) -> None:
    at = clinic.at + timedelta(days=day)
    rater = clinic.nurse if instrument.startswith("cssrs") else None
    enter_paper_form(
        patient=clinic.patient,
        instrument_id=instrument,
        answers=answers,
        answered_at=at,
        content=library(),
        by=clinic.nurse,
        at=at,
        rater=rater,
    )


def tell(clinic, name: str, value: object, *, day: int) -> None:
    facts = [{"name": name, "value": value}]
    record_facts(patient=clinic.patient, facts=facts, by=clinic.nurse, at=clinic.at + timedelta(days=day), source="asked")


def test_an_answered_scale_is_known_without_being_typed_again(clinic):
    assert known(clinic, "depression_score_on") is None
    enter(clinic, "phq9", PHQ9)
    assert known(clinic, "depression_score_on") == clinic.at.date().isoformat()
    enter(clinic, "cssrs_screener", SCREENER)
    assert known(clinic, "cssrs_ideation_past_month") == "3"
    assert known(clinic, "cssrs_behaviour_lifetime") is False


def test_of_a_scale_and_what_was_told_the_later_counts_and_a_lower_scale_takes_no_higher_one_back(clinic):
    tell(clinic, "cssrs_ideation_past_month", 1, day=0)
    enter(clinic, "cssrs_screener", SCREENER, day=1)
    assert known(clinic, "cssrs_ideation_past_month", later=1) == "3"
    enter(clinic, "cssrs_screener", {"q1": 0, "q2": 0, "q6": 0}, day=2)
    assert known(clinic, "cssrs_ideation_past_month", later=2) == "3"
    tell(clinic, "cssrs_ideation_past_month", 2, day=3)
    assert known(clinic, "cssrs_ideation_past_month", later=3) == "2"


def test_a_yes_about_a_lifetime_that_was_told_is_not_taken_back_by_a_form(clinic):
    tell(clinic, "cssrs_behaviour_lifetime", True, day=0)
    enter(clinic, "cssrs_screener", SCREENER, day=1)
    assert known(clinic, "cssrs_behaviour_lifetime", later=1) is True


def test_the_last_answer_that_was_asked_for_closes_its_task(clinic):
    protocol = "iv-racemic-induction"
    at, by = clinic.at, clinic.nurse
    title = "1 fact for screening, from the nurse"
    due = {"due_at": at, "owner": by, "next_owner": None, "escalates_at": None}
    key = f"screening:{clinic.patient.pk}:{protocol}:nurse"
    open_task(site=clinic.site, key=key, kind=KIND, title=title, why="", patient=clinic.patient, at=at, by=by, **due)
    before = Task.objects.get(kind=KIND).title
    form = open_form(patient=clinic.patient, instrument_id="phq9", way="read_aloud", by=by, at=at)
    for item, value in PHQ9.items():
        save_answer(form=form, item=item, value=value, answer_id=uuid.uuid4(), answered_at=at, by=by, at=at, content=library())
    finish_form(form=form, content=library(), by=by, at=at)
    after = Task.objects.get(kind=KIND)
    assert after.title != before, "what is still lacking is counted anew"
    assert "depression score" not in after.why

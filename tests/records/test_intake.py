"""The patient's own form: in several sittings, once; no, none, not sure and not asked kept apart; nothing counts until taken over."""

from __future__ import annotations

import pytest

from fanlight.records.actions.form_links import find_link, make_link, state_of, token_of, try_birth_date
from fanlight.records.actions.intake import (
    IntakeError,
    answers_so_far,
    finish_intake,
    groups_of,
    not_safe_on_intake,
    open_intake,
    save_answers,
    unsure_of,
)
from fanlight.records.actions.patients import current_history
from fanlight.records.knowledge import ASKED_NONE, allergy_words, current_facts, patient_facts
from fanlight.records.library import library
from fanlight.records.models import FormLink, IntakeAnswer, IntakeFinish, Patient, Task
from fanlight.records.policies import NotAllowedError
from fanlight.records.received_answers import open_received, settle_received


@pytest.fixture
def form(clinic):
    return open_intake(patient=clinic.patient, content=library(), by=clinic.front_desk, at=clinic.at)


def test_every_question_is_a_fact_of_the_catalogue_or_the_telephone():
    asked = [question for group in library().phone_questions.groups for question in group.questions]
    known = library().facts.definitions
    assert {question.fact for question in asked} <= {*known, "phone"}
    assert all(known[question.fact].kind.value == "boolean" for question in asked if question.kind == "yes_no")
    assert len({question.fact for question in asked}) == len(asked)


def test_every_fact_named_by_the_interview_and_by_the_times_is_in_the_catalogue():
    known = library().facts.definitions
    named = [fact for group in library().interview_order.groups for fact in group.facts]
    assert set(named) <= set(known)
    assert len(set(named)) == len(named)
    assert {fact for entry in library().settling.facts for fact in entry.facts} <= set(known)


def test_a_form_is_opened_once_until_it_is_handed_in(clinic, form):
    assert open_intake(patient=clinic.patient, content=library(), by=clinic.nurse, at=clinic.at).pk == form.pk
    with pytest.raises(NotAllowedError):
        open_intake(patient=clinic.patient, content=library(), by=clinic.therapist, at=clinic.at)


def test_a_man_is_not_asked_whether_he_is_pregnant(clinic, form):
    assert "pregnancy" in [group.id for group in groups_of(form)]
    Patient.objects.filter(pk=clinic.patient.pk).update(sex="male")
    man = Patient.objects.get(pk=clinic.patient.pk)
    save_answers(form=form, given={"seizure_disorder": "no"}, at=clinic.at)
    finish_intake(form=form, at=clinic.at)
    his = open_intake(patient=man, content=library(), by=clinic.nurse, at=clinic.at)
    assert "pregnancy" not in [group.id for group in groups_of(his)]


def test_broken_off_and_taken_up_again_the_last_answer_stands_and_twice_is_once(clinic, form):
    assert save_answers(form=form, given={"seizure_disorder": "yes", "allergy": ["latex"]}, at=clinic.at) == 2
    assert save_answers(form=form, given={"seizure_disorder": "yes", "allergy": ["latex"]}, at=clinic.at) == 0
    assert save_answers(form=form, given={"seizure_disorder": "no"}, at=clinic.at) == 1
    assert answers_so_far(form) == {"seizure_disorder": "no", "allergy": ["latex"]}
    assert IntakeAnswer.objects.count() == 3


@pytest.mark.parametrize(
    "given",
    [
        {"weight_kg": "70"},
        {"seizure_disorder": "maybe"},
        {"seizure_disorder": ["no"]},
        {"allergy": "latex"},
        {"phone": "me"},
        {"phone": "1" * 41},
    ],
)
def test_what_is_no_answer_is_refused(clinic, form, given):
    with pytest.raises(IntakeError):
        save_answers(form=form, given=given, at=clinic.at)
    assert IntakeAnswer.objects.count() == 0


def hand_in(clinic, form):
    save_answers(
        form=form,
        given={
            "seizure_disorder": "no",
            "porphyria": "unsure",
            "cardiovascular_event_ever": "yes",
            "medications": ["sertraline 50 mg", "lorazepam"],
            "allergy": [],
            "phone": "+1 555 010 9999",
        },
        at=clinic.at,
    )
    finish_intake(form=form, at=clinic.at)


def test_handed_in_it_waits_to_be_looked_at_and_somebody_owes_the_look(clinic, form):
    hand_in(clinic, form)
    finish_intake(form=form, at=clinic.at)
    assert IntakeFinish.objects.count() == 1
    said = [(row.name, row.value) for row in open_received(clinic.patient)]
    assert ("seizure_disorder", False) in said
    assert ("cardiovascular_event_ever", True) in said
    assert ("allergy", {ASKED_NONE: True}) in said
    assert "porphyria" not in {name for name, _ in said}
    assert list(unsure_of(clinic.patient)) == ["porphyria"]
    assert current_facts(clinic.patient) == {}
    assert allergy_words(clinic.patient) == "not asked"
    task = Task.objects.get()
    assert (task.owner, task.next_owner) == (clinic.nurse, clinic.front_desk)


def test_taken_over_no_is_denied_none_is_none_and_not_sure_stays_unknown(clinic, form):
    hand_in(clinic, form)
    settle_received(
        patient=clinic.patient, taken=[row.pk for row in open_received(clinic.patient)], aside=[], by=clinic.nurse, at=clinic.at
    )
    row = Patient.objects.get(pk=clinic.patient.pk)
    facts = patient_facts(row, library(), at=clinic.at)
    assert facts.value("seizure_disorder") is False
    assert facts.value("porphyria") is None  # not sure is not no
    assert facts.value("bipolar_disorder") is None  # left open is not no
    assert [line["name"] for line in facts.value("medications")] == ["sertraline 50 mg", "lorazepam"]
    assert allergy_words(row) == "none, asked"
    assert row.phone == "+1 555 010 9999"
    assert current_facts(row)["seizure_disorder"].source == "the patient, on a phone form"
    assert Task.objects.get().closed_at is not None


def test_left_aside_it_counts_for_nothing_and_is_settled(clinic, form):
    hand_in(clinic, form)
    settle_received(
        patient=clinic.patient, taken=[], aside=[row.pk for row in open_received(clinic.patient)], by=clinic.nurse, at=clinic.at
    )
    assert current_facts(clinic.patient) == {}
    assert current_history(clinic.patient, "allergy") == []
    assert Task.objects.get().closed_by == clinic.nurse


def test_nothing_is_saved_after_the_end_and_nothing_empty_is_handed_in(clinic, form):
    with pytest.raises(IntakeError, match="nothing is answered"):
        finish_intake(form=form, at=clinic.at)
    hand_in(clinic, form)
    with pytest.raises(IntakeError, match="handed in already"):
        save_answers(form=form, given={"seizure_disorder": "yes"}, at=clinic.at)


def test_the_link_lives_as_a_scales_link_does(clinic, form):
    link = make_link(form=form, by=clinic.front_desk, at=clinic.at)
    assert find_link(token_of(link)).pk == link.pk
    for left in (4, 3, 2, 1, 0):
        assert try_birth_date(link=link, given=None, at=clinic.at).tries_left == left
    assert state_of(link, clinic.at).word == "locked"
    other = make_link(form=form, by=clinic.nurse, at=clinic.at)
    assert try_birth_date(link=other, given=clinic.patient.birth_date, at=clinic.at).opened_at is not None
    assert state_of(other, other.expires_at).word == "expired"
    hand_in(clinic, form)
    assert state_of(other, clinic.at).word == "finished"
    assert FormLink.objects.count() == 0


def test_not_safe_calls_a_person(clinic, form):
    task = not_safe_on_intake(form=form, content=library(), at=clinic.at)
    assert task.kind == "suicide_risk"
    assert task.patient == clinic.patient


def test_a_list_that_was_cleared_again_is_open_again_and_is_not_handed_in(clinic, form):
    save_answers(form=form, given={"allergy": ["latex"], "seizure_disorder": "no"}, at=clinic.at)
    assert save_answers(form=form, given={"allergy": ""}, at=clinic.at) == 1
    assert answers_so_far(form) == {"seizure_disorder": "no"}
    assert save_answers(form=form, given={"allergy": ""}, at=clinic.at) == 0
    finish_intake(form=form, at=clinic.at)
    assert [row.name for row in open_received(clinic.patient)] == ["seizure_disorder"]
    assert IntakeAnswer.objects.count() == 3


def test_nothing_but_answers_cleared_again_is_not_handed_in(clinic, form):
    save_answers(form=form, given={"allergy": ["latex"]}, at=clinic.at)
    save_answers(form=form, given={"allergy": ""}, at=clinic.at)
    with pytest.raises(IntakeError):
        finish_intake(form=form, at=clinic.at)

"""The patient's own form: opened by the clinic, answered on a phone in as many sittings as it takes, handed in once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fanlight.care.scales.risk import risk_of_event
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records.actions.risk import raise_risk
from fanlight.records.actions.scales import NOT_SAFE
from fanlight.records.actions.screening_tasks import owner_for
from fanlight.records.actions.tasks import open_task
from fanlight.records.audit import change
from fanlight.records.canonical import canonical_json
from fanlight.records.intake_content import PhoneGroup, PhoneQuestion
from fanlight.records.knowledge import ASKED_NONE
from fanlight.records.library import Library
from fanlight.records.models import IntakeAnswer, IntakeFinish, IntakeForm, Patient, ReceivedFact, StaffMember, Task
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may
from fanlight.records.received_answers import PHONE

SOURCE = "the patient, on a phone form"
UNSURE = "unsure"
TAKEN_BACK = ""
"""A list or a number that stood and was cleared again: open, as if never answered."""
_YES_NO = {"yes": True, "no": False}
_KEYS = {"medications": "name", "allergy": "substance"}
_LONGEST_LINE, _MOST_LINES = 200, 60
_LOOK_WITHIN = timedelta(days=1)


class IntakeError(FanlightError):
    """An answer or an act that does not fit the form."""


def open_intake(*, patient: Patient, content: Library, by: StaffMember, at: datetime) -> IntakeForm:
    """A form for this patient; the one that is not handed in yet, where there is one."""
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=patient)
    waiting = IntakeForm.objects.filter(patient=patient, finish__isnull=True).order_by("-pk").first()
    if isinstance(waiting, IntakeForm):
        return waiting
    asked = content.phone_questions
    with change("open_intake", at=at, by=by, patient=patient, version=asked.version) as entry:
        groups = [_group_json(group) for group in asked.for_sex(patient.sex)]
        form = IntakeForm(patient=patient, version=asked.version, questions=groups, opened_by=by, opened_at=at)
        entry.add(form)
    return form


def groups_of(form: IntakeForm) -> tuple[PhoneGroup, ...]:
    """The screens of a form, as they were when it was opened."""
    return tuple(
        PhoneGroup(group["id"], group["title"], tuple(PhoneQuestion(**question) for question in group["questions"]))
        for group in form.questions
    )


def answers_so_far(form: IntakeForm) -> dict[str, Any]:
    """The answers as they stand: the last of each question. What nobody answered is not there."""
    last = dict(form.answers.order_by("pk").values_list("fact", "value"))
    return {fact: value for fact, value in last.items() if value != TAKEN_BACK}


def save_answers(*, form: IntakeForm, given: Mapping[str, Any], at: datetime) -> int:
    """Keep what the patient answered; an answer that stands already is not kept twice. How many were new.

    `given`: "yes", "no" or "unsure"; a list of lines ([] says "none"); a telephone number; "" for a list or a number cleared again.
    """
    questions = {question.fact: question for group in groups_of(form) for question in group.questions}
    checked = {fact: _checked(questions.get(fact), fact, value) for fact, value in given.items()}
    with transaction.atomic():
        if IntakeFinish.objects.filter(form=form).exists():
            raise IntakeError("FAN-INTAKE-002", "This cannot be saved", "the form is handed in already", "")
        standing = answers_so_far(form)
        fresh = {f: v for f, v in checked.items() if canonical_json(standing.get(f, TAKEN_BACK)) != canonical_json(v)}
        if fresh:
            with change("save_intake", at=at, by=None, patient=form.patient, form=form.pk, facts=sorted(fresh)) as entry:
                for fact, value in fresh.items():
                    entry.add(IntakeAnswer(form=form, fact=fact, value=value, answered_at=at))
    return len(fresh)


def finish_intake(*, form: IntakeForm, at: datetime) -> None:
    """Hand the form in: every answer becomes a received fact, and a nurse owes a look. Handed in twice, it is once."""
    with transaction.atomic():
        list(IntakeForm.objects.select_for_update().filter(pk=form.pk))
        if IntakeFinish.objects.filter(form=form).exists():
            return
        answers = answers_so_far(form)
        if not answers:
            raise IntakeError("FAN-INTAKE-003", "This cannot be handed in", "nothing is answered yet", "Answer what you can.")
        patient = form.patient
        with change("finish_intake", at=at, by=None, patient=patient, form=form.pk, answered=len(answers)) as entry:
            entry.add(IntakeFinish(form=form, finished_at=at))
            day = clinic_date(at, patient.site.zone)
            for fact, value in answers.items():
                for said in _said(patient, fact, value):
                    entry.add(ReceivedFact(patient=patient, name=fact, value=said, said_on=day, source=SOURCE, received_at=at))
        open_task(
            site=patient.site,
            key=f"intake:{patient.pk}",
            kind="received",
            title="Answers of a patient’s form to look at",
            why="They count only when somebody has looked at each and taken it over.",
            owner=owner_for("nurse", patient.site, form.opened_by),
            due_at=at + _LOOK_WITHIN,
            next_owner=form.opened_by,
            escalates_at=at + _LOOK_WITHIN,
            patient=patient,
            at=at,
            by=None,
        )


def unsure_of(patient: Patient) -> dict[str, datetime]:
    """What the patient was asked on a phone and was not sure of, with when: to be asked here."""
    found: dict[str, datetime] = {}
    for form in IntakeForm.objects.filter(patient=patient, finish__isnull=False).select_related("finish").order_by("pk"):
        for fact, value in answers_so_far(form).items():
            found.pop(fact, None)
            if value == UNSURE:
                found[fact] = form.finish.finished_at
    return found


def not_safe_on_intake(*, form: IntakeForm, content: Library, at: datetime) -> Task:
    """The patient says "I am not sure I am safe" on this form: a person is called, as from every form."""
    grade = risk_of_event(content.risk_table, NOT_SAFE) or min(content.risk_table.grades, key=lambda one: one.urgency)
    return raise_risk(patient=form.patient, grade=grade, content=content, event=NOT_SAFE, by=None, at=at)


def _checked(question: PhoneQuestion | None, fact: str, value: Any) -> Any:
    if question is None:
        raise IntakeError("FAN-INTAKE-001", "This cannot be saved", f"the form does not ask {fact[:40]!r}", "Reload the page.")
    if question.kind != "yes_no" and value == TAKEN_BACK:
        return value
    if question.kind == "yes_no" and value in (*_YES_NO, UNSURE):
        return value
    if question.kind == "lines" and isinstance(value, list) and len(value) <= _MOST_LINES:
        return [" ".join(str(line).split())[:_LONGEST_LINE] for line in value if str(line).strip()]
    if question.kind == "phone" and isinstance(value, str) and sum(letter.isdigit() for letter in value) >= 5 and len(value) <= 40:
        return " ".join(value.split())
    raise IntakeError("FAN-INTAKE-001", "This cannot be saved", "it is no answer to this question", "Choose one of the answers.")


def _said(patient: Patient, fact: str, value: Any) -> list[Any]:
    if value == UNSURE:
        return []
    if fact in _KEYS:
        return [{_KEYS[fact]: line} for line in value] or [{ASKED_NONE: True}]
    if fact == PHONE:
        return [value] if value != patient.phone else []
    return [_YES_NO[value]]


def _group_json(group: PhoneGroup) -> dict[str, Any]:
    questions = [
        {"fact": one.fact, "kind": one.kind, "wording": one.wording, "hint": one.hint, "none": one.none} for one in group.questions
    ]
    return {"id": group.id, "title": group.title, "questions": questions}

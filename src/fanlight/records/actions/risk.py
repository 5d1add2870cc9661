"""Risk: an answer or a word that means danger becomes a task of a named person with a clock, and only an assessment closes it.

A later low answer closes nothing. While a patient has an open task of risk, a graver sign makes that task graver; one that is
no graver is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from fanlight.care.scales.risk import RiskGrade, RiskTable
from fanlight.care.scales.risk_clock import escalations_due, first_action_due
from fanlight.core.errors import Fault, InputError
from fanlight.records.actions.tasks import RISK_KIND, TaskError
from fanlight.records.audit import change, take_turn
from fanlight.records.duty import is_of_the_house, open_hours, person_for
from fanlight.records.library import Library
from fanlight.records.models import Patient, RiskAssessment, RiskRaised, ScaleForm, ScaleItemAnswer, StaffMember, Task
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

_NOTE_AT_MOST = 2000


def raise_risk(
    *,
    patient: Patient,
    grade: RiskGrade,
    content: Library,
    form: ScaleForm | None = None,
    tap: ScaleItemAnswer | None = None,
    event: str = "",
    by: StaffMember | None,
    at: datetime,
) -> Task:
    """A sign of risk seen at `at`: the patient's open task of risk, opened or made graver by it. Its clock starts here."""
    with transaction.atomic(), change("raise_risk", at=at, by=by, patient=patient, grade=grade.id) as entry:
        take_turn()  # two signs at the same instant make one task
        task = open_risk(patient)
        values = _values(grade, patient, content, at)
        if task is None:
            task = Task(site=patient.site, patient=patient, key=f"risk:{patient.pk}", kind=RISK_KIND, opened_at=at, **values)
            entry.add(task)
        elif grade.urgency < gravest(task, content.risk_table).urgency:
            entry.update(task, **(values | {"due_at": min(task.due_at, values["due_at"]), "escalated_at": None}))
        entry.details["task"] = task.pk
        entry.add(
            RiskRaised(
                patient=patient,
                task=task,
                grade=grade.id,
                urgency=grade.urgency,
                table_version=content.risk_table.version,
                form=form,
                tap=tap,
                event=event,
                raised_at=at,
            )
        )
    return task


def open_risk(patient: Patient) -> Task | None:
    """The patient's open task of risk, or None."""
    return Task.objects.filter(patient=patient, kind=RISK_KIND, closed_at__isnull=True).select_related("owner", "next_owner").first()


def gravest(task: Task, table: RiskTable) -> RiskGrade:
    """The gravest grade that was raised on a task of risk; a grade the table no longer has counts as the gravest of all."""
    known = {grade.id for grade in table.grades}
    raised = set(task.risks.values_list("grade", flat=True))
    found = table.gravest(raised & known) if raised <= known else None
    return found or min(table.grades, key=lambda grade: grade.urgency)


def _values(grade: RiskGrade, patient: Patient, content: Library, at: datetime) -> dict[str, Any]:
    site = patient.site
    hours = open_hours(site, content, at)
    owner = person_for(grade.owner, site, at) or patient.entered_by
    steps = escalations_due(grade, at, hours)
    next_owner, escalates_at = None, None
    for step in steps:
        if is_of_the_house(step.to):
            next_owner, escalates_at = person_for(step.to, site, at, besides=[owner]), step.at
            break
    others = [f"{step.to} at {step.at.astimezone(site.zone):%H:%M}" for step in steps if not is_of_the_house(step.to)]
    why = f"{grade.label}. {grade.instruction}" + (f" Then: {', '.join(others)}." if others else "")
    return {
        "title": "A risk answer: speak with the patient",
        "why": why[:400],
        "owner": owner,
        "due_at": first_action_due(grade, at, hours),
        "next_owner": next_owner,
        "escalates_at": escalates_at if next_owner is not None else None,
    }


def close_risk(*, task: Task, found: Mapping[str, str], content: Library, by: StaffMember, at: datetime) -> RiskAssessment:
    """Close a task of risk with what was found: everything its gravest grade asks for, in words.

    Raises `InputError` (FAN-RISK-001) with every part that is missing, `TaskError` where it is no open task of risk.
    """
    check_may(by, Permission.ASSESS_RISK, at=at, patient=task.patient)
    if task.kind != RISK_KIND or task.closed_at is not None or task.patient is None:
        raise TaskError(
            "FAN-TASK-005", f"Cannot assess task {task.pk}", "it is not an open task of risk", "Look at the list of what is owed."
        )
    grade = gravest(task, content.risk_table)
    words = {need: " ".join(found.get(need, "").split()) for need in grade.close_needs}
    faults = [Fault(need, "is needed before this can be closed.") for need, text in words.items() if not text]
    faults += [Fault(need, f"is longer than {_NOTE_AT_MOST} characters.") for need, text in words.items() if len(text) > _NOTE_AT_MOST]
    if faults:
        raise InputError("FAN-RISK-001", "Cannot close this risk", faults)
    with change("close_risk", at=at, by=by, patient=task.patient, task=task.pk, grade=grade.id) as entry:
        assessment = RiskAssessment(task=task, patient=task.patient, grade=grade.id, found=words, assessed_by=by, assessed_at=at)
        entry.add(assessment)
        entry.update(task, closed_at=at, closed_by=by, closing_note="Assessed.")
    return assessment

"""Ask for all: every missing fact becomes owed work of somebody who can supply it, with a time; what is answered is owed no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanlight.care.rules import Stage
from fanlight.care.screening import ScreeningResult
from fanlight.core.facts import FactCatalogue
from fanlight.records.actions.courses import current_signature
from fanlight.records.actions.tasks import open_task, staff_with_role
from fanlight.records.audit import change
from fanlight.records.judging import in_the_way, screen_patient
from fanlight.records.library import Library
from fanlight.records.models import Patient, Site, StaffMember, Task
from fanlight.records.permissions import Permission, Role
from fanlight.records.policies import check_may

KIND = "missing_facts"
_WHO = {
    "nurse": Role.NURSE,
    "prescriber": Role.PRESCRIBER,
    "pharmacy": Role.PHARMACY,
    "medical director": Role.MEDICAL_DIRECTOR,
    "front desk": Role.FRONT_DESK,
    "coordinator": Role.FRONT_DESK,
    "therapist": Role.THERAPIST,
    "patient": Role.NURSE,
    "guardian": Role.NURSE,
}
"""Who asks, for each who can answer: a patient's or guardian's answer is asked for by a nurse."""
_DUE = timedelta(days=1)
_STAGE = Stage.SCREEN


def owner_for(who: str, site: Site, fallback: StaffMember) -> StaffMember:
    """The first person of the role that can get this answer; the one who asked, where the site has nobody of it."""
    found = staff_with_role(site, _WHO.get(who, Role.NURSE))
    return found[0] if found else fallback


def lacking(result: ScreeningResult) -> dict[str, list[str]]:
    """The facts that stand in the way, by who can supply them; each once."""
    found: dict[str, dict[str, None]] = {}
    for answer in in_the_way(result):
        for item in answer.missing:
            found.setdefault(item.who, {})[item.fact] = None
    return {who: list(facts) for who, facts in found.items()}


def asked_tasks(patient: Patient, protocol_id: str) -> dict[str, Task]:
    """Open tasks that ask for what a protocol lacks, by who can supply it."""
    tasks = Task.objects.filter(patient=patient, kind=KIND, closed_at__isnull=True).select_related("owner")
    return {parts[3]: task for task in tasks if len(parts := task.key.split(":")) == 4 and parts[2] == protocol_id}


def ask_for_all(*, patient: Patient, result: ScreeningResult, catalogue: FactCatalogue, by: StaffMember, at: datetime) -> int:
    """Open one task for each kind of person who can supply what is missing; how many are open now.

    Asking again while a task is open brings it up to date, and adds none.
    """
    check_may(by, Permission.SEE_SCREENING, at=at, patient=patient)
    wanted = lacking(result)
    standing = asked_tasks(patient, result.protocol.id)
    for who, facts in wanted.items():
        labels = [catalogue.definitions[fact].label if fact in catalogue else fact.replace("_", " ") for fact in facts]
        title = f"{len(labels)} {'fact' if len(labels) == 1 else 'facts'} for screening, from the {who}"
        why = ", ".join(labels)[:400]
        task = standing.get(who)
        if task is not None:
            if (task.title, task.why) != (title, why):
                with change("ask_again", at=at, by=by, patient=patient, task=task.pk) as entry:
                    entry.update(task, title=title, why=why)
            continue
        open_task(
            site=patient.site,
            key=f"screening:{patient.pk}:{result.protocol.id}:{who}",
            kind=KIND,
            title=title,
            why=why,
            owner=owner_for(who, patient.site, by),
            due_at=at + _DUE,
            next_owner=by,
            escalates_at=at + _DUE,
            patient=patient,
            at=at,
            by=by,
        )
    return len(wanted)


def close_answered(*, patient: Patient, content: Library, by: StaffMember, at: datetime) -> int:
    """Close what was asked for and is answered now, and bring the rest up to date; how many were closed."""
    tasks = list(Task.objects.filter(patient=patient, kind=KIND, closed_at__isnull=True))
    closed = 0
    for protocol_id in {task.key.split(":")[2] for task in tasks if task.key.count(":") == 3}:
        if protocol_id not in content.protocols:
            continue
        protocol = content.protocols[protocol_id]
        signature = current_signature(patient.site, protocol_id, content)
        wanted = lacking(screen_patient(patient, protocol, signature, content, stage=_STAGE, at=at))
        for who, task in asked_tasks(patient, protocol_id).items():
            facts = wanted.get(who, [])
            labels = [content.facts.definitions[fact].label for fact in facts if fact in content.facts]
            title = f"{len(labels)} {'fact' if len(labels) == 1 else 'facts'} for screening, from the {who}"
            with change("answered", at=at, by=by, patient=patient, task=task.pk, left=len(facts)) as entry:
                if not facts:
                    entry.update(task, closed_at=at, closed_by=by, closing_note="Everything asked for is answered.")
                    closed += 1
                elif task.title != title:
                    entry.update(task, title=title, why=", ".join(labels)[:400])
    return closed

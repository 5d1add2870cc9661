"""Owed work: opened once, owned always, passed on when late, closed by somebody."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fanlight.core.errors import FanlightError
from fanlight.records.audit import change
from fanlight.records.models import Patient, RoleGrant, Site, StaffMember, Task, TreatmentSession
from fanlight.records.permissions import Permission, Role
from fanlight.records.policies import check_may

RISK_KIND = "suicide_risk"
"""Tasks of this kind are closed only with an assessment, and owned only by those who may make one."""


SETTLED_BY_RECORD_KIND = "session_record"
"""Tasks of this kind are over when the session's record says so: the alert seen, the odd fact explained. No word closes them."""


class TaskError(FanlightError):
    """Owed work that cannot be changed as asked."""


def open_task(
    *,
    site: Site,
    key: str,
    kind: str,
    title: str,
    owner: StaffMember,
    due_at: datetime,
    at: datetime,
    by: StaffMember | None,
    why: str = "",
    next_owner: StaffMember | None = None,
    escalates_at: datetime | None = None,
    patient: Patient | None = None,
    session: TreatmentSession | None = None,
) -> Task:
    """Open owed work under `key`; while it is open the same key gives the same task."""
    with change("open_task", at=at, by=by, patient=patient, kind=kind) as entry:
        existing = Task.objects.filter(site=site, key=key, closed_at__isnull=True).first()
        if existing is not None:
            entry.details["already_open"] = existing.pk
            return existing
        task = Task(
            site=site,
            patient=patient,
            session=session,
            key=key,
            kind=kind,
            title=title,
            why=why,
            owner=owner,
            due_at=due_at,
            next_owner=next_owner,
            escalates_at=escalates_at,
            opened_at=at,
        )
        entry.add(task)
    return task


def close_task(*, task: Task, note: str, by: StaffMember, at: datetime) -> None:
    """Close owed work with a word on what was done."""
    check_may(by, Permission.CLOSE_TASKS, at=at, patient=task.patient)
    if task.closed_at is not None:
        raise TaskError("FAN-TASK-001", f"Cannot close task {task.pk}", "it is closed already", "")
    if task.kind == RISK_KIND:
        raise TaskError(
            "FAN-TASK-003", f"Cannot close task {task.pk} so", "a risk answer is closed with an assessment", "Record what was found."
        )
    if task.kind == SETTLED_BY_RECORD_KIND:
        raise TaskError(
            "FAN-TASK-007",
            f"Cannot close task {task.pk} so",
            "it is over when the record says so",
            "Acknowledge or explain it on the session's page.",
        )
    if not note.strip():
        raise TaskError("FAN-TASK-006", f"Cannot close task {task.pk}", "no word is said on what was done", "Say it in a few words.")
    with change("close_task", at=at, by=by, patient=task.patient, task=task.pk) as entry:
        entry.update(task, closed_at=at, closed_by=by, closing_note=note.strip())


def reopen_task(*, task: Task, by: StaffMember, at: datetime) -> None:
    """Put back what was closed by mistake, to its owner and its clock; that it was closed, and by whom, stays in the audit chain.

    Errors: FAN-TASK-008 where it is open, is over by the record, or has been opened anew meanwhile.
    """
    check_may(by, Permission.CLOSE_TASKS, at=at, patient=task.patient)
    again = Task.objects.filter(site=task.site, key=task.key, closed_at__isnull=True).exists()
    if task.closed_at is None or task.kind in (RISK_KIND, SETTLED_BY_RECORD_KIND) or again:
        raise TaskError(
            "FAN-TASK-008",
            f"Cannot put task {task.pk} back",
            "it is open, or was settled by what is on record",
            "Look at what is owed now.",
        )
    with change("reopen_task", at=at, by=by, patient=task.patient, task=task.pk) as entry:
        entry.update(task, closed_at=None, closed_by=None, closing_note="")


def reassign_task(*, task: Task, owner: StaffMember, by: StaffMember, at: datetime) -> None:
    """Give owed work to another person of the same site."""
    check_may(by, Permission.CLOSE_TASKS, at=at, patient=task.patient)
    if owner.site_id != task.site_id or not owner.is_active:
        raise TaskError(
            "FAN-TASK-002", f"Cannot give task {task.pk} to this person", "they do not work here", "Choose somebody of this site."
        )
    if task.kind == RISK_KIND and not owner.may(Permission.ASSESS_RISK):
        raise TaskError(
            "FAN-TASK-004", f"Cannot give task {task.pk} to this person", "they may not assess risk", "Choose a clinician of this site."
        )
    with change("reassign_task", at=at, by=by, patient=task.patient, task=task.pk, owner=owner.pk) as entry:
        entry.update(task, owner=owner)


def escalate_late_tasks(*, site: Site, at: datetime) -> list[Task]:
    """Pass every task whose clock has run out to the next person; each is passed on once."""
    late = Task.objects.filter(site=site, closed_at__isnull=True, escalated_at__isnull=True, escalates_at__lte=at)
    passed = []
    for task in late.filter(~Q(next_owner=None)).select_related("owner", "next_owner", "patient"):
        with change("escalate_task", at=at, by=None, patient=task.patient, task=task.pk, to=task.next_owner_id) as entry:
            entry.update(task, owner=task.next_owner, next_owner=task.owner, escalated_at=at)
        passed.append(task)
    return passed


def roster(site: Site) -> dict[str, list[StaffMember]]:
    """Active people of a site by the role they hold now, in name order: one question for all roles."""
    found: dict[str, dict[int, StaffMember]] = {}
    grants = RoleGrant.objects.filter(staff__site=site, staff__is_active=True, withdrawal__isnull=True).select_related("staff")
    for grant in grants.order_by("staff__name", "staff_id"):
        found.setdefault(grant.role, {})[grant.staff_id] = grant.staff
    return {role: list(people.values()) for role, people in found.items()}


def staff_with_role(site: Site, role: Role) -> list[StaffMember]:
    """Active people of a site who hold a role now, in name order."""
    people = StaffMember.objects.filter(
        site=site, is_active=True, role_grants__role=role.value, role_grants__withdrawal__isnull=True
    ).order_by("name")
    return list(people.distinct())

"""Ask for all: every missing fact becomes owed work of somebody who can supply it, with a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanlight.care.screening import ScreeningResult
from fanlight.core.facts import FactCatalogue
from fanlight.records.actions.tasks import open_task, staff_with_role
from fanlight.records.judging import in_the_way
from fanlight.records.models import Patient, Site, StaffMember, Task
from fanlight.records.permissions import Permission, Role
from fanlight.records.policies import check_may

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


def owner_for(who: str, site: Site, fallback: StaffMember) -> StaffMember:
    """The first person of the role that can get this answer; the one who asked, where the site has nobody of it."""
    found = staff_with_role(site, _WHO.get(who, Role.NURSE))
    return found[0] if found else fallback


def ask_for_all(*, patient: Patient, result: ScreeningResult, catalogue: FactCatalogue, by: StaffMember, at: datetime) -> int:
    """Open one task for each kind of person who can supply what is missing; how many are open now.

    Asking again while a task is open adds nothing.
    """
    check_may(by, Permission.SEE_SCREENING, at=at, patient=patient)
    wanted: dict[str, dict[str, None]] = {}
    for answer in in_the_way(result):
        for item in answer.missing:
            label = catalogue.definitions[item.fact].label if item.fact in catalogue else item.fact.replace("_", " ")
            wanted.setdefault(item.who, {})[label] = None
    tasks: list[Task] = []
    for who, labels in wanted.items():
        named = list(labels)
        tasks.append(
            open_task(
                site=patient.site,
                key=f"screening:{patient.pk}:{who}",
                kind="missing_facts",
                title=f"{len(named)} {'fact' if len(named) == 1 else 'facts'} for screening, from the {who}",
                why=", ".join(named)[:400],
                owner=owner_for(who, patient.site, by),
                due_at=at + _DUE,
                next_owner=by,
                escalates_at=at + _DUE,
                patient=patient,
                at=at,
                by=by,
            )
        )
    return len(tasks)

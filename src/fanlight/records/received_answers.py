"""What a file or the patient said: put before a person, taken over one by one, or left aside. Until then it answers nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_day
from fanlight.records.actions.patients import add_history, correct_demographics, record_facts
from fanlight.records.audit import change
from fanlight.records.knowledge import ASKED_NONE
from fanlight.records.models import Patient, ReceivedFact, ReceivedFactSettled, StaffMember, Task
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

PHONE = "phone"
"""The one thing received that is no fact of the catalogue: it corrects the record of the person."""
LISTS = {"medications": "name", "allergy": "substance"}
"""Lists, and the field that a line received is about."""


class ReceivedFactError(FanlightError):
    """A received fact that cannot be settled as asked."""


def open_received(patient: Patient) -> list[ReceivedFact]:
    """What nobody has looked at yet, oldest first."""
    return list(ReceivedFact.objects.filter(patient=patient, settled__isnull=True).order_by("pk"))


def settled_received(patient: Patient) -> list[ReceivedFact]:
    """What was taken over or left aside, with by whom."""
    rows = ReceivedFact.objects.filter(patient=patient, settled__isnull=False)
    return list(rows.select_related("settled__settled_by").order_by("pk"))


def settle_received(*, patient: Patient, taken: Sequence[int], aside: Sequence[int], by: StaffMember, at: datetime) -> int:
    """Take received facts over, and leave others aside; how many were taken. `by` has looked at each.

    What is taken keeps who said it and when. A "no" taken over is one that was asked and denied there.
    """
    check_may(by, Permission.RECORD_FACTS, at=at, patient=patient)
    rows = {row.pk: row for row in open_received(patient) if row.pk in {*taken, *aside}}
    gone = [pk for pk in (*taken, *aside) if pk not in rows]
    if gone:
        raise ReceivedFactError(
            "FAN-REC-011",
            f"Cannot settle {len(gone)} received facts of {patient.number}",
            "somebody settled them meanwhile",
            "Reload the page.",
        )
    chosen = [rows[pk] for pk in taken]
    with change("settle_received", at=at, by=by, patient=patient, taken=len(chosen), aside=len(aside)) as entry:
        plain = [_fact(row, at) for row in chosen if row.name not in LISTS and row.name != PHONE]
        if plain:
            record_facts(patient=patient, facts=plain, by=by, at=at, source="received")
        for row in chosen:
            if row.name in LISTS:
                add_history(patient=patient, kind=row.name, details=_details(row), by=by, at=at, source=row.source)
            elif row.name == PHONE:
                correct_demographics(patient=patient, seen_version=patient.row_version, phone=str(row.value)[:40], by=by, at=at)
        for row in rows.values():
            entry.add(ReceivedFactSettled(received=row, is_taken=row.pk in set(taken), settled_by=by, settled_at=at))
        waiting = Task.objects.filter(patient=patient, kind="received", closed_at__isnull=True)
        if not open_received(patient):
            for task in waiting:
                entry.update(task, closed_at=at, closed_by=by, closing_note="Every answer was looked at.")
    return len(chosen)


def correct_received(*, patient: Patient, pk: int, facts: Sequence[Mapping[str, Any]], words: str, by: StaffMember, at: datetime) -> int:
    """Record what is right instead of one received fact, asked here and now, and leave that one aside; both stay readable. Returns its key.

    `facts` is the fact read from what was typed; a line of a list and a telephone come as `words`.
    """
    with transaction.atomic():
        settle_received(patient=patient, taken=[], aside=[pk], by=by, at=at)
        row = ReceivedFact.objects.get(pk=pk)
        if row.name in LISTS:
            add_history(patient=patient, kind=row.name, details={LISTS[row.name]: words}, by=by, at=at, source="asked")
        elif row.name == PHONE:
            correct_demographics(patient=patient, seen_version=patient.row_version, phone=words, by=by, at=at)
        else:
            record_facts(patient=patient, facts=facts, by=by, at=at, source="asked")
    return pk


def _fact(row: ReceivedFact, at: datetime) -> dict[str, Any]:
    true_at = clinic_day(row.said_on, row.patient.site.zone)[0] if row.said_on else row.received_at
    given = f", given as {row.as_given}" if row.as_given else ""
    return {"name": row.name, "value": row.value, "unit": row.unit, "true_at": min(true_at, at), "source": f"{row.source}{given}"[:160]}


def _details(row: ReceivedFact) -> Mapping[str, Any]:
    return dict(row.value) if isinstance(row.value, dict) else {ASKED_NONE: True}

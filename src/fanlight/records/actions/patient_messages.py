"""A patient's own words between questions land in the queue that is owned: nobody has read them yet, so no danger is ruled out."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from fanlight.core.errors import Fault, InputError
from fanlight.records.actions.risk import raise_risk
from fanlight.records.actions.scales import patient_account
from fanlight.records.audit import change
from fanlight.records.library import Library
from fanlight.records.models import Patient, PatientMessage, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

MOST = 2000
WAYS = ("form", "telephone", "in_person")
GRADE = "message_within_15_minutes"
EVENT = "patient_message"


def receive_message(
    *, patient: Patient, text: str, way: str, message_id: uuid.UUID, content: Library, by: StaffMember | None, at: datetime
) -> PatientMessage:
    """Keep a message and make somebody own it, in one transaction; sent again it is answered the same.

    `by` is None for the patient's own page; staff need the permission to record scales. Raises `InputError` (FAN-MSG-001).
    """
    if by is not None:
        check_may(by, Permission.RECORD_SCALES, at=at, patient=patient)
    words = text.strip()
    faults = [] if words else [Fault("text", "is empty.", suggestion="Write what you want to say.")]
    faults += (
        [Fault("text", f"is longer than {MOST} signs.", suggestion="Say the most important thing first.")] if len(words) > MOST else []
    )
    faults += [] if way in WAYS else [Fault("way", f"{way!r} is no way of saying it.")]
    if faults:
        raise InputError("FAN-MSG-001", "This message cannot be kept", faults)
    with transaction.atomic():
        earlier = PatientMessage.objects.filter(message_id=message_id).first()
        if earlier is not None:
            return earlier
        grade = next(grade for grade in content.risk_table.grades if grade.id == GRADE)
        task = raise_risk(patient=patient, grade=grade, content=content, event=EVENT, by=by, at=at)
        with change("receive_message", at=at, by=by, patient=patient, way=way, task=task.pk) as entry:
            row = PatientMessage(
                patient=patient,
                task=task,
                message_id=message_id,
                way=way,
                text=words,
                received_at=at,
                entered_by=by or patient_account(patient.site, at),
            )
            entry.add(row)
    return row

"""Whether a person may, asked before an action. A refusal is answered in a sentence and leaves its own audit link."""

from __future__ import annotations

from datetime import datetime

from fanlight.core.errors import FanlightError
from fanlight.records.audit import note
from fanlight.records.models import Patient, StaffMember
from fanlight.records.permissions import ROLE_PERMISSIONS, Permission, whom_to_ask


class NotAllowedError(FanlightError):
    """This person's roles do not hold the permission."""


class RefusedError(FanlightError):
    """An intention that cannot be carried out now; what is in the way is named."""


def check_may(by: StaffMember, permission: Permission, *, at: datetime, patient: Patient | None = None) -> None:
    """Raise unless this person holds the permission and works where the patient is treated."""
    if patient is not None and patient.site_id != by.site_id:
        note("refused:other_site", at=at, by=by, permission=permission.value)
        raise NotAllowedError("FAN-ROLE-002", "There is no such record here", "", "Look it up in the list of your clinic.")
    if not by.may(permission):
        note("refused:not_allowed", at=at, by=by, patient=patient, permission=permission.value)
        holders = [role.label for role, held in ROLE_PERMISSIONS.items() if permission in held]
        raise NotAllowedError(
            "FAN-ROLE-001",
            f"You cannot {permission.refusal}",
            "your roles do not include it",
            whom_to_ask(holders),
        )


def refuse(error: FanlightError, *, intention: str, at: datetime, by: StaffMember, patient: Patient | None = None) -> FanlightError:
    """Write the refusal's own audit link and hand the error back, to be raised after the transaction."""
    note(f"refused:{intention}", at=at, by=by, patient=patient, code=error.code)
    return error

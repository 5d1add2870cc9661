"""A medicine on the list changes its dose or is stopped, on the day it did. What was written before stays, and stays readable."""

from __future__ import annotations

from datetime import date, datetime

from fanlight.core.instants import clinic_date, clinic_day
from fanlight.records.actions.patients import STOPPED_ON, PatientError, current_history
from fanlight.records.audit import change
from fanlight.records.models import HistoryEntry, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

MEDICINES = "medications"
_SOURCE = "told, with its day"


def change_dose(*, line: HistoryEntry, dose: str, on: date, why: str, by: StaffMember, at: datetime) -> HistoryEntry:
    """From `on` another dose of the same medicine is taken. Errors: FAN-PAT-006 to 008 where it cannot be so."""
    if not dose.strip():
        raise PatientError("FAN-PAT-006", "Cannot record the change", "no dose was given", "Write the dose taken from that day on.")
    return _write(line, {**line.details, "dose": dose.strip()}, "change_dose", on, why, by, at)


def stop_medicine(*, line: HistoryEntry, on: date, why: str, by: StaffMember, at: datetime) -> HistoryEntry:
    """From `on` it is no longer taken: it leaves the list, and the course chart shows the stop."""
    return _write(line, {**line.details, STOPPED_ON: on.isoformat()}, "stop_medicine", on, why, by, at)


def _write(line: HistoryEntry, details: dict[str, object], action: str, on: date, why: str, by: StaffMember, at: datetime) -> HistoryEntry:
    check_may(by, Permission.RECORD_FACTS, at=at, patient=line.patient)
    zone = line.patient.site.zone
    if line.kind != MEDICINES or line.pk not in {one.pk for one in current_history(line.patient, MEDICINES)}:
        raise PatientError(
            "FAN-PAT-007",
            "Cannot record the change",
            "this line no longer stands on the list of medicines",
            "Reload the list and look again.",
        )
    if on > clinic_date(at, zone):
        raise PatientError("FAN-PAT-008", "Cannot record the change", "its day has not come", "Check the day.")
    with change(action, at=at, by=by, patient=line.patient, line=line.pk) as entry:
        row = HistoryEntry(
            patient=line.patient,
            kind=MEDICINES,
            details=details,
            true_at=clinic_day(on, zone)[0],
            entered_at=at,
            entered_by=by,
            source=_SOURCE,
            reason=why.strip()[:240],
            amends=line,
        )
        entry.add(row)
    return row

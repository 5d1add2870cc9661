"""Two records said to be one person by two people, and said to be two again. Nothing moves; reads are led to the survivor."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.sessions import ENDED, SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.records.audit import change
from fanlight.records.models import Patient, PatientMerge, PatientUnmerge, StaffMember, TreatmentSession, TwoRecords
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

_NOT_RUNNING = {SessionStatus.PLANNED.value, *(status.value for status in ENDED)}


class MergeError(FanlightError):
    """Two records that cannot be merged, or taken apart, as asked."""


def why_not(survivor: Patient, merged: Patient) -> list[str]:
    """Everything that forbids a merge, in words; empty where nothing does.

    Source: safety-and-security reference, HAZ-21: a conflict of birth date or sex blocks; the merge is reversible.
    """
    found = []
    if survivor.pk == merged.pk:
        return ["it is one record"]
    if survivor.site_id != merged.site_id:
        return ["they are not of one clinic"]
    if survivor.survivor.pk != survivor.pk or merged.survivor.pk != merged.pk:
        found.append("one of them is merged already")
    if survivor.birth_date != merged.birth_date:
        found.append("the birth dates differ; correct the wrong one first")
    if survivor.sex != merged.sex and "unknown" not in (survivor.sex, merged.sex):
        found.append("the sex differs; correct the wrong one first")
    if survivor.is_synthetic != merged.is_synthetic:
        found.append("one of them is an invented person")
    running = TreatmentSession.objects.filter(course__patient__in=[survivor.pk, merged.pk]).exclude(state__in=_NOT_RUNNING)
    if running.exists():
        found.append("a session is under way; end it first")
    return found


def merge_patients(
    *, survivor: Patient, merged: Patient, grounds: str, by: StaffMember, second: StaffMember | None, at: datetime
) -> PatientMerge:
    """Say that two records are one person. From the commit on, whoever reads `survivor` reads both."""
    _two_people("merge these records", survivor, merged, by, second, at)
    assert second is not None
    with change("merge_patients", at=at, by=by, patient=survivor, merged=merged.pk, confirmed_by=second.pk) as entry:
        keys = sorted((survivor.pk, merged.pk))
        held = {row.pk: row for row in Patient.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
        reasons = why_not(held[survivor.pk], held[merged.pk])
        if reasons:
            raise MergeError("FAN-MERGE-002", f"Cannot merge {merged.number} into {survivor.number}", "; ".join(reasons), "")
        row = PatientMerge(
            survivor=survivor, merged=merged, grounds=grounds.strip()[:240], proposed_by=by, confirmed_by=second, merged_at=at
        )
        entry.add(row)
    return row


def unmerge_patients(*, merge: PatientMerge, reason: str, by: StaffMember, second: StaffMember | None, at: datetime) -> PatientUnmerge:
    """Take a merge back. Each record reads as it did, with what was written on it since; a merge made later stands."""
    _two_people("take this merge back", merge.survivor, merge.merged, by, second, at)
    assert second is not None
    if not reason.strip():
        raise MergeError("FAN-MERGE-004", "Cannot take the merge back", "no reason was given", "Say in a sentence what was wrong.")
    with change("unmerge_patients", at=at, by=by, patient=merge.survivor, merge=merge.pk, confirmed_by=second.pk) as entry:
        list(Patient.objects.select_for_update().filter(pk__in=[merge.survivor_id, merge.merged_id]).order_by("pk"))
        if PatientUnmerge.objects.filter(merge=merge).exists():
            raise MergeError("FAN-MERGE-003", "Cannot take the merge back", "somebody has done so already", "Reload the page.")
        row = PatientUnmerge(merge=merge, reason=reason.strip()[:240], proposed_by=by, confirmed_by=second, unmerged_at=at)
        entry.add(row)
    return row


def say_two_people(*, one: Patient, other: Patient, by: StaffMember, at: datetime) -> TwoRecords:
    """Record that two records were compared and are two people: they are not suspected again."""
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=one)
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=other)
    with change("say_two_people", at=at, by=by, patient=one, other=other.pk) as entry:
        row = TwoRecords(one=one, other=other, said_by=by, said_at=at)
        entry.add(row)
    return row


def _two_people(what: str, survivor: Patient, merged: Patient, by: StaffMember, second: StaffMember | None, at: datetime) -> None:
    for patient in (survivor, merged):
        check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=patient)
    is_fit = second is not None and second.pk != by.pk and second.site_id == by.site_id and second.is_active
    if not is_fit or second is None or not second.may(Permission.EDIT_DEMOGRAPHICS):
        raise MergeError(
            "FAN-MERGE-001",
            f"Cannot {what}",
            "a second person must confirm it: somebody else of this clinic who may correct a patient's name",
            "Ask a colleague to look, and to type their own sign-in.",
        )

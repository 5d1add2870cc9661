"""Patients: entering them, what is known of them, what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fanlight.core.errors import FanlightError
from fanlight.core.instants import as_utc
from fanlight.records.audit import change
from fanlight.records.models import Consent, ConsentWithdrawal, HistoryEntry, Patient, PatientFact, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

STOPPED_ON = "stopped_on"
"""The day from which a line of a list holds no longer, in its details: such a line is history."""


class PatientError(FanlightError):
    """Something about a patient that cannot be recorded as given."""


def next_number(entry_site_id: int) -> str:
    """The next free record number of a site, FL-0001 on."""
    ours = Patient.objects.filter(site_id=entry_site_id, number__startswith="FL-")
    last = ours.order_by("-pk").values_list("number", flat=True).first() or "FL-0"
    count = int(last[3:]) if last[3:].isdigit() else ours.count()
    while ours.filter(number=f"FL-{count + 1:04d}").exists():
        count += 1
    return f"FL-{count + 1:04d}"


def register_patient(
    *,
    family_name: str,
    given_names: str,
    birth_date: date,
    sex: str,
    phone: str = "",
    is_synthetic: bool = False,
    by: StaffMember,
    at: datetime,
    today: date,
) -> Patient:
    """Enter a person by hand. `today` is the clinic's date: nobody is born after it."""
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at)
    if not family_name.strip():
        raise PatientError(
            "FAN-PAT-001", "Cannot enter this patient", "the family name is empty", "Give the name as on the identity paper."
        )
    if birth_date > today or today.year - birth_date.year > 130:
        raise PatientError("FAN-PAT-002", "Cannot enter this patient", "the birth date is in the future or too long ago", "Check the year.")
    with change("register_patient", at=at, by=by) as entry:
        patient = Patient(
            site=by.site,
            number=next_number(by.site_id),
            family_name=family_name.strip(),
            given_names=given_names.strip(),
            birth_date=birth_date,
            sex=sex,
            phone=phone.strip(),
            is_synthetic=is_synthetic,
            entered_by=by,
            entered_at=at,
        )
        entry.add(patient)
        entry.patient = patient
    return patient


def correct_demographics(*, patient: Patient, seen_version: int, by: StaffMember, at: datetime, **values: Any) -> None:
    """Correct name, birth date, sex or phone; refused where somebody corrected it meanwhile."""
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=patient)
    patient.row_version = seen_version
    with change("correct_demographics", at=at, by=by, patient=patient, fields=sorted(values)) as entry:
        entry.update(patient, **values)


def suspected_duplicates(*, family_name: str, birth_date: date, by: StaffMember) -> list[Patient]:
    """People of this site with the same birth date and a like family name: shown before a second record is made."""
    same_day = Patient.objects.for_user(by).filter(birth_date=birth_date)
    wanted = family_name.strip().casefold()
    return [p for p in same_day if p.family_name.casefold() == wanted or p.family_name.casefold()[:3] == wanted[:3]]


def record_facts(*, patient: Patient, facts: Sequence[Mapping[str, Any]], by: StaffMember, at: datetime, source: str) -> list[PatientFact]:
    """Record facts by catalogue name: ``{"name", "value", "unit", "true_at"}``; checked against the catalogue first.

    A fact that is asked and denied is the value false with a source that says so.
    """
    check_may(by, Permission.RECORD_FACTS, at=at, patient=patient)
    with change("record_facts", at=at, by=by, patient=patient) as entry:
        rows = [_fact_row(patient, fact, by, at, source) for fact in facts]
        entry.add_many(rows)
        entry.details["facts"] = [row.name for row in rows]
    return rows


def _fact_row(patient: Patient, fact: Mapping[str, Any], by: StaffMember, at: datetime, source: str) -> PatientFact:
    return PatientFact(
        patient=patient,
        name=fact["name"],
        value=fact["value"],
        unit=fact.get("unit", ""),
        true_at=as_utc(fact.get("true_at", at)),
        entered_at=at,
        entered_by=by,
        source=fact.get("source", source),
    )


def strike_fact(*, fact: PatientFact, reason: str, by: StaffMember, at: datetime) -> PatientFact:
    """Mark a fact entered in error. It stays readable; the one before it is in force again."""
    check_may(by, Permission.RECORD_FACTS, at=at, patient=fact.patient)
    if not reason.strip():
        raise PatientError(
            "FAN-PAT-003", "Cannot mark the fact entered in error", "no reason was given", "Say in a sentence what was wrong."
        )
    with change("strike_fact", at=at, by=by, patient=fact.patient, name=fact.name) as entry:
        row = PatientFact(
            patient=fact.patient,
            name=fact.name,
            value=None,
            true_at=fact.true_at,
            entered_at=at,
            entered_by=by,
            source="entered in error",
            reason=reason,
            amends=fact,
            is_struck=True,
        )
        entry.add(row)
    return row


def add_history(
    *,
    patient: Patient,
    kind: str,
    details: Mapping[str, Any],
    by: StaffMember,
    at: datetime,
    source: str,
    replaces: HistoryEntry | None = None,
) -> HistoryEntry:
    """Add one line of a list (antidepressant trial, medicine, allergy, condition), or a corrected one."""
    check_may(by, Permission.RECORD_FACTS, at=at, patient=patient)
    with change("add_history", at=at, by=by, patient=patient, kind=kind) as entry:
        row = HistoryEntry(
            patient=patient, kind=kind, details=dict(details), true_at=at, entered_at=at, entered_by=by, source=source, amends=replaces
        )
        entry.add(row)
    return row


def strike_history(*, line: HistoryEntry, reason: str, by: StaffMember, at: datetime) -> HistoryEntry:
    """Mark a line entered in error; it stays readable."""
    check_may(by, Permission.RECORD_FACTS, at=at, patient=line.patient)
    with change("strike_history", at=at, by=by, patient=line.patient, kind=line.kind) as entry:
        row = HistoryEntry(
            patient=line.patient,
            kind=line.kind,
            details=line.details,
            true_at=line.true_at,
            entered_at=at,
            entered_by=by,
            source="entered in error",
            reason=reason,
            amends=line,
            is_struck=True,
        )
        entry.add(row)
    return row


def current_history(patient: Patient, kind: str) -> list[HistoryEntry]:
    """Lines in force: neither struck nor replaced nor stopped, oldest first. Where a line that replaced another was itself
    entered in error, the one before it is in force again."""
    return lines_in_force(patient.history.filter(kind=kind).order_by("pk"))


def lines_in_force(lines: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Those of some lines that are in force, as `current_history` has it."""
    return [row for row in _last_said(lines) if STOPPED_ON not in row.details]


def stopped_history(patient: Patient, kind: str) -> list[HistoryEntry]:
    """Lines that were stopped and stand so, oldest first."""
    return [row for row in _last_said(patient.history.filter(kind=kind).order_by("pk")) if STOPPED_ON in row.details]


def _last_said(lines: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    rows = list(lines)
    struck = {row.amends_id for row in rows if row.is_struck}
    standing = [row for row in rows if not row.is_struck and row.pk not in struck]
    replaced = {row.amends_id for row in standing if row.amends_id}
    return [row for row in standing if row.pk not in replaced]


def sign_consent(
    *,
    patient: Patient,
    document_id: str,
    document_version: str,
    document_hash: str,
    signer: str,
    signer_relation: str,
    signed_at: datetime,
    by: StaffMember,
    at: datetime,
) -> Consent:
    """Record a consent signed before `by`, to one exact version of the text."""
    check_may(by, Permission.TAKE_CONSENT, at=at, patient=patient)
    if not signer.strip():
        raise PatientError("FAN-PAT-004", "Cannot record the consent", "it names no signer", "Type the name of the person who signed.")
    if as_utc(signed_at) > as_utc(at):
        raise PatientError("FAN-PAT-005", "Cannot record the consent", "it was signed in the future", "Check the time of signing.")
    with change("sign_consent", at=at, by=by, patient=patient, document=document_id, version=document_version) as entry:
        consent = Consent(
            patient=patient,
            document_id=document_id,
            document_version=document_version,
            document_hash=document_hash,
            signed_at=as_utc(signed_at),
            entered_at=at,
            signer=signer.strip(),
            signer_relation=signer_relation,
            taken_by=by,
        )
        entry.add(consent)
    return consent


def withdraw_consent(*, consent: Consent, withdrawn_at: datetime, reason: str, by: StaffMember, at: datetime) -> ConsentWithdrawal:
    """Record a withdrawal; nothing may rest on this consent from now on."""
    check_may(by, Permission.TAKE_CONSENT, at=at, patient=consent.patient)
    with change("withdraw_consent", at=at, by=by, patient=consent.patient, consent=consent.pk) as entry:
        withdrawal = ConsentWithdrawal(consent=consent, withdrawn_at=as_utc(withdrawn_at), entered_at=at, recorded_by=by, reason=reason)
        entry.add(withdrawal)
    return withdrawal

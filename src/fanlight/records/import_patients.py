"""Which person on record a received Patient is; never by name, never by guessing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fanlight.exchange.fhir.receiving import Received
from fanlight.exchange.fhir.values import PatientValue
from fanlight.records.actions.patients import next_number
from fanlight.records.audit import Change
from fanlight.records.import_lookup import Kept
from fanlight.records.models import Patient, PatientIdentifier, Site, StaffMember


@dataclass(frozen=True, slots=True)
class Found:
    """The person found or made (None where a human must decide), why not, and what to look at."""

    patient: Patient | None
    reason: str = ""
    attention: str = ""


def record_number_system(site: Site) -> str:
    """The identifier system of this clinic's own record numbers, in what it gives out and what comes back."""
    return f"urn:fanlight:{site.code}:record-number"


def settle_patient(
    entry: Change, item: Received, value: PatientValue, kept: Kept | None, *, site: Site, by: StaffMember, at: datetime
) -> Found:
    """The person this Patient is: the one it became before, the one who holds its identifiers, or a new one.

    Another name *and* another birth date than the person on record stops the import of this resource: one identifier
    was given to two people. What the clinic has on record is never overwritten; a difference is put before a person.
    """
    held = PatientIdentifier.objects.select_related("patient")
    holders = {row.patient.survivor for i in value.identifiers for row in held.filter(system=i.system, value=i.value)}
    own = [i.value for i in value.identifiers if i.system == record_number_system(site)]
    holders |= {patient.survivor for patient in Patient.objects.filter(site=site, number__in=own)}
    if kept is not None and kept.patient_id is not None:
        holders.add(Patient.objects.get(pk=kept.patient_id).survivor)
    if any(holder.site_id != site.pk for holder in holders):
        return Found(None, "one of its identifiers is held elsewhere in this installation; ask an administrator")
    if len(holders) > 1:
        return Found(None, "its identifiers belong to more than one person on record; a person must decide which it is")
    if holders:
        return _same_person(entry, next(iter(holders)), value)
    return _new_person(entry, value, site=site, by=by, at=at)


def _same_person(entry: Change, patient: Patient, value: PatientValue) -> Found:
    other_name = patient.family_name.casefold() != value.family_name.casefold()
    other_birth = patient.birth_date != value.birth_date.day
    if other_name and other_birth:
        return Found(None, f"it has the identity of {patient.number}, and another name and birth date; a person must decide")
    _hold(entry, patient, value)
    differs = [word for word, differ in (("family name", other_name), ("birth date", other_birth)) if differ]
    return Found(patient, attention=f"differs from {patient.number} in {' and '.join(differs)}; nothing was overwritten" if differs else "")


def _new_person(entry: Change, value: PatientValue, *, site: Site, by: StaffMember, at: datetime) -> Found:
    assert value.birth_date.day is not None
    alike = Patient.objects.filter(site=site, birth_date=value.birth_date.day, family_name__iexact=value.family_name).first()
    patient = Patient(
        site=site,
        number=next_number(site.pk),
        family_name=value.family_name,
        given_names=value.given_names,
        birth_date=value.birth_date.day,
        sex=value.sex,
        phone=value.phone,
        is_synthetic=site.is_sample,
        entered_by=by,
        entered_at=at,
    )
    entry.add(patient)
    _hold(entry, patient, value)
    return Found(patient, attention=f"has the name and birth date of {alike.number}; compare the two" if alike else "")


def _hold(entry: Change, patient: Patient, value: PatientValue) -> None:
    for identifier in value.identifiers:
        if identifier.system == record_number_system(patient.site):
            continue  # its own number, or another record's: neither is an identifier from elsewhere
        if not PatientIdentifier.objects.filter(system=identifier.system, value=identifier.value).exists():
            entry.add(PatientIdentifier(patient=patient, system=identifier.system, value=identifier.value))

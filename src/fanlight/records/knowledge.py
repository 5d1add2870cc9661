"""What the record knows of a patient at one moment, as facts for the rules. Nothing is decided here.

Facts entered or imported come first; over them lie those the record itself can say: the birth date, consents,
who is in the house, which sessions were given. What nobody said stays absent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fanlight.care.protocols.protocol import Protocol
from fanlight.core.errors import InputError
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import Fact, Facts, FactValue, records
from fanlight.core.instants import clinic_date, clinic_day, format_instant, parse_instant
from fanlight.core.session_plan import Measure
from fanlight.records.actions.patients import current_history, lines_in_force
from fanlight.records.actions.people import on_site_by_role
from fanlight.records.given_before import given_sessions
from fanlight.records.library import Library
from fanlight.records.models import (
    Consent,
    Patient,
    PatientFact,
    ProtocolSignature,
    StaffMember,
    TreatmentSession,
)
from fanlight.records.permissions import Role
from fanlight.records.scale_knowledge import add_said_by_scales

LIST_FACTS = ("antidepressant_trials", "medications", "urine_drug_screen", "sessions_given")
"""Facts kept as lines of history, one row each."""
ASKED_NONE = "asked_none"
"""A line of history that says the list was asked for and is empty: `details` holds only this key."""


def current_facts(patient: Patient, at: datetime | None = None, *, names: Collection[str] | None = None) -> dict[str, PatientFact]:
    """The row in force for each name (of `names`, where some are given): the latest true, of those entered by `at`, that was not struck."""
    rows = patient.facts.order_by("true_at", "entered_at", "pk")
    if at is not None:
        rows = rows.filter(entered_at__lte=at)
    listed = list(rows if names is None else rows.filter(name__in=names))
    people = StaffMember.objects.in_bulk({row.entered_by_id for row in listed})
    for row in listed:
        row.entered_by, row.patient = people[row.entered_by_id], patient
    return _in_force(listed)


_TOLD_OF_A_FACT = ("pk", "name", "value", "unit", "true_at", "source", "entered_by__initials", "is_struck", "amends_id")


def _in_force(rows: list[Any]) -> dict[str, Any]:
    """Of rows in the order they were true, the last of each name that was neither struck nor corrected."""
    struck = {row.amends_id for row in rows if row.amends_id}
    return {row.name: row for row in rows if not row.is_struck and row.pk not in struck}


_OF_THE_DAY = ("pre_dose", "in_session", "discharge")
_READINGS = frozenset(measure.value for measure in Measure)


def _speaks_for_now(row: Any, library: Library, zone: ZoneInfo, at: datetime) -> bool:
    """False for a fact of the day itself that was said on another day, and for any reading taken outside a session.

    An imported blood pressure is history: it neither holds a dose nor lets one pass.
    """
    if row.name in _READINGS:
        return False
    definition = library.facts.definitions.get(row.name)
    return definition is None or definition.stage not in _OF_THE_DAY or clinic_date(row.true_at, zone) == clinic_date(at, zone)


def patient_facts(patient: Patient, library: Library, *, at: datetime, but: TreatmentSession | None = None) -> Facts:
    """All that was entered, imported or follows from the record, before any protocol is named.

    `but` is the session that is asked about: it is not among the sessions given before it.
    """
    raw: dict[str, object] = {}
    rows = patient.facts.order_by("true_at", "entered_at", "pk").values_list(*_TOLD_OF_A_FACT, named=True)
    for name, row in _in_force(list(rows)).items():
        if not _speaks_for_now(row, library, patient.site.zone, at):
            continue
        said = f"{row.source} ({row.entered_by__initials})"
        raw[name] = {"value": row.value, "unit": row.unit, "at": format_instant(row.true_at), "from": said}
    add_said_by_scales(raw, patient, library, at)
    weight = raw.get("weight_kg")
    if isinstance(weight, dict) and str(weight["from"]).startswith("measured"):
        # a weight said to be measured then is its own date of measuring
        raw["weight_measured_on"] = {**weight, "value": clinic_date(parse_instant(weight["at"]), patient.site.zone).isoformat(), "unit": ""}
    raw |= _lists(patient, LIST_FACTS, at, but)
    facts = _readable(raw, library)
    recorded: dict[str, FactValue] = {"birth_date": patient.birth_date}
    if patient.sex in ("female", "male", "other"):
        recorded["sex"] = patient.sex
    return facts.merged(*(Fact(name, value, at, "the record") for name, value in recorded.items()))


def sessions_given(patient: Patient, library: Library, *, at: datetime) -> list[Mapping[str, object]]:
    """Sessions given, here and elsewhere, as `patient_facts` has them; nothing else of the record is read."""
    facts = _readable(_lists(patient, ("sessions_given",), at, None), library)
    return list(records(facts, "sessions_given") or ())


def _lists(patient: Patient, kinds: Sequence[str], at: datetime, but: TreatmentSession | None) -> dict[str, object]:
    """Lists as raw facts: the lines in force that were told, and of sessions those given here before them."""
    raw: dict[str, object] = {}
    listed = lines_in_force(patient.history.filter(kind__in=kinds).order_by("pk"))
    for kind in kinds:
        lines = [line for line in listed if line.kind == kind]
        if lines:
            raw[kind] = {
                "value": [line.details for line in lines if ASKED_NONE not in line.details],
                "at": format_instant(max(line.true_at for line in lines)),
                "from": ", ".join(dict.fromkeys(line.source for line in lines)),
            }
    here = given_sessions(patient, at=at, but=but)
    if here:
        elsewhere = raw.get("sessions_given")
        lines_elsewhere = elsewhere["value"] if isinstance(elsewhere, dict) else []
        raw["sessions_given"] = {"value": [*here, *lines_elsewhere], "at": format_instant(at), "from": "the record"}
    return raw


def _readable(raw: dict[str, object], library: Library) -> Facts:
    """The facts the present catalogue can read. One recorded under a name or type that is no more stays on record and is
    unknown here: content may change, and no page may fail for it.
    """
    try:
        return parse_facts(raw, library.facts)
    except InputError:
        found: list[Fact] = []
        for name, given in raw.items():
            with contextlib.suppress(InputError):
                found += parse_facts({name: given}, library.facts).values()
        return Facts(found)


def allergy_words(patient: Patient) -> str:
    """Allergies as a banner says them: named; "none, asked"; or "not asked", which is not none."""
    lines = current_history(patient, "allergy")
    named = [str(line.details.get("substance") or line.details.get("text") or "") for line in lines if ASKED_NONE not in line.details]
    if any(named):
        return ", ".join(filter(None, named))
    return "none, asked" if lines or current_history(patient, "no_known_allergy") else "not asked"


def house_facts(patient: Patient, *, at: datetime) -> list[Fact]:
    """What the house can say of today: who is in it. Asked only where a rule of the day itself is asked."""
    start, _ = clinic_day(clinic_date(at, patient.site.zone), patient.site.zone)
    here = on_site_by_role(patient.site, (Role.PRESCRIBER, Role.NURSE), at=at, since=start)
    return [
        Fact("prescriber_on_site", bool(here[Role.PRESCRIBER]), at, "the record"),
        Fact("monitor_present", bool(here[Role.NURSE]), at, "the record"),
    ]


def site_facts(patient: Patient, *, at: datetime) -> list[Fact]:
    """What the site has settled for every order."""
    certified, today = patient.site.rems_certified_on, clinic_date(at, patient.site.zone)
    return [
        Fact("site_allows_home", patient.site.home_use_is_open, at, "the record"),
        Fact("rems_setting_certified", certified is not None and certified <= today, at, "the record"),
    ]


def signature_facts(signature: ProtocolSignature | None, *, at: datetime) -> list[Fact]:
    """Whether this very text of the protocol is signed at the site."""
    return [Fact("protocol_signed_at_site", signature is not None, at, "the record")]


def consent_facts(patient: Patient, protocol: Protocol, library: Library, *, at: datetime) -> list[Fact]:
    """Whether every text of the protocol is signed in its present words, and whether one was taken back since.

    A text the protocol names and the shelf does not hold is a consent nobody can have given.
    """
    wanted = [library.consents[name] for name in protocol.consents if name in library.consents]
    rows = list(Consent.objects.filter(patient=patient).select_related("withdrawal"))
    standing = [row for row in rows if not hasattr(row, "withdrawal")]
    signed = {row.document_hash for row in standing}
    taken_back = {row.document_id for row in rows} - {row.document_id for row in standing}
    is_whole = bool(wanted) and len(wanted) == len(protocol.consents)
    return [
        Fact("consent_signed_current_version", is_whole and all(text.content_hash in signed for text in wanted), at, "the record"),
        Fact("consent_withdrawn", any(name in taken_back for name in protocol.consents), at, "the record"),
    ]

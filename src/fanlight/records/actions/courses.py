"""Protocols signed, courses opened, doses ordered. Each rests on a decision that is kept whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fanlight.care.protocols import errors, lint
from fanlight.care.protocols.session import PlannedDose, session_plan
from fanlight.care.sessions.parameters import with_session_parameters
from fanlight.care.sessions.status import SessionStatus
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.records.audit import change, note
from fanlight.records.canonical import sha256
from fanlight.records.chance import letters
from fanlight.records.library import Library
from fanlight.records.models import Course, CourseEnding, Decision, Patient, ProtocolSignature, Site, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.plans import dump_plan
from fanlight.records.policies import check_may

SIGNATURE_MEANING = "approved for use at this clinic, with everything in it that is recalled or a default"
"""What a medical director's signature under a protocol means; kept in the audit chain with each."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class CourseError(FanlightError):
    """A course or an order that cannot be made as asked."""


def sign_protocol(*, site: Site, protocol_id: str, library: Library, by: StaffMember, at: datetime) -> ProtocolSignature:
    """The medical director signs one exact text of a protocol for this site; signing the same text again changes nothing.

    Errors: FAN-COURSE-001 where there is no such protocol; FAN-COURSE-010 names every contradiction the text still holds.
    """
    check_may(by, Permission.SIGN_PROTOCOLS, at=at)
    if by.site_id != site.pk or protocol_id not in library.protocols:
        raise CourseError("FAN-COURSE-001", f"Cannot sign {protocol_id}", "there is no such protocol here", "Choose one from the list.")
    text = library.protocol_text(protocol_id)
    existing = ProtocolSignature.objects.filter(site=site, protocol_id=protocol_id, content_hash=sha256(text)).first()
    if existing is not None:
        return existing
    protocol = library.protocols[protocol_id]
    contradictions = errors(lint(protocol, library.lint_against))
    if contradictions:
        note("refused:sign_protocol", at=at, by=by, protocol=protocol_id, version=protocol.version)
        raise InputError(
            "FAN-COURSE-010",
            f"Cannot sign {protocol_id} {protocol.version}",
            [Fault(found.path, f"{found.code}: {found.message}") for found in contradictions],
        )
    with change("sign_protocol", at=at, by=by, protocol=protocol_id, version=protocol.version, meaning=SIGNATURE_MEANING) as entry:
        signature = ProtocolSignature(
            site=site,
            protocol_id=protocol_id,
            protocol_version=protocol.version,
            content_hash=sha256(text),
            content_text=text,
            signed_by=by,
            signed_at=at,
        )
        entry.add(signature)
    return signature


def current_signature(site: Site, protocol_id: str, library: Library) -> ProtocolSignature | None:
    """The signature under the text that is in force now; None where the text changed since, or was never signed."""
    text_hash = sha256(library.protocol_text(protocol_id))
    return ProtocolSignature.objects.filter(site=site, protocol_id=protocol_id, content_hash=text_hash).order_by("-signed_at").first()


def signed_protocols(site: Site, library: Library) -> frozenset[str]:
    """Every protocol whose text in force now is signed at a site."""
    signed = set(ProtocolSignature.objects.filter(site=site).values_list("protocol_id", "content_hash"))
    named = {name for name, _ in signed if name in library.protocols}
    return frozenset(name for name in named if (name, sha256(library.protocol_text(name))) in signed)


def who_may_sign(site: Site) -> tuple[str, ...]:
    """Names of the people of this site who may sign a protocol."""
    people = StaffMember.objects.filter(site=site, is_active=True).order_by("name")
    return tuple(str(person) for person in people if person.may(Permission.SIGN_PROTOCOLS))


def open_course(
    *,
    patient: Patient,
    signature: ProtocolSignature,
    decision: Decision,
    starts_on: date,
    planned: Sequence[date],
    plan: Mapping[str, Any],
    by: StaffMember,
    at: datetime,
) -> Course:
    """Open a course on a signed protocol after a passed decision of this patient for it, with its sessions on their dates."""
    check_may(by, Permission.OPEN_COURSE, at=at, patient=patient)
    if decision.patient_id != patient.pk or decision.protocol_id != signature.protocol_id or not decision.is_passed:
        raise CourseError(
            "FAN-COURSE-002", "Cannot open the course", "no decision lets this patient begin this protocol", "Decide on the screening page."
        )
    if signature.site_id != patient.site_id:
        raise CourseError(
            "FAN-COURSE-003", "Cannot open the course", "the protocol is not signed at this site", "The medical director may sign it."
        )
    running = [course for course in patient.courses.all() if course.ending is None]
    if any(course.protocol_signature.protocol_id == signature.protocol_id for course in running):
        raise CourseError("FAN-COURSE-004", "Cannot open the course", "one on this protocol is running", "End it first, or go on with it.")
    if not planned:
        raise CourseError("FAN-COURSE-005", "Cannot open the course", "it has no dates", "Plan its sessions first.")
    with change("open_course", at=at, by=by, patient=patient, protocol=signature.protocol_id, signature=signature.pk) as entry:
        course = Course(
            patient=patient,
            protocol_signature=signature,
            decision=decision,
            starts_on=starts_on,
            plan=dict(plan),
            opened_by=by,
            opened_at=at,
        )
        entry.add(course)
        for number, day in enumerate(planned, start=1):
            entry.add(
                TreatmentSession(course=course, reference=new_reference(), number=number, planned_on=day, state=SessionStatus.PLANNED.value)
            )
    return course


def end_course(*, course: Course, kind: str, reason: str, by: StaffMember, at: datetime) -> CourseEnding:
    """End a course: completed, stopped or transferred, with the reason."""
    check_may(by, Permission.OPEN_COURSE, at=at, patient=course.patient)
    if not reason.strip():
        raise CourseError("FAN-COURSE-006", "Cannot end the course", "no reason was given", "Say it in a sentence.")
    with change("end_course", at=at, by=by, patient=course.patient, course=course.pk, kind=kind) as entry:
        ending = CourseEnding(course=course, kind=kind, reason=reason.strip(), ended_by=by, ended_at=at)
        entry.add(ending)
    return ending


def move_session(*, session: TreatmentSession, to: date, chair: str | None, seen_version: int, by: StaffMember, at: datetime) -> None:
    """Move a session in which no drug was given to another date or chair; a patient who came on another day is moved to it."""
    check_may(by, Permission.PLAN_DATES, at=at, patient=session.patient)
    if session.state not in (SessionStatus.PLANNED.value, SessionStatus.ARRIVED.value, SessionStatus.CHECKED.value):
        raise CourseError("FAN-COURSE-007", f"Cannot move session {session.reference}", "it has begun or ended", "")
    session.row_version = seen_version
    with change("move_session", at=at, by=by, patient=session.patient, session=session.pk) as entry:
        entry.update(session, planned_on=to, chair=session.chair if chair is None else chair)


def order_session(
    *,
    session: TreatmentSession,
    phase_id: str,
    dose: PlannedDose,
    dose_shown: Mapping[str, Any],
    decision: Decision,
    extra_observation_minutes: int,
    library: Library,
    by: StaffMember,
    at: datetime,
) -> None:
    """Order the dose of a session: its plan is pinned now, from the protocol version the course began with.

    An order may be made anew until drug has gone in; the earlier one stays in the audit chain.
    """
    check_may(by, Permission.ORDER_DOSE, at=at, patient=session.patient)
    if session.state not in (SessionStatus.PLANNED.value, SessionStatus.ARRIVED.value, SessionStatus.CHECKED.value):
        raise CourseError("FAN-COURSE-008", f"Cannot order for session {session.reference}", "its dose has begun or it has ended", "")
    if decision.session_id != session.pk or not decision.is_passed:
        raise CourseError(
            "FAN-COURSE-009",
            f"Cannot order for session {session.reference}",
            "no decision lets this dose be given",
            "Look at what holds it.",
        )
    signature = session.course.protocol_signature
    protocol = library.pinned_protocol(signature.protocol_id, signature.content_text)
    plan = session_plan(
        protocol, phase_id, dose, jurisdiction=session.patient.site.jurisdiction, extra_observation_minutes=extra_observation_minutes
    )
    plan = with_session_parameters(plan, library.session_parameters)
    with change("order_session", at=at, by=by, patient=session.patient, session=session.pk, decision=decision.pk) as entry:
        entry.update(session, plan=dump_plan(plan), dose=dict(dose_shown), ordered_by=by, ordered_at=at)


def new_reference() -> str:
    """A short name for a session that no other session has, without letters that look alike."""
    while True:
        reference = letters(_LETTERS, 6)
        if not TreatmentSession.objects.filter(reference=reference).exists():
            return reference

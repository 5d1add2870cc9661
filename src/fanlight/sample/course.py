"""Take a made-up person from screening to an ordered dose, as the pages would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fanlight.care.protocols import Protocol
from fanlight.care.rules import Stage
from fanlight.care.screening import ScreeningResult
from fanlight.core.errors import FanlightError
from fanlight.core.facts import Fact
from fanlight.core.instants import clinic_date
from fanlight.records.actions.courses import current_signature, open_course, order_session
from fanlight.records.actions.gates import OverrideGiven, decide
from fanlight.records.actions.patients import sign_consent
from fanlight.records.course_dates import chairs_taken
from fanlight.records.judging import extra_observation, in_the_way, judge_order, result_json, screen_patient
from fanlight.records.models import Course, Patient, ProtocolSignature, TreatmentSession
from fanlight.records.permissions import Permission

if TYPE_CHECKING:
    from fanlight.sample.fill import Cast

_OFFSETS = (0, 4, 7, 11, 14, 18)


def begin_course(cast: Cast, patient: Patient, protocol_id: str, product: str) -> TreatmentSession:
    """Screen, decide, open the course today and order its first dose; what stands in the way stops the sample loudly."""
    at = cast.now - timedelta(hours=4)
    today = clinic_date(cast.now, cast.site.zone)
    course = open_for(cast, patient, protocol_id, on_open_days(cast, [today + timedelta(days=offset) for offset in _OFFSETS]), at=at)
    session = course.sessions.get(number=1)
    order_for(cast, session, product, at=at)
    return session


def on_open_days(cast: Cast, days: Sequence[date]) -> list[date]:
    """Days moved to those the clinic gives doses on: one to come to the next with a free chair, one past to the one before.

    Today stays, whatever day it is: who is here is here. Two visits stay two days apart at least.
    """
    calendar, today = cast.library.calendars[cast.site.calendar_id], clinic_date(cast.now, cast.site.zone)
    taken = chairs_taken(cast.site, today)
    apart, found = timedelta(days=2), [day for day in days if day == today]
    for day in (day for day in days if day > today):
        on = max(day, found[-1] + apart) if found else day
        while calendar.why_not(on, taken) is not None:
            on += timedelta(days=1)
        found.append(on)
    for day in reversed([day for day in days if day < today]):
        on = min(day, found[0] - apart) if found else day
        while calendar.why_not(on) is not None:
            on -= timedelta(days=1)
        found.insert(0, on)
    return found


def consent_to(cast: Cast, patient: Patient, protocol_id: str, *, at: datetime) -> None:
    """Sign every consent a protocol names, in its present words."""
    for name in cast.library.protocols[protocol_id].consents:
        text = cast.library.consents[name]
        sign_consent(
            patient=patient,
            document_id=text.id,
            document_version=text.version,
            document_hash=text.content_hash,
            signer=patient.name,
            signer_relation="patient",
            signed_at=at,
            by=cast.staff["prescriber"],
            at=at,
        )


def usual_gap(protocol: Protocol, number: int) -> int:
    """Days a protocol usually leaves before a session, by the phase it falls in."""
    usual = (protocol.phase_of_session(number) or protocol.phases[-1]).interval.usual_days
    return usual[(number - 2) % len(usual)]


def signature_for(cast: Cast, protocol_id: str) -> ProtocolSignature:
    """The director's signature under a protocol as it stands."""
    found = current_signature(cast.site, protocol_id, cast.library)
    if found is None:
        raise FanlightError("FAN-SAMPLE-001", f"Cannot begin {protocol_id}", "nobody signed it", "Sign it in clinic.yaml.")
    return found


def screened_for(cast: Cast, patient: Patient, protocol_id: str, *, at: datetime) -> ScreeningResult:
    """The rules of screening asked for a protocol."""
    protocol = cast.library.protocols[protocol_id]
    signature = signature_for(cast, protocol_id)
    return screen_patient(patient, protocol, signature, cast.library, stage=Stage.SCREEN, at=at, on=clinic_date(at, cast.site.zone))


def open_for(cast: Cast, patient: Patient, protocol_id: str, days: Sequence[date], *, at: datetime) -> Course:
    """Decide for a protocol and open its course; each rule in the way is gone past with a reason, a hard stop never."""
    screened = screened_for(cast, patient, protocol_id, at=at)
    notes = [OverrideGiven(answer.id, "Talked through with the patient; benefit outweighs it (sample).") for answer in in_the_way(screened)]
    by = cast.staff["prescriber"]
    decision = decide(patient=patient, intention="screen", result=screened, overrides=notes, second=cast.staff["director"], by=by, at=at)
    signature = signature_for(cast, protocol_id)
    return open_course(patient=patient, signature=signature, decision=decision, starts_on=days[0], planned=days, plan={}, by=by, at=at)


def order_for(cast: Cast, session: TreatmentSession, product: str, *, at: datetime) -> None:
    """Order the dose of a session in the phase its number falls in."""
    patient, signature = session.patient, session.course.protocol_signature
    protocol = cast.library.protocols[signature.protocol_id]
    today = max(clinic_date(at, cast.site.zone), session.planned_on)
    phase = (protocol.phase_of_session(session.number) or protocol.phases[-1]).id
    in_hand = Fact("product", product, at, "the order")
    dose, shown, ordered = judge_order(patient, protocol, signature, cast.library, phase_id=phase, at=at, on=today, extra=[in_hand])
    planned = dose.planned()
    if planned is None:
        raise FanlightError("FAN-SAMPLE-002", f"Cannot order for {patient.number}", "; ".join(f.message for f in dose.findings), "")
    notes = [OverrideGiven(answer.id, "Looked at; goes on (sample).") for answer in in_the_way(ordered)]
    order = decide(
        patient=patient,
        intention="order",
        session=session,
        result=ordered,
        shown=result_json(ordered, dose),
        overrides=notes,
        second=cast.staff["director"],
        permission=Permission.ORDER_DOSE,
        by=cast.staff["prescriber"],
        at=at,
    )
    order_session(
        session=session,
        phase_id=phase,
        dose=planned,
        dose_shown=shown,
        decision=order,
        extra_observation_minutes=extra_observation(ordered.rules),
        library=cast.library,
        by=cast.staff["prescriber"],
        at=at,
    )

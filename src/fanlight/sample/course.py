"""Take a made-up person from screening to an ordered dose, as the pages would."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fanlight.care.dosing import dose_json
from fanlight.care.rules import Stage
from fanlight.core.errors import FanlightError
from fanlight.core.facts import Fact
from fanlight.core.instants import clinic_date
from fanlight.records.actions.courses import current_signature, open_course, order_session
from fanlight.records.actions.gates import OverrideGiven, decide
from fanlight.records.judging import extra_observation, in_the_way, order_facts, result_json, screen_patient, work_out_dose
from fanlight.records.models import Patient, TreatmentSession
from fanlight.records.permissions import Permission

if TYPE_CHECKING:
    from fanlight.sample.fill import Cast


def begin_course(cast: Cast, patient: Patient, protocol_id: str, product: str) -> TreatmentSession:
    """Screen, decide, open the course today and order its first dose; what stands in the way stops the sample loudly."""
    prescriber = cast.staff["prescriber"]
    protocol = cast.library.protocols[protocol_id]
    signature = current_signature(cast.site, protocol_id, cast.library)
    if signature is None:
        raise FanlightError("FAN-SAMPLE-001", f"Cannot begin {protocol_id}", "nobody signed it", "Sign it in clinic.yaml.")
    at = cast.now - timedelta(hours=4)
    today = clinic_date(cast.now, cast.site.zone)
    screened = screen_patient(patient, protocol, signature, cast.library, stage=Stage.SCREEN, at=at, on=today)
    notes = [OverrideGiven(answer.id, "Talked through with the patient; benefit outweighs it (sample).") for answer in in_the_way(screened)]
    decision = decide(
        patient=patient, intention="screen", result=screened, overrides=notes, second=cast.staff["director"], by=prescriber, at=at
    )
    days = [today + timedelta(days=offset) for offset in (0, 4, 7, 11, 14, 18)]
    course = open_course(
        patient=patient, signature=signature, decision=decision, starts_on=today, planned=days, plan={}, by=prescriber, at=at
    )
    session = course.sessions.get(number=1)
    phase = protocol.phases[0].id
    in_hand = Fact("product", product, at, "the order")
    dose = work_out_dose(patient, protocol, signature, cast.library, phase_id=phase, at=at, on=today, extra=[in_hand])
    planned = dose.planned()
    if planned is None:
        raise FanlightError("FAN-SAMPLE-002", f"Cannot order for {patient.number}", "; ".join(f.message for f in dose.findings), "")
    shown = dose_json(dose)
    ordered = screen_patient(patient, protocol, signature, cast.library, stage=Stage.ORDER, at=at, on=today, extra=order_facts(shown, at))
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
        by=prescriber,
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
        by=prescriber,
        at=at,
    )
    return session

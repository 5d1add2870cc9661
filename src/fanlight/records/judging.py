"""The rules asked about a patient, a dose, a session and a moment. Loads facts, hands them over, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fanlight.care.dosing import DoseAnswer, dose_for, dose_json
from fanlight.care.protocols import Protocol, rule_scope
from fanlight.care.rules import ProtocolScope, Stage
from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.screening import ScreeningResult, screen, screening_as_json
from fanlight.care.sessions import session_facts
from fanlight.core.answers import Answer, Severity
from fanlight.core.facts import Fact, Facts
from fanlight.core.instants import clinic_date
from fanlight.records.bedside import Bedside, at_bedside
from fanlight.records.knowledge import consent_facts, house_facts, patient_facts, signature_facts, site_facts
from fanlight.records.library import Library
from fanlight.records.models import Patient, ProtocolSignature, TreatmentSession


def scope_at(patient: Patient, protocol: Protocol, signature: ProtocolSignature | None) -> ProtocolScope:
    """The protocol as the rules see it at this patient's site."""
    here = patient.site.jurisdiction
    return rule_scope(protocol, here if here in protocol.jurisdictions else None, str(signature.signed_by) if signature else None)


def known_facts(
    patient: Patient,
    protocol: Protocol,
    signature: ProtocolSignature | None,
    library: Library,
    *,
    at: datetime,
    stage: Stage,
    bedside: Bedside | None = None,
    extra: Iterable[Fact] = (),
) -> Facts:
    """Everything the record says for a question about this protocol at a stage; a session's own facts lie over older ones.

    What belongs to a later stage (who is in the house, the signed consent) is not said at an earlier one: nobody gave it
    for that question.
    """
    facts = patient_facts(patient, library, at=at, but=None if bedside is None else bedside.session)
    if not stage.is_before(Stage.ORDER):
        facts = facts.merged(*site_facts(patient, at=at), *signature_facts(signature, at=at))
    if not stage.is_before(Stage.PRE_DOSE):
        facts = facts.merged(*house_facts(patient, at=at), *consent_facts(patient, protocol, library, at=at))
    facts = facts.merged(*extra)
    return facts if bedside is None else facts.merged(*session_facts(bedside.state, bedside.plan, at).values())


def screen_patient(
    patient: Patient,
    protocol: Protocol,
    signature: ProtocolSignature | None,
    library: Library,
    *,
    stage: Stage,
    at: datetime,
    on: date | None = None,
    bedside: Bedside | None = None,
    extra: Iterable[Fact] = (),
) -> ScreeningResult:
    """Every rule of a stage asked of what is known now, for a planned clinic date (today when none is given)."""
    facts = known_facts(patient, protocol, signature, library, at=at, stage=stage, bedside=bedside, extra=extra)
    day = on or clinic_date(at, patient.site.zone)
    return screen(facts, scope_at(patient, protocol, signature), library.screening, stage=stage, on=day, now=at)


def work_out_dose(
    patient: Patient,
    protocol: Protocol,
    signature: ProtocolSignature | None,
    library: Library,
    *,
    phase_id: str | None,
    at: datetime,
    on: date,
    extra: Iterable[Fact] = (),
) -> DoseAnswer:
    """The arithmetic of one dose from what is known, or what it still hangs on."""
    facts = known_facts(patient, protocol, signature, library, at=at, stage=Stage.ORDER, extra=extra)
    return dose_for(facts, protocol, library.products, library.dosing_policy, on=on, phase_id=phase_id)


def judge_order(
    patient: Patient,
    protocol: Protocol,
    signature: ProtocolSignature | None,
    library: Library,
    *,
    phase_id: str | None,
    at: datetime,
    on: date,
    extra: Iterable[Fact] = (),
) -> tuple[DoseAnswer, dict[str, Any], ScreeningResult]:
    """The dose of an order, its shape as plain values, and the rules of the order asked with what it says.

    Both are asked of one reading of the record, so that nothing can change between them.
    """
    facts = known_facts(patient, protocol, signature, library, at=at, stage=Stage.ORDER, extra=extra)
    dose = dose_for(facts, protocol, library.products, library.dosing_policy, on=on, phase_id=phase_id)
    shown = dose_json(dose)
    asked = facts.merged(*order_facts(shown, at))
    return dose, shown, screen(asked, scope_at(patient, protocol, signature), library.screening, stage=Stage.ORDER, on=on, now=at)


def judge_session(session: TreatmentSession, stage: Stage, library: Library, *, at: datetime) -> tuple[Bedside | None, ScreeningResult]:
    """A session and the rules of a stage asked of it now, by the protocol version its course began with.

    Days are counted to the day the drug was given, and until then to today: a session moved or taken up on another day
    is judged by that day, never by the one it was planned for.
    """
    signature = session.course.protocol_signature
    protocol = library.pinned_protocol(signature.protocol_id, signature.content_text)
    bedside = at_bedside(session, at)
    given_at = bedside.state.dosing.first_at if bedside is not None else None
    result = screen_patient(
        session.patient,
        protocol,
        signature,
        library,
        stage=stage,
        at=at,
        on=clinic_date(given_at or at, session.patient.site.zone),
        bedside=bedside,
        extra=_order_facts(session),
    )
    if bedside is not None and stage in (Stage.IN_SESSION, Stage.DISCHARGE):
        bedside = Bedside(session, bedside.plan, bedside.events, at, tuple(result.rules), tuple(result.criteria))
    return bedside, result


def extra_observation(answers: Iterable[RuleAnswer]) -> int:
    """Minutes the rules add to the observation, where the danger they name is present."""
    return sum(int(getattr(answer.rule, "extra_observation_minutes", 0) or 0) for answer in answers if answer.answer.value == "true")


def in_the_way(result: ScreeningResult) -> list[RuleAnswer]:
    """Answers that stand against an intention: HOLD and graver, gravest first.

    A danger that is present counts whatever its stage. What nobody can know yet, because it belongs to a later stage,
    does not: the time since the drug ended cannot hold its start.
    """
    return [
        answer
        for answer in result.in_force()
        if answer.severity is not None
        and answer.severity >= Severity.HOLD
        and (answer.answer is not Answer.UNKNOWN or result.stage in answer.rule.stages)
    ]


def result_json(result: ScreeningResult, dose: DoseAnswer | None = None) -> dict[str, Any]:
    """The whole answer as plain values, as a decision keeps it."""
    found = screening_as_json(result)
    if dose is not None:
        found["dose"] = dose_json(dose)
    return found


def order_facts(shown: Mapping[str, Any], at: datetime | None) -> list[Fact]:
    """What an order says, for rules that look at the dose: milligrams, devices, the strength named, the dilution.

    `shown` is the dose in the shape of rule semantics 9. A figure that could not be worked out is left out.
    """
    dose, made = shown.get("dose") or {}, shown.get("preparation") or {}
    said: list[Fact] = []
    for name, value, unit in (
        ("dose_mg", dose.get("mg"), "mg"),
        ("dose_mg_per_kg", dose.get("mg_per_kg"), "mg/kg"),
        ("devices", dose.get("devices"), ""),
        ("ordered_strength_mg_per_ml", made.get("concentration_mg_per_ml"), "mg/mL"),
        ("vial_concentration_mg_per_ml", made.get("concentration_mg_per_ml"), "mg/mL"),
    ):
        if value is not None:
            said.append(Fact(name, Decimal(str(value)), at, "the order", unit))
    basis = (shown.get("weights") or {}).get("basis")
    if basis is not None:
        said.append(Fact("ordered_weight_basis", str(basis), at, "the order"))
    drawn, bag = made.get("volume_ml"), made.get("bag_ml")
    if drawn is not None and bag is not None:
        said.append(Fact("diluted_at_least_equal_volume", Decimal(str(bag)) >= 2 * Decimal(str(drawn)), at, "the order"))
    return said


def _order_facts(session: TreatmentSession) -> list[Fact]:
    return order_facts(session.dose or {}, session.ordered_at)

"""From a protocol to what one treatment session is held to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.protocols.errors import ProtocolError
from fanlight.care.protocols.phases import DoseRule
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.quantities import Quantity
from fanlight.core.session_plan import Limit, ReadingTime, SessionPlan


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """The ordered amount of one session as it will be given: mg of base, and how it is prepared.

    `fanlight.care.dosing.DoseAnswer.planned` makes one from worked arithmetic.
    """

    mg: Decimal
    devices: int | None = None
    infusion_minutes: int | None = None
    rate_ml_per_h: Decimal | None = None
    bag_ml: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None


def session_plan(
    protocol: Protocol, phase_id: str, order: PlannedDose, *, jurisdiction: str | None = None, extra_observation_minutes: int = 0
) -> SessionPlan:
    """What a session of this phase is judged against: readings due, signed limits, observation, discharge numbers.

    `extra_observation_minutes` is what the rules add for this patient (R07, R10). Errors: FAN-PROT-002 for an unknown phase,
    FAN-PROT-003 for a jurisdiction the protocol is not written for.
    """
    phase = protocol.phase(phase_id)
    if phase is None:
        raise ProtocolError(
            "FAN-PROT-002",
            f"Cannot plan a session of phase {phase_id!r} of {protocol.id}",
            "the protocol has no such phase",
            f"Phases: {', '.join(protocol.iter_phase_ids())}.",
        )
    if jurisdiction is not None and jurisdiction not in protocol.jurisdictions:
        raise ProtocolError(
            "FAN-PROT-003",
            f"Cannot plan {protocol.id} in {jurisdiction}",
            f"it is written for {', '.join(protocol.jurisdictions)}",
            "Choose the protocol of this jurisdiction.",
        )
    monitoring = protocol.monitoring
    return SessionPlan(
        protocol_id=protocol.id,
        protocol_version=protocol.version,
        drug=protocol.drug,
        route=protocol.route,
        planned=Quantity(order.mg, "mg"),
        readings=tuple(
            ReadingTime(rule.id, rule.label, rule.anchor, rule.minutes, rule.measures, rule.early, rule.late, rule.every, rule.required)
            for rule in monitoring.readings
        ),
        limits=tuple(
            Limit(r.id, r.measure, r.relation, r.value, r.response, r.phase, r.rule, r.source, r.repeat_within_minutes)
            for r in monitoring.limits
        ),
        minimum_observation_minutes=monitoring.observation.minutes + extra_observation_minutes,
        observation_anchor=monitoring.observation.anchor,
        discharge_parameters={name: number.value for name, number in protocol.discharge.parameters.items()},
        discharge_criteria=protocol.discharge.criteria,
        devices=order.devices,
        rest_between_devices_minutes=_rest(phase.dose),
        infusion_minutes=order.infusion_minutes,
        rate_ml_per_h=order.rate_ml_per_h,
        bag_ml=order.bag_ml,
        concentration_mg_per_ml=order.concentration_mg_per_ml,
        jurisdiction=jurisdiction or protocol.jurisdictions[0],
    )


def _rest(dose: DoseRule) -> int | None:
    return None if dose.rest_minutes is None else int(dose.rest_minutes.value)

"""The dose of one session, worked out from what is known: weights, milligrams, volume, rate, waste, and every line of working."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from fanlight.care.dosing.amount import amount, disagreement
from fanlight.care.dosing.answer import DoseAnswer
from fanlight.care.dosing.errors import DosingError
from fanlight.care.dosing.findings import DoseFinding, danger
from fanlight.care.dosing.limit_checks import limit_findings
from fanlight.care.dosing.making import make_up, run_given
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.product_checks import dilution_findings, product_in_hand
from fanlight.care.dosing.products import Product
from fanlight.care.dosing.route_checks import route_findings
from fanlight.care.dosing.waste import waste_of
from fanlight.care.dosing.weight_checks import basis_findings, weight_findings
from fanlight.care.dosing.weights import Weights, weights
from fanlight.care.protocols import DoseBasis, Phase, Protocol, WeightBasis
from fanlight.core.answers import Severity
from fanlight.core.facts import Facts, number, records, text, yes_or_no

_PER_KG = (DoseBasis.PER_KG, DoseBasis.PER_KG_PER_HOUR)


def dose_for(
    facts: Facts,
    protocol: Protocol,
    products: Mapping[str, Product],
    policy: DosingPolicy,
    *,
    on: date,
    phase_id: str | None = None,
) -> DoseAnswer:
    """Work out one dose on a planned day (clinic date).

    The dose is the prescriber's order (``dose_mg_per_kg``, else ``dose_mg``), or the phase's start as a proposal. The phase is
    the one given, else the fact ``phase``, else that of the next session by the sessions given. A weight that is missing, out of
    range or too old is an answer (HAZ-02, HAZ-03), not an error; so is a dose above the protocol's limits (HAZ-05).
    """
    phase = _phase(facts, protocol, phase_id)
    first = is_first_dose(facts, protocol)
    weighed, stands = _weigh(facts, protocol, policy, on, first, phase)
    dose = None if any(item.withholds for item in stands) else amount(facts, phase.dose, weighed)
    made: Preparation | None = None
    if dose is not None:
        stands += limit_findings(dose, phase.dose, is_first_dose=first, last_mg_per_kg=number(facts, "last_dose_mg_per_kg"))
        stands += _two_orders(facts, weighed) + route_findings(facts, protocol, policy)
        product, against = product_in_hand(facts, protocol, products)
        stands += against
        if product is not None:
            made, trouble = make_up(facts, dose, phase.dose, product, protocol.route, policy)
            stands += trouble
            stands += () if made is None else dilution_findings(made, protocol)
    gave, doubt = run_given(facts, made, policy)
    return DoseAnswer(
        protocol.id,
        protocol.version,
        phase,
        policy,
        weighed,
        dose,
        made,
        gave,
        waste_of(made, gave, policy),
        (*stands, *doubt),
        _as_given(facts),
    )


def is_first_dose(facts: Facts, protocol: Protocol) -> bool | None:
    """Whether this is the first dose of the drug: as said, else by the sessions given, else by the day of the course.

    None when nobody can say; what holds for a first dose then holds.
    """
    said = yes_or_no(facts, "is_first_dose")
    if said is not None:
        return said
    sessions, course_day = records(facts, "sessions_given"), number(facts, "day_of_course")
    if sessions is not None:
        drugs = [row.get("drug") for row in sessions]
        if protocol.drug.value in drugs:
            return False
        return None if None in drugs else True
    return None if course_day is None or course_day <= 1 else False


def _phase(facts: Facts, protocol: Protocol, phase_id: str | None) -> Phase:
    wanted = phase_id or text(facts, "phase")
    if wanted is None:
        number_next = len([row for row in records(facts, "sessions_given") or () if row.get("protocol") in (None, protocol.id)]) + 1
        return protocol.phase_of_session(number_next) or protocol.phases[-1]
    found = protocol.phase(wanted)
    if found is None:
        raise DosingError(
            "FAN-DOSE-001",
            f"Cannot work out a dose of {protocol.id}",
            f"it has no phase {wanted!r}",
            f"Phases: {', '.join(protocol.iter_phase_ids())}.",
        )
    return found


def _weigh(
    facts: Facts, protocol: Protocol, policy: DosingPolicy, on: date, first: bool | None, phase: Phase
) -> tuple[Weights | None, tuple[DoseFinding, ...]]:
    needs_weight = phase.dose.basis in _PER_KG or facts.value("dose_mg_per_kg") is not None
    weight = number(facts, "weight_kg")
    stands = weight_findings(facts, policy, on, is_first_dose=first is not False)
    if weight is None or any(item.withholds for item in stands):
        return None, stands if needs_weight else ()
    found = weights(weight, number(facts, "height_cm"), text(facts, "sex"), policy, _chosen_basis(facts, protocol))
    if not needs_weight:
        return found, ()
    return found, (*stands, *basis_findings(found, policy))


def _as_given(facts: Facts) -> str:
    return facts["weight_kg"].as_given if "weight_kg" in facts else ""


def _chosen_basis(facts: Facts, protocol: Protocol) -> WeightBasis | None:
    """The prescriber's basis, else a trial's own; None where the site's policy decides."""
    chosen = text(facts, "weight_basis")
    if chosen is not None:
        return WeightBasis(chosen)
    return protocol.weight_basis if protocol.trial is not None else None


def _two_orders(facts: Facts, weighed: Weights | None) -> tuple[DoseFinding, ...]:
    apart = disagreement(facts, weighed)
    if apart is None or abs(apart) <= Fraction(1, 2):
        return ()
    return (
        danger("HAZ-05", Severity.HOLD, "The order gives mg and mg/kg that do not fit together on the weight in use. Ask the prescriber."),
    )

"""How many milligrams: from an order or the protocol's own start, per kg, fixed, by the device or by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fanlight.care.dosing.weights import Weights
from fanlight.care.protocols import DoseBasis, DoseRule
from fanlight.core.facts import Facts, number


@dataclass(frozen=True, slots=True)
class Amount:
    """The dose, exact. `mg_per_kg` is on the weight basis in use; `mg_per_hour` for doses given by the hour.

    `is_ordered` is True for a prescriber's figure, False where the protocol's start is shown as a proposal.
    """

    mg: Fraction
    mg_per_kg: Fraction | None
    mg_per_hour: Fraction | None
    is_ordered: bool
    per_kg_is_given: bool

    def on(self, kilograms: Fraction | None) -> Fraction | None:
        """The same dose per kg on another weight, in mg; None where the dose is not per kg or the weight is not known."""
        if not self.per_kg_is_given or self.mg_per_kg is None or kilograms is None:
            return None
        return self.mg_per_kg * kilograms


def amount(facts: Facts, rule: DoseRule, weights: Weights | None) -> Amount | None:
    """The dose of one session, or None where what it hangs on (weight, minutes) is not known.

    An ordered ``dose_mg_per_kg`` is taken before an ordered ``dose_mg``, and both before the protocol's start. Where both are
    ordered, `disagreement` says how far they lie apart.
    """
    kilograms = None if weights is None else weights.basis_kg
    ordered_per_kg, ordered_mg = number(facts, "dose_mg_per_kg"), number(facts, "dose_mg")
    if ordered_per_kg is not None:
        per_kg = Fraction(ordered_per_kg)
        return None if kilograms is None else Amount(per_kg * kilograms, per_kg, None, True, True)
    if ordered_mg is not None:
        mg = Fraction(ordered_mg)
        return Amount(mg, None if not kilograms else mg / kilograms, None, True, False)
    return _start(rule, kilograms)


def _start(rule: DoseRule, kilograms: Fraction | None) -> Amount | None:
    value = rule.start.exact
    hours = None if rule.minutes is None else rule.minutes.exact / 60
    match rule.basis:
        case DoseBasis.FIXED | DoseBasis.DEVICES:
            return Amount(value, None if not kilograms else value / kilograms, None, False, False)
        case DoseBasis.PER_KG:
            return None if kilograms is None else Amount(value * kilograms, value, None, False, True)
        case DoseBasis.PER_HOUR:
            return (
                None if hours is None else Amount(value * hours, None if not kilograms else value * hours / kilograms, value, False, False)
            )
        case DoseBasis.PER_KG_PER_HOUR:
            if hours is None or kilograms is None:
                return None
            return Amount(value * hours * kilograms, value * hours, value * kilograms, False, True)
    return None


def disagreement(facts: Facts, weights: Weights | None) -> Fraction | None:
    """Ordered mg less ordered mg/kg times the weight; None unless both are ordered and a weight is known."""
    per_kg, mg = number(facts, "dose_mg_per_kg"), number(facts, "dose_mg")
    if per_kg is None or mg is None or weights is None or weights.basis_kg is None:
        return None
    return Fraction(mg) - Fraction(per_kg) * weights.basis_kg

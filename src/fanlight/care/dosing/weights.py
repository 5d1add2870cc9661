"""Actual, ideal (Devine) and adjusted weight, body mass index, and which of them a dose per kg is counted on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fanlight.care.dosing.policy import BasisChoice, DosingPolicy
from fanlight.care.protocols import WeightBasis
from fanlight.core.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights in kg, body mass index in kg/m2 and height in inches, exact; None where height or sex is not known.

    `basis` is the weight in use; `basis_is_settled` is False where the site's choice hangs on a height nobody gave.
    """

    actual_kg: Fraction
    ideal_kg: Fraction | None
    adjusted_kg: Fraction | None
    bmi: Fraction | None
    inches: Fraction | None
    basis: WeightBasis
    basis_is_settled: bool

    @property
    def basis_kg(self) -> Fraction | None:
        """The weight a dose per kg is counted on, or None where it cannot be known."""
        return {WeightBasis.ACTUAL: self.actual_kg, WeightBasis.IDEAL: self.ideal_kg, WeightBasis.ADJUSTED: self.adjusted_kg}[self.basis]


def weights(
    weight_kg: Decimal, height_cm: Decimal | None, sex: str | None, policy: DosingPolicy, chosen: WeightBasis | None = None
) -> Weights:
    """Every weight that can be worked out from what is known.

    Ideal weight is 50 kg (male) or 45.5 kg (female) + 2.3 kg per inch over 60 inches (Devine); it is not defined for other
    entries of `sex`. `chosen` is the prescriber's basis for this patient; otherwise the site's policy decides.
    """
    actual = Fraction(weight_kg)
    ideal = ideal_kg(height_cm, sex, policy)
    adjusted = None if ideal is None else ideal + policy.adjusted_share.exact * (actual - ideal)
    bmi = body_mass_index(actual, height_cm)
    basis, settled = _basis(bmi, policy, chosen)
    inches = None if height_cm is None else Quantity(height_cm, "cm").exact_in("[in_i]")
    return Weights(actual, ideal, adjusted, bmi, inches, basis, settled)


def ideal_kg(height_cm: Decimal | None, sex: str | None, policy: DosingPolicy) -> Fraction | None:
    """Devine ideal weight, exact, or None where height or sex is not known. Below 60 inches it goes on falling."""
    base = {"male": policy.ideal_base_male, "female": policy.ideal_base_female}.get(sex or "")
    if height_cm is None or base is None:
        return None
    inches = Quantity(height_cm, "cm").exact_in("[in_i]")
    found = base.exact + policy.ideal_per_inch.exact * (inches - policy.ideal_from_inches.exact)
    return found if found > 0 else None


def body_mass_index(weight_kg: Fraction, height_cm: Decimal | None) -> Fraction | None:
    """Weight over height squared, in kg/m2, exact; None without a height."""
    if height_cm is None or height_cm <= 0:
        return None
    metres = Fraction(height_cm) / 100
    return weight_kg / metres**2


def _basis(bmi: Fraction | None, policy: DosingPolicy, chosen: WeightBasis | None) -> tuple[WeightBasis, bool]:
    if chosen is not None:
        return chosen, True
    if policy.basis is not BasisChoice.BY_BMI:
        return WeightBasis(policy.basis.value), True
    if bmi is None:
        return WeightBasis.ACTUAL, False
    return (WeightBasis.ACTUAL if bmi < policy.ideal_from_bmi.exact else WeightBasis.IDEAL), True

"""Ideal, adjusted and actual weight, and the basis a site doses on: by hand, and on both sides of each limit."""

from decimal import Decimal
from fractions import Fraction

import pytest

from fanlight.care.dosing import BasisChoice, weights
from fanlight.care.protocols import WeightBasis
from shipped_care import policy


def of(weight, height=None, sex=None, chosen=None, site=None):
    return weights(Decimal(str(weight)), None if height is None else Decimal(str(height)), sex, site or policy(), chosen)


@pytest.mark.parametrize(
    ("sex", "height_cm", "ideal_kg"),
    [
        ("male", "152.4", "50"),  # exactly 60 inches
        ("female", "152.4", "45.5"),
        ("male", "177.8", "73"),  # 70 inches: 50 + 2.3 x 10
        ("female", "165.1", "57"),  # 65 inches: 45.5 + 2.3 x 5
        ("female", "149.86", "43.2"),  # 59 inches: it goes on falling
    ],
)
def test_ideal_weight_by_hand(sex, height_cm, ideal_kg):
    assert of(80, height_cm, sex).ideal_kg == Fraction(ideal_kg)


def test_adjusted_weight_is_two_fifths_of_the_way_from_ideal_to_actual():
    assert of(123, "177.8", "male").adjusted_kg == 73 + Fraction(2, 5) * (123 - 73)


@pytest.mark.parametrize("sex", ["other", None])
def test_ideal_weight_is_unknown_without_the_sex_the_formula_asks_for(sex):
    found = of(80, 170, sex)
    assert (found.ideal_kg, found.adjusted_kg) == (None, None)
    assert found.basis_kg == 80


def test_ideal_weight_is_unknown_without_a_height():
    found = of(80, None, "male")
    assert (found.ideal_kg, found.bmi, found.inches) == (None, None, None)


@pytest.mark.parametrize(
    ("weight", "basis"),
    [("119.9", WeightBasis.ACTUAL), ("120", WeightBasis.IDEAL), ("120.1", WeightBasis.IDEAL)],  # 2 m: BMI 29.975, 30, 30.025
)
def test_a_site_that_goes_by_bmi_starts_on_ideal_weight_from_30(weight, basis):
    found = of(weight, 200, "male")
    assert (found.basis, found.basis_is_settled) == (basis, True)


def test_a_basis_that_hangs_on_an_unknown_height_is_not_settled():
    found = of(80, None, "male")
    assert (found.basis, found.basis_is_settled) == (WeightBasis.ACTUAL, False)


def test_the_prescribers_choice_stands_before_the_sites():
    assert of(140, 170, "male", WeightBasis.ADJUSTED).basis is WeightBasis.ADJUSTED


@pytest.mark.parametrize("basis", ["actual", "ideal", "adjusted"])
def test_a_site_may_dose_everyone_on_one_weight(basis):
    from dataclasses import replace

    found = of(140, 170, "male", site=replace(policy(), basis=BasisChoice(basis)))
    assert (found.basis.value, found.basis_is_settled) == (basis, True)


def test_a_height_that_leaves_no_ideal_weight_has_none():
    assert of(40, 30, "female").ideal_kg is None


def test_every_number_of_the_policy_names_a_source_of_the_register():
    from dataclasses import fields

    from shipped_care import sources

    found = [getattr(policy(), field.name) for field in fields(policy())]
    numbers = [item for item in found if hasattr(item, "mark")] + list(policy().bioavailability.values())
    assert len(numbers) > 25
    assert all(number.source in sources() for number in numbers)

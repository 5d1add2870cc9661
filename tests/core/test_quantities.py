"""Exact quantities: what is read, what is refused, what a person sees."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.core.quantities import Quantity, QuantityError, Rounding, parse_decimal, plain, round_to_step
from fanlight.core.units import RECEIVED_SPELLINGS, find_unit, known_units, received_unit


@pytest.mark.parametrize(
    ("text", "digits"),
    [("72.4", "72.4"), ("72.0", "72.0"), (" 0.50 ", "0.50"), ("-3", "-3"), ("−3", "-3"), (".5", "0.5")],
)
def test_a_plain_number_keeps_its_digits(text, digits):
    assert str(parse_decimal(text)) == digits


@pytest.mark.parametrize("text", ["", "1e3", "NaN", "Infinity", "1 000", "0x1F", "5mg", "1.2.3", "٣", "1" * 29])
def test_what_is_not_a_plain_number_is_refused(text):
    with pytest.raises(QuantityError, match="FAN-QTY-001"):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["1,250", "0,5", "1.250,5"])
def test_a_comma_is_asked_back_never_guessed(text):
    with pytest.raises(QuantityError, match="FAN-QTY-002"):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("5.0", "5"), ("0.50", "0.5"), ("100", "100"), ("1E+2", "100"), ("-0.0", "0"), ("0.000", "0"), ("36.400", "36.4")],
)
def test_a_dose_is_shown_without_trailing_zeros_and_with_a_leading_one(number, shown):
    assert plain(Decimal(number)) == shown


def test_common_spellings_are_mapped_and_the_rest_refused():
    assert Quantity.parse("12.5 mcg/kg/min") == Quantity(Decimal("12.5"), "ug/kg/min")
    assert Quantity.parse("142 mmHg").unit == "mm[Hg]"
    with pytest.raises(QuantityError, match=r'Did you mean "mg/kg"'):
        Quantity.parse("0.5 mg/kilo")
    with pytest.raises(QuantityError, match="FAN-QTY-004"):
        Quantity.parse("36")


def test_pounds_become_kilograms_exactly():
    assert Quantity.parse("154 lb").exact_in("kg") == Fraction("69.85322498")
    assert str(Quantity.parse("154 lb").to("kg", Decimal("0.1"))) == "69.9 kg"


def test_fahrenheit_and_celsius_meet():
    assert Quantity.parse("98.6 [degF]").exact_in("Cel") == 37
    assert Quantity.parse("37 Cel").exact_in("[degF]") == Fraction("98.6")


def test_unlike_units_never_meet():
    with pytest.raises(QuantityError, match="FAN-QTY-005"):
        Quantity.parse("36 mg").exact_in("mL")
    with pytest.raises(QuantityError, match="FAN-QTY-005"):
        Quantity.parse("36 mg") + Quantity.parse("1 g")
    with pytest.raises(QuantityError):
        assert Quantity.parse("1 mg") < Quantity.parse("1 mg/kg")


def test_likes_add_subtract_and_compare():
    assert Quantity.parse("36 mg") - Quantity.parse("1.5 mg") == Quantity.parse("34.5 mg")
    assert Quantity.parse("36 mg") + Quantity.parse("4 mg") == Quantity.parse("40 mg")
    assert Quantity.parse("1 g").same_as(Quantity.parse("1000 mg"))
    assert Quantity.parse("1 g") > Quantity.parse("999 mg")
    assert Quantity.parse("1 g") >= Quantity.parse("1000 mg")
    assert Quantity.parse("1 mg") <= Quantity.parse("1 mg")
    assert Quantity.parse("1 mg") < Quantity.parse("1.1 mg")


def test_a_quantity_is_never_a_float_and_never_infinite():
    with pytest.raises(TypeError):
        Quantity(0.5, "mg")
    with pytest.raises(QuantityError):
        Quantity(Decimal("Infinity"), "mg")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("12.50 ug/kg/min", "12.5 mcg/kg/min"), ("142 mm[Hg]", "142 mmHg"), ("12 {score}", "12 score"), ("0.50 mg/kg", "0.5 mg/kg")],
)
def test_units_are_shown_as_people_write_them(text, shown):
    assert str(Quantity.parse(text)) == shown


@pytest.mark.parametrize(
    ("value", "step", "down", "half_up", "half_even"),
    [
        ("0.615", "0.01", "0.61", "0.62", "0.62"),
        ("0.625", "0.01", "0.62", "0.63", "0.62"),
        ("0.614", "0.01", "0.61", "0.61", "0.61"),
        ("0.616", "0.01", "0.61", "0.62", "0.62"),
        ("-0.615", "0.01", "-0.61", "-0.62", "-0.62"),
        ("12.4", "5", "10", "10", "10"),
        ("12.5", "5", "10", "15", "10"),
    ],
)
def test_rounding_is_by_the_named_rule(value, step, down, half_up, half_even):
    exact = Fraction(value)
    assert round_to_step(exact, Decimal(step), Rounding.DOWN) == Decimal(down)
    assert round_to_step(exact, Decimal(step), Rounding.HALF_UP) == Decimal(half_up)
    assert round_to_step(exact, Decimal(step), Rounding.HALF_EVEN) == Decimal(half_even)


def test_a_step_must_be_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        round_to_step(Fraction(1), Decimal(0), Rounding.DOWN)


@given(st.fractions(min_value=-1000, max_value=1000), st.sampled_from(["0.001", "0.01", "0.1", "0.25", "1", "5"]))
def test_rounding_stays_within_a_step_and_agrees_with_decimal(value, step):
    import decimal

    for rule in Rounding:
        cut = round_to_step(value, Decimal(step), rule)
        assert abs(Fraction(cut) - value) < Fraction(step) or abs(Fraction(cut) - value) * 2 <= Fraction(step)
        with decimal.localcontext() as context:
            context.prec = 60
            units = Decimal(value.numerator) / Decimal(value.denominator) / Decimal(step)
            twin = units.quantize(Decimal(1), rounding=rule.value) * Decimal(step)
        if (value / Fraction(step)).denominator < 10**6:
            assert cut == twin


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-10_000, max_value=10_000),
    st.sampled_from(["kg", "g", "mg", "ug", "[lb_av]"]),
)
def test_a_mass_survives_the_round_trip_through_any_other_unit(value, unit):
    start = Quantity(value, unit)
    for other in ("kg", "g", "mg", "ug", "[lb_av]", "[oz_av]"):
        scale = Fraction(Quantity(Decimal(1), other).exact_in(unit))
        assert start.exact_in(other) * scale == Fraction(value)


def test_every_received_spelling_maps_to_a_unit_that_is_known():
    for spelling, code in RECEIVED_SPELLINGS.items():
        assert find_unit(spelling) is None, spelling
        assert find_unit(code) is not None, code
    assert received_unit("furlong") is None


def test_known_units_are_known():
    for code in known_units():
        assert find_unit(code) is not None, code
    assert find_unit("mg/kg/h").dimension == (("s", -1),)
    assert find_unit("mg/{device}").dimension == (("g", 1), ("{device}", -1))
    assert find_unit("mg/furlong") is None

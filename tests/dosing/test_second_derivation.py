"""The arithmetic derived a second time, in another way, and compared on generated patients.

The product works with exact rationals from order to shelf. Here everything is whole numbers of the smallest thing: dose in
millionths of a milligram, volume in hundredths of a millilitre, rate in tenths of a millilitre an hour.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.care.dosing import dose_json
from shipped_care import dose

STRENGTHS = {
    "ketamine-10-mg-ml-20-ml-multi": (10, 20, False),
    "ketamine-50-mg-ml-10-ml-single": (50, 10, True),
    "ketamine-100-mg-ml-5-ml-multi": (100, 5, False),
}


def tenths_of_kg():
    return st.integers(400, 1_200)


def hundredths_of_mg_per_kg():
    return st.integers(10, 200)


def shown(whole: int, places: int) -> str:
    """A count of the smallest thing as a person reads it: no trailing zero, a leading zero."""
    return format((Decimal(whole) / 10**places).normalize(), "f")


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


@given(tenths_of_kg(), hundredths_of_mg_per_kg(), st.sampled_from(sorted(STRENGTHS)), st.integers(20, 250), st.integers(10, 120))
@settings(max_examples=200, deadline=None)
def test_two_derivations_agree(kg10, dose100, product, bag_ml, minutes):
    strength, vial_ml, single = STRENGTHS[product]
    order = {"dose_mg_per_kg": shown(dose100, 2), "weight_kg": shown(kg10, 1), "product": product, "bag_ml": bag_ml}
    facts = {"height_cm": 210, "weight_measured_on": "2026-11-21", "sessions_given": [], "infusion_minutes": minutes}
    found = dose_json(dose("iv-racemic-induction", weight_basis="actual", **order, **facts))
    made = found["preparation"]

    thousandths_mg = kg10 * dose100
    assert found["dose"]["mg"] == shown(thousandths_mg // 100, 1)

    hundredths_ml = thousandths_mg * 100 // (1000 * strength)
    assert made["volume_ml"] == shown(hundredths_ml, 2)
    drawn_hundredths_mg = hundredths_ml * strength
    assert made["drawn_mg"] == shown(drawn_hundredths_mg, 2)
    assert made["rate_ml_h"] == shown(half_up(bag_ml * 60 * 10, minutes), 1)
    assert made["mg_per_min"] == shown(half_up(drawn_hundredths_mg * 10, minutes), 3)
    assert made["mcg_per_kg_min"] == shown(half_up(drawn_hundredths_mg * 10_000, minutes * kg10), 2)

    vials = max(1, -(-hundredths_ml // (vial_ml * 100))) if hundredths_ml else 0
    assert made["vials"] == vials
    if vials:
        left_hundredths_mg = vials * vial_ml * strength * 100 - drawn_hundredths_mg
        assert found["waste"]["vial_left_mg"] == shown(left_hundredths_mg, 2)
        assert found["waste"]["mg"] == (shown(left_hundredths_mg, 2) if single else "0")
        assert found["waste"]["witness_needed"] is (single and left_hundredths_mg > 0)


@given(st.integers(1_300, 2_100), tenths_of_kg(), st.sampled_from(["female", "male"]))
@settings(max_examples=200, deadline=None)
def test_weights_agree_with_whole_numbers(mm, kg10, sex):
    """Ideal weight counted in 254ths of a tenth of a kilogram, in which 2.3 kg an inch of 25.4 mm is 230 a millimetre."""
    order = {"weight_kg": shown(kg10, 1), "height_cm": shown(mm, 1), "sex": sex, "weight_measured_on": "2026-11-21", "sessions_given": []}
    found = dose_json(dose("iv-racemic-induction", weight_confirmed=True, **order))["weights"]
    base = 500 if sex == "male" else 455
    ideal = base * 254 + 230 * mm - 23 * 60 * 254  # tenths of a kg, times 254
    assert found["ideal_kg"] == shown(half_up(ideal, 254), 1)
    adjusted = 6 * ideal + 4 * kg10 * 254  # times 2540
    assert found["adjusted_kg"] == shown(half_up(adjusted, 2540), 1)
    assert found["bmi"] == shown(half_up(kg10 * 1_000_000, mm * mm), 1)
    assert found["basis"] == ("ideal" if kg10 * 100_000 >= 30 * mm * mm else "actual")

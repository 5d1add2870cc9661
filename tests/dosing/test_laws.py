"""Laws of the preparation: nothing is made or lost, and no more is drawn than was ordered."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.care.dosing import dose_json
from fanlight.care.dosing.preparation import drawn, whole_bags
from fanlight.care.dosing.working import working
from shipped_care import dose, policy, products

VIALS = [name for name, item in products().items() if item.kind.is_measured_by_volume]
AMOUNTS = st.fractions(Fraction(1, 100), 2500, max_denominator=1000)


@given(AMOUNTS, st.sampled_from(VIALS))
@settings(max_examples=300, deadline=None)
def test_concentration_times_volume_is_the_dose_drawn(mg, name):
    made = drawn(mg, products()[name], policy())
    assert made is not None
    assert made.volume is not None
    assert made.strength is not None
    assert Fraction(made.volume.shown) * made.strength == made.drawn_mg
    assert 0 <= mg - made.drawn_mg < policy().syringe_step.exact * made.strength
    assert made.to_give_mg == made.drawn_mg
    assert all(item.taken_mg + item.left_mg == made.product.container_mg for item in made.containers)
    assert all(item.left_mg == 0 for item in made.containers[:-1])


@given(AMOUNTS)
@settings(max_examples=100, deadline=None)
def test_ready_made_bags_hold_the_dose_with_less_than_a_bag_to_spare(mg):
    made = whole_bags(mg, products()["ketamine-1-mg-ml-500-ml-bag"])
    assert made is not None
    assert made.to_give_mg == mg
    assert mg <= made.drawn_mg < mg + 500


@given(st.integers(400, 1600), st.integers(5, 100), st.integers(1, 60), st.integers(0, 50), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_stopped_infusion_balances_to_the_last_digit_shown(kg10, dose100, minutes, line10, flushed, primed):
    run = {"stopped_after_minutes": minutes, "line_ml": f"{line10 / 10}", "line_flushed": flushed, "line_primed_with_drug": primed}
    order = {"weight_kg": f"{kg10 / 10}", "dose_mg_per_kg": f"{dose100 / 100}", "product": VIALS[0], "weight_basis": "actual"}
    found = dose_json(dose("iv-racemic-induction", height_cm=170, weight_measured_on="2026-11-21", sessions_given=[], **order, **run))
    gave, made = found["given"], found["preparation"]
    assert Fraction(gave["infused_mg"]) + Fraction(found["waste"]["bag_mg"]) == Fraction(made["drawn_mg"])
    assert 0 <= Fraction(gave["infused_mg"]) <= Fraction(made["drawn_mg"])
    assert Fraction(gave["infused_ml"]) + Fraction(gave["in_line_ml"]) + Fraction(gave["bag_left_ml"]) <= 50 + Fraction(2, 100)


def numbers_of(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers_of(item)
    elif isinstance(value, str):
        yield value


@given(st.integers(300, 1800), st.integers(5, 150))
@settings(max_examples=100, deadline=None)
def test_figures_are_text_with_a_leading_zero_and_no_trailing_one(kg10, dose100):
    order = {"weight_kg": f"{kg10 / 10}", "dose_mg_per_kg": f"{dose100 / 100}", "product": VIALS[0], "weight_measured_on": "2026-11-21"}
    answer = dose("iv-racemic-induction", height_cm=170, sex="male", sessions_given=[], weight_confirmed=True, **order)
    shape = dose_json(answer)
    for block in ("weights", "dose", "preparation", "waste"):
        for text in numbers_of(shape[block]):
            if text[:1].isdigit() and text.replace(".", "", 1).isdigit():
                assert not (("." in text) and text.endswith("0")), text
                assert not text.startswith("."), text
    for line in working(answer):
        assert "µ" not in line
        assert " ." not in line.replace("...", "")


def test_removing_the_weight_never_leaves_a_figure_that_hung_on_it():
    given_facts = {"height_cm": 170, "product": VIALS[0], "weight_measured_on": "2026-11-21", "sessions_given": []}
    assert dose("iv-racemic-induction", weight_kg=70, **given_facts).amount is not None
    assert dose("iv-racemic-induction", **given_facts).amount is None

"""Which phase and dose are meant, what the rules are told of it, and what the session plan takes of it."""

from decimal import Decimal

import pytest

import shipped_care as shipped
from fanlight.care.dosing import DosingError, dose_for, dose_json, order_facts
from fanlight.care.protocols import PlannedDose, session_plan
from shipped_care import TODAY, dose

NOW = {"weight_kg": 70, "height_cm": 175, "weight_measured_on": "2026-11-21", "product": "ketamine-50-mg-ml-10-ml-multi"}


def sessions(count, protocol=None):
    row = {"drug": "racemic_ketamine", "route": "intravenous", **({"protocol": protocol} if protocol else {})}
    return [{"on": f"2026-10-{day + 1:02d}", **row} for day in range(count)]


@pytest.mark.parametrize(("count", "phase"), [(0, "induction"), (5, "induction"), (6, "weekly"), (9, "weekly"), (10, "weekly")])
def test_the_phase_follows_from_the_sessions_given(count, phase):
    assert dose("iv-racemic-induction-thrice", **NOW, sessions_given=sessions(count)).phase.id == phase


def test_sessions_of_another_protocol_do_not_count_towards_the_phase():
    given = sessions(6, "iv-racemic-single")
    assert dose("iv-racemic-induction-thrice", **NOW, sessions_given=given).phase.id == "induction"


def test_an_open_ended_phase_never_ends():
    given = [{"on": f"2026-0{1 + day // 28}-{day % 28 + 1:02d}", "drug": "esketamine"} for day in range(40)]
    assert dose("esketamine-us-trd", sessions_given=given).phase.id == "maintenance"


def test_a_phase_may_be_named_and_must_exist():
    assert dose("iv-racemic-induction-thrice", "weekly", **NOW).phase.id == "weekly"
    assert dose("iv-racemic-induction-thrice", **NOW, phase="weekly").phase.id == "weekly"
    with pytest.raises(DosingError, match=r"FAN-DOSE-001 .* 'monthly'.*Phases: induction, weekly"):
        dose("iv-racemic-induction-thrice", "monthly", **NOW)


def test_an_ordered_dose_per_kg_stands_before_an_ordered_dose_in_mg_and_both_before_the_protocols():
    assert dose_json(dose("iv-racemic-induction", **NOW))["dose"]["mg"] == "35"
    assert dose_json(dose("iv-racemic-induction", **NOW, dose_mg=28))["dose"]["mg"] == "28"
    both = dose_json(dose("iv-racemic-induction", **NOW, dose_mg=28, dose_mg_per_kg="0.4"))["dose"]
    assert (both["mg"], both["is_ordered"]) == ("28", True)


def test_a_fixed_order_says_how_much_it_is_per_kg():
    found = dose_json(dose("iv-racemic-induction", **NOW, dose_mg=30))
    assert found["dose"]["mg_per_kg"] == "0.4286"
    assert "Per kg: 30 mg / 70 kg (actual weight) = 0.4286... -> 0.4286 mg/kg (rounded to the nearest 0.0001)" in found["arithmetic"]


def test_a_dose_per_kg_and_hour():
    found = dose_json(dose("pain-crps-day", **NOW))
    assert (found["dose"]["mg"], found["dose"]["mg_per_kg"]) == ("98", "1.4")
    assert "Dose of the protocol: 24.5 mg/h x 4 h = 98 mg" in found["arithmetic"]


def test_a_draw_from_several_vials():
    found = dose_json(
        dose(
            "pain-crps-day",
            **{**NOW, "product": "ketamine-10-mg-ml-20-ml-multi", "weight_kg": 200, "height_cm": 200},
            weight_basis="actual",
        )
    )
    assert (found["preparation"]["vials"], [item["taken_ml"] for item in found["preparation"]["containers"]]) == (2, ["20", "8"])
    assert "From: 20 mL, 8 mL of ketamine 10 mg/mL, 20 mL multiple-dose vial" in found["arithmetic"]


def test_a_volume_too_small_for_a_syringe():
    given = {**NOW, "product": "ketamine-100-mg-ml-5-ml-multi", "sessions_given": []}
    small = dose("iv-racemic-titrated", **given, dose_mg="10")
    assert [item.severity.name for item in small.findings if "too small" in item.message] == ["WARN"]
    assert [item for item in dose("iv-racemic-titrated", **given, dose_mg="11").findings if "too small" in item.message] == []
    none = dose("iv-racemic-titrated", **given, dose_mg="0.9")
    assert [item.severity.name for item in none.findings if "too small" in item.message] == ["BLOCK"]


def test_an_intramuscular_dose_needs_no_bag():
    made = dose_json(dose("im-racemic-low", **NOW))["preparation"]
    assert (made["volume_ml"], made["bag_ml"], made["rate_ml_h"], made["mcg_per_kg_min"]) == ("0.35", None, None, None)


def test_the_rules_are_told_the_dose_on_the_weight_in_use():
    known = shipped.facts(weight_kg=110, height_cm=170, sex="female", weight_measured_on="2026-11-21", product=NOW["product"])
    answer = dose_for(known, shipped.protocols()["iv-racemic-induction"], shipped.products(), shipped.policy(), on=TODAY)
    told = {fact.name: fact.value for fact in order_facts(answer, known)}
    assert told["dose_mg_per_kg"] == Decimal("0.5")
    assert round(told["dose_mg"], 3) == Decimal("30.719")
    assert told["vial_concentration_mg_per_ml"] == 50


def test_what_a_person_said_is_not_replaced_and_a_withheld_dose_says_nothing():
    known = shipped.facts(dose_mg=84, product="spravato-28-mg")
    answer = dose_for(known, shipped.protocols()["esketamine-us-trd"], shipped.products(), shipped.policy(), on=TODAY)
    assert {fact.name: fact.value for fact in order_facts(answer, known)} == {"devices": 3}
    nothing = shipped.facts()
    held = dose_for(nothing, shipped.protocols()["iv-racemic-induction"], shipped.products(), shipped.policy(), on=TODAY)
    assert order_facts(held, nothing) == ()
    assert held.planned() is None


def test_a_worked_out_infusion_becomes_a_planned_dose():
    planned = dose("iv-racemic-induction", **NOW).planned()
    assert planned == PlannedDose(Decimal(35), None, 40, Decimal(75), Decimal(50), Decimal("0.7"))


def test_a_nasal_dose_becomes_devices():
    planned = dose("esketamine-us-trd", product="spravato-28-mg").planned()
    assert planned is not None
    assert (planned.mg, planned.devices, planned.infusion_minutes) == (56, 2, None)
    plan = session_plan(shipped.protocols()["esketamine-us-trd"], "induction", planned)
    assert (plan.devices, plan.rest_between_devices_minutes, plan.planned.value) == (2, 5, 56)


def test_what_is_planned_is_what_is_drawn_not_more_than_ordered():
    planned = dose(
        "sc-racemic-flexible", **{**NOW, "weight_kg": 82, "product": "ketamine-100-mg-ml-5-ml-multi"}, dose_mg_per_kg="0.75"
    ).planned()
    assert planned is not None
    assert planned.mg == 61


@pytest.mark.parametrize(("route", "is_warned"), [("intravenous", True), ("oral", False)])
def test_a_dose_by_another_route_is_never_converted(route, is_warned):
    given = [
        {"on": "2026-11-10", "drug": "racemic_ketamine", "route": "nasal"},
        {"on": "2026-11-17", "drug": "racemic_ketamine", "route": route},
    ]
    found = dose("oral-racemic-twice-weekly", **{**NOW, "product": "ketamine-oral-50-mg-ml"}, sessions_given=given)
    warned = [item.message for item in found.findings if "never converted" in item.message]
    assert bool(warned) is is_warned
    if is_warned:
        assert warned[0].startswith("The last dose was intravenous (about 100% reaches the blood); this one is oral (about 20%")


def test_a_route_nobody_recorded_warns_of_nothing():
    given = [{"on": "2026-11-17", "drug": "racemic_ketamine"}]
    found = dose("im-racemic-low", **NOW, sessions_given=given)
    assert not [item for item in found.findings if "never converted" in item.message]


def test_a_trial_keeps_its_own_weight_basis():
    heavy = {**NOW, "weight_kg": 110, "height_cm": 170, "sex": "female"}
    assert dose("iv-racemic-induction", **heavy).weights.basis.value == "ideal"
    assert dose("iv-racemic-ptsd", **heavy).weights.basis.value == "actual"
    assert dose("iv-racemic-ptsd", **heavy, weight_basis="ideal").weights.basis.value == "ideal"


def test_a_weight_in_pounds_is_shown_as_it_was_given():
    found = dose_json(dose("iv-racemic-induction", **{**NOW, "weight_kg": "154 lb"}))
    assert found["arithmetic"][0] == "Weight: 154 lb = 69.85322498 kg"
    assert found["weights"]["actual_kg"] == "69.9"
    assert found["dose"]["mg"] == "34.9"

"""The six worked examples of the dosing arithmetic, to the last digit, as a pharmacist would check them.

Source: the arithmetic table of the treatment protocols reference, section 7.4, read 2026-11-21.
"""

from fanlight.care.dosing import dose_json
from shipped_care import dose

WEIGHED_TODAY = {"weight_measured_on": "2026-11-21"}
V50, V10_SINGLE, V100 = "ketamine-50-mg-ml-10-ml-multi", "ketamine-10-mg-ml-20-ml-single", "ketamine-100-mg-ml-5-ml-multi"


def test_1_seventy_kilograms_in_a_bag_of_fifty_millilitres_over_forty_minutes():
    found = dose_json(dose("iv-racemic-induction", weight_kg=70, height_cm=175, product=V50, bag_ml=50, **WEIGHED_TODAY))
    assert found["dose"]["mg"] == "35"
    made = found["preparation"]
    assert (made["volume_ml"], made["concentration_mg_per_ml"]) == ("0.7", "0.7")
    assert (made["rate_ml_h"], made["mg_per_min"], made["mcg_per_kg_min"]) == ("75", "0.875", "12.5")
    assert "Rate: 50 mL / 40 min x 60 = 75 mL/h" in found["arithmetic"]
    assert found["rules"] == []


def test_2_a_woman_of_170_cm_and_110_kg_on_three_weights():
    found = dose_json(dose("iv-racemic-induction", weight_kg=110, height_cm=170, sex="female", product=V50, **WEIGHED_TODAY))
    assert found["weights"] == {"actual_kg": "110", "ideal_kg": "61.4", "adjusted_kg": "80.9", "bmi": "38.1", "basis": "ideal"}
    amount = found["dose"]
    assert (amount["actual_mg"], amount["ideal_mg"], amount["adjusted_mg"]) == ("55", "30.7", "40.4")
    assert amount["mg"] == "30.7"


def test_3_thirty_five_milligrams_from_a_single_dose_vial_wastes_the_rest_before_a_witness():
    found = dose_json(dose("iv-racemic-induction", weight_kg=70, height_cm=175, product=V10_SINGLE, **WEIGHED_TODAY))
    made, waste = found["preparation"], found["waste"]
    assert made["volume_ml"] == "3.5"
    assert (made["containers"][0]["left_ml"], waste["mg"], waste["witness_needed"]) == ("16.5", "165", True)


def test_3_the_same_from_a_multiple_dose_vial_keeps_the_rest_for_28_days():
    product = "ketamine-10-mg-ml-20-ml-multi"
    found = dose_json(dose("iv-racemic-induction", weight_kg=70, height_cm=175, product=product, **WEIGHED_TODAY))
    waste = found["waste"]
    assert found["arithmetic"][-1] == "Left in ketamine 10 mg/mL, 20 mL multiple-dose vial: 165 mg kept, use within 28 days"
    assert (waste["mg"], waste["vial_left_mg"], waste["witness_needed"], waste["beyond_use_days"]) == ("0", "165", False, "28")


def test_4_a_bag_stopped_at_twenty_five_minutes():
    run = {"bag_ml": 60, "pump_rate_ml_h": 90, "stopped_after_minutes": 25, "line_flushed": True}
    found = dose_json(dose("iv-racemic-induction", weight_kg=60, height_cm=165, product=V50, **WEIGHED_TODAY, **run))
    gave = found["given"]
    assert found["dose"]["mg"] == "30"
    assert (gave["infused_ml"], gave["infused_mg"], gave["infused_mg_per_kg"]) == ("37.5", "18.75", "0.3125")
    assert (gave["bag_left_ml"], gave["bag_left_mg"], found["waste"]["mg"]) == ("22.5", "11.25", "11.25")


def test_5_four_days_at_22_mg_an_hour_from_bags_of_500_mg():
    found = dose_json(dose("pain-crps-continuous", product="ketamine-1-mg-ml-500-ml-bag"))
    made = found["preparation"]
    assert found["dose"]["mg"] == "2112"
    assert (made["rate_ml_h"], made["vials"], made["drawn_mg"]) == ("22", 5, "2500")
    assert found["waste"]["mg"] == "388"
    assert any(line.startswith("A bag lasts:") and "-> 22.7 h" in line for line in found["arithmetic"])


def test_6_a_volume_is_cut_down_to_the_syringe_mark():
    given = {"weight_kg": 82, "height_cm": 180, "dose_mg_per_kg": "0.75", "last_dose_mg_per_kg": "0.6", "product": V100}
    sessions = [{"on": "2026-11-17", "drug": "racemic_ketamine", "route": "subcutaneous"}]
    found = dose_json(dose("sc-racemic-flexible", **given, sessions_given=sessions, **WEIGHED_TODAY))
    made = found["preparation"]
    assert (found["dose"]["mg"], made["volume_ml"], made["drawn_mg"]) == ("61.5", "0.61", "61")
    assert found["waste"]["vial_left_mg"] == "439"
    assert "Volume: 61.5 mg / 100 mg/mL = 0.615 -> 0.61 mL (rounded down 0.01)" in found["arithmetic"]
    assert "Drawn: 0.61 mL x 100 mg/mL = 61 mg (-0.8% of the order)" in found["arithmetic"]
    assert found["rules"] == []


def test_6_what_is_left_is_waste_when_the_vial_is_single_dose():
    given = {"weight_kg": 82, "height_cm": 180, "dose_mg_per_kg": "0.75", "product": "ketamine-100-mg-ml-5-ml-single"}
    sessions = [{"on": "2026-11-17", "drug": "racemic_ketamine", "route": "subcutaneous"}]
    assert dose_json(dose("sc-racemic-flexible", **given, sessions_given=sessions, **WEIGHED_TODAY))["waste"]["mg"] == "439"

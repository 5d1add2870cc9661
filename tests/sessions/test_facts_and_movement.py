"""What the stream tells the rules and the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chair import PRESCRIBER, Chair, at, before, infusion, iv_plan, leaving, nasal_plan, whole_infusion
from fanlight.care.sessions import alerts, drug_movement, fold, readiness, session_facts
from fanlight.core.facts import Facts, FactValue
from fanlight.core.session_plan import SessionPlan
from shipped_care import catalogue

IV, NASAL = iv_plan(), nasal_plan()


def facts(chair: Chair, minute: float, plan: SessionPlan = IV) -> Facts:
    return session_facts(fold(chair.events, plan), plan, at(minute))


def value(chair: Chair, minute: float, name: str, plan: SessionPlan = IV) -> FactValue | None:
    return facts(chair, minute, plan).value(name)


def test_every_fact_is_one_the_catalogue_knows_with_its_kind_and_unit() -> None:
    chairs = [whole_infusion()]
    chairs[0].say("fasting_confirmed", 50, last_food_at=at(-200).isoformat(), last_drink_at=at(0).isoformat(), no_nasal_spray_today=True)
    chairs[0].say("red_flag", 80)
    chairs[0].say("distress", 82, is_unsafe=False)
    chairs[0].say("adverse_event", 82, term="nausea", severity="mild", is_serious=False)
    chairs[0].say("wasted", 120, mg="0", witness="doc-1")
    chairs[0].say("spo2_accepted", 60, by=PRESCRIBER, spo2_percent="93", reason="x")
    for fact in facts(chairs[0], 170).values():
        definition = catalogue().definitions[fact.name]
        assert definition.unit == fact.unit, fact.name
        kind = {"boolean": bool, "number": Decimal, "date": date, "text": str, "choice": str}[definition.kind.value]
        assert type(fact.value) is kind, fact.name
        assert fact.source.startswith("session")
        if isinstance(fact.value, Decimal):
            assert definition.minimum is None or fact.value >= definition.minimum, fact.name


def test_what_nobody_said_is_not_there() -> None:
    assert len(facts(Chair(), 0)) == 0
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("pre_dose_check", 1, alcohol_today=False)
    found = facts(chair, 5)
    assert found.value("alcohol_today") is False
    assert "opioid_today" not in found


@pytest.mark.parametrize(("minute", "is_there"), [(195, True), (196, True), (196.1, False)])
def test_an_old_reading_is_no_fact_about_now(minute: float, is_there: bool) -> None:
    assert ("spo2_percent" in facts(whole_infusion(), minute)) is is_there


def test_a_danger_nobody_repeated_does_not_fade() -> None:
    chair = whole_infusion()
    chair.vitals(167, spo2=88)
    assert value(chair, 400, "spo2_percent") == 88


def test_the_repeat_that_r19_compares() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, "182/90")
    assert value(chair, 81, "bp_repeat_systolic_mmhg") is None
    chair.vitals(85, "181/90")
    assert (value(chair, 86, "systolic_mmhg"), value(chair, 86, "bp_repeat_systolic_mmhg")) == (182, 181)
    chair.vitals(91, "150/90")
    assert (value(chair, 92, "systolic_mmhg"), value(chair, 92, "bp_repeat_systolic_mmhg")) == (150, None)


@pytest.mark.parametrize(
    ("kind", "payload", "name", "expected"),
    [
        ("red_flag", {"symptoms": ["seizure"]}, "red_flag_symptom", True),
        ("red_flag", {}, "red_flag_symptom", False),
        ("distress", {"is_unsafe": True}, "unsafe_behaviour", True),
        ("adverse_event", {"term": "x", "severity": "mild", "had_airway_intervention": True}, "airway_intervention", True),
        ("vitals", {"respiratory_rate_per_min": "0"}, "apnoea", True),
        ("vitals", {"spo2_percent": "95", "breathing": "oxygen"}, "needs_oxygen", True),
        ("vitals", {"heart_rate_per_min": "44", "has_symptoms": True}, "bradycardia_symptoms", True),
        ("vitals", {"systolic_mmhg": "100", "diastolic_mmhg": "60", "has_symptoms": False}, "bp_fall_symptomatic", False),
        ("orientation", {"person": True, "place": True, "date": False}, "oriented", False),
        ("nausea", {"degree": "mild", "is_vomiting": True}, "nausea_controlled", False),
        ("nausea", {"degree": "none"}, "nausea_controlled", True),
        ("nausea", {"degree": "mild"}, "nausea_controlled", None),
        ("escort", {"name": "P", "is_present": False}, "escort_present", False),
        ("written_plan", {"no_driving_understood": True}, "no_driving_told", True),
        ("written_plan", {}, "no_driving_told", None),
    ],
)
def test_signs_and_leaving(kind: str, payload: dict[str, Any], name: str, expected: object) -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.say(kind, 120, **payload)
    assert value(chair, 121, name) == expected


def test_fasting_weight_and_sedatives() -> None:
    chair = Chair()
    chair.say(
        "fasting_confirmed",
        1,
        last_food_at=at(-119).isoformat(),
        last_drink_at=at(-30).isoformat(),
        last_nasal_spray_at=at(-59).isoformat(),
    )
    chair.say("weight_taken", 2, weight_kg="72.4")
    chair.say("pre_dose_check", 3, sedative_today=True, appears_intoxicated=False, answers={"assent_today": True})
    chair.say("dose_prepared", 3, product="k", drawn_mg="36", is_past_beyond_use=False)
    found = facts(chair, 0)
    assert facts(chair, 4).value("minutes_since_food") == 123
    assert facts(chair, -40).value("minutes_since_drink") is None  # said to be after now
    assert found.value("minutes_since_drink") == 30
    assert found.value("minutes_since_nasal_spray") == 59
    assert found.value("nasal_spray_today") is True
    assert found.value("weight_measured_on") == date(2026, 11, 12)
    assert found.value("benzodiazepine_today") is True
    assert "hypnotic_today" not in found
    assert found.value("intoxicated") is False
    assert found.value("assent_today") is True
    assert found.value("vial_past_beyond_use") is False


def test_devices_and_the_pressures_of_the_form() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28")
    chair.say("device_taken", 70, number=2, mg="28")
    assert value(chair, 100, "minutes_between_devices", NASAL) == 5
    assert value(chair, 189, "minutes_since_last_device", NASAL) == 119
    assert value(chair, 110, "bp_taken_before_dose", NASAL) is True
    assert value(chair, 110, "bp_taken_35_to_50_minutes", NASAL) is None
    assert value(chair, 121, "bp_taken_35_to_50_minutes", NASAL) is False
    assert value(chair, 121, "deviation_note_signed", NASAL) is False
    chair.say("missed_because", 122, readings=["forty_minutes"], reason="asleep")
    chair.say("explanation", 123, by=PRESCRIBER, about="forty_minutes", text="asleep and rousable")
    assert value(chair, 124, "deviation_note_signed", NASAL) is True
    chair.vitals(190, "120/70")
    assert value(chair, 191, "bp_taken_at_end", NASAL) is True


def test_the_ledger_of_the_worked_cases() -> None:
    chair = whole_infusion()
    moved = drug_movement(fold(chair.events, IV), IV, at(170))
    assert (moved.drawn_mg, moved.given_mg, moved.variance_mg, moved.is_balanced) == (36, 36, 0, True)
    assert moved.tolerance_mg == 1  # the more of 2 % of 36 mg and 0.02 mL of 50 mg/mL

    stopped = Chair()
    before(stopped)
    stopped.say("dose_prepared", 60, product="k", drawn_mg="30", drawn_ml="0.6", bag_ml="60", line_volume_ml="0")
    stopped.say("started", 65, rate_ml_per_h="90")
    stopped.say("stopped", 90, reason="clinician")
    assert drug_movement(fold(stopped.events, IV), IV, at(95)).variance_mg == Fraction("11.25")
    stopped.say("wasted", 100, mg="11.25", witness="doc-1")
    balanced = drug_movement(fold(stopped.events, IV), IV, at(101))
    assert (balanced.is_balanced, balanced.unwitnessed) == (True, ())


@pytest.mark.parametrize(("wasted", "is_balanced"), [("8.99", False), ("9", True), ("10", True), ("11", True), ("11.01", False)])
def test_the_tolerance_on_both_sides(wasted: str, is_balanced: bool) -> None:
    """10 mg left of 46 drawn; 0.02 mL of 50 mg/mL is 1 mg, more than 2 % of 46 mg."""
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("dose_prepared", 1, product="k", drawn_mg="46", drawn_ml="0.92")
    chair.say("dose_given", 2, mg="36")
    chair.say("wasted", 3, mg=wasted, witness="doc-1")
    assert drug_movement(fold(chair.events, IV), IV, at(5)).is_balanced is is_balanced


def test_unknown_amounts_leave_the_ledger_unknown() -> None:
    chair = Chair()
    chair.say("dose_given", 2, mg="36")
    moved = drug_movement(fold(chair.events, IV), IV, at(5))
    assert (moved.is_balanced, moved.missing) == (None, ("amount drawn",))
    assert drug_movement(fold([], IV), IV, at(5)).is_balanced is True
    bare = replace(IV, discharge_parameters={})
    assert drug_movement(fold([], bare), bare, at(5)).tolerance_mg is None


def test_returned_and_unwitnessed() -> None:
    chair = Chair()
    chair.say("dose_prepared", 1, product="esketamine", drawn_mg="56")
    chair.say("device_taken", 2, number=1, mg="28")
    chair.say("device_refused", 8, number=2, reason="x")
    chair.say("returned", 9, mg="28")
    assert drug_movement(fold(chair.events, NASAL), NASAL, at(10)).is_balanced is True
    waste = chair.say("wasted", 11, mg="0.5")
    assert drug_movement(fold(chair.events, NASAL), NASAL, at(12)).unwitnessed == (waste,)


def test_volumes_are_given_at_the_strength_drawn() -> None:
    chair = whole_infusion()
    chair.say("wasted", 120, mg="1", witness="doc-1")
    found = facts(chair, 170)
    assert (found.value("drawn_ml"), found.value("given_ml"), found.value("wasted_ml")) == (
        Decimal("0.72"),
        Decimal("0.72"),
        Decimal("0.02"),
    )
    assert found.value("waste_witnessed") is True
    leaving(chair)
    assert readiness(fold(chair.events, IV), IV, at(170)).criteria
    assert alerts(fold(chair.events, IV), IV, at(170)) == ()

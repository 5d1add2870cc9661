"""A weight in the wrong unit, an old weight, a sudden change: each is an answer that says what to do (HAZ-02, HAZ-03)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import shipped_care as shipped
from fanlight.care.dosing import dose_for, dose_json
from fanlight.core.answers import Answer, Severity
from fanlight.core.errors import InputError
from fanlight.core.facts import Fact, Facts
from shipped_care import TODAY

GIVEN = ({"on": date(2026, 11, 17), "drug": "racemic_ketamine"},)


def answer(**given):
    """A dose from bare facts, so that a weight no file would let through can be tried."""
    base = {"weight_kg": Decimal(70), "height_cm": Decimal(175), "weight_measured_on": TODAY, "sessions_given": ()}
    values = {**base, **given}
    found = Facts(Fact(name, value) for name, value in values.items() if value is not None)
    return dose_for(found, shipped.protocols()["iv-racemic-induction"], shipped.products(), shipped.policy(), on=TODAY)


def about(found, finding_id):
    return [item for item in found.findings if item.id == finding_id]


@pytest.mark.parametrize(("kilograms", "stands"), [("24.9", True), ("25", False), ("350", False), ("350.1", True), ("700", True)])
def test_a_weight_outside_the_range_gives_no_figure(kilograms, stands):
    found = answer(weight_kg=Decimal(kilograms), height_cm=None)
    assert found.is_withheld is stands
    assert (dose_json(found)["dose"] is None) is stands
    if stands:
        assert about(found, "HAZ-02")[0].severity is Severity.HOLD
        assert dose_json(found)["arithmetic"] == []


def test_700_kg_in_a_file_is_refused_by_name():
    with pytest.raises(InputError, match="weight_kg"):
        shipped.facts(weight_kg=700)


def test_pounds_are_converted_exactly_and_a_bare_number_is_kilograms():
    assert shipped.facts(weight_kg="154 lb").value("weight_kg") == Decimal("69.85322498")
    assert shipped.facts(weight_kg="154 lb")["weight_kg"].as_given == "154 lb"
    assert shipped.facts(weight_kg=154).value("weight_kg") == 154


@pytest.mark.parametrize("written", ["70,5", "5.0.0", "7o", "seventy"])
def test_a_comma_or_a_slip_of_the_pen_is_refused(written):
    with pytest.raises(InputError, match="weight_kg"):
        shipped.facts(weight_kg=written)


def test_no_weight_is_unknown_and_says_who_can_give_it():
    found = answer(weight_kg=None)
    (finding,) = about(found, "HAZ-02")
    assert (finding.answer, finding.missing[0].fact, finding.missing[0].who) == (Answer.UNKNOWN, "weight_kg", "nurse")
    assert dose_json(found)["dose"] is None


@pytest.mark.parametrize(("before", "stands"), [("77.1", False), ("63.7", False), ("77.8", True), ("63.6", True), ("70", False)])
def test_a_change_of_more_than_ten_percent_asks_for_a_second_entry(before, stands):
    found = answer(previous_weight_kg=Decimal(before))
    assert bool(about(found, "HAZ-02")) is stands
    assert about(answer(previous_weight_kg=Decimal(before), weight_confirmed=True), "HAZ-02") == []


def test_exactly_ten_percent_is_no_more_than_ten_percent():
    assert about(answer(weight_kg=Decimal("77"), previous_weight_kg=Decimal("70")), "HAZ-02") == []
    assert about(answer(weight_kg=Decimal("77.1"), previous_weight_kg=Decimal("70")), "HAZ-02") != []


@pytest.mark.parametrize(
    ("kilograms", "centimetres", "stands"),
    [("27", "150", False), ("26.9", "150", True), ("157.5", "150", False), ("157.6", "150", True)],  # BMI 12, 11.96, 70, 70.04
)
def test_a_body_mass_index_hardly_possible_asks_for_a_second_entry(kilograms, centimetres, stands):
    found = answer(weight_kg=Decimal(kilograms), height_cm=Decimal(centimetres), sex="female")
    assert bool(about(found, "HAZ-02")) is stands


@pytest.mark.parametrize(("age_days", "is_withheld"), [(0, False), (1, True), (30, True)])
def test_the_weight_of_a_first_dose_is_measured_on_the_day(age_days, is_withheld):
    found = answer(weight_measured_on=TODAY - timedelta(days=age_days))
    assert found.is_withheld is is_withheld
    assert bool(about(found, "HAZ-03")) is is_withheld


@pytest.mark.parametrize(("age_days", "is_withheld"), [(29, False), (30, False), (31, True)])
def test_the_weight_of_a_later_dose_is_no_older_than_thirty_days(age_days, is_withheld):
    assert answer(weight_measured_on=TODAY - timedelta(days=age_days), sessions_given=GIVEN).is_withheld is is_withheld


def test_a_prescriber_may_accept_an_older_weight():
    found = answer(weight_measured_on=TODAY - timedelta(days=40), weight_accepted_by_prescriber=True)
    assert not found.is_withheld
    assert [item.severity for item in about(found, "HAZ-03")] == [Severity.WARN]


def test_a_weight_of_unknown_date_holds_but_still_shows_the_working():
    found = answer(weight_measured_on=None)
    (finding,) = about(found, "HAZ-03")
    assert (finding.answer, finding.severity) == (Answer.UNKNOWN, Severity.HOLD)
    assert dose_json(found)["dose"]["mg"] == "35"


def test_a_weight_dated_after_the_planned_day_is_not_used():
    assert answer(weight_measured_on=TODAY + timedelta(days=1)).is_withheld


def test_until_somebody_says_that_doses_were_given_the_rule_of_a_first_dose_holds():
    yesterday = TODAY - timedelta(days=1)
    assert answer(weight_measured_on=yesterday, sessions_given=None).is_withheld
    assert not answer(weight_measured_on=yesterday, sessions_given=None, day_of_course=Decimal(8)).is_withheld
    assert not answer(weight_measured_on=yesterday, sessions_given=None, is_first_dose=False).is_withheld
    other = ({"on": date(2026, 11, 17), "drug": "esketamine"},)
    assert answer(weight_measured_on=yesterday, sessions_given=other).is_withheld


def test_an_unknown_height_is_said_and_the_dose_shown_on_actual_weight():
    found = answer(height_cm=None)
    (finding,) = about(found, "HAZ-02")
    assert (finding.answer, finding.missing[0].fact) == (Answer.UNKNOWN, "height_cm")
    assert dose_json(found)["dose"]["mg"] == "35"


def test_ideal_weight_that_cannot_be_worked_out_gives_no_figure():
    found = answer(weight_kg=Decimal(120), height_cm=Decimal(170), sex=None)
    assert found.is_withheld
    assert "sex" in [item.fact for finding in found.findings for item in finding.missing]


def test_a_fixed_dose_needs_no_weight():
    found = dose_for(Facts(), shipped.protocols()["esketamine-us-trd"], shipped.products(), shipped.policy(), on=TODAY)
    assert not found.is_withheld
    assert dose_json(found)["dose"]["mg"] == "56"

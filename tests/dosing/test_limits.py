"""A dose above its own protocol's limits, and the slip of a decimal point (HAZ-05)."""

import pytest

from fanlight.care.dosing import dose_json
from fanlight.core.answers import Answer, Severity
from shipped_care import dose

NOW = {"weight_kg": 70, "height_cm": 175, "weight_measured_on": "2026-11-21"}
FIRST = {**NOW, "sessions_given": []}
LATER = {**NOW, "sessions_given": [{"on": "2026-11-17", "drug": "racemic_ketamine", "route": "intravenous"}]}


def said(found):
    return [(item.severity, item.message) for item in found.findings if item.id == "HAZ-05"]


@pytest.mark.parametrize(("mg_per_kg", "stands"), [("0.49", False), ("0.5", False), ("0.51", True)])
def test_a_first_dose_keeps_to_its_cap(mg_per_kg, stands):
    found = said(dose("iv-racemic-induction", dose_mg_per_kg=mg_per_kg, **FIRST))
    assert bool(found) is stands
    if stands:
        assert found[0][0] is Severity.BLOCK
        assert found[0][1] == "0.51 mg/kg is above 0.5 mg/kg, the most of a first dose."


@pytest.mark.parametrize(("mg_per_kg", "stands"), [("0.99", False), ("1", False), ("1.01", True)])
def test_a_later_dose_keeps_to_the_maximum(mg_per_kg, stands):
    assert bool(said(dose("iv-racemic-induction", dose_mg_per_kg=mg_per_kg, **LATER))) is stands


@pytest.mark.parametrize(("mg_per_kg", "stands"), [("0.74", False), ("0.75", False), ("0.76", True)])
def test_a_rise_keeps_to_one_step(mg_per_kg, stands):
    assert bool(said(dose("iv-racemic-induction", dose_mg_per_kg=mg_per_kg, last_dose_mg_per_kg="0.5", **LATER))) is stands


@pytest.mark.parametrize(("kilograms", "stands"), [("80", False), ("79.9", False), ("80.1", True)])
def test_a_session_keeps_to_its_cap_in_mg(kilograms, stands):
    given = {**LATER, "weight_kg": kilograms, "height_cm": 190, "dose_mg_per_kg": 1}
    assert bool(said(dose("iv-racemic-induction", **given))) is stands


def test_a_dose_above_the_first_cap_waits_while_nobody_knows_whether_it_is_the_first():
    found = dose("iv-racemic-induction", dose_mg_per_kg="0.75", **NOW)
    (item,) = [item for item in found.findings if item.id == "HAZ-05"]
    assert (item.answer, item.severity, item.missing[0].fact) == (Answer.UNKNOWN, Severity.HOLD, "sessions_given")


@pytest.mark.parametrize(
    ("ordered", "meant"),
    [({"dose_mg_per_kg": "5"}, "0.5"), ({"dose_mg_per_kg": "50"}, "0.5"), ({"dose_mg": "350"}, "35")],
)
def test_fifty_typed_for_five_is_asked_back(ordered, meant):
    messages = [message for _, message in said(dose("iv-racemic-induction", **ordered, **FIRST))]
    assert any(f"Was {meant} meant?" in message for message in messages), messages


def test_a_dose_somewhat_too_high_is_not_called_a_slip():
    messages = [message for _, message in said(dose("iv-racemic-induction", dose_mg_per_kg="1.2", **LATER))]
    assert messages
    assert not any("meant" in message for message in messages)


def test_mg_and_mg_per_kg_that_do_not_fit_together_are_asked_back():
    assert said(dose("iv-racemic-induction", dose_mg_per_kg="0.5", dose_mg=35, **FIRST)) == []
    assert said(dose("iv-racemic-induction", dose_mg_per_kg="0.5", dose_mg="35.5", **FIRST)) == []
    assert said(dose("iv-racemic-induction", dose_mg_per_kg="0.5", dose_mg="35.6", **FIRST)) != []


def test_a_dose_outside_the_set_of_devices_is_named():
    found = said(dose("esketamine-us-trd", dose_mg=28, product="spravato-28-mg"))
    assert "28 mg is not one of the doses of this protocol: 56, 84 mg." in [message for _, message in found]


def test_28_mg_is_a_dose_from_65_in_the_eu():
    assert said(dose("esketamine-eu-trd-65", dose_mg=28, product="spravato-28-mg")) == []


def test_70_mg_is_no_whole_number_of_devices():
    found = dose("esketamine-us-trd", dose_mg=70, product="spravato-28-mg")
    assert any("no whole number of 28 mg pieces" in message for _, message in said(found))
    assert dose_json(found)["preparation"] is None
    assert dose_json(found)["dose"]["devices"] is None


def test_a_dose_below_the_least_is_a_warning():
    found = said(dose("iv-racemic-titrated", dose_mg_per_kg="0.05", **LATER))
    assert [severity for severity, _ in found] == [Severity.WARN]


def test_limits_by_the_hour_are_held_in_their_own_unit():
    assert said(dose("pain-crps-continuous", dose_mg=2112)) == []
    assert any("23 mg/h is above 22 mg/h" in message for _, message in said(dose("pain-crps-continuous", dose_mg=2208)))
    assert said(dose("pain-crps-day", dose_mg_per_kg="1.4", **LATER)) == []
    assert said(dose("pain-crps-day", dose_mg_per_kg="1.6", **LATER)) != []

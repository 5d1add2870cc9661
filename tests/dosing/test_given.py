"""What reached the patient of an infusion that was stopped, slowed, paused or left in its line."""

from decimal import Decimal
from fractions import Fraction

import pytest

from fanlight.care.dosing import LineState, RunSegment, dose_json, given
from fanlight.core.answers import Answer
from shipped_care import dose

BAG, MG = Fraction(60), Fraction(30)
NOW = {
    "weight_kg": 60,
    "height_cm": 165,
    "weight_measured_on": "2026-11-21",
    "sessions_given": [],
    "product": "ketamine-50-mg-ml-10-ml-multi",
}


def ran(*segments, **line):
    run = [RunSegment(Decimal(str(minutes)), Decimal(str(rate))) for minutes, rate in segments]
    return given(BAG, MG, run, LineState(**line))


def test_one_rate_stopped_early():
    found = ran((25, 90), line_ml=Decimal(2), is_flushed=True)
    assert (found.infused_ml, found.infused_mg, found.bag_left_ml, found.bag_left_mg) == (
        Fraction("37.5"),
        Fraction("18.75"),
        Fraction("22.5"),
        Fraction("11.25"),
    )


def test_a_pause_and_a_slower_rate_by_hand():
    """10 min at 90 is 15 mL, 5 min of pause nothing, 20 min at 60 is 20 mL: 35 mL of 0.5 mg/mL is 17.5 mg."""
    assert ran((10, 90), (5, 0), (20, 60), is_flushed=True).infused_mg == Fraction("17.5")


def test_an_unflushed_line_is_counted_as_not_given():
    found = ran((25, 90), line_ml=Decimal(2), is_flushed=False)
    assert (found.infused_ml, found.in_line_ml, found.infused_mg) == (Fraction("35.5"), 2, Fraction("17.75"))
    assert found.bag_left_ml == Fraction("22.5")


def test_a_flush_that_nobody_recorded_counts_as_none():
    assert ran((25, 90), line_ml=Decimal(2)).infused_ml == Fraction("35.5")


def test_a_line_filled_from_the_bag_before_the_start_takes_its_share_of_the_bag():
    found = ran((25, 90), line_ml=Decimal(2), is_flushed=False, primed_with_drug=True)
    assert (found.infused_ml, found.bag_left_ml) == (Fraction("37.5"), Fraction("20.5"))


def test_no_more_is_given_than_the_bag_held():
    found = ran((60, 90), line_ml=Decimal(2), is_flushed=True)
    assert (found.infused_ml, found.bag_left_mg) == (60, 0)


def test_a_run_shorter_than_its_line_gave_nothing():
    assert ran((1, 60), line_ml=Decimal(2), is_flushed=False).infused_ml == 0


def test_without_a_line_volume_the_figure_is_the_most_it_can_have_been():
    assert ran((25, 90)).is_upper_bound
    assert not ran((25, 90), is_flushed=True).is_upper_bound
    found = dose("iv-racemic-induction", stopped_after_minutes=25, bag_ml=60, **NOW)
    (finding,) = [item for item in found.findings if item.id == "R25"]
    assert (finding.answer, [item.fact for item in finding.missing]) == (Answer.UNKNOWN, ["line_ml", "line_flushed"])
    assert dose_json(found)["given"]["is_upper_bound"] is True


def test_a_run_is_read_rate_by_rate_from_the_facts():
    run = [{"minutes": 10, "rate_ml_h": 90}, {"minutes": 5, "rate_ml_h": 0}, {"minutes": 20, "rate_ml_h": 60}]
    found = dose_json(dose("iv-racemic-induction", infusion_run=run, bag_ml=60, line_flushed=True, **NOW))
    assert (found["given"]["infused_mg"], found["waste"]["bag_mg"]) == ("17.5", "12.5")
    assert "Bag and line: 30 mg - 17.5 mg = 12.5 mg to waste" in found["arithmetic"]


def test_what_stays_in_the_line_is_written_out():
    found = dose_json(
        dose("iv-racemic-induction", stopped_after_minutes=25, bag_ml=60, pump_rate_ml_h=90, line_ml=2, line_flushed=False, **NOW)
    )
    assert "Left in an unflushed line, counted as not given: 2 mL" in found["arithmetic"]


def test_a_dose_in_parts_has_a_rate_for_each():
    found = dose_json(
        dose(
            "iv-racemic-alcohol-use-bolus",
            dose_mg_per_kg="0.71",
            weight_kg=100,
            height_cm=200,
            weight_measured_on="2026-11-21",
            sessions_given=[],
            product="ketamine-10-mg-ml-20-ml-multi",
            bag_ml=71,
        )
    )
    made = found["preparation"]
    assert [(part["title"], part["mg"], part["ml"], part["rate_ml_h"]) for part in made["parts"]] == [
        ("Bolus", "11", "11", "330"),
        ("Infusion", "60", "60", "72"),
    ]
    assert (made["rate_ml_h"], made["mg_per_min"]) == (None, None)


def test_a_dose_in_parts_that_stopped_needs_its_run():
    facts = {**NOW, "stopped_after_minutes": 20}
    found = dose("iv-racemic-alcohol-use-bolus", **facts)
    assert found.given is None
    assert any("rate by rate" in item.message for item in found.findings)
    run = [{"minutes": 2, "rate_ml_h": 330}, {"minutes": 10, "rate_ml_h": 72}]
    assert dose("iv-racemic-alcohol-use-bolus", infusion_run=run, line_flushed=True, **NOW).given is not None


@pytest.mark.parametrize("minutes", [0, 40])
def test_stopped_at_once_and_run_to_the_end(minutes):
    found = dose_json(dose("iv-racemic-induction", stopped_after_minutes=minutes, line_flushed=True, **NOW))
    assert found["given"]["infused_mg"] == ("0" if minutes == 0 else "30")


def test_a_stopped_ready_made_bag_wastes_what_was_not_infused():
    found = dose_json(dose("pain-crps-continuous", product="ketamine-1-mg-ml-500-ml-bag", stopped_after_minutes=600, line_flushed=True))
    assert (found["given"]["infused_mg"], found["waste"]["mg"]) == ("220", "2280")

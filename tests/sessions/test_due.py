"""What is due: windows on both sides, what closes a reading, and what comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chair import Chair, at, before, infusion, iv_plan, nasal_plan, whole_infusion
from fanlight.care.sessions import Closing, DueKind, DueState, due, fold, next_due, occurrences
from fanlight.core.session_plan import Measure, ReadingTime

IV, NASAL = iv_plan(), nasal_plan()
READINGS = {reading.id: reading for reading in IV.readings}


def item(chair: Chair, name: str, minute: float, plan: object = IV) -> object:
    return next((found for found in due(fold(chair.events, plan), plan, at(minute)) if found.id == name), None)  # type: ignore[arg-type]


def test_before_anything_nothing_is_due() -> None:
    assert due(fold([], IV), IV, at(0)) == ()


def test_readings_before_the_dose_are_due_from_arrival_and_can_only_be_taken_before_it() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    found = next_due(fold(chair.events, IV), IV, at(1))
    assert found is not None
    assert (found.id, found.state) == ("pre_dose", DueState.OVERDUE)
    assert Measure.SPO2_PERCENT in found.measures
    chair.say("dose_given", 20, mg="36")
    chair.vitals(21)
    left = item(chair, "pre_dose", 22)
    assert left is not None
    assert left.state is DueState.MISSED  # type: ignore[attr-defined]
    assert left.closes_at == at(20)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("minute", "state"),
    [
        (74.9, DueState.UPCOMING),
        (75, DueState.OPEN),
        (80, DueState.OPEN),
        (80.1, DueState.OVERDUE),
        (85, DueState.OVERDUE),
        (85.1, DueState.MISSED),
    ],
)
def test_a_window_on_both_sides_and_exactly_on_it(minute: float, state: DueState) -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    assert item(chair, "during:1", minute).state is state  # type: ignore[attr-defined]


@pytest.mark.parametrize(("taken", "closes"), [(74.9, False), (75, True), (85, True), (85.1, False)])
def test_a_reading_closes_only_its_own_window(taken: float, closes: bool) -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.round(taken)
    assert (item(chair, "during:1", 86) is None) is closes


def test_one_reading_serves_only_the_nearest_of_a_repeating_set() -> None:
    often = ReadingTime("often", "Often", READINGS["during"].anchor, 10, (Measure.SPO2_PERCENT,), 5, 10, 10)
    plan = replace(IV, readings=(often,))
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(65 + 17)
    settled = {found.id: found.outstanding for found in occurrences(fold(chair.events, plan), plan, at(90))}
    assert settled["often:2"] == ()
    assert settled["often:1"] == (Measure.SPO2_PERCENT,)


def test_what_is_left_out_stays_due() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, spo2=None)
    left = item(chair, "during:1", 81)
    assert set(left.measures) == {Measure.SPO2_PERCENT, Measure.SEDATION_MOAAS}  # type: ignore[attr-defined]
    assert left.label == "Every 15 minutes: SpO₂ and MOAA/S"  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", ["monitor zero", "future"])
def test_what_is_no_reading_closes_nothing(broken: str) -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    if broken == "future":
        chair.vitals(80, received=76, entered=76)
    else:
        chair.say("vitals", 80, read_by="monitor", systolic_mmhg="0", diastolic_mmhg="0", spo2_percent="0")
    assert Measure.SPO2_PERCENT in item(chair, "during:1", 81).measures  # type: ignore[attr-defined]


def test_resting_closes_what_is_asked_of_the_patient_and_nothing_else() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    asked = fold(chair.events, IV).readings[Measure.DISTRESS_0_10]
    chair.events = [event for event in chair.events if event.id not in {reading.entry.id for reading in asked}]
    assert Measure.DISTRESS_0_10 in item(chair, "end_of_infusion", 106).measures  # type: ignore[attr-defined]
    chair.say("resting_not_asked", 106, is_rousable=True)
    assert item(chair, "end_of_infusion", 107) is None
    closing = {found.id: found.settled for found in occurrences(fold(chair.events, IV), IV, at(107))}["end_of_infusion"]
    assert (Measure.DISTRESS_0_10, Closing.RESTING) in {(measure, how) for measure, how, _ in closing}


def test_resting_but_not_rousable_closes_nothing() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.say("stopped", 105, reason="completed")
    chair.say("resting_not_asked", 106, is_rousable=False)
    assert Measure.DISTRESS_0_10 in item(chair, "end_of_infusion", 107).measures  # type: ignore[attr-defined]


def test_missed_because_closes_all_or_only_what_it_names() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.say("missed_because", 90, readings=["during:1"], reason="asleep", measures=["sedation_moaas"])
    assert Measure.SEDATION_MOAAS not in item(chair, "during:1", 91).measures  # type: ignore[attr-defined]
    chair.say("missed_because", 92, readings=["during:1", "during:2"], reason="fire alarm")
    assert item(chair, "during:1", 100) is None
    found = {occurrence.id: occurrence for occurrence in occurrences(fold(chair.events, IV), IV, at(100))}["during:1"]
    assert len(found.missed) == 6


def test_repeats_come_first_and_only_once_a_measure() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(81, "185/112", spo2=89)
    found = due(fold(chair.events, IV), IV, at(82))
    assert [thing.kind for thing in found[:2]] == [DueKind.REPEAT, DueKind.REPEAT]
    assert found[0].measures == (Measure.SPO2_PERCENT,)
    assert (found[0].due_at, found[1].due_at) == (at(81), at(86))
    assert len([thing for thing in found if thing.kind is DueKind.REPEAT]) == 2


def test_a_hold_before_the_dose_asks_for_its_repeat_until_the_drug_is_in() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.vitals(10, "165/90")
    repeat = next(thing for thing in due(fold(chair.events, IV), IV, at(11)) if thing.kind is DueKind.REPEAT)
    assert repeat.due_at == at(20)
    chair.say("started", 15)
    assert not [thing for thing in due(fold(chair.events, IV), IV, at(16)) if thing.kind is DueKind.REPEAT]


def test_the_next_device_the_end_of_the_infusion_and_of_observation() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28")
    device = item(chair, "device", 66, NASAL)
    assert (device.label, device.due_at, device.state) == ("Device 2 of 2", at(70), DueState.UPCOMING)  # type: ignore[attr-defined]
    chair.say("device_taken", 70, number=2, mg="28")
    assert item(chair, "device", 71, NASAL) is None
    assert item(chair, "observation_end", 71, NASAL).due_at == at(190)  # type: ignore[attr-defined]
    assert item(chair, "observation_end", 190, NASAL) is None

    drip = Chair()
    before(drip)
    drip.say("dose_prepared", 60, product="k", drawn_mg="36", bag_ml="50", rate_ml_per_h="75")
    drip.say("started", 65)
    assert item(drip, "infusion_end", 70).due_at == at(105)  # type: ignore[attr-defined]
    drip.say("rate_changed", 85, rate_ml_per_h="37.5")
    assert item(drip, "infusion_end", 90).due_at == at(125)  # type: ignore[attr-defined]
    assert item(drip, "infusion_end", 130).minutes_overdue == 5  # type: ignore[attr-defined]


def test_without_a_recorded_bag_the_planned_minutes_say_when_the_infusion_ends() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    assert item(chair, "infusion_end", 70).due_at == at(105)  # type: ignore[attr-defined]


def test_after_the_end_only_unexplained_gaps_remain() -> None:
    chair = whole_infusion()
    chair.say("discharged", 171)
    assert due(fold(chair.events, IV), IV, at(300)) == ()
    chair.events = [event for event in chair.events if event.id not in {"e010"}]
    short = Chair()
    before(short)
    short.say("started", 65)
    short.say("stopped", 90, reason="clinician")
    short.say("left_against_advice", 100, was_advised=True)
    left = due(fold(short.events, IV), IV, at(300))
    assert {thing.id for thing in left} == {"during:1", "during:2", "end_of_infusion"}
    assert next_due(fold(short.events, IV), IV, at(300)) is None

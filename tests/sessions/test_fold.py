"""The fold: the same in any order, corrected by later events, and able to say what was known when."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chair import PRESCRIBER, Chair, at, before, infusion, iv_plan, leaving, nasal_plan, whole_infusion
from fanlight.care.sessions import (
    EventKind,
    IrregularityKind,
    SessionStatus,
    TimeDoubt,
    alerts,
    due,
    fold,
    parse_event,
    readiness,
)
from fanlight.care.sessions.fold import KINDS_OF_THE_DRUG, fold_drug
from fanlight.core.errors import FanlightError
from fanlight.core.session_plan import Measure

IV, NASAL = iv_plan(), nasal_plan()


def kinds(chair: Chair, plan: Any = IV) -> list[str]:
    return [odd.kind.value for odd in fold(chair.events, plan).irregularities]


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_arrival_in_any_order_gives_the_same_state(chance: random.Random) -> None:
    chair = whole_infusion()
    wrong = chair.vitals(90, "224/78")
    chair.say("amended", 92, amends=wrong, reason="slip", payload={"systolic_mmhg": "124", "diastolic_mmhg": "78"})
    chair.say("amended", 93, amends=chair.events[-1].id, reason="it was right", is_struck=True)
    chair.say("discharged", 172)
    expected = fold(chair.events, IV)
    shuffled = chair.events * 2
    chance.shuffle(shuffled)
    found = fold(shuffled, IV)
    assert found == expected
    assert alerts(found, IV, at(180)) == alerts(expected, IV, at(180))
    assert readiness(found, IV, at(171)) == readiness(expected, IV, at(171))
    assert due(found, IV, at(180)) == due(expected, IV, at(180))


_SAID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("checked_in", {}),
    ("dose_prepared", {"product": "ketamine-50-mg-ml-10-ml-multi", "lot": "K1", "drawn_mg": "36", "bag_ml": "50", "line_volume_ml": "2"}),
    ("started", {"rate_ml_per_h": "75"}),
    ("rate_changed", {"rate_ml_per_h": "50"}),
    ("paused", {"reason": "bathroom"}),
    ("resumed", {}),
    ("stopped", {"reason": "completed"}),
    ("flushed", {"volume_ml": "10"}),
    ("device_taken", {"number": 1, "mg": "28", "lot": "E1"}),
    ("device_taken", {"number": 2, "mg": "28", "lot": "E1"}),
    ("device_refused", {"number": 2, "reason": "taste"}),
    ("dose_given", {"mg": "20"}),
    ("note", {"text": "called"}),
    ("pre_dose_check", {}),
    ("line_out", {"site_is_dry": True}),
    ("second_check", {"agrees": True}),
    ("did_not_attend", {"was_contacted": True}),
    ("left_against_advice", {"was_advised": True, "reason": "work"}),
    ("discharged", {}),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(range(len(_SAID))), st.integers(0, 200), st.sampled_from(("", "struck", "moved"))), max_size=24),
    st.booleans(),
)
def test_the_drug_alone_is_told_as_in_the_whole(said: list[tuple[int, int, str]], is_nasal: bool) -> None:
    """Whatever else was said: leaving out every kind the drug does not hang on changes nothing of what `fold` says of it."""
    chair, plan = Chair(), NASAL if is_nasal else IV
    for number, minute, correction in said:
        kind, payload = _SAID[number]
        named = chair.say(kind, minute, received=240, **payload)
        if correction:
            chair.say("amended", minute + 1, received=240, amends=named, reason="slip", **_CORRECTED[correction])
        chair.vitals(minute + 1, received=240)
    whole = fold(chair.events, plan)
    told = fold_drug([event for event in chair.events if event.kind in KINDS_OF_THE_DRUG], plan)
    assert told == (whole.dosing, whole.is_ended)


_CORRECTED = {"struck": {"is_struck": True}, "moved": {"taken_at": at(7).isoformat()}}


def test_an_empty_stream_is_a_planned_session() -> None:
    state = fold([], IV)
    assert state.status is SessionStatus.PLANNED
    assert not state.dosing.has_begun
    assert state.given_by(at(0)).given_mg == 0


def test_status_follows_what_happened() -> None:
    chair, seen = Chair(), []
    script: list[tuple[str, dict[str, Any]]] = [
        ("note", {"text": "called"}),
        ("checked_in", {}),
        ("pre_dose_check", {}),
        ("started", {"rate_ml_per_h": "75"}),
        ("paused", {"reason": "bathroom"}),
        ("resumed", {}),
        ("stopped", {"reason": "completed"}),
        ("discharged", {}),
    ]
    for minute, (kind, payload) in enumerate(script):
        chair.say(kind, minute, **payload)
        seen.append(fold(chair.events, IV).status.value)
    assert seen == ["planned", "arrived", "checked", "dosing", "paused", "dosing", "observing", "discharged"]


def test_drug_prepared_ahead_brings_nobody_to_the_chair() -> None:
    chair = Chair()
    chair.say("dose_prepared", 0, product="k", drawn_mg="36")
    chair.say("second_check", 1, by=PRESCRIBER, agrees=True)
    assert fold(chair.events, IV).status is SessionStatus.PLANNED
    chair.say("weight_taken", 2, weight_kg="70")
    assert fold(chair.events, IV).status is SessionStatus.ARRIVED


def test_a_second_tap_on_start_is_one_infusion_and_is_said() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    once = fold(chair.events, IV).given_by(at(200))
    chair.say("started", 65.1, rate_ml_per_h="75")
    state = fold(chair.events, IV)
    assert state.given_by(at(200)) == once
    assert [odd.kind for odd in state.irregularities] == [IrregularityKind.SECOND_START]
    assert "10:05" in state.irregularities[0].sentence


def test_a_dose_given_outside_its_rule_is_recorded_and_owes_an_explanation() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("started", 5, rate_ml_per_h="75", entered=50)
    state = fold(chair.events, IV)
    assert state.status is SessionStatus.DOSING
    assert state.dosing.started_at == at(5)
    assert state.last(EventKind.STARTED).is_late  # type: ignore[union-attr]
    owed = [alert for alert in alerts(state, IV, at(55)) if alert.owes_explanation]
    assert [alert.id.split(":")[0] for alert in owed] == ["drug_before_check"]
    chair.say("explanation", 60, by=PRESCRIBER, about=owed[0].id, text="Given on paper while the server was down.")
    assert not [alert for alert in alerts(fold(chair.events, IV), IV, at(61)) if alert.owes_explanation]


def test_an_infusion_resumed_after_it_was_stopped_is_recorded() -> None:
    chair = Chair()
    before(chair)
    chair.say("dose_prepared", 62, product="k", drawn_mg="36", bag_ml="50", line_volume_ml="0", rate_ml_per_h="75")
    chair.say("started", 65)
    chair.say("stopped", 75, reason="protocol_limit")
    chair.say("resumed", 80)
    state = fold(chair.events, IV)
    assert state.status is SessionStatus.DOSING
    assert state.dosing.ended_at is None
    assert kinds(chair) == ["restarted"]
    chair.say("stopped", 110, reason="completed")
    assert fold(chair.events, IV).given_by(at(120)).given_mg == 36


def test_pump_facts_out_of_order_are_taken_for_what_they_say() -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("resumed", 10, rate_ml_per_h="75")
    chair.say("resumed", 15)
    chair.say("stopped", 20, reason="completed")
    chair.say("stopped", 21, reason="completed")
    chair.say("rate_changed", 22, rate_ml_per_h="50")
    chair.say("paused", 23, reason="x")
    assert kinds(chair) == ["not_running"] * 5
    assert len(fold(chair.events, IV).dosing.segments) == 2
    chair.say("started", 30)
    assert "restarted" in kinds(chair)
    assert fold(chair.events, IV).dosing.rate_ml_per_h == 50


def test_one_device_of_two_refused() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28", lot="L1")
    assert fold(chair.events, NASAL).status is SessionStatus.DOSING
    assert fold(chair.events, NASAL).dosing.ended_at is None
    chair.say("device_refused", 71, number=2, reason="too strong")
    state = fold(chair.events, NASAL)
    assert state.status is SessionStatus.OBSERVING
    assert state.given_by(at(80)).given_mg == 28
    assert state.dosing.last_device_at == state.dosing.ended_at == at(65)
    assert state.dosing.is_stopped_early
    assert not state.irregularities


def test_devices_too_close_repeated_and_too_many() -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("device_taken", 1, number=1, mg="28")
    chair.say("device_taken", 5.98, number=2, mg="28")
    assert kinds(chair, NASAL) == ["devices_too_close"]
    chair.say("device_taken", 7, number=2, mg="28")
    chair.say("device_taken", 20, number=3, mg="28")
    found = kinds(chair, NASAL)
    assert sorted(found) == ["device_twice", "devices_too_close", "over_order", "too_many_devices"]
    assert fold(chair.events, NASAL).given_by(at(30)).given_mg == 84


@pytest.mark.parametrize(("gap", "is_close"), [(4.99, True), (5, False), (5.01, False)])
def test_the_rest_between_devices_on_both_sides(gap: float, is_close: bool) -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("device_taken", 1, number=1, mg="28")
    chair.say("device_taken", 1 + gap, number=2, mg="28")
    assert ("devices_too_close" in kinds(chair, NASAL)) is is_close


def test_a_patient_who_walks_out() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.say("absconded", 110, last_seen_at=at(105).isoformat(), line_in_place=True)
    state = fold(chair.events, IV)
    assert state.status is SessionStatus.ABSCONDED
    assert state.end is not None
    assert state.end.payload.line_in_place
    assert not state.irregularities


def test_cancelled_but_drug_was_given_does_not_end_the_session() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.say("cancelled_before_dose", 110, reason="wrong session")
    state = fold(chair.events, IV)
    assert state.status is SessionStatus.OBSERVING
    assert kinds(chair) == ["end_contradicted"]


def test_two_ends_and_drug_after_the_end() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.say("transferred", 110, to="emergency department", is_emergency=True, reason="chest pain")
    chair.say("absconded", 112)
    chair.say("dose_given", 115, mg="10")
    state = fold(chair.events, IV)
    assert state.status is SessionStatus.TRANSFERRED
    assert {"second_end", "drug_after_end", "over_order"} == set(kinds(chair))
    chair.say("amended", 120, amends=state.end.id, reason="wrong patient", is_struck=True)  # type: ignore[union-attr]
    assert fold(chair.events, IV).status is SessionStatus.ABSCONDED


def test_amended_vitals_count_and_the_first_stay_readable() -> None:
    chair = Chair()
    before(chair)
    name = chair.vitals(70, "214/78")
    fix = chair.say("amended", 75, amends=name, reason="typed 2 for 1", payload={"systolic_mmhg": "114", "diastolic_mmhg": "78"})
    state = fold(chair.events, IV)
    assert state.latest(Measure.SYSTOLIC_MMHG).value == 114  # type: ignore[union-attr]
    assert state.latest(Measure.HEART_RATE_PER_MIN).at == at(60)  # type: ignore[union-attr]
    entry = next(entry for entry in state.entries if entry.id == name)
    assert entry.event.payload.systolic_mmhg == 214
    assert entry.sources == (name, fix)
    assert not [alert for alert in alerts(state, IV, at(76)) if alert.is_open]


def test_what_did_we_know_when_we_decided() -> None:
    chair = Chair()
    before(chair)
    name = chair.vitals(90, "190/78", received=91)
    chair.say("amended", 100, amends=name, reason="slip", payload={"systolic_mmhg": "150", "diastolic_mmhg": "78"}, received=101)
    chair.vitals(95, "148/80", entered=95, received=120)
    then, later = fold(chair.events, IV, at(99)), fold(chair.events, IV, at(110))
    assert then.latest(Measure.SYSTOLIC_MMHG).value == 190  # type: ignore[union-attr]
    assert later.latest(Measure.SYSTOLIC_MMHG).value == 150  # type: ignore[union-attr]
    assert fold(chair.events, IV).latest(Measure.SYSTOLIC_MMHG).value == 148  # type: ignore[union-attr]
    assert fold(chair.events, IV, at(90.5)).latest(Measure.SYSTOLIC_MMHG).value == 124  # type: ignore[union-attr]
    assert fold(chair.events, IV, at(91)).latest(Measure.SYSTOLIC_MMHG).value == 190  # type: ignore[union-attr]


def test_a_correction_of_the_time_moves_the_event() -> None:
    chair = Chair()
    before(chair)
    name = chair.vitals(90)
    chair.say("amended", 95, amends=name, reason="read at 80", taken_at=at(80).isoformat())
    assert fold(chair.events, IV).latest(Measure.SPO2_PERCENT).at == at(80)  # type: ignore[union-attr]


def test_a_struck_event_counts_no_more_and_striking_the_correction_brings_it_back() -> None:
    chair = Chair()
    before(chair)
    name = chair.say("sedation", 90, moaas=1)
    strike = chair.say("amended", 91, amends=name, reason="other patient", is_struck=True)
    assert fold(chair.events, IV).latest(Measure.SEDATION_MOAAS).value == 5  # type: ignore[union-attr]
    chair.say("amended", 92, amends=strike, reason="no, it was this one", is_struck=True)
    assert fold(chair.events, IV).latest(Measure.SEDATION_MOAAS).value == 1  # type: ignore[union-attr]


def test_a_correction_that_fits_nothing_is_said() -> None:
    chair = Chair()
    name = chair.say("sedation", 90, moaas=4)
    chair.say("amended", 91, amends="elsewhere", reason="x", is_struck=True)
    chair.say("amended", 92, amends=name, reason="x", payload={"moaas": 9})
    fixed = chair.say("amended", 93, amends=name, reason="x", payload={"moaas": 3})
    chair.say("amended", 94, amends=fixed, reason="x", payload={"moaas": 2})
    state = fold(chair.events, IV)
    assert [odd.kind.value for odd in state.irregularities] == ["correction_failed"] * 3
    assert state.latest(Measure.SEDATION_MOAAS).value == 3  # type: ignore[union-attr]


def test_a_device_clock_24_minutes_off_is_set_right_and_flagged() -> None:
    chair = Chair()
    before(chair)
    chair.vitals(90 + 24, "150/90", entered=90 + 24, received=90.1, offset=24 * 60)
    state = fold(chair.events, IV)
    reading = state.latest(Measure.SYSTOLIC_MMHG)
    assert reading is not None
    assert reading.at == at(90)
    assert reading.can_reassure
    assert reading.entry.doubts == (TimeDoubt.CLOCK_OFF,)
    assert "24 min fast" in next(odd.sentence for odd in state.irregularities)


@pytest.mark.parametrize(("seconds", "is_flagged"), [(119, False), (120, False), (121, True), (-121, True)])
def test_the_clock_flag_on_both_sides_of_two_minutes(seconds: int, is_flagged: bool) -> None:
    chair = Chair()
    chair.vitals(10 + seconds / 60, received=10.1, offset=seconds)
    assert (TimeDoubt.CLOCK_OFF in fold(chair.events, IV).entries[0].doubts) is is_flagged


@pytest.mark.parametrize(("ahead", "is_believed"), [(1.9, True), (2, True), (2.1, False)])
def test_a_reading_from_the_future_is_kept_and_not_relied_on(ahead: float, is_believed: bool) -> None:
    chair = Chair()
    before(chair)
    chair.vitals(90 + ahead, "118/70", entered=90, received=90)
    reading = fold(chair.events, IV).latest(Measure.SYSTOLIC_MMHG)
    assert reading is not None
    assert reading.at == at(90)
    assert reading.can_reassure is is_believed


def test_a_reading_before_arrival_is_not_a_reading_of_this_session() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.vitals(-30, "118/70", entered=5)
    state = fold(chair.events, IV)
    assert state.baseline(Measure.SYSTOLIC_MMHG) is None
    assert TimeDoubt.BEFORE_ARRIVAL in state.entries[0].doubts
    assert kinds(chair) == ["clock"]


def test_a_late_entry_is_judged_by_when_it_was_measured() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    late = chair.vitals(92, "199/88", entered=130)
    state = fold(chair.events, IV)
    assert state.latest(Measure.SYSTOLIC_MMHG).value == 150  # type: ignore[union-attr]
    assert next(entry for entry in state.entries if entry.id == late).is_late
    assert not [alert for alert in alerts(state, IV, at(131)) if alert.is_open and alert.measure is Measure.SYSTOLIC_MMHG and alert.is_stop]


ZONES = [("America/New_York", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)), ("America/New_York", datetime(2026, 3, 8, 5, 30, tzinfo=UTC))]


@pytest.mark.parametrize(("zone", "start"), ZONES)
@pytest.mark.parametrize(("minutes", "answer"), [(119, "not_met"), (120, "met"), (121, "met")])
def test_a_night_with_a_clock_change_counts_true_minutes(zone: str, start: datetime, minutes: int, answer: str) -> None:
    def say(kind: str, minute: float, **payload: Any) -> Any:
        local = (start + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        by = {"id": "n", "role": "nurse"}
        name = f"{kind}{minute}"
        return parse_event({"id": name, "kind": kind, "taken_at": local, "entered_at": local, "by": by, "payload": payload})

    events = [
        say("checked_in", 0),
        say("pre_dose_check", 1),
        say("device_taken", 10, number=1, mg="28"),
        say("device_taken", 15, number=2, mg="28"),
    ]
    state = fold(events, NASAL, zone=ZoneInfo(zone))
    now = start + timedelta(minutes=15 + minutes)
    found = {item.id: item for item in readiness(state, NASAL, now).criteria}["observation_time"]
    assert found.answer.value == answer
    assert f"{minutes} min since the last device" in found.because


def test_a_time_without_a_zone_is_refused_by_the_event_itself() -> None:
    event = Chair()
    event.vitals(1)
    from dataclasses import replace

    with pytest.raises(FanlightError):
        replace(event.events[0], taken_at=datetime(2026, 11, 12, 9))


def test_people_who_must_be_two() -> None:
    chair = Chair()
    prepared = chair.say("dose_prepared", 1, product="k", drawn_mg="36")
    chair.say("second_check", 2, agrees=True, checks=prepared)
    chair.say("wasted", 3, mg="2", witness="nurse-1")
    chair.say("wasted", 4, mg="2")
    chair.say("wasted", 5, mg="0")
    chair.say("override", 6, by=PRESCRIBER, rule="gait", reason="uses a stick", second_person="doc-1")
    assert sorted(kinds(chair)) == ["same_person_twice"] * 3 + ["waste_unwitnessed"]


@pytest.mark.parametrize(("mg", "is_over"), [("36", False), ("36.72", False), ("36.73", True)])
def test_more_given_than_ordered_beyond_measuring(mg: str, is_over: bool) -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("dose_given", 5, mg=mg)
    assert ("over_order" in kinds(chair)) is is_over


def test_the_whole_session_as_it_should_go() -> None:
    chair = whole_infusion()
    state = fold(chair.events, IV)
    assert not state.irregularities
    assert state.given_by(at(170)).given_mg == 36
    assert state.baseline(Measure.SYSTOLIC_MMHG).value == Decimal(124)  # type: ignore[union-attr]
    assert [entry.kind for entry in state.of(EventKind.STARTED, EventKind.STOPPED)] == [EventKind.STARTED, EventKind.STOPPED]
    leaving(chair)
    assert readiness(state, IV, at(170)).is_ready


def test_haz_05_a_slip_of_the_decimal_point_is_asked_back() -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say(
        "dose_prepared", 1, product="ketamine", drawn_mg="36", drawn_ml="7.2", concentration_mg_per_ml="50", bag_ml="50", line_volume_ml="0"
    )
    chair.say("started", 5, rate_ml_per_h="750")
    sentences = [odd.sentence for odd in fold(chair.events, IV).irregularities]
    assert sentences == [
        "7.2 mL of 50 mg/mL is 360 mg; 36 mg is written. Check the volume and the strength.",
        "750 mL/h would give the 36 mg in 4 min. The plan is 40 min: 75 mL/h. Check the pump.",
    ]


@pytest.mark.parametrize(("rate", "is_said"), [("37.5", False), ("75", False), ("82.5", False), ("82.6", True)])
def test_a_pump_faster_than_planned(rate: str, is_said: bool) -> None:
    chair = Chair()
    chair.say("pre_dose_check", 0)
    chair.say("dose_prepared", 1, product="ketamine", drawn_mg="36", bag_ml="50")
    chair.say("started", 5, rate_ml_per_h=rate)
    assert ("too_fast" in kinds(chair)) is is_said


@pytest.mark.parametrize(("ml", "is_said"), [("0.70", False), ("0.69", True), ("0.74", False), ("0.75", True)])
def test_milligrams_agree_with_volume_times_strength_within_the_syringe_mark(ml: str, is_said: bool) -> None:
    """36 mg of 50 mg/mL is 0.72 mL; 0.02 mL either way is measuring."""
    chair = Chair()
    chair.say("dose_prepared", 1, product="ketamine", drawn_mg="36", drawn_ml=ml, concentration_mg_per_ml="50", bag_ml="50")
    assert ("drawn_differs" in kinds(chair)) is is_said


def test_more_drawn_than_ordered_is_said_before_it_is_given() -> None:
    chair = Chair()
    chair.say("dose_prepared", 1, product="ketamine", drawn_mg="50")
    assert kinds(chair) == ["drawn_differs"]


def test_every_irregularity_names_events_of_the_session() -> None:
    chair = Chair()
    chair.say("dose_prepared", 1, product="ketamine", drawn_mg="50", bag_ml="50", line_volume_ml="0")
    chair.say("started", 5, rate_ml_per_h="90")
    chair.say("stopped", 10, reason="completed", pump_infused_ml="50")
    state = fold(chair.events, IV)
    assert {odd.kind.value for odd in state.irregularities} == {
        "drawn_differs",
        "drug_before_check",
        "over_order",
        "pump_differs",
        "too_fast",
    }
    known = {event.id for event in chair.events}
    assert all(set(odd.event_ids) <= known and odd.event_ids for odd in state.irregularities)
    assert len({odd.id for odd in state.irregularities}) == len(state.irregularities)

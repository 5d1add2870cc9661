"""The seven ends and what each needs; what an intention is refused for; and the walls around the stream."""

from __future__ import annotations

import pytest

from chair import PRESCRIBER, Chair, at, before, infusion, iv_plan, nasal_plan, whole_infusion
from fanlight.care.sessions import ENDS, End, EventKind, Intention, ends, fold, needs_of_end, refusals
from fanlight.core.session_plan import SessionPlan

IV, NASAL = iv_plan(), nasal_plan()
K = EventKind


def choices(chair: Chair, minute: float, plan: SessionPlan = IV) -> dict[EventKind, End]:
    return {end.kind: end for end in ends(fold(chair.events, plan), plan, at(minute))}


def may(chair: Chair, minute: float, plan: SessionPlan = IV) -> set[str]:
    return {end.kind.value for end in ends(fold(chair.events, plan), plan, at(minute)) if end.may_be_chosen}


ALWAYS = {"left_against_advice", "absconded", "transferred"}


def test_which_ends_may_be_chosen_when() -> None:
    chair = Chair()
    assert may(chair, 0) == ALWAYS | {"cancelled_before_dose", "did_not_attend"}
    before(chair)
    assert may(chair, 62) == ALWAYS | {"cancelled_before_dose"}
    infusion(chair)
    assert may(chair, 106) == ALWAYS
    assert may(whole_infusion(), 170) == ALWAYS | {"discharged"}


def test_stopped_early_and_observed() -> None:
    chair = whole_infusion()
    chair.events = [event for event in chair.events if event.kind is not K.STOPPED]
    chair.say("stopped", 105, reason="patient_asked")
    assert may(chair, 170) == ALWAYS | {"discharged", "stopped_and_observed"}
    assert {need.id for need in choices(whole_infusion(), 170)[K.STOPPED_AND_OBSERVED].needs} == {"not_stopped"}


def test_every_end_says_what_it_needs_and_who() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    for end in choices(chair, 110).values():
        assert all(need.sentence and need.who for need in end.needs)
    absconded = choices(chair, 110)[K.ABSCONDED]
    assert {need.id for need in absconded.needs} == {"call_patient", "call_escort", "police", "incident", "line_out"}
    assert absconded.may_be_chosen


def test_an_ended_session_ends_only_once() -> None:
    chair = whole_infusion()
    chair.say("discharged", 171)
    assert may(chair, 172) == set()


def test_a_pump_without_an_end_is_owed_and_does_not_stand_in_the_way_of_leaving() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    needs = needs_of_end(K.LEFT_AGAINST_ADVICE, fold(chair.events, IV), IV, at(80))
    assert ("drug_end", False) in {(need.id, need.stops_intention) for need in needs}


def test_prepared_drug_that_was_not_given_is_owed_an_account() -> None:
    chair = Chair()
    before(chair)
    chair.say("dose_prepared", 62, product="k", drawn_mg="36")
    assert "prepared_drug" in {need.id for need in choices(chair, 64)[K.CANCELLED_BEFORE_DOSE].needs}
    chair.say("wasted", 66, mg="36", witness="doc-1")
    assert "prepared_drug" not in {need.id for need in choices(chair, 67)[K.CANCELLED_BEFORE_DOSE].needs}


def test_what_was_out_of_order_is_owed_an_explanation_at_every_end() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("started", 5, rate_ml_per_h="75")
    owed = {kind: [need for need in end.needs if need.id.startswith("explain:")] for kind, end in choices(chair, 50).items()}
    assert all(len(found) == 1 and not found[0].stops_intention for found in owed.values())
    chair.say("explanation", 51, by=PRESCRIBER, about="G", text="paper order during downtime")
    assert not [need for need in choices(chair, 52)[K.DISCHARGED].needs if need.id.startswith("explain:")]


def test_the_ends_stand_in_one_order() -> None:
    assert tuple(choices(Chair(), 0)) == ENDS


def test_start_needs_the_check_first_and_happens_once() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    assert refusals(Intention.START, fold(chair.events, IV), IV, at(5)) == ("The session is arrived: the pre-dose check comes first.",)
    before(chair)
    assert refusals(Intention.START, fold(chair.events, IV), IV, at(64)) == ()
    chair.say("started", 65)
    again = refusals(Intention.START, fold(chair.events, IV), IV, at(66))
    assert again == ("Already started at 10:05. A second dose needs an order of its own.",)
    assert refusals(Intention.GIVE_DOSE, fold(chair.events, IV), IV, at(66))


def test_a_standing_stop_refuses_start_resume_and_the_next_device() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, spo2=88)
    chair.say("paused", 80.5, reason="SpO₂ 88")
    found = refusals(Intention.RESUME, fold(chair.events, IV), IV, at(81))
    assert len(found) == 1
    assert found[0].startswith("A stop stands: SpO₂ 88 %")
    chair.vitals(82, None, None, 97, None)
    assert refusals(Intention.RESUME, fold(chair.events, IV), IV, at(83)) == ()


def test_resume_needs_a_pause() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    assert refusals(Intention.RESUME, fold(chair.events, IV), IV, at(70)) == ("The infusion is not paused.",)


@pytest.mark.parametrize(("minute", "refused"), [(69.9, True), (70, False), (71, False)])
def test_the_next_device_waits_for_its_rest(minute: float, refused: bool) -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28")
    assert bool(refusals(Intention.TAKE_DEVICE, fold(chair.events, NASAL), NASAL, at(minute))) is refused


def test_no_device_beyond_the_order_or_after_the_drug_was_ended() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28")
    chair.say("device_refused", 71, number=2, reason="nausea")
    assert "taken or refused" in refusals(Intention.TAKE_DEVICE, fold(chair.events, NASAL), NASAL, at(80))[0]
    chair.say("stopped", 72, reason="patient_asked")
    assert "was ended at 10:12" in refusals(Intention.TAKE_DEVICE, fold(chair.events, NASAL), NASAL, at(80))[0]


def test_nothing_is_started_after_the_end() -> None:
    chair = Chair()
    chair.say("did_not_attend", 30)
    for intention in Intention:
        assert refusals(intention, fold(chair.events, IV), IV, at(40))[0] == "The session has ended: did not attend."


def test_all_facts_are_recordable_whatever_the_gates_say() -> None:
    chair = Chair()
    chair.say("did_not_attend", 30)
    chair.say("started", 31, rate_ml_per_h="75")
    state = fold(chair.events, IV)
    assert state.dosing.is_running
    assert not state.is_ended
    assert {odd.kind.value for odd in state.irregularities} == {"end_contradicted", "drug_before_check", "drug_after_end"}

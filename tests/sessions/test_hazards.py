"""The hazards of the safety reference that the session stream answers, one test named after each."""

from __future__ import annotations

import pytest

from chair import Chair, at, before, infusion, iv_plan, whole_infusion
from fanlight.care.sessions import (
    DueState,
    Intention,
    SessionParametersFile,
    alerts,
    due,
    ends,
    fold,
    readiness,
    refusals,
)
from fanlight.content.reader import content_folder, read
from fanlight.core.session_plan import Measure
from fanlight.web.pages.red_flags import RedFlagsFile

IV = iv_plan()


def test_haz_04_a_double_dose_is_refused_as_intention_and_counted_once_as_double_tap() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    assert "10:05" in refusals(Intention.START, fold(chair.events, IV), IV, at(106))[0]
    replay = chair.events + chair.events
    assert fold(replay, IV).given_by(at(200)).given_mg == 36


def test_haz_07_an_alert_nobody_saw_blocks_leaving() -> None:
    chair = whole_infusion()
    chair.vitals(90, None, None, 93, None)
    chair.vitals(91, None, None, 97, None)
    assert [item.id for item in readiness(fold(chair.events, IV), IV, at(170)).open] == ["alerts_acknowledged"]


def test_haz_08_repeats_are_one_alert() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    for minute in range(70, 80):
        chair.vitals(minute, "165/90")
    found = [
        alert for alert in alerts(fold(chair.events, IV), IV, at(80)) if alert.measure is Measure.SYSTOLIC_MMHG and alert.rule == "M01"
    ]
    assert {alert.count for alert in found} == {10}
    assert len([alert for alert in found if alert.id.startswith("systolic_alert")]) == 1


def test_haz_10_late_vitals_are_judged_by_when_they_were_measured() -> None:
    chair = whole_infusion()
    chair.vitals(100, "118/70", spo2=99, entered=169)
    latest = fold(chair.events, IV).latest(Measure.SPO2_PERCENT)
    assert latest is not None
    assert latest.at == at(166)


def test_haz_11_an_overdue_reading_is_said_with_its_minutes() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    found = next(item for item in due(fold(chair.events, IV), IV, at(84)) if item.id == "during:1")
    assert (found.state, found.minutes_overdue) == (DueState.OVERDUE, 4)


@pytest.mark.parametrize("minute", [106, 120, 164])
def test_haz_12_nobody_is_released_before_the_observation_is_over(minute: float) -> None:
    chair = whole_infusion()
    judged = {item.id: item for item in readiness(fold(chair.events, IV), IV, at(minute)).criteria}
    assert not judged["observation_time"].passes
    assert not next(end for end in ends(fold(chair.events, IV), IV, at(minute)) if end.kind.value == "discharged").may_be_chosen


def test_haz_15_a_raised_screener_holds_the_patient() -> None:
    chair = whole_infusion()
    chair.say("cssrs_asked", 167, ideation_level=5, behaviour_3_months=False)
    assert {item.id for item in readiness(fold(chair.events, IV), IV, at(170)).open} == {"suicidality_reasked", "alerts_acknowledged"}


def test_haz_18_drug_that_is_neither_given_nor_wasted_is_owed() -> None:
    chair = Chair()
    before(chair)
    chair.say("dose_prepared", 60, product="k", drawn_mg="36", bag_ml="50", line_volume_ml="0")
    chair.say("started", 65, rate_ml_per_h="75")
    chair.say("stopped", 85, reason="patient_asked")
    needs = {need.id: need.sentence for end in ends(fold(chair.events, IV), IV, at(90)) for need in end.needs}
    assert needs["drug_account"].startswith("18 mg is neither given, wasted nor returned")
    chair.say("wasted", 92, mg="18", witness="doc-1")
    assert "drug_account" not in {need.id for end in ends(fold(chair.events, IV), IV, at(95)) for need in end.needs}
    unknown = Chair()
    before(unknown)
    unknown.say("dose_prepared", 60, product="k", drawn_mg="36", bag_ml="50")
    unknown.say("started", 65, rate_ml_per_h="75")
    unknown.say("stopped", 85, reason="patient_asked")
    needs = {need.id: need.sentence for end in ends(fold(unknown.events, IV), IV, at(90)) for need in end.needs}
    assert "Missing: line volume" in needs["drug_account"]


def test_haz_24_entries_made_afterwards_keep_both_times() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    name = chair.vitals(30, entered=120, received=121)
    entry = next(entry for entry in fold(chair.events, IV).entries if entry.id == name)
    assert (entry.at, entry.entered_at, entry.is_late) == (at(30), at(120), True)


def test_the_content_of_the_room_reads_and_names_its_sources() -> None:
    folder = content_folder() / "sessions"
    parameters = read(folder / "parameters.yaml", SessionParametersFile).parameters
    assert len({item.name for item in parameters}) == len(parameters)
    assert all(item.source and item.meaning for item in parameters)
    flags = read(folder / "red_flags.yaml", RedFlagsFile)
    assert len(flags.symptoms) == 7

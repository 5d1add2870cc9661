"""Alerts: each limit on both sides and exactly on it, stops that stand, repeats, grouping, acknowledgement."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chair import PRESCRIBER, Chair, at, before, iv_plan, nasal_plan
from fanlight.care.sessions import Alert, AlertLevel, alerts, episodes, fold, is_past, stop_stands
from fanlight.core.session_plan import Limit, Measure, Relation, Response, SessionPlan

IV, NASAL = iv_plan(), nasal_plan()


def running() -> Chair:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    return chair


def of(chair: Chair, minute: float = 100, plan: SessionPlan = IV) -> tuple[Alert, ...]:
    return alerts(fold(chair.events, plan), plan, at(minute))


def named(chair: Chair, prefix: str, minute: float = 100, plan: SessionPlan = IV) -> Alert | None:
    return next((alert for alert in of(chair, minute, plan) if alert.id.startswith(prefix)), None)


LIMITS = [
    ("systolic_alert", {"bp": "159/70"}, {"bp": "160/70"}),
    ("systolic_rise", {"bp": "163/70"}, {"bp": "164/70"}),
    ("diastolic_alert", {"bp": "140/99"}, {"bp": "140/100"}),
    ("diastolic_rise", {"bp": "140/102"}, {"bp": "140/103"}),
    ("systolic_stop", {"bp": "179/70"}, {"bp": "180/70"}),
    ("diastolic_stop", {"bp": "150/109"}, {"bp": "150/110"}),
    ("heart_rate_high", {"hr": 109}, {"hr": 110}),
    ("heart_rate_low", {"hr": 50}, {"hr": 49}),
    ("heart_rate_very_high", {"hr": 129}, {"hr": 130}),
    ("heart_rate_very_low", {"hr": 45}, {"hr": 44}),
    ("spo2_alert", {"spo2": 94}, {"spo2": 93}),
    ("spo2_stop", {"spo2": 91}, {"spo2": 90}),
    ("respiratory_rate_alert", {"rr": 12}, {"rr": 11}),
    ("respiratory_rate_stop", {"rr": 8}, {"rr": 7}),
]


@pytest.mark.parametrize(("name", "inside", "outside"), LIMITS)
def test_each_limit_on_both_sides(name: str, inside: dict[str, object], outside: dict[str, object]) -> None:
    for values, fires in ((inside, False), (outside, True)):
        chair = running()
        chair.vitals(80, **values)  # type: ignore[arg-type]
        found = {episode.limit.id for episode in episodes(fold(chair.events, IV), IV)}
        assert (name in found) is fires, values


@pytest.mark.parametrize(("kind", "field", "name", "inside", "outside"), [
    ("sedation", "moaas", "sedation_alert", 4, 3),
    ("sedation", "moaas", "sedation_stop", 3, 2),
    ("distress", "score", "distress_alert", 6, 7),
    ("sedation", "moaas", "serious", 2, 1),
])  # fmt: skip
def test_ratings_on_both_sides(kind: str, field: str, name: str, inside: int, outside: int) -> None:
    for value, fires in ((inside, False), (outside, True)):
        chair = running()
        chair.say(kind, 80, **{field: value})
        assert (named(chair, f"{name}:") is not None) is fires


@pytest.mark.parametrize(
    ("relation", "past"),
    [
        (Relation.ABOVE, (False, False, True)),
        (Relation.AT_OR_ABOVE, (False, True, True)),
        (Relation.BELOW, (True, False, False)),
        (Relation.AT_OR_BELOW, (True, True, False)),
    ],
)
def test_every_relation_below_on_and_above_its_value(relation: Relation, past: tuple[bool, bool, bool]) -> None:
    limit = Limit("x", Measure.SPO2_PERCENT, relation, Decimal(50), Response.ALERT, "in_session", "M", "")
    assert tuple(is_past(limit, Decimal(value), None) for value in (49, 50, 51)) == past


def test_a_rise_with_no_value_before_is_unknown_and_said() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("started", 65)
    chair.vitals(80, "164/70")
    assert is_past(next(limit for limit in IV.limits if limit.id == "systolic_rise"), Decimal(164), None) is None
    found = named(chair, "systolic_rise:")
    assert found is not None
    assert found.level is AlertLevel.NOTICE
    assert "cannot be judged" in found.sentence


def test_a_stop_stands_until_the_repeat_says_otherwise() -> None:
    chair = running()
    chair.vitals(80, spo2=88)
    stop = named(chair, "spo2_stop:")
    assert stop is not None
    assert stop.is_stop
    assert stop.repeat_by == at(80)
    assert (
        stop.sentence == "SpO₂ 88 % at 10:20, at or below 90. Stop the drug. Repeat at once. The stop stands until a repeat says otherwise."
    )
    assert stop_stands(of(chair))
    chair.vitals(81, None, None, 89, None)
    confirmed = named(chair, "spo2_stop:")
    assert confirmed is not None
    assert (confirmed.count, confirmed.is_stop, confirmed.repeat_by) == (2, True, None)
    chair.vitals(82, None, None, 97, None)
    settled = named(chair, "spo2_stop:")
    assert settled is not None
    assert not settled.is_open
    assert "97 % on repeat at 10:22" in settled.sentence
    assert not stop_stands(of(chair))


def test_pressure_180_asks_for_a_repeat_and_twice_is_a_stop() -> None:
    chair = running()
    chair.vitals(80, "182/90")
    once = named(chair, "systolic_stop:")
    assert once is not None
    assert (once.level, once.repeat_by) == (AlertLevel.ALERT, at(85))
    chair.vitals(85, "181/90")
    twice = named(chair, "systolic_stop:")
    assert twice is not None
    assert twice.is_stop
    assert twice.rule == "R19"


@pytest.mark.parametrize("broken", ["artefact", "lead off", "future"])
def test_what_cannot_reassure_does_not_lift_a_stop(broken: str) -> None:
    chair = running()
    chair.vitals(80, spo2=88)
    if broken == "artefact":
        chair.vitals(81, None, None, 98, None, payload={"suspected_artefact": ["spo2_percent"]})
    elif broken == "lead off":
        chair.say("vitals", 81, spo2_percent="0", read_by="monitor")
    else:
        chair.vitals(90, None, None, 98, None, entered=81, received=81)
    assert stop_stands(of(chair))


def test_an_artefact_may_still_alarm_for_unknown_danger_is_not_absent() -> None:
    chair = running()
    chair.vitals(80, spo2=70, payload={"suspected_artefact": ["spo2_percent"]})
    assert stop_stands(of(chair))


def test_a_zero_from_a_monitor_is_a_lead_off_and_from_a_person_apnoea() -> None:
    chair = running()
    chair.say("vitals", 80, respiratory_rate_per_min="0", read_by="monitor")
    assert not stop_stands(of(chair))
    lost = named(chair, "no_signal:")
    assert lost is not None
    assert lost.repeat_by == at(80)
    assert "a zero is no reading" in lost.sentence
    chair.say("vitals", 81, respiratory_rate_per_min="14", read_by="monitor")
    assert not named(chair, "no_signal:").is_open  # type: ignore[union-attr]
    chair.say("vitals", 82, respiratory_rate_per_min="0")
    assert stop_stands(of(chair))


def test_repeats_are_grouped_and_an_acknowledgement_covers_them_for_a_while() -> None:
    chair = running()
    chair.vitals(80, "165/90")
    first = named(chair, "systolic_alert:")
    assert first is not None
    assert first.needs_acknowledgement
    chair.say("alert_acknowledged", 81, alert=first.id, action="prescriber told")
    for minute in (83, 86, 91):
        chair.vitals(minute, "165/90")
    grouped = [alert for alert in of(chair) if alert.id.startswith("systolic_alert:")]
    assert len(grouped) == 1
    assert (grouped[0].count, grouped[0].needs_acknowledgement) == (4, False)
    assert grouped[0].acknowledged.action == "prescriber told"  # type: ignore[union-attr]
    chair.vitals(91.1, "165/90")
    assert named(chair, "systolic_alert:").needs_acknowledgement  # type: ignore[union-attr]


def test_an_acknowledgement_holds_when_an_earlier_reading_arrives_late() -> None:
    chair = running()
    chair.vitals(82, "165/90")
    chair.say("alert_acknowledged", 83, alert=named(chair, "systolic_alert:").id)  # type: ignore[union-attr]
    chair.vitals(80, "166/90", entered=95)
    again = named(chair, "systolic_alert:")
    assert again is not None
    assert again.acknowledged is not None


def test_pre_dose_hold_and_no_dose_today() -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.vitals(10, "165/90")
    assert named(chair, "pre_systolic:").level is AlertLevel.HOLD  # type: ignore[union-attr]
    chair.events.pop()
    chair.vitals(10, "181/90")
    no_dose = named(chair, "no_dose_systolic:")
    assert no_dose is not None
    assert no_dose.is_stop
    assert "No dose today" in no_dose.sentence
    chair.vitals(20, "150/90")
    assert not stop_stands(of(chair))
    chair.events.pop()
    chair.say("started", 25)
    given = named(chair, "no_dose_systolic:")
    assert given is not None
    assert not given.is_open
    assert given.needs_acknowledgement
    assert "The dose has been given" in given.sentence


@pytest.mark.parametrize(("bp", "holds"), [("140/90", False), ("141/90", True), ("140/91", True)])
def test_esketamine_holds_above_140_over_90(bp: str, holds: bool) -> None:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.vitals(10, bp)
    held = [alert for alert in of(chair, 11, NASAL) if alert.level is AlertLevel.HOLD]
    assert bool(held) is holds


def test_a_red_flag_is_an_emergency_until_asked_again_and_absent() -> None:
    chair = running()
    chair.say("red_flag", 80, symptoms=["chest_pain", "visual_change"])
    flag = named(chair, "red_flag:")
    assert flag is not None
    assert (flag.level, flag.is_serious_candidate) == (AlertLevel.EMERGENCY, True)
    assert "Chest pain, visual change" in flag.sentence
    chair.say("red_flag", 95)
    assert not named(chair, "red_flag:").is_open  # type: ignore[union-attr]
    asked = running()
    asked.say("red_flag", 80)
    assert named(asked, "red_flag:") is None


def test_unsafe_behaviour_holds_until_it_is_over() -> None:
    chair = running()
    chair.say("distress", 80, is_unsafe=True)
    assert named(chair, "unsafe:").is_open  # type: ignore[union-attr]
    chair.say("distress", 90, score=2)
    assert named(chair, "unsafe:").is_open  # type: ignore[union-attr]
    chair.say("distress", 95, score=1, is_unsafe=False)
    assert not named(chair, "unsafe:").is_open  # type: ignore[union-attr]


def test_resting_and_not_rousable_is_a_stop_until_sedation_is_scored() -> None:
    chair = running()
    chair.say("resting_not_asked", 80, is_rousable=False)
    assert stop_stands(of(chair))
    chair.say("sedation", 81, moaas=5)
    assert not stop_stands(of(chair))


@pytest.mark.parametrize(
    ("payload", "level"),
    [
        ({"severity": "mild", "is_serious": False}, None),
        ({"severity": "severe", "is_serious": False}, None),
        ({"severity": "mild"}, AlertLevel.NOTICE),
        ({"severity": "mild", "is_serious": True}, AlertLevel.ALERT),
        ({"severity": "mild", "seriousness": ["hospitalisation"]}, AlertLevel.ALERT),
        ({"severity": "mild", "is_serious": False, "had_airway_intervention": True}, AlertLevel.ALERT),
    ],
)
def test_candidates_for_a_serious_event(payload: dict[str, object], level: AlertLevel | None) -> None:
    chair = running()
    chair.say("adverse_event", 80, term="syncope", **payload)
    found = named(chair, "serious:")
    assert (found.level if found else None) == level
    assert found is None or found.is_serious_candidate


def test_calling_for_help_is_a_candidate_too() -> None:
    chair = running()
    chair.say("emergency_called", 80, service="ambulance")
    assert named(chair, "emergency:").is_serious_candidate  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("level", "behaviour", "raised"), [(3, False, False), (4, False, True), (5, False, True), (0, True, True), (0, None, False)]
)
def test_a_raised_screener_is_open_until_a_plan(level: int, behaviour: bool | None, raised: bool) -> None:
    chair = running()
    more = {} if behaviour is None else {"behaviour_3_months": behaviour}
    chair.say("cssrs_asked", 120, ideation_level=level, **more)
    risk = named(chair, "risk:", 130)
    assert (risk is not None and risk.is_open) is raised
    if raised:
        chair.say("risk_plan_made", 125, by=PRESCRIBER, plan="stays with partner, crisis team today", is_supervised=True)
        assert not named(chair, "risk:", 130).is_open  # type: ignore[union-attr]


def test_without_a_number_any_ideation_calls_the_prescriber() -> None:
    plan = replace(IV, discharge_parameters={name: value for name, value in IV.discharge_parameters.items() if name != "cssrs_alert_level"})
    chair = running()
    chair.say("cssrs_asked", 120, ideation_level=1, behaviour_3_months=False)
    assert named(chair, "risk:", 130, plan) is not None


def test_the_gravest_open_alert_comes_first() -> None:
    chair = running()
    chair.vitals(80, "165/90", spo2=88)
    chair.say("red_flag", 81, symptoms=["seizure"])
    levels = [alert.level for alert in of(chair) if alert.is_open]
    assert levels == sorted(levels, key=lambda level: -level.value)
    assert levels[0] is AlertLevel.EMERGENCY


def test_episodes_end_and_begin_again() -> None:
    chair = running()
    for minute, value in ((80, 92), (82, 97), (84, 92)):
        chair.vitals(minute, None, None, value, None)
    found = [episode for episode in episodes(fold(chair.events, IV), IV) if episode.limit.id == "spo2_alert"]
    assert [episode.is_settled for episode in found] == [True, False]
    assert found[0].measure is Measure.SPO2_PERCENT


def test_one_reading_past_several_limits_is_said_once_by_the_gravest() -> None:
    chair = running()
    chair.vitals(80, "185/90")
    chair.vitals(84, "185/90")
    said = [alert.id.split(":")[0] for alert in of(chair) if alert.measure is Measure.SYSTOLIC_MMHG]
    assert said == ["systolic_stop"]
    chair.vitals(90, "165/90")
    said = [(alert.id.split(":")[0], alert.is_open) for alert in of(chair) if alert.measure is Measure.SYSTOLIC_MMHG]
    assert said == [("systolic_alert", True), ("systolic_stop", False)]

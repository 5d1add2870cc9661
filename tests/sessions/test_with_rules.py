"""The stream and the content's own rules together: the same dangers, and the graver answer where they differ."""

from __future__ import annotations

import functools

import pytest

from chair import PRESCRIBER, Chair, at, before, iv_plan, nasal_plan, whole_infusion
from discharge_scene import TABLE, scene
from fanlight.care.protocols import rule_scope
from fanlight.care.rules import (
    CriterionResult,
    Moment,
    OverridePolicies,
    ProtocolRules,
    RuleAnswer,
    RuleBook,
    RuleParts,
    RulesFile,
    Stage,
    build_rules,
)
from fanlight.care.sessions import alerts, fold, readiness, session_facts
from fanlight.content import content_folder, read, read_folder
from fanlight.core.answers import Answer, CriterionAnswer
from fanlight.core.session_plan import SessionPlan
from shipped_care import catalogue, protocols, sources

IV, NASAL = iv_plan(), nasal_plan()


@functools.cache
def ready(protocol: str) -> ProtocolRules:
    folder = content_folder()
    overrides = read(folder / "rule_policy" / "overrides.yaml", OverridePolicies)
    rules, criteria = build_rules(read_folder(folder / "rules", RulesFile), RuleParts(catalogue(), sources(), overrides))
    return RuleBook(rules, criteria).for_protocol(rule_scope(protocols()[protocol]))


def answers(chair: Chair, minute: float, stage: Stage, plan: SessionPlan = IV) -> tuple[RuleAnswer, ...]:
    facts = session_facts(fold(chair.events, plan), plan, at(minute))
    return ready(plan.protocol_id).ask(facts, stage, Moment(at(minute).date(), at(minute)))


def criteria(chair: Chair, minute: float, plan: SessionPlan = IV) -> tuple[CriterionResult, ...]:
    facts = session_facts(fold(chair.events, plan), plan, at(minute))
    return ready(plan.protocol_id).ask_criteria(facts, Stage.DISCHARGE, Moment(at(minute).date(), at(minute)))


def fired(chair: Chair, minute: float, stage: Stage, plan: SessionPlan = IV) -> set[str]:
    return {answer.id for answer in answers(chair, minute, stage, plan) if answer.answer is Answer.TRUE and stage in answer.rule.stages}


@pytest.mark.parametrize(
    ("rule", "values", "fires"),
    [
        ("R18", {"spo2": 90}, True),
        ("R18", {"spo2": 91}, False),
        ("R18", {"rr": 7}, True),
        ("R18", {"rr": 8}, False),
    ],
)
def test_stops_of_the_limits_are_stops_of_the_rules(rule: str, values: dict[str, int], fires: bool) -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, **values)  # type: ignore[arg-type]
    chair.say("sedation", 80, moaas=5)
    assert (rule in fired(chair, 81, Stage.IN_SESSION)) is fires
    state = fold(chair.events, IV)
    standing = [alert for alert in alerts(state, IV, at(81), answers(chair, 81, Stage.IN_SESSION)) if alert.is_stop]
    assert bool(standing) is fires
    assert not [alert for alert in standing if alert.id == f"rule:{rule}"], "said once"


def test_180_twice_fires_r19_with_the_limit() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, "182/90")
    chair.vitals(85, "181/90")
    assert "R19" in fired(chair, 86, Stage.IN_SESSION)


def test_a_rule_no_limit_speaks_for_becomes_an_alert_of_its_own() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    chair.vitals(80, payload={"breathing": "oxygen"})
    found = alerts(fold(chair.events, IV), IV, at(81), answers(chair, 81, Stage.IN_SESSION))
    own = next(alert for alert in found if alert.id == "rule:R18")
    assert own.is_stop
    assert "Oxygen is needed" in own.sentence
    assert not alerts(fold(chair.events, IV), IV, at(81))


@pytest.mark.parametrize(("minute", "holds"), [(119, True), (120, False)])
def test_r17_holds_the_release_at_119_minutes(minute: int, holds: bool) -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 60, number=1, mg="28")
    chair.say("device_taken", 65, number=2, mg="28")
    chair.round(105, diss=0)
    chair.round(65 + minute, diss=0)
    judged = readiness(fold(chair.events, NASAL), NASAL, at(65 + minute), answers(chair, 65 + minute, Stage.DISCHARGE, NASAL))
    stated = {item.id: item for item in judged.criteria}
    assert ("rule:R17" in stated) is holds


def test_a_missed_pressure_needs_the_prescribers_note() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 60, number=1, mg="28")
    chair.say("device_taken", 65, number=2, mg="28")
    chair.round(185, diss=0)
    chair.say("missed_because", 180, readings=["forty_minutes"], reason="asleep")

    def rule() -> object:
        judged = readiness(fold(chair.events, NASAL), NASAL, at(186), answers(chair, 186, Stage.DISCHARGE, NASAL))
        return next((item for item in judged.criteria if item.id == "rule:R17"), None)

    assert rule() is not None
    chair.say("explanation", 185, by=PRESCRIBER, about="R17", text="asleep, rousable, SpO₂ watched throughout")
    assert rule() is None


def test_the_good_session_is_ready_by_stream_rules_and_criteria_together() -> None:
    chair = whole_infusion()
    state = fold(chair.events, IV)
    judged = readiness(state, IV, at(170), answers(chair, 170, Stage.DISCHARGE), criteria(chair, 170))
    assert judged.is_ready, judged.sentence + str(judged.open)


@pytest.mark.parametrize("case", TABLE, ids=[f"{case['criterion']} {case['drug']} {case['given']}" for case in TABLE])
def test_the_stream_is_never_laxer_than_the_contents_own_criterion(case: dict[str, str]) -> None:
    chair, plan, now = scene(case)
    stated = {result.id: result for result in criteria(chair, now, plan)}.get(case["criterion"])
    if stated is None:
        return
    alone = next(item for item in readiness(fold(chair.events, plan), plan, at(now)).criteria if item.id == case["criterion"])
    if alone.answer is CriterionAnswer.MET:
        assert stated.answer is not CriterionAnswer.NOT_MET
    both = readiness(fold(chair.events, plan), plan, at(now), (), (stated,))
    joint = next(item for item in both.criteria if item.id == case["criterion"])
    order = [CriterionAnswer.MET, CriterionAnswer.UNKNOWN, CriterionAnswer.NOT_MET]
    assert order.index(joint.answer) == max(order.index(alone.answer), order.index(stated.answer))


def test_a_stricter_criterion_of_the_content_holds() -> None:
    chair = whole_infusion()
    met = next(result for result in criteria(chair, 170) if result.id == "gait")
    for answer in (CriterionAnswer.NOT_MET, CriterionAnswer.UNKNOWN):
        stricter = met._replace(answer=answer, because="The site asks for two walks.")
        judged = readiness(fold(chair.events, IV), IV, at(170), (), (stricter,))
        assert [item.id for item in judged.open] == ["gait"]
        assert judged.open[0].because == "The site asks for two walks."

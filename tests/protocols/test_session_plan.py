"""What one session is held to, from a protocol: readings due, signed limits with their rules, observation, discharge."""

from decimal import Decimal

import pytest

import shipped_care as shipped
from fanlight.care.protocols import PlannedDose, ProtocolError, rule_scope, session_plan
from fanlight.core.session_plan import Anchor, Drug, Measure, Response, Route

KETAMINE, ESKETAMINE = "iv-racemic-induction", "esketamine-us-trd"
INFUSION = PlannedDose(Decimal(35), None, 40, Decimal(75), Decimal(50), Decimal("0.7"))


def of(name, order=INFUSION, **options):
    protocol = shipped.protocols()[name]
    return session_plan(protocol, protocol.phases[0].id, order, **options)


def limit(plan, name):
    return next(item for item in plan.limits if item.id == name)


def test_an_infusion():
    plan = of(KETAMINE)
    assert (plan.protocol_id, plan.protocol_version, plan.drug, plan.route) == (KETAMINE, "1.0.0", Drug.RACEMIC_KETAMINE, Route.INTRAVENOUS)
    assert (str(plan.planned), plan.infusion_minutes, plan.rate_ml_per_h, plan.bag_ml) == ("35 mg", 40, 75, 50)
    assert (plan.minimum_observation_minutes, plan.observation_anchor) == (60, Anchor.DRUG_END)
    assert plan.discharge_parameters["dissociation_max_0_10"] == 2
    assert "suicidality_reasked" in plan.discharge_criteria


@pytest.mark.parametrize(
    ("name", "measure", "value", "relation", "rule"),
    [
        ("pre_systolic", Measure.SYSTOLIC_MMHG, 160, "at_or_above", "R05"),
        ("pre_diastolic", Measure.DIASTOLIC_MMHG, 100, "at_or_above", "R05"),
        ("no_dose_systolic", Measure.SYSTOLIC_MMHG, 180, "at_or_above", "R05"),
        ("systolic_stop", Measure.SYSTOLIC_MMHG, 180, "at_or_above", "R19"),
        ("diastolic_stop", Measure.DIASTOLIC_MMHG, 110, "at_or_above", "R19"),
        ("spo2_stop", Measure.SPO2_PERCENT, 90, "at_or_below", "R18"),
        ("respiratory_rate_stop", Measure.RESPIRATORY_RATE_PER_MIN, 8, "below", "R18"),
        ("sedation_stop", Measure.SEDATION_MOAAS, 2, "at_or_below", "R18"),
        ("distress_alert", Measure.DISTRESS_0_10, 7, "at_or_above", "R20"),
    ],
)
def test_the_limits_of_an_infusion_name_their_rules(name, measure, value, relation, rule):
    found = limit(of(KETAMINE), name)
    assert (found.measure, found.value, found.relation, found.rule) == (measure, value, relation, rule)


def test_esketamine_is_held_above_140_over_90_and_watched_two_hours_from_the_last_device():
    plan = of(ESKETAMINE, PlannedDose(Decimal(56), 2))
    assert (limit(plan, "pre_systolic").relation, limit(plan, "pre_systolic").value) == ("above", 140)
    assert (limit(plan, "pre_diastolic").relation, limit(plan, "pre_diastolic").value) == ("above", 90)
    assert limit(plan, "pre_systolic").repeat_within_minutes == 10
    assert (plan.minimum_observation_minutes, plan.observation_anchor) == (120, Anchor.LAST_DEVICE)
    assert (plan.devices, plan.rest_between_devices_minutes) == (2, 5)
    assert plan.discharge_parameters["dissociation_max_0_10"] == 0


def test_the_forty_minute_reading_is_in_time_from_35_to_50_minutes():
    reading = next(item for item in of(ESKETAMINE).readings if item.id == "forty_minutes")
    assert (reading.minutes - reading.early, reading.minutes + reading.late) == (35, 50)
    assert {Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG} <= set(reading.measures)


def test_the_rules_may_lengthen_the_observation_of_one_patient():
    assert of(KETAMINE, extra_observation_minutes=60).minimum_observation_minutes == 120


def test_a_protocol_is_used_only_where_it_is_written_for():
    assert of("esketamine-eu-trd-adult", jurisdiction="UK").jurisdiction == "UK"
    assert of("esketamine-eu-trd-adult").jurisdiction == "EU"
    with pytest.raises(ProtocolError, match=r"FAN-PROT-003 .*in US: it is written for EU, UK"):
        of("esketamine-eu-trd-adult", jurisdiction="US")


def test_an_unknown_phase_is_refused_with_those_there_are():
    with pytest.raises(ProtocolError, match=r"FAN-PROT-002 .*Phases: induction, weekly, maintenance"):
        session_plan(shipped.protocols()[ESKETAMINE], "monthly", INFUSION)


@pytest.mark.parametrize("name", sorted(shipped.protocols()))
def test_every_protocol_gives_a_plan_that_can_be_watched_and_left(name):
    plan = of(name)
    assert any(reading.anchor is Anchor.CHECK_IN for reading in plan.readings)
    assert {item.response for item in plan.limits} >= {Response.HOLD, Response.STOP}
    assert {item.rule for item in plan.limits} >= {"R05", "R18", "R19"}
    assert all(item.source in shipped.sources() for item in plan.limits)
    assert plan.minimum_observation_minutes >= 60
    assert {"observation_time", "blood_pressure", "suicidality_reasked", "escort", "no_driving"} <= set(plan.discharge_criteria)


def test_the_rules_see_a_protocol_with_its_own_ceilings():
    scope = rule_scope(shipped.protocols()["kap-three-practice"], "US", "Dr A")
    assert (scope.use, scope.setting, scope.signed_by, scope.observation_minutes) == ("kap", "clinic", "Dr A", 120)
    declared = {"maximum_mg_per_kg": Decimal("1.5"), "session_mg": Decimal(130)}
    assert {
        name: value for name, value in scope.parameters.items() if name in ("maximum_mg_per_kg", "session_mg", "step_mg_per_kg")
    } == declared
    assert scope.definitions[0] == "TRD-US-LABEL"
    assert "session_mg" not in rule_scope(shipped.protocols()["iv-racemic-induction"]).parameters

"""The faults that no broken file shows: each made by one change to a whole protocol, and shown alone."""

import functools
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import shipped_care as shipped
from fanlight.care.protocols import Cited, LintAgainst, LintSeverity, Protocol, errors, lint
from fanlight.care.protocols.follow_up import TherapyKind
from fanlight.content import read
from fanlight.core.session_plan import Drug, Route
from fanlight.core.sources import Mark

COMPACT = Path(__file__).parent / "compact.yaml"


@functools.cache
def compact() -> Protocol:
    return read(COMPACT, Protocol)


def number(value, unit):
    return Cited(Decimal(str(value)), unit, Mark.VERIFIED, "S10")


def with_phase(**changes):
    protocol = compact()
    return replace(protocol, phases=(replace(protocol.phases[0], **changes),))


def with_dose(**changes):
    return with_phase(dose=replace(compact().phases[0].dose, **changes))


def with_follow_up(**changes):
    return replace(compact(), follow_up=replace(compact().follow_up, **changes))


def with_monitoring(**changes):
    return replace(compact(), monitoring=replace(compact().monitoring, **changes))


def first(items, **changes):
    return (replace(items[0], **changes), *items[1:])


@functools.cache
def changed():
    limits, readings = compact().monitoring.limits, compact().monitoring.readings
    follow = compact().follow_up
    esketamine = shipped.protocols()["esketamine-us-trd"]
    devices = replace(esketamine.phases[0].dose, rest_minutes=None)
    home = shipped.protocols()["home-sublingual-racemic"]
    hourly = shipped.protocols()["pain-crps-continuous"]
    return {
        "dose-unit:start": with_dose(start=number(0.5, "mg/mL")),
        "dose-unit:allowed": with_dose(allowed=(number(35, "mg"),)),
        "dose-unit:cap": with_dose(cap=number(80, "mg/kg")),
        "bounds-crossed": with_dose(minimum=number(0.5, "mg/kg"), maximum=number(0.5, "mg/kg"), start=number(0.5, "mg/kg")),
        "dose-above-maximum:allowed": with_dose(allowed=(number(0.5, "mg/kg"), number(0.8, "mg/kg")), maximum=number(0.7, "mg/kg")),
        "rest-missing": replace(esketamine, phases=(replace(esketamine.phases[0], dose=devices), *esketamine.phases[1:])),
        "session-count": with_phase(sessions=number(0, "{session}")),
        "phase-twice": replace(compact(), phases=with_phase(sessions=number(1, "{session}")).phases * 2),
        "limit-phase": with_monitoring(limits=first(limits, phase="before")),
        "id-twice:limits": with_monitoring(limits=(*limits, limits[-1])),
        "id-twice:readings": with_monitoring(readings=(*readings, readings[-1])),
        "no-discharge-criteria": replace(compact(), discharge=replace(compact().discharge, criteria=())),
        "decision-never-due": with_follow_up(decisions=first(follow.decisions, after_session=7)),
        "unknown-phase:missed": with_follow_up(missed_visits=first(follow.missed_visits, phases=("taper",))),
        "window-reversed:preparation": with_follow_up(therapy=first(follow.therapy, kind=TherapyKind.PREPARATION)),
        "unknown-scale": with_follow_up(measures=first(follow.measures, scale="phq99")),
        "unknown-scale:decision": with_follow_up(decisions=first(follow.decisions, needs=("madsr",))),
        "age-crossed": replace(compact(), age=replace(compact().age, maximum=number(17, "a"))),
        "trial-gate-missing": replace(shipped.protocols()["psilocybin-comp005"], trial=None),
        "no-consent": replace(compact(), consents=()),
        "unknown-product": replace(compact(), products=("ketamine-unheard-of",)),
        "jurisdiction": replace(compact(), jurisdictions=("US", "MARS")),
        "esketamine-at-home": replace(esketamine, setting="home", enabled_by_default=False, home=home.home),
        "infusion-at-home": replace(compact(), setting="home", enabled_by_default=False, home=home.home),
        "home-gate-missing": replace(home, home=None),
        "source-not-listed": replace(compact(), source_ids=("FL", "S10")),
        "parts-do-not-sum:minutes": minutes_do_not_sum(),
        "dose-above-cap:hourly": replace(
            hourly,
            phases=(
                replace(hourly.phases[0], dose=replace(hourly.phases[0].dose, cap=replace(hourly.phases[0].dose.cap, value=Decimal(2000)))),
            ),
        ),
    }


def minutes_do_not_sum():
    protocol = shipped.protocols()["iv-racemic-alcohol-use-bolus"]
    dose = protocol.phases[0].dose
    return replace(protocol, phases=(replace(protocol.phases[0], dose=replace(dose, minutes=replace(dose.minutes, value=Decimal(60)))),))


EXPECTED_ELSEWHERE = {
    "bounds-crossed": set(),  # equal bounds do not cross
    "source-not-listed": set(),  # S1 is listed by the file and used by nothing
    "esketamine-at-home": {"esketamine-at-home", "source-not-listed"},
    "infusion-at-home": {"infusion-at-home", "source-not-listed"},
}


@pytest.mark.parametrize("name", sorted(changed()))
def test_one_change_shows_one_fault(name):
    code = name.partition(":")[0]
    found = {fault.code for fault in errors(lint(changed()[name], shipped.lint_against()))}
    assert found == EXPECTED_ELSEWHERE.get(name, {code})


def test_bounds_that_cross_are_named():
    broken = with_dose(minimum=number(0.6, "mg/kg"), maximum=number(0.5, "mg/kg"), start=number(0.5, "mg/kg"))
    assert "bounds-crossed" in {fault.code for fault in errors(lint(broken, shipped.lint_against()))}


def test_a_source_that_is_used_but_not_listed_is_named():
    broken = replace(compact(), source_ids=("FL", "S1"))
    assert {fault.code for fault in errors(lint(broken, shipped.lint_against()))} == {"source-not-listed"}


def test_a_consent_the_site_must_supply_is_a_warning():
    against = shipped.lint_against()
    known = LintAgainst(against.sources, against.ceilings, against.products, frozenset({"another"}))
    found = [fault for fault in lint(compact(), known) if fault.code == "unknown-consent"]
    assert [fault.severity for fault in found] == [LintSeverity.WARNING]


def test_a_rhythm_faster_than_the_phases_own_limit_is_named():
    gap = compact().phases[0].interval
    broken = with_phase(interval=replace(gap, usual_days=(3,)))
    (fault,) = errors(lint(broken, shipped.lint_against()))
    assert (fault.code, fault.message) == ("interval-breaks-frequency", "Its rhythm gives more than 2 sessions in 7 days, its own limit.")


@pytest.mark.parametrize(("sessions", "is_broken"), [(16, False), (18, False), (19, True)])
def test_twice_weekly_past_day_sixty_breaks_the_weekly_limit(sessions, is_broken):
    """Sessions on days 1, 4, 8, 11...: the eighteenth is on day 60, the nineteenth on day 64."""
    found = errors(lint(with_phase(sessions=number(sessions, "{session}")), shipped.lint_against()))
    assert bool(found) is is_broken
    assert {fault.code for fault in found} <= {"interval-breaks-frequency"}


@pytest.mark.parametrize(("step", "is_broken"), [("0.24", False), ("0.25", False), ("0.26", True)])
def test_a_step_is_held_to_the_ceiling(step, is_broken):
    assert bool(errors(lint(with_dose(step=number(step, "mg/kg")), shipped.lint_against()))) is is_broken


@pytest.mark.parametrize(("cap", "is_broken"), [("79", False), ("80", False), ("81", True)])
def test_a_cap_is_held_to_the_ceiling(cap, is_broken):
    assert bool(errors(lint(with_dose(cap=number(cap, "mg")), shipped.lint_against()))) is is_broken


@pytest.mark.parametrize(("minutes", "is_broken"), [(59, True), (60, False), (61, False)])
def test_the_last_reading_reaches_the_end_of_the_observation(minutes, is_broken):
    readings = compact().monitoring.readings
    broken = with_monitoring(readings=(readings[0], replace(readings[1], minutes=minutes)))
    assert bool(errors(lint(broken, shipped.lint_against()))) is is_broken


def test_a_reading_that_repeats_reaches_any_end():
    readings = compact().monitoring.readings
    assert errors(lint(with_monitoring(readings=(readings[0], replace(readings[1], minutes=15, every=15))), shipped.lint_against())) == ()


def spo2_stop(value, **changes):
    limits = compact().monitoring.limits
    changed_limits = tuple(replace(item, value=Decimal(value), **changes) if item.id == "spo2_stop" else item for item in limits)
    return lint(with_monitoring(limits=changed_limits), shipped.lint_against())


@pytest.mark.parametrize(("value", "is_looser"), [(89, True), (90, False), (91, False)])
def test_a_limit_may_be_stricter_than_its_rule_and_not_looser(value, is_looser):
    assert ("limit-looser-than-rule" in {fault.code for fault in errors(spo2_stop(value))}) is is_looser


def test_a_looser_limit_with_a_source_that_was_read_is_a_warning():
    (fault,) = [item for item in spo2_stop(88, mark=Mark.VERIFIED, source="S10") if item.code == "limit-looser-than-rule"]
    assert fault.severity is LintSeverity.WARNING
    assert fault.message == "spo2_stop is 88; R18 holds 90. It is looser on its own source."


def test_a_blood_pressure_limit_is_looser_when_it_is_higher():
    limits = compact().monitoring.limits
    found = lint(with_monitoring(limits=first(limits, value=Decimal(165))), shipped.lint_against())
    assert [fault.path for fault in errors(found)] == ["monitoring.limits[0].value"]
    assert errors(lint(with_monitoring(limits=first(limits, value=Decimal(150))), shipped.lint_against())) == ()


def test_an_unknown_drug_of_a_product_is_said_with_both():
    against = LintAgainst(shipped.sources(), shipped.ceilings(), {"ketamine-50-mg-ml-10-ml-multi": Drug.PSILOCYBIN})
    (fault,) = errors(lint(compact(), against))
    assert fault.message == "ketamine-50-mg-ml-10-ml-multi is psilocybin, not racemic_ketamine."


def test_an_intramuscular_first_dose_is_not_held_to_the_intravenous_ceiling():
    broken = with_dose(first=number(0.9, "mg/kg"), start=number(0.9, "mg/kg"))
    assert {fault.code for fault in errors(lint(broken, shipped.lint_against()))} == {"above-rule-ceiling"}
    assert errors(lint(replace(broken, route=Route.INTRAMUSCULAR), shipped.lint_against())) == ()

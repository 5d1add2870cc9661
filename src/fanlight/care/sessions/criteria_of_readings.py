"""Conditions of leaving that rest on time and on readings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.looking import Found, found_in, fresh, in_words, no_number
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.core.answers import all_of
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Measure, SessionPlan

_K = EventKind


def observed(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    start = state.anchor(plan.observation_anchor)
    anchor = plan.observation_anchor.value.replace("_", " ")
    minimum = plan.minimum_observation_minutes
    if start is None:
        return Found(None, f"Observation of {minimum} min counts from the {anchor}, which is not recorded.", (anchor,))
    if state.dosing.is_running or state.dosing.is_paused:
        return Found(False, "The infusion has not ended.", (), ())
    drug = state.of(_K.STARTED, _K.STOPPED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN)
    doubtful = [entry for entry in drug if not entry.is_time_sound]
    if doubtful:
        return Found(None, "The time of the drug is in doubt, so observation cannot be counted.", (anchor,), doubtful[-1].sources)
    passed = elapsed_minutes(start, now)
    because = f"{passed} min since the {anchor} at {state.clock(start)}; at least {minimum} min."
    return Found(passed >= minimum, because)


def sedation(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    return _at_least(state, plan, now, Measure.SEDATION_MOAAS, "sedation_min_moaas")


def breathing(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    return _at_least(state, plan, now, Measure.RESPIRATORY_RATE_PER_MIN, "respiratory_rate_min_per_min")


def _at_least(state: SessionState, plan: SessionPlan, now: datetime, measure: Measure, name: str) -> Found:
    limit, reading = parameter(plan, name), fresh(state, plan, now, measure)
    if limit is None:
        return no_number(name)
    if isinstance(reading, Found):
        return reading
    return found_in(reading, reading.value >= limit, f"{in_words(reading, state)}; at least {plain(limit)}.")


def pressure(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    systolic = fresh(state, plan, now, Measure.SYSTOLIC_MMHG)
    diastolic = fresh(state, plan, now, Measure.DIASTOLIC_MMHG)
    if isinstance(systolic, Found) or isinstance(diastolic, Found):
        return systolic if isinstance(systolic, Found) else diastolic if isinstance(diastolic, Found) else no_number("")
    numbers = {
        name: parameter(plan, name) for name in ("systolic_max_mmhg", "diastolic_max_mmhg", "bp_rise_max_percent", "systolic_min_mmhg")
    }
    upper_s, upper_d, rise, low = numbers.values()
    if upper_s is None or upper_d is None or rise is None or low is None:
        return no_number(next(name for name, number in numbers.items() if number is None))
    base_s, base_d = state.baseline(Measure.SYSTOLIC_MMHG), state.baseline(Measure.DIASTOLIC_MMHG)
    within = [systolic.value <= upper_s, diastolic.value <= upper_d, systolic.value >= low]
    within_rise = [_within_rise(systolic, base_s, rise), _within_rise(diastolic, base_d, rise)]
    symptoms = _fall_is_well(systolic, base_s, rise)
    answer = all_of([*within, *within_rise, symptoms])
    missing = tuple(
        name
        for name, unknown in (("pre-dose blood pressure", None in within_rise), ("symptoms of low pressure", symptoms is None))
        if unknown and answer is None
    )
    base = f"baseline {plain(base_s.value)}/{plain(base_d.value)}" if base_s and base_d else "no baseline was taken"
    because = f"{plain(systolic.value)}/{plain(diastolic.value)} mmHg at {state.clock(systolic.at)}; {base}"
    because += f"; not above {plain(upper_s)}/{plain(upper_d)}, nor more than {plain(rise)} % above baseline"
    if systolic.value < low:
        because += f"; systolic is below {plain(low)}"
    if symptoms is False:
        because += "; unwell with it"
    if symptoms is None:
        because += "; pressure has fallen, and nobody has asked whether the patient feels faint"
    return Found(answer, because + ".", missing, _both(systolic, diastolic), max(systolic.at, diastolic.at))


def _both(one: Reading, other: Reading) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one.entry.sources, *other.entry.sources)))


def _within_rise(reading: Reading, base: Reading | None, percent: Decimal) -> bool | None:
    return None if base is None else reading.value * 100 <= base.value * (100 + percent)


def _fall_is_well(reading: Reading, base: Reading | None, percent: Decimal) -> bool | None:
    """A fall matters when the patient feels it; one as deep as the rise that is allowed must be asked about."""
    if base is None or reading.value >= base.value:
        return True
    if reading.has_symptoms is not None:
        return not reading.has_symptoms
    return True if reading.value * 100 >= base.value * (100 - percent) else None


def oxygen(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit, reading = parameter(plan, "spo2_min_percent"), fresh(state, plan, now, Measure.SPO2_PERCENT)
    if limit is None:
        return no_number("spo2_min_percent")
    if isinstance(reading, Found):
        return reading
    if reading.on_oxygen:
        return found_in(reading, False, f"{in_words(reading, state)}, on oxygen.")
    own = _accepted(state)
    needed = limit if own is None else min(limit, own)
    words = f"; at least {plain(needed)} %" + (", accepted by the prescriber before the dose" if needed < limit else "")
    if reading.on_oxygen is None and reading.value >= needed:
        because = f"{in_words(reading, state)}, and nobody has said whether on room air."
        return found_in(reading, None, because, ("room air or oxygen",))
    return found_in(reading, reading.value >= needed, f"{in_words(reading, state)}, room air{words}.")


def _accepted(state: SessionState) -> Decimal | None:
    """The saturation before the dose, where it was low and a prescriber accepted it before the dose."""
    first, base = state.dosing.first_at, state.baseline(Measure.SPO2_PERCENT)
    before = [entry for entry in state.of(_K.SPO2_ACCEPTED) if first is None or entry.at <= first]
    if base is None or not before:
        return None
    accepted: Decimal = before[-1].payload.spo2_percent
    return max(base.value, accepted)


def dissociation(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit, reading = parameter(plan, "dissociation_max_0_10"), fresh(state, plan, now, Measure.DISSOCIATION_0_10)
    if limit is None:
        return no_number("dissociation_max_0_10")
    if isinstance(reading, Found):
        return reading
    base = state.baseline(Measure.DISSOCIATION_0_10)
    own = base.value if base is not None and plan.drug is Drug.ESKETAMINE else limit  # resolved: back to what it was
    needed = max(limit, own)
    return found_in(reading, reading.value <= needed, f"{in_words(reading, state)}; {plain(needed)} or less.")


def distress(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit = parameter(plan, "distress_max_0_10")
    values = [reading for reading in state.readings.get(Measure.DISTRESS_0_10, ()) if reading.at <= now]
    if limit is None:
        return no_number("distress_max_0_10")
    if not values:
        return Found(None, "Distress was never asked.", (Measure.DISTRESS_0_10.value,))
    return found_in(values[-1], values[-1].value <= limit, f"{in_words(values[-1], state)}; {plain(limit)} or less.")

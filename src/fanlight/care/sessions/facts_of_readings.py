"""Facts from readings and signs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.limits import episodes
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.care.sessions.stated import stated
from fanlight.core.facts import Fact
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


_UNITS = {
    Measure.SYSTOLIC_MMHG: "mm[Hg]",
    Measure.DIASTOLIC_MMHG: "mm[Hg]",
    Measure.HEART_RATE_PER_MIN: "/min",
    Measure.SPO2_PERCENT: "%",
    Measure.RESPIRATORY_RATE_PER_MIN: "/min",
}


_NAMED = (*_UNITS, Measure.SEDATION_MOAAS, Measure.DISSOCIATION_0_10, Measure.DISTRESS_0_10)


_WITH_BASELINE = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG, Measure.SPO2_PERCENT, Measure.SEDATION_MOAAS, Measure.DISSOCIATION_0_10)


_PRESSURES = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)


def latest_readings(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    standing = {episode.measure for episode in episodes(state, plan) if not episode.is_settled}
    for measure in _NAMED:
        last = state.latest(measure)
        if last is not None and last.at <= now and (measure in standing or _speaks(last, plan, now)):
            yield stated(measure.value, last.value, last.entry, _UNITS.get(measure, ""))
    for measure in _WITH_BASELINE:
        base = state.baseline(measure)
        if base is not None:
            yield stated(f"baseline_{measure.value}", base.value, base.entry, _UNITS.get(measure, ""))


def _speaks(reading: Reading, plan: SessionPlan, now: datetime) -> bool:
    oldest = parameter(plan, "reading_max_age_minutes")
    if oldest is None or not reading.can_reassure:
        return False
    return now - reading.at <= timedelta(minutes=float(oldest))


def pressure_repeat(state: SessionState, plan: SessionPlan) -> Iterator[Fact]:
    """The two readings R19 compares: the latest pair, and the one before it when it came soon enough to be its repeat."""
    within = next((limit.repeat_within_minutes for limit in plan.limits if limit.rule == "R19" and limit.repeat_within_minutes), None)
    for measure in _PRESSURES:
        values = [value for value in state.readings.get(measure, ()) if value.is_signal and _after_start(state, value)]
        if len(values) < 2 or within is None:
            continue
        earlier, last = values[-2], values[-1]
        if last.at - earlier.at <= timedelta(minutes=within):
            yield stated(measure.value, earlier.value, earlier.entry, "mm[Hg]")
            yield stated(f"bp_repeat_{measure.value}", last.value, last.entry, "mm[Hg]")


def _after_start(state: SessionState, reading: Reading) -> bool:
    return state.dosing.first_at is not None and reading.at > state.dosing.first_at


def signs(state: SessionState) -> Iterator[Fact]:
    flags = state.last(_K.RED_FLAG)
    if flags is not None:
        yield stated("red_flag_symptom", bool(flags.payload.symptoms), flags)
    saturation = state.latest(Measure.SPO2_PERCENT)
    if saturation is not None and saturation.on_oxygen is not None:
        yield stated("needs_oxygen", saturation.on_oxygen, saturation.entry)
    breaths = state.latest(Measure.RESPIRATORY_RATE_PER_MIN)
    if breaths is not None:
        yield stated("apnoea", breaths.value == 0, breaths.entry)
    events = state.of(_K.ADVERSE_EVENT)
    helped = next((entry for entry in events if entry.payload.had_airway_intervention), None)
    if helped is not None:
        yield stated("airway_intervention", True, helped)
    elif events:
        yield stated("airway_intervention", False, events[-1])
    unsafe = [entry for entry in state.of(_K.DISTRESS) if entry.payload.is_unsafe is not None]
    if unsafe:
        yield stated("unsafe_behaviour", unsafe[-1].payload.is_unsafe, unsafe[-1])
    accepted = state.last(_K.SPO2_ACCEPTED)
    first = state.dosing.first_at
    if accepted is not None and (first is None or accepted.at <= first):
        yield stated("low_baseline_spo2_accepted", True, accepted)
    slow = state.latest(Measure.HEART_RATE_PER_MIN)
    if slow is not None and slow.has_symptoms is not None:
        yield stated("bradycardia_symptoms", slow.has_symptoms, slow.entry)
    pressure = state.latest(Measure.SYSTOLIC_MMHG)
    if pressure is not None and pressure.has_symptoms is not None:
        base = state.baseline(Measure.SYSTOLIC_MMHG)
        has_fallen = base is None or pressure.value < base.value
        yield stated("bp_fall_symptomatic", pressure.has_symptoms and has_fallen, pressure.entry)

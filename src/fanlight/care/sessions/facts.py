"""What the stream tells the rules: named facts as ``content/facts`` defines them. What nobody said is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.limits import episodes
from fanlight.care.sessions.movement import drug_movement
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.payloads_readings import Degree
from fanlight.care.sessions.schedule import Occurrence, occurrences
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.core.answers import all_of
from fanlight.core.facts import Fact, Facts, FactValue
from fanlight.core.instants import elapsed_minutes
from fanlight.core.session_plan import Anchor, Measure, SessionPlan

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


def session_facts(state: SessionState, plan: SessionPlan, now: datetime) -> Facts:
    """Everything the stream says that a rule may ask, by its catalogue name, each with its time and source event.

    The latest value of a measure is given only while it speaks for now (not too old, its time sound); a value past a
    limit that nobody repeated still is, for danger does not fade with age. Compare `content/facts/session.yaml`.
    """
    found = [
        *_readings(state, plan, now),
        *_pressure_repeat(state, plan),
        *_signs(state),
        *_times(state, plan, now),
        *_schedule(state, plan, now),
        *_leaving(state),
        *_before(state, now),
        *_volumes(state, plan, now),
    ]
    return Facts(found)


def _fact(name: str, value: FactValue, entry: Entry | None, unit: str = "", at: datetime | None = None) -> Fact:
    source = f"session event {entry.id}" if entry is not None else "session"
    return Fact(name, value, at if entry is None else entry.at, source, unit)


def _readings(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    standing = {episode.measure for episode in episodes(state, plan) if not episode.is_settled}
    for measure in _NAMED:
        last = state.latest(measure)
        if last is not None and last.at <= now and (measure in standing or _speaks(last, plan, now)):
            yield _fact(measure.value, last.value, last.entry, _UNITS.get(measure, ""))
    for measure in _WITH_BASELINE:
        base = state.baseline(measure)
        if base is not None:
            yield _fact(f"baseline_{measure.value}", base.value, base.entry, _UNITS.get(measure, ""))


def _speaks(reading: Reading, plan: SessionPlan, now: datetime) -> bool:
    oldest = parameter(plan, "reading_max_age_minutes")
    if oldest is None or not reading.can_reassure:
        return False
    return now - reading.at <= timedelta(minutes=float(oldest))


def _pressure_repeat(state: SessionState, plan: SessionPlan) -> Iterator[Fact]:
    """The two readings R19 compares: the latest pair, and the one before it when it came soon enough to be its repeat."""
    within = next((limit.repeat_within_minutes for limit in plan.limits if limit.rule == "R19" and limit.repeat_within_minutes), None)
    for measure in _PRESSURES:
        values = [value for value in state.readings.get(measure, ()) if value.is_signal and _after_start(state, value)]
        if len(values) < 2 or within is None:
            continue
        earlier, last = values[-2], values[-1]
        if last.at - earlier.at <= timedelta(minutes=within):
            yield _fact(measure.value, earlier.value, earlier.entry, "mm[Hg]")
            yield _fact(f"bp_repeat_{measure.value}", last.value, last.entry, "mm[Hg]")


def _after_start(state: SessionState, reading: Reading) -> bool:
    return state.dosing.first_at is not None and reading.at > state.dosing.first_at


def _signs(state: SessionState) -> Iterator[Fact]:
    flags = state.last(_K.RED_FLAG)
    if flags is not None:
        yield _fact("red_flag_symptom", bool(flags.payload.symptoms), flags)
    saturation = state.latest(Measure.SPO2_PERCENT)
    if saturation is not None and saturation.on_oxygen is not None:
        yield _fact("needs_oxygen", saturation.on_oxygen, saturation.entry)
    breaths = state.latest(Measure.RESPIRATORY_RATE_PER_MIN)
    if breaths is not None:
        yield _fact("apnoea", breaths.value == 0, breaths.entry)
    events = state.of(_K.ADVERSE_EVENT)
    helped = next((entry for entry in events if entry.payload.had_airway_intervention), None)
    if helped is not None:
        yield _fact("airway_intervention", True, helped)
    elif events:
        yield _fact("airway_intervention", False, events[-1])
    unsafe = [entry for entry in state.of(_K.DISTRESS) if entry.payload.is_unsafe is not None]
    if unsafe:
        yield _fact("unsafe_behaviour", unsafe[-1].payload.is_unsafe, unsafe[-1])
    accepted = state.last(_K.SPO2_ACCEPTED)
    first = state.dosing.first_at
    if accepted is not None and (first is None or accepted.at <= first):
        yield _fact("low_baseline_spo2_accepted", True, accepted)
    slow = state.latest(Measure.HEART_RATE_PER_MIN)
    if slow is not None and slow.has_symptoms is not None:
        yield _fact("bradycardia_symptoms", slow.has_symptoms, slow.entry)
    pressure = state.latest(Measure.SYSTOLIC_MMHG)
    if pressure is not None and pressure.has_symptoms is not None:
        base = state.baseline(Measure.SYSTOLIC_MMHG)
        has_fallen = base is None or pressure.value < base.value
        yield _fact("bp_fall_symptomatic", pressure.has_symptoms and has_fallen, pressure.entry)


def _times(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    dosing = state.dosing
    taken = dosing.devices_taken
    if len(taken) > 1:
        shortest = min(elapsed_minutes(one.at, other.at) for one, other in pairwise(taken))
        yield _fact("minutes_between_devices", Decimal(shortest), taken[-1], "min")
    if dosing.last_device_at is not None:
        yield _fact("minutes_since_last_device", Decimal(elapsed_minutes(dosing.last_device_at, now)), None, "min", now)
    if dosing.ended_at is not None:
        yield _fact("minutes_since_drug_end", Decimal(elapsed_minutes(dosing.ended_at, now)), None, "min", now)
    start = state.anchor(plan.observation_anchor)
    over = not dosing.is_running and not dosing.is_paused
    sound = all(entry.is_time_sound for entry in state.of(_K.STARTED, _K.STOPPED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN))
    if start is not None and over and sound:
        yield _fact("observation_minutes_elapsed", Decimal(elapsed_minutes(start, now)), None, "min", now)


def _schedule(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    """Whether the pressures R17 names were taken: before the dose, in the window after the last device, at the end."""
    wanted = [item for item in occurrences(state, plan, now) if set(_PRESSURES) <= set(item.reading.measures)]
    named = {
        "bp_taken_before_dose": [item for item in wanted if item.reading.anchor is Anchor.CHECK_IN],
        "bp_taken_35_to_50_minutes": [item for item in wanted if item.reading.id == "forty_minutes"],
        "bp_taken_at_end": [item for item in wanted if item.reading.id == "before_leaving"],
    }
    missed: list[Occurrence] = []
    for name, items in named.items():
        for item in items[-1:]:
            both = all(item.was_taken(measure) for measure in _PRESSURES)
            if both or now > item.closes_at or item.missed:
                yield _fact(name, both, None, at=now)
            if not both and (item.missed or now > item.closes_at):
                missed.append(item)
    if missed:
        about = {"R17", *(item.id for item in missed)}
        yield _fact("deviation_note_signed", any(said.payload.about in about for said in state.of(_K.EXPLANATION)), None, at=now)


def _leaving(state: SessionState) -> Iterator[Fact]:
    ended = state.dosing.ended_at

    def after(kind: EventKind) -> Entry | None:
        last = state.last(kind)
        return last if last is not None and ended is not None and last.at >= ended and last.is_time_sound else None

    if (seen := after(_K.ORIENTATION)) is not None:
        known = all_of((seen.payload.person, seen.payload.place, seen.payload.date))
        if known is not None:
            yield _fact("oriented", known, seen)
    if (seen := after(_K.NAUSEA)) is not None:
        found = seen.payload
        calm = found.is_controlled if found.is_controlled is not None else (True if found.degree is Degree.NONE else None)
        if found.is_controlled is None and found.is_vomiting:
            calm = False
        if calm is not None:
            yield _fact("nausea_controlled", calm, seen)
    if (seen := after(_K.GAIT)) is not None:
        yield _fact("gait_steady", seen.payload.is_steady, seen)
    if ended is not None:
        asked = after(_K.CSSRS_ASKED)
        if asked is not None:
            yield _fact("cssrs_re_asked", True, asked)
    if (said := state.last(_K.ESCORT)) is not None:
        yield _fact("escort_present", said.payload.is_present, said)
    plans = state.of(_K.WRITTEN_PLAN)
    if plans:
        yield _fact("written_plan_given", True, plans[-1])
    told = [entry for entry in plans if entry.payload.no_driving_understood is not None]
    if told:
        yield _fact("no_driving_told", told[-1].payload.no_driving_understood, told[-1])


_CHECKS = {
    "alcohol_today": "alcohol_today",
    "opioid_today": "opioid_today",
    "stimulant_today": "stimulant_today",
    "consent_confirmed": "consent_signed_current_version",
    "prescriber_on_site": "prescriber_on_site",
    "emergency_kit_checked": "emergency_kit_checked",
    "escort_arranged": "escort_named",
    "appears_intoxicated": "intoxicated",
    "monitor_present": "monitor_present",
    "pulse_oximeter_ready": "pulse_oximeter_ready",
    "assent_today": "assent_today",
    "two_facilitators_present": "two_facilitators_present",
}


def _before(state: SessionState, now: datetime) -> Iterator[Fact]:
    moment = state.dosing.first_at or now
    for check in state.of(_K.PRE_DOSE_CHECK):
        for field, name in _CHECKS.items():
            if (value := getattr(check.payload, field)) is not None:
                yield _fact(name, value, check)
        for name, answer in (check.payload.answers or {}).items():
            if isinstance(answer, bool):
                yield _fact(name, answer, check)
        if check.payload.sedative_today is False:
            yield _fact("benzodiazepine_today", False, check)
            yield _fact("hypnotic_today", False, check)
        elif check.payload.sedative_today:
            yield _fact("benzodiazepine_today", True, check)
    for prepared in state.of(_K.DOSE_PREPARED):
        if prepared.payload.is_past_beyond_use is not None:
            yield _fact("vial_past_beyond_use", prepared.payload.is_past_beyond_use, prepared)
    fasting = state.last(_K.FASTING_CONFIRMED)
    if fasting is not None:
        yield from _fasting(fasting, moment)
    weight = state.last(_K.WEIGHT_TAKEN)
    if weight is not None:
        yield _fact("weight_kg", weight.payload.weight_kg, weight, "kg")
        yield _fact("weight_measured_on", weight.at.astimezone(state.zone).date(), weight)
    asked = [entry for entry in state.of(_K.CSSRS_ASKED) if entry.at <= moment]
    if asked:
        yield _fact("cssrs_asked_today", True, asked[-1])
    screener = state.last(_K.CSSRS_ASKED)
    if screener is not None:
        yield _fact("cssrs_ideation_past_month", Decimal(screener.payload.ideation_level), screener)
        if screener.payload.behaviour_3_months is not None:
            yield _fact("cssrs_behaviour_past_3_months", screener.payload.behaviour_3_months, screener)


def _fasting(entry: Entry, moment: datetime) -> Iterator[Fact]:
    said = entry.payload
    for field, name in (("last_food_at", "minutes_since_food"), ("last_drink_at", "minutes_since_drink")):
        at = getattr(said, field)
        if at is not None and at <= moment:
            yield _fact(name, Decimal(elapsed_minutes(at, moment)), entry, "min")
    if said.last_nasal_spray_at is not None and said.last_nasal_spray_at <= moment:
        yield _fact("nasal_spray_today", True, entry)
        yield _fact("minutes_since_nasal_spray", Decimal(elapsed_minutes(said.last_nasal_spray_at, moment)), entry, "min")
    elif said.no_nasal_spray_today:
        yield _fact("nasal_spray_today", False, entry)


def _volumes(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    """Volumes at the strength that was drawn, so that they may be compared whatever they were diluted in."""
    prepared = state.of(_K.DOSE_PREPARED)
    drawn_ml = sum((Fraction(entry.payload.drawn_ml or 0) for entry in prepared), Fraction(0))
    moved = drug_movement(state, plan, now)
    if not prepared or not moved.drawn_mg or any(entry.payload.drawn_ml is None for entry in prepared):
        return
    ml_per_mg = drawn_ml / moved.drawn_mg
    yield _fact("drawn_ml", _decimal(drawn_ml), prepared[-1], "mL")
    if moved.given_mg is not None:
        yield _fact("given_ml", _decimal(moved.given_mg * ml_per_mg), prepared[-1], "mL")
    wasted = state.of(_K.WASTED)
    yield _fact("wasted_ml", _decimal((moved.wasted_mg + moved.returned_mg) * ml_per_mg), (wasted or prepared)[-1], "mL")
    if wasted:
        yield _fact("waste_witnessed", not moved.unwitnessed, wasted[-1])


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)

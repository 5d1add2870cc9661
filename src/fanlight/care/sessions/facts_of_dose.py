"""Facts from before the dose, its times and its volumes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.movement import drug_movement
from fanlight.care.sessions.state import SessionState
from fanlight.care.sessions.stated import stated
from fanlight.core.facts import Fact
from fanlight.core.instants import elapsed_minutes
from fanlight.core.session_plan import SessionPlan

_K = EventKind


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


def before_dose(state: SessionState, now: datetime) -> Iterator[Fact]:
    moment = state.dosing.first_at or now
    for check in state.of(_K.PRE_DOSE_CHECK):
        for field, name in _CHECKS.items():
            if (value := getattr(check.payload, field)) is not None:
                yield stated(name, value, check)
        for name, answer in (check.payload.answers or {}).items():
            if isinstance(answer, bool):
                yield stated(name, answer, check)
        if check.payload.sedative_today is False:
            yield stated("benzodiazepine_today", False, check)
            yield stated("hypnotic_today", False, check)
        elif check.payload.sedative_today:
            yield stated("benzodiazepine_today", True, check)
    for prepared in state.of(_K.DOSE_PREPARED):
        if prepared.payload.is_past_beyond_use is not None:
            yield stated("vial_past_beyond_use", prepared.payload.is_past_beyond_use, prepared)
    fasting = state.last(_K.FASTING_CONFIRMED)
    if fasting is not None:
        yield from _fasting(fasting, moment)
    weight = state.last(_K.WEIGHT_TAKEN)
    if weight is not None:
        yield stated("weight_kg", weight.payload.weight_kg, weight, "kg")
        yield stated("weight_measured_on", weight.at.astimezone(state.zone).date(), weight)
    asked = [entry for entry in state.of(_K.CSSRS_ASKED) if entry.at <= moment]
    if asked:
        yield stated("cssrs_asked_today", True, asked[-1])
    screener = state.last(_K.CSSRS_ASKED)
    if screener is not None:
        yield stated("cssrs_ideation_past_month", Decimal(screener.payload.ideation_level), screener)
        if screener.payload.behaviour_3_months is not None:
            yield stated("cssrs_behaviour_past_3_months", screener.payload.behaviour_3_months, screener)


def _fasting(entry: Entry, moment: datetime) -> Iterator[Fact]:
    said = entry.payload
    for field, name in (("last_food_at", "minutes_since_food"), ("last_drink_at", "minutes_since_drink")):
        at = getattr(said, field)
        if at is not None and at <= moment:
            yield stated(name, Decimal(elapsed_minutes(at, moment)), entry, "min")
    if said.last_nasal_spray_at is not None and said.last_nasal_spray_at <= moment:
        yield stated("nasal_spray_today", True, entry)
        yield stated("minutes_since_nasal_spray", Decimal(elapsed_minutes(said.last_nasal_spray_at, moment)), entry, "min")
    elif said.no_nasal_spray_today:
        yield stated("nasal_spray_today", False, entry)


def volumes(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    """Volumes at the strength that was drawn, so that they may be compared whatever they were diluted in."""
    prepared = state.of(_K.DOSE_PREPARED)
    drawn_ml = sum((Fraction(entry.payload.drawn_ml or 0) for entry in prepared), Fraction(0))
    moved = drug_movement(state, plan, now)
    if not prepared or not moved.drawn_mg or any(entry.payload.drawn_ml is None for entry in prepared):
        return
    ml_per_mg = drawn_ml / moved.drawn_mg
    yield stated("drawn_ml", _decimal(drawn_ml), prepared[-1], "mL")
    if moved.given_mg is not None:
        yield stated("given_ml", _decimal(moved.given_mg * ml_per_mg), prepared[-1], "mL")
    wasted = state.of(_K.WASTED)
    yield stated("wasted_ml", _decimal((moved.wasted_mg + moved.returned_mg) * ml_per_mg), (wasted or prepared)[-1], "mL")
    if wasted:
        yield stated("waste_witnessed", not moved.unwitnessed, wasted[-1])


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def times_of_drug(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
    dosing = state.dosing
    taken = dosing.devices_taken
    if len(taken) > 1:
        shortest = min(elapsed_minutes(one.at, other.at) for one, other in pairwise(taken))
        yield stated("minutes_between_devices", Decimal(shortest), taken[-1], "min")
    if dosing.last_device_at is not None:
        yield stated("minutes_since_last_device", Decimal(elapsed_minutes(dosing.last_device_at, now)), None, "min", now)
    if dosing.ended_at is not None:
        yield stated("minutes_since_drug_end", Decimal(elapsed_minutes(dosing.ended_at, now)), None, "min", now)
    start = state.anchor(plan.observation_anchor)
    over = not dosing.is_running and not dosing.is_paused
    sound = all(entry.is_time_sound for entry in state.of(_K.STARTED, _K.STOPPED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN))
    if start is not None and over and sound:
        yield stated("observation_minutes_elapsed", Decimal(elapsed_minutes(start, now)), None, "min", now)

"""Facts about the readings of the form and about leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.payloads_readings import Degree
from fanlight.care.sessions.schedule import Occurrence, occurrences
from fanlight.care.sessions.state import SessionState
from fanlight.care.sessions.stated import stated
from fanlight.core.answers import all_of
from fanlight.core.facts import Fact
from fanlight.core.session_plan import Anchor, Measure, SessionPlan

_K = EventKind


_PRESSURES = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)


def readings_of_the_form(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Fact]:
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
                yield stated(name, both, None, at=now)
            if not both and (item.missed or now > item.closes_at):
                missed.append(item)
    if missed:
        about = {"R17", *(item.id for item in missed)}
        yield stated("deviation_note_signed", any(said.payload.about in about for said in state.of(_K.EXPLANATION)), None, at=now)


def leaving(state: SessionState) -> Iterator[Fact]:
    ended = state.dosing.ended_at

    def after(kind: EventKind) -> Entry | None:
        last = state.last(kind)
        return last if last is not None and ended is not None and last.at >= ended and last.is_time_sound else None

    if (seen := after(_K.ORIENTATION)) is not None:
        known = all_of((seen.payload.person, seen.payload.place, seen.payload.date))
        if known is not None:
            yield stated("oriented", known, seen)
    if (seen := after(_K.NAUSEA)) is not None:
        found = seen.payload
        calm = found.is_controlled if found.is_controlled is not None else (True if found.degree is Degree.NONE else None)
        if found.is_controlled is None and found.is_vomiting:
            calm = False
        if calm is not None:
            yield stated("nausea_controlled", calm, seen)
    if (seen := after(_K.GAIT)) is not None:
        yield stated("gait_steady", seen.payload.is_steady, seen)
    if ended is not None:
        asked = after(_K.CSSRS_ASKED)
        if asked is not None:
            yield stated("cssrs_re_asked", True, asked)
    if (said := state.last(_K.ESCORT)) is not None:
        yield stated("escort_present", said.payload.is_present, said)
    plans = state.of(_K.WRITTEN_PLAN)
    if plans:
        yield stated("written_plan_given", True, plans[-1])
    told = [entry for entry in plans if entry.payload.no_driving_understood is not None]
    if told:
        yield stated("no_driving_told", told[-1].payload.no_driving_understood, told[-1])

"""How a condition of leaving is looked at: what speaks for now, and what is too old, too early or in doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.care.sessions.words import ago, label, with_unit
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


@dataclass(frozen=True, slots=True)
class Found:
    """What looking at one condition found: true, false or None for unknown; why; what is missing; from which events."""

    answer: bool | None
    because: str
    missing: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of leaving: its name, its words, who can supply what is missing, and how it is looked at."""

    id: str
    label: str
    who: str
    look: Callable[[SessionState, SessionPlan, datetime], Found]


def no_number(name: str) -> Found:
    return Found(None, "The protocol gives no number for this.", (name,))


def _since_drug(state: SessionState, plan: SessionPlan, moment: datetime, now: datetime, what: str) -> str | None:
    """Why something seen at `moment` says nothing about leaving now; None where it does."""
    ended = state.dosing.ended_at
    if ended is None:
        return "The drug has not ended." if state.dosing.has_begun else "No drug is recorded."
    if moment < ended:
        return f"{what} at {state.clock(moment)}, before the drug ended at {state.clock(ended)}."
    oldest = parameter(plan, "reading_max_age_minutes")
    if oldest is None:
        return "No number says how old a reading may be."
    if now - moment > timedelta(minutes=float(oldest)):
        return f"{what} at {state.clock(moment)}, {ago(moment, now)}: too old to say."
    return None


def fresh(state: SessionState, plan: SessionPlan, now: datetime, measure: Measure) -> Reading | Found:
    """The latest value of a measure if it speaks for now, else why it does not."""
    values = [reading for reading in state.readings.get(measure, ()) if reading.at <= now]
    if not values:
        return Found(None, f"{label(measure)} was never taken.", (measure.value,))
    last = values[-1]
    ids = last.entry.sources
    if not last.is_signal:
        return Found(None, f"{label(measure)}: no signal at {state.clock(last.at)}.", (measure.value,), ids, last.at)
    what = f"{label(measure)} {with_unit(measure, last.value)}"
    if not last.can_reassure:
        return Found(None, f"{what} at {state.clock(last.at)} cannot be relied on: repeat it.", (measure.value,), ids, last.at)
    stale = _since_drug(state, plan, last.at, now, what)
    return Found(None, stale, (measure.value,), ids, last.at) if stale else last


def last_seen(state: SessionState, plan: SessionPlan, now: datetime, kind: EventKind, what: str) -> Entry | Found:
    """The latest event of a kind if it speaks for now, else why it does not."""
    found = [entry for entry in state.of(kind) if entry.at <= now]
    if not found:
        return Found(None, f"{what}: nobody has looked.", (kind.value,))
    last = found[-1]
    if not last.is_time_sound:
        return Found(None, f"{what}: the time it was seen is in doubt.", (kind.value,), last.sources, last.at)
    stale = _since_drug(state, plan, last.at, now, what)
    return Found(None, stale, (kind.value,), last.sources, last.at) if stale else last


def in_words(reading: Reading, state: SessionState) -> str:
    return f"{label(reading.measure)} {with_unit(reading.measure, reading.value)} at {state.clock(reading.at)}"


def found_in(reading: Reading, answer: bool | None, because: str, missing: tuple[str, ...] = ()) -> Found:
    return Found(answer, because, missing, reading.entry.sources, reading.at)

"""Events as they stand now: corrected, their clocks set right, in the order they happened.

A tablet's time is a claim (CLK-2). It is corrected by the offset seen when it was sent; where it still lies in the
future, or before the patient arrived, the event stays in the record and is not relied on until somebody says when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from fanlight.care.sessions.events import Event, corrected_payload
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.core.errors import InputError
from fanlight.core.instants import as_utc
from fanlight.core.session_plan import SessionPlan


class TimeDoubt(StrEnum):
    """Why the time of an event is not what its device said."""

    CLOCK_OFF = "clock_off"
    IN_FUTURE = "in_future"
    BEFORE_ARRIVAL = "before_arrival"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with all corrections known so far.

    `at` is the corrected time it happened, `entered_at` the corrected time it was written. `amended_by` names the
    corrections, in order. `is_late`: written down long after it happened. `is_time_sound`: `at` may be relied on.
    """

    event: Event
    payload: Any
    at: datetime
    entered_at: datetime
    amended_by: tuple[str, ...] = ()
    is_struck: bool = False
    is_late: bool = False
    doubts: tuple[TimeDoubt, ...] = ()

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def kind(self) -> EventKind:
        return self.event.kind

    @property
    def is_time_sound(self) -> bool:
        """True where the corrected time may be relied on; a clock that was off has been corrected."""
        return TimeDoubt.IN_FUTURE not in self.doubts and TimeDoubt.BEFORE_ARRIVAL not in self.doubts

    @property
    def sources(self) -> tuple[str, ...]:
        """The event and its corrections, for a line that must be traceable."""
        return (self.event.id, *self.amended_by)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the corrections could not do: a correction that names no event here, or that is no valid payload."""

    dangling: tuple[Event, ...] = ()
    invalid: tuple[Event, ...] = ()


_NOT_BEFORE_ARRIVAL = frozenset(
    {
        EventKind.VITALS,
        EventKind.SEDATION,
        EventKind.DISSOCIATION,
        EventKind.DISTRESS,
        EventKind.ORIENTATION,
        EventKind.GAIT,
        EventKind.NAUSEA,
        EventKind.STARTED,
        EventKind.DOSE_GIVEN,
        EventKind.DEVICE_TAKEN,
        EventKind.STOPPED,
    }
)


def entries_of(events: Iterable[Event], plan: SessionPlan, known_at: datetime | None = None) -> tuple[tuple[Entry, ...], Corrections]:
    """Every event known by `known_at` (None: all), corrected, in the order things happened; struck ones are kept, marked.

    The order of arrival does not matter, and an event that arrives twice is there once.
    """
    limit = None if known_at is None else as_utc(known_at)
    known = {event.id: event for event in events if limit is None or event.known_at <= limit}
    amendments = sorted((event for event in known.values() if event.kind is EventKind.AMENDED), key=_written)
    by_target, corrections = _applied(amendments, known)
    made = [_entry(event, by_target.get(event.id, ()), plan) for event in known.values() if event.kind is not EventKind.AMENDED]
    entries, bad = [entry for entry, _ in made], [wrong for _, wrongs in made for wrong in wrongs]
    arrived = min((entry.at for entry in entries if entry.kind is EventKind.CHECKED_IN and not entry.is_struck), default=None)
    if arrived is not None:
        entries = [_doubt_before(entry, arrived) for entry in entries]
    entries.sort(key=lambda entry: (entry.at, entry.entered_at, entry.event.id))
    return tuple(entries), Corrections(corrections, tuple(sorted(bad, key=lambda event: event.id)))


def _written(event: Event) -> tuple[datetime, datetime, str]:
    return (event.known_at, event.entered_at, event.id)


def _applied(amendments: Sequence[Event], known: dict[str, Event]) -> tuple[dict[str, tuple[Event, ...]], tuple[Event, ...]]:
    """Standing amendments by the event they correct. Striking an amendment undoes it."""
    undone: set[str] = set()
    for amendment in reversed(amendments):
        target = known.get(amendment.payload.amends)
        if amendment.id not in undone and amendment.payload.is_struck and target is not None and target.kind is EventKind.AMENDED:
            undone.add(target.id)
    by_target: dict[str, tuple[Event, ...]] = {}
    dangling: list[Event] = []
    for amendment in amendments:
        if amendment.id in undone:
            continue
        target = known.get(amendment.payload.amends)
        if target is None or (target.kind is EventKind.AMENDED and not amendment.payload.is_struck):
            dangling.append(amendment)
        elif target.kind is not EventKind.AMENDED:
            by_target[target.id] = (*by_target.get(target.id, ()), amendment)
    return by_target, tuple(dangling)


def _entry(event: Event, amendments: Sequence[Event], plan: SessionPlan) -> tuple[Entry, list[Event]]:
    payload, claimed, offset_of, known_at, struck = event.payload, event.taken_at, event, event.known_at, False
    names: list[str] = []
    invalid: list[Event] = []
    for amendment in amendments:
        correction = amendment.payload
        try:
            corrected = corrected_payload(correction, event.kind)
        except InputError:
            invalid.append(amendment)
            continue
        names.append(amendment.id)
        struck = struck or correction.is_struck
        payload = payload if corrected is None else corrected
        if correction.taken_at is not None:
            claimed, offset_of, known_at = correction.taken_at, amendment, amendment.known_at
    at, doubts = _corrected_time(claimed, offset_of.clock_offset_seconds, known_at, plan)
    entered = event.entered_at - timedelta(seconds=event.clock_offset_seconds or 0)
    late_minutes = parameter(plan, "late_entry_minutes")
    is_late = late_minutes is not None and event.known_at - at > timedelta(minutes=float(late_minutes))
    return Entry(event, payload, at, entered, tuple(names), struck, is_late, doubts), invalid


def _corrected_time(claimed: datetime, offset: int | None, known_at: datetime, plan: SessionPlan) -> tuple[datetime, tuple[TimeDoubt, ...]]:
    allowed = parameter(plan, "clock_offset_max_seconds")
    slack = timedelta(seconds=float(allowed)) if allowed is not None else timedelta(0)
    at = as_utc(claimed) - timedelta(seconds=offset or 0)
    doubts: tuple[TimeDoubt, ...] = ()
    if offset and abs(timedelta(seconds=offset)) > slack:
        doubts = (TimeDoubt.CLOCK_OFF,)
    if at - known_at > slack:
        return as_utc(known_at), (*doubts, TimeDoubt.IN_FUTURE)
    return min(at, as_utc(known_at)), doubts


def _doubt_before(entry: Entry, arrived: datetime) -> Entry:
    if entry.at >= arrived or entry.kind not in _NOT_BEFORE_ARRIVAL:
        return entry
    return Entry(
        entry.event,
        entry.payload,
        entry.at,
        entry.entered_at,
        entry.amended_by,
        entry.is_struck,
        entry.is_late,
        (*entry.doubts, TimeDoubt.BEFORE_ARRIVAL),
    )

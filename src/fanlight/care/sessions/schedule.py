"""The readings a plan asks for, as single occurrences with their windows, and which of them were taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.core.session_plan import Anchor, Measure, ReadingTime, SessionPlan

_ASKED_OF_PATIENT = frozenset({Measure.DISSOCIATION_0_10, Measure.DISTRESS_0_10})


class Closing(StrEnum):
    """How one measure of one due reading was settled."""

    TAKEN = "taken"
    RESTING = "resting"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due reading: window from `opens_at` to `closes_at`, both included; and what settled each of its measures.

    `outstanding` has no reading, no "resting, not asked" and no "missed, because".
    """

    id: str
    reading: ReadingTime
    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    settled: tuple[tuple[Measure, Closing, str], ...]
    outstanding: tuple[Measure, ...]

    @property
    def missed(self) -> tuple[Measure, ...]:
        """Measures closed by "missed, because"."""
        return tuple(measure for measure, closing, _ in self.settled if closing is Closing.MISSED)

    def was_taken(self, measure: Measure) -> bool:
        """True when this measure was read inside the window."""
        return any(found is measure and closing is Closing.TAKEN for found, closing, _ in self.settled)


def occurrences(state: SessionState, plan: SessionPlan, until: datetime) -> tuple[Occurrence, ...]:
    """Every reading due by `until`, and the next one of each kind after it, in order of time.

    A reading whose anchor has not happened is not due yet. Repeating readings stop when the session ends.
    """
    end = state.end.at if state.end is not None else None
    found = [item for reading in plan.readings for item in _of(reading, state, until, end)]
    return tuple(sorted(found, key=lambda item: (item.due_at, item.id)))


def _of(reading: ReadingTime, state: SessionState, until: datetime, end: datetime | None) -> Iterator[Occurrence]:
    start = state.anchor(reading.anchor)
    if start is None:
        return
    first = start + timedelta(minutes=reading.minutes)
    step = timedelta(minutes=reading.every) if reading.every else None
    number = 0
    while True:
        due_at = first + step * number if step else first
        opens_at = due_at - timedelta(minutes=reading.early)
        if end is not None and opens_at > end:
            return
        closes_at = due_at + timedelta(minutes=reading.late)
        drug = state.dosing.first_at
        if reading.anchor is Anchor.CHECK_IN and drug is not None and reading.minutes == 0:
            closes_at = min(closes_at, drug)  # a reading before the dose cannot be taken after it
        name = reading.id if step is None else f"{reading.id}:{number + 1}"
        yield _settled(name, reading, state, due_at, opens_at, closes_at, step)
        if step is None or due_at > until:
            return
        number += 1


def _settled(
    name: str, reading: ReadingTime, state: SessionState, due_at: datetime, opens_at: datetime, closes_at: datetime, step: timedelta | None
) -> Occurrence:
    settled: list[tuple[Measure, Closing, str]] = []
    outstanding: list[Measure] = []
    missed = {}
    for entry in state.of(EventKind.MISSED_BECAUSE):
        if name in entry.payload.readings:
            for measure in entry.payload.measures or reading.measures:
                missed[measure] = entry.id
    for measure in reading.measures:
        taken = _taken(state.readings.get(measure, ()), due_at, opens_at, closes_at, step)
        if taken is not None:
            settled.append((measure, Closing.TAKEN, taken.entry.id))
        elif (resting := _resting(state, measure, opens_at, closes_at)) is not None:
            settled.append((measure, Closing.RESTING, resting))
        elif measure in missed:
            settled.append((measure, Closing.MISSED, missed[measure]))
        else:
            outstanding.append(measure)
    return Occurrence(name, reading, due_at, opens_at, closes_at, tuple(settled), tuple(outstanding))


def _taken(
    values: tuple[Reading, ...], due_at: datetime, opens_at: datetime, closes_at: datetime, step: timedelta | None
) -> Reading | None:
    """A sound reading in the window; of a repeating reading, one that is not nearer to its neighbour."""
    for value in values:
        if not value.is_signal or not value.entry.is_time_sound or not opens_at <= value.at <= closes_at:
            continue
        if step is None or abs(value.at - due_at) * 2 <= step:
            return value
    return None


def _resting(state: SessionState, measure: Measure, opens_at: datetime, closes_at: datetime) -> str | None:
    """The patient rested, rousable, and was not asked: closes only what must be asked of the patient."""
    if measure not in _ASKED_OF_PATIENT:
        return None
    for entry in state.of(EventKind.RESTING_NOT_ASKED):
        if entry.payload.is_rousable and measure in entry.payload.measures and opens_at <= entry.at <= closes_at:
            return entry.id
    return None

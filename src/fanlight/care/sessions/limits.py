"""Readings held against the signed limits of the plan, as episodes: from the first reading past a limit to the first back inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from fanlight.care.sessions.state import Reading, SessionState
from fanlight.core.session_plan import Limit, Measure, Relation, Response, SessionPlan


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch of readings past one limit.

    `readings` are those past it. `settled_by` is the first sound reading back inside (None: it still stands).
    `is_stop`: it asks for the drug to be stopped; a REPEAT limit does so once a second reading is past it.
    `repeat_due_at`: a repeat is called for by then (None: none is).
    """

    limit: Limit
    readings: tuple[Reading, ...]
    settled_by: Reading | None

    @property
    def id(self) -> str:
        """Stable name: the limit and the event that opened it."""
        return f"{self.limit.id}:{self.readings[0].entry.id}"

    @property
    def measure(self) -> Measure:
        return self.limit.measure

    @property
    def last(self) -> Reading:
        """The latest reading past the limit."""
        return self.readings[-1]

    @property
    def is_settled(self) -> bool:
        return self.settled_by is not None

    @property
    def is_confirmed(self) -> bool:
        """True when a second reading said the same."""
        return len(self.readings) > 1

    @property
    def is_stop(self) -> bool:
        """True when the limit asks for the drug to be stopped now."""
        return self.limit.response is Response.STOP or (self.limit.response is Response.REPEAT and self.is_confirmed)

    @property
    def repeat_due_at(self) -> datetime | None:
        """By when the reading must be taken again: at once where the drug must stop on one reading."""
        if self.is_confirmed and self.limit.response is not Response.HOLD:
            return None
        within = self.limit.repeat_within_minutes
        if within is not None:
            return self.last.at + timedelta(minutes=within)
        return self.last.at if self.limit.response in (Response.STOP, Response.REPEAT) else None


def is_past(limit: Limit, value: Decimal, baseline: Decimal | None) -> bool | None:
    """Whether a value is past a limit; None for a rise where no value before the dose is known."""
    match limit.relation:
        case Relation.ABOVE:
            return value > limit.value
        case Relation.AT_OR_ABOVE:
            return value >= limit.value
        case Relation.BELOW:
            return value < limit.value
        case Relation.AT_OR_BELOW:
            return value <= limit.value
        case Relation.RISE_AT_OR_ABOVE:
            return None if baseline is None else value - baseline >= limit.value


def episodes(state: SessionState, plan: SessionPlan) -> tuple[Episode, ...]:
    """Every episode of every limit, in the order they began.

    A lead off settles nothing. A reading with a doubtful time or a suspected artefact opens an episode and settles none.
    """
    found = [episode for limit in plan.limits for episode in _of(limit, state)]
    return tuple(sorted(found, key=lambda episode: (episode.readings[0].at, episode.id)))


def unjudged_rises(state: SessionState, plan: SessionPlan) -> tuple[Limit, ...]:
    """Limits on a rise that cannot be judged, because there is no value before the dose and there are values since."""
    return tuple(
        limit
        for limit in plan.limits
        if limit.relation is Relation.RISE_AT_OR_ABOVE
        and state.dosing.has_begun
        and state.baseline(limit.measure) is None
        and any(_in_phase(limit, reading, state) for reading in state.readings.get(limit.measure, ()))
    )


def _of(limit: Limit, state: SessionState) -> Iterator[Episode]:
    baseline = state.baseline(limit.measure) if limit.relation is Relation.RISE_AT_OR_ABOVE else None
    base = baseline.value if baseline else None
    past: list[Reading] = []
    for reading in state.readings.get(limit.measure, ()):
        if not reading.is_signal or not _in_phase(limit, reading, state):
            continue
        if is_past(limit, reading.value, base):
            past.append(reading)
        elif past and reading.can_reassure:
            yield Episode(limit, tuple(past), reading)
            past = []
    if past:
        yield Episode(limit, tuple(past), None)


def _in_phase(limit: Limit, reading: Reading, state: SessionState) -> bool:
    first = state.dosing.first_at
    is_before = first is None or reading.at <= first
    return is_before if limit.phase == "pre_dose" else not is_before

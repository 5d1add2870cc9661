"""The plan of a course: dates with their windows, therapy in its window, measures, decisions, and what had to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fanlight.care.protocols.follow_up import TherapyKind


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session on its date. `first` and `last` bound the dates it may have; `held` is True for one already given."""

    number: int
    phase_id: str
    on: date
    first: date
    last: date
    observation_minutes: int
    held: bool = False
    entered_when: str = ""


@dataclass(frozen=True, slots=True)
class TherapySlot:
    """Where a therapy session belongs: its window (UTC), the first time in it that fits the clinic's hours, or why none does."""

    rule_id: str
    kind: TherapyKind
    after_session: int
    opens_at: datetime
    closes_at: datetime
    minutes: int
    suggested_at: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DueMeasure:
    """A scale due on a date, and the dates on which it still counts."""

    scale: str
    due_on: date
    first: date
    last: date
    because: str
    is_baseline: bool = False
    """Wanted once before the first dose, and not on that day alone."""


@dataclass(frozen=True, slots=True)
class DueDecision:
    """A question to be answered before the course goes on: due on the day of the session it follows."""

    id: str
    question: str
    owner: str
    choices: tuple[str, ...]
    after_session: int
    due_on: date
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A session that could not stay on the date of its rhythm."""

    number: int
    from_date: date
    to_date: date
    why: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A session that found no date: the window it had, and why each day in it would not do."""

    number: int
    phase_id: str
    first: date
    last: date
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """A whole course as it would be booked. `unplaced` is set where the calendar leaves no date that keeps the protocol."""

    protocol_id: str
    protocol_version: str
    calendar_id: str
    start: date
    sessions: tuple[PlannedSession, ...]
    therapy: tuple[TherapySlot, ...]
    measures: tuple[DueMeasure, ...]
    decisions: tuple[DueDecision, ...]
    moved: tuple[Move, ...]
    unplaced: Unplaced | None = None

    @property
    def is_complete(self) -> bool:
        """True when every session found a date."""
        return self.unplaced is None

    def session(self, number: int) -> PlannedSession | None:
        """The session with this number, or None."""
        return next((session for session in self.sessions if session.number == number), None)

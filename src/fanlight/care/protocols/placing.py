"""Putting the sessions of a course on dates, so that every window of the protocol is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fanlight.care.protocols.ceilings import FrequencyCeiling
from fanlight.care.protocols.phases import AtMost, Phase

_LATEST_START_DAYS = 31
_MOST_DEAD_ENDS = 1500
"""Ways tried before the search is given up: a year of visits that meets a shut month has more than anybody would wait for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One session still to be put on a date: its number in the course (from 1) and in its phase (from 1)."""

    number: int
    phase: Phase
    number_in_phase: int

    @property
    def usual_days(self) -> int:
        """Days from the session before, as the phase's pattern has it."""
        pattern = self.phase.interval.usual_days
        return pattern[(self.number_in_phase - 2) % len(pattern)] if self.number_in_phase > 1 else pattern[0]


@dataclass(frozen=True, slots=True)
class Placed:
    """A session on a date. `wanted` is the date of the rhythm; `first` and `last` bound where it could have gone."""

    slot: Slot
    on: date
    wanted: date
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Placement:
    """The dates found. `stuck` is the first session that found none, with the window it had; None where all found one."""

    placed: tuple[Placed, ...]
    stuck: Slot | None = None
    stuck_first: date | None = None
    stuck_last: date | None = None


def place(
    slots: Sequence[Slot],
    start: date,
    why_not: Callable[[date], str | None],
    ceiling: FrequencyCeiling | None = None,
    *,
    held: Sequence[date] = (),
    fixed: Mapping[int, date] | None = None,
) -> Placement:
    """Dates for the slots after those already `held`, nearest to the protocol's rhythm.

    Every gap lies between the phase's least and most days, and no frequency of a phase or of the ceiling is passed. `fixed`
    sets the date of some sessions; they are taken as they are. Where no dates do, or none is found among very many ways, the
    longest beginning that does is given.
    """
    look_back = max([7, *(slot.phase.at_most.days for slot in slots if slot.phase.at_most is not None)])
    most_days = [0]
    for slot in reversed(slots):
        most_days.append(most_days[-1] + slot.phase.interval.maximum_days)
    search = _Search(slots, start, why_not, ceiling, tuple(held), fixed or {}, look_back, tuple(reversed(most_days)))
    found = search.after(len(held), tuple(held), held[-1] if held else start)
    if found is not None:
        return Placement(found)
    return search.longest()


@dataclass(slots=True)
class _Search:
    slots: Sequence[Slot]
    start: date
    why_not: Callable[[date], str | None]
    ceiling: FrequencyCeiling | None
    held: tuple[date, ...]
    fixed: Mapping[int, date]
    look_back_days: int
    most_days_from: tuple[int, ...]
    dead: set[tuple[int, tuple[date, ...], date, date | None]] | None = None
    best: tuple[Placed, ...] = ()
    best_stuck: tuple[Slot, date, date] | None = None

    def after(self, index: int, dates: tuple[date, ...], wanted_before: date, so_far: tuple[Placed, ...] = ()) -> tuple[Placed, ...] | None:
        if index == len(self.slots):
            return so_far
        if self.dead is None:
            self.dead = set()
        state = (index, self._recent(dates), wanted_before, self._start_that_matters(index, dates))
        if state in self.dead or len(self.dead) >= _MOST_DEAD_ENDS:
            return None
        slot = self.slots[index]
        wanted, first, last = self._window(slot, dates, wanted_before)
        for day in self._candidates(slot, dates, wanted, first, last):
            # The rhythm is counted from where the first session really lies: one wanted on a shut Saturday makes no course of Saturdays.
            found = self.after(index + 1, (*dates, day), wanted if dates else day, (*so_far, Placed(slot, day, wanted, first, last)))
            if found is not None:
                return found
        self.dead.add(state)
        if self.best_stuck is None or len(so_far) > len(self.best):
            self.best, self.best_stuck = so_far, (slot, first, last)
        return None

    def _recent(self, dates: tuple[date, ...]) -> tuple[date, ...]:
        """The dates that can still count towards a frequency: two searches that agree on these have the same future."""
        return tuple(day for day in dates if (dates[-1] - day).days < self.look_back_days)

    def _start_that_matters(self, index: int, dates: tuple[date, ...]) -> date | None:
        """The first date, where the course may still reach the day from which it is held to weekly; else None."""
        limit = None if self.ceiling is None else self.ceiling.weekly_after_day
        if limit is None or not dates:
            return None
        furthest = (dates[-1] - dates[0]).days + self.most_days_from[index]
        return dates[0] if furthest >= limit else None

    def longest(self) -> Placement:
        assert self.best_stuck is not None
        return Placement(self.best, *self.best_stuck)

    def _window(self, slot: Slot, dates: tuple[date, ...], wanted_before: date) -> tuple[date, date, date]:
        if not dates:
            return self.start, self.start, self.start + timedelta(days=_LATEST_START_DAYS)
        interval = slot.phase.interval
        before = dates[-1]
        drifted = abs((before - wanted_before).days) * 2 >= slot.usual_days
        wanted = (before if drifted else wanted_before) + timedelta(days=slot.usual_days)
        first, last = before + timedelta(days=interval.minimum_days), before + timedelta(days=interval.maximum_days)
        return wanted, first, last

    def _candidates(self, slot: Slot, dates: tuple[date, ...], wanted: date, first: date, last: date) -> list[date]:
        if slot.number in self.fixed:
            return [self.fixed[slot.number]]
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        fitting = [day for day in days if self.why_not(day) is None and self._keeps_frequency(slot, dates, day)]
        return sorted(fitting, key=lambda day: (abs((day - wanted).days), day < wanted))

    def _keeps_frequency(self, slot: Slot, dates: tuple[date, ...], day: date) -> bool:
        return keeps_at_most(slot.phase.at_most, dates, day) and (self.ceiling is None or self.ceiling.allows(dates, day))


def keeps_at_most(limit: AtMost | None, dates: Sequence[date], day: date) -> bool:
    """True when a session on `day` leaves no more than the limit's sessions on the limit's dates ending that day."""
    if limit is None:
        return True
    return sum((day - other).days < limit.days for other in dates) < limit.sessions

"""What follows from a changed date: other dates, the protocol's words on missed visits, what would break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fanlight.care.protocols.ceilings import DefaultCeilings, frequency_ceiling
from fanlight.care.protocols.course import CoursePlan
from fanlight.care.protocols.follow_up import MissedAnswer
from fanlight.care.protocols.placing import keeps_at_most
from fanlight.care.protocols.protocol import Protocol


@dataclass(frozen=True, slots=True)
class DateChange:
    """A session whose date would change. None: it had no date, or would lose it."""

    number: int
    from_date: date | None
    to_date: date | None


def keeps_frequency(
    before: CoursePlan, protocol: Protocol, ceilings: DefaultCeilings, number: int, to: date, elsewhere: Sequence[date]
) -> bool:
    """True when a session on a date keeps to the phase's own frequency and to the ceiling."""
    session = before.session(number)
    phase = None if session is None else protocol.phase(session.phase_id)
    dates = [item.on for item in before.sessions if item.number < number]
    ceiling = frequency_ceiling(protocol, ceilings, dates[0] if dates else to, elsewhere)
    keeps_phase = phase is None or keeps_at_most(phase.at_most, dates, to)
    return keeps_phase and (ceiling is None or ceiling.allows(dates, to))


def changes(before: CoursePlan, after: CoursePlan) -> tuple[DateChange, ...]:
    """Sessions whose date differs between two plans."""
    old, new = ({item.number: item.on for item in course.sessions} for course in (before, after))
    return tuple(DateChange(n, old.get(n), new.get(n)) for n in sorted({*old, *new}) if old.get(n) != new.get(n))


def missed_words(protocol: Protocol, phase_id: str, is_worse: bool) -> tuple[str, ...]:
    """The protocol's own words on a missed visit of a phase."""
    return tuple(
        rule.text
        for rule in protocol.follow_up.missed_visits
        if phase_id in rule.phases and rule.after_intervals is None and (is_worse or not rule.when_worse)
    )


def gap_words(protocol: Protocol, phase_id: str, before: CoursePlan, number: int, to: date) -> tuple[str, ...]:
    """The review that a gap of several intervals asks for, counted from the session before."""
    last = before.session(number - 1)
    phase = protocol.phase(phase_id)
    if last is None or phase is None:
        return ()
    usual = max(phase.interval.usual_days)
    return tuple(
        rule.text
        for rule in protocol.follow_up.missed_visits
        if rule.answer is MissedAnswer.REVIEW
        and phase_id in rule.phases
        and rule.after_intervals is not None
        and (to - last.on).days >= rule.after_intervals * usual
    )


def stuck(after: CoursePlan) -> tuple[str, ...]:
    """A session that would lose its date, said plainly."""
    if after.unplaced is None:
        return ()
    lost = after.unplaced
    return (f"Session {lost.number} would find no date from {lost.first.isoformat()} to {lost.last.isoformat()}.",)

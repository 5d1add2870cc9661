"""What a missed or moved session does to the rest of a course, worked out before anybody accepts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from fanlight.care.protocols.calendar import ClinicCalendar
from fanlight.care.protocols.ceilings import DefaultCeilings
from fanlight.care.protocols.consequences import DateChange, changes, gap_words, keeps_frequency, missed_words, stuck
from fanlight.care.protocols.course import CoursePlan, PlannedSession
from fanlight.care.protocols.errors import ProtocolError
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.schedule import plan


@dataclass(frozen=True, slots=True)
class Change:
    """What a change would do. Nothing is changed until a person accepts `after`.

    `suggestions` are the protocol's own words on missed visits; `problems` say what the change would break.
    """

    after: CoursePlan
    changes: tuple[DateChange, ...]
    suggestions: tuple[str, ...]
    problems: tuple[str, ...]


def if_moved(
    before: CoursePlan,
    protocol: Protocol,
    calendar: ClinicCalendar,
    ceilings: DefaultCeilings,
    *,
    number: int,
    to: date,
    booked: Mapping[date, int] | None = None,
    elsewhere: Sequence[date] = (),
) -> Change:
    """The course with one session moved to a date: earlier sessions stay, later ones follow.

    A date outside the session's window is a problem, said plainly, and still drawn. Errors: FAN-PROT-004 for no such session, or
    one already held.
    """
    session = _movable(before, number)
    anew = _anew(before, protocol, calendar, ceilings, booked, elsewhere)
    fixed = {item.number: item.on for item in before.sessions if item.number < number and not item.held}
    after = anew(fixed={**fixed, number: to})
    problems = []
    shut = calendar.why_not(to, booked)
    if shut is not None:
        problems.append(f"On {to.isoformat()} {shut}.")
    if not session.first <= to <= session.last:
        window = f"{session.first.isoformat()} to {session.last.isoformat()}"
        asks = _asked(protocol, session)
        problems.append(f"{to.isoformat()} is outside the window of session {number}: {window}{asks}.")
    if not keeps_frequency(before, protocol, ceilings, number, to, elsewhere):
        problems.append(f"On {to.isoformat()} it would be more often than the protocol or the frequency ceiling (R16) allows.")
    return Change(after, changes(before, after), gap_words(protocol, session.phase_id, before, number, to), (*problems, *stuck(after)))


def if_missed(
    before: CoursePlan,
    protocol: Protocol,
    calendar: ClinicCalendar,
    ceilings: DefaultCeilings,
    *,
    number: int,
    today: date,
    is_worse: bool = False,
    booked: Mapping[date, int] | None = None,
    elsewhere: Sequence[date] = (),
) -> Change:
    """The course when a session was not held: it takes the next date that fits, from tomorrow on, and the rest follow.

    `is_worse` says that symptoms are returning, which some protocols answer by a step back in spacing.
    """
    session = _movable(before, number)
    anew = _anew(before, protocol, calendar, ceilings, booked, elsewhere)
    fixed = {item.number: item.on for item in before.sessions if item.number < number and not item.held}
    tomorrow = today + timedelta(days=1)
    earliest = max(tomorrow, session.on + timedelta(days=1))
    open_days = [day for n in range(_LOOK_AHEAD_DAYS) if calendar.why_not(day := earliest + timedelta(days=n), booked) is None]
    to = _next_date(open_days, earliest, lambda day: not before.is_complete or anew(fixed={**fixed, number: day}).is_complete)
    after = anew(fixed={**fixed, number: to})
    said = missed_words(protocol, session.phase_id, is_worse) + gap_words(protocol, session.phase_id, before, number, to)
    late = () if to <= session.last else (f"Session {number} would fall after the end of its window ({session.last.isoformat()}).",)
    return Change(after, changes(before, after), said, (*late, *stuck(after)))


_LOOK_AHEAD_DAYS = 60


def _next_date(open_days: Sequence[date], earliest: date, fits: Callable[[date], bool]) -> date:
    """The first open date from which the rest of the course still fits; else the first open date."""
    return next((day for day in open_days[:7] if fits(day)), open_days[0] if open_days else earliest)


def _anew(
    before: CoursePlan,
    protocol: Protocol,
    calendar: ClinicCalendar,
    ceilings: DefaultCeilings,
    booked: Mapping[date, int] | None,
    elsewhere: Sequence[date],
) -> Callable[..., CoursePlan]:
    """The same course planned again: what was held stays, it is as long as before, and `fixed` says what keeps its date."""
    held = [item.on for item in before.sessions if item.held]
    length = _length(before)
    return partial(
        plan, protocol, before.start, calendar, ceilings, booked=booked, held=held, elsewhere=elsewhere, sessions_at_least=length
    )


def _length(before: CoursePlan) -> int:
    """How many sessions the course was planned to hold, with the one that found no date."""
    return max(len(before.sessions), before.unplaced.number if before.unplaced else 0)


def _asked(protocol: Protocol, session: PlannedSession) -> str:
    """Which rule of the protocol makes the window of a session that has one before it."""
    phase = protocol.phase(session.phase_id)
    if phase is None or session.number == 1:
        return ""
    least, most = phase.interval.minimum_days, phase.interval.maximum_days
    return f" (the protocol asks {least} to {most} days after the session before, in {phase.title})"


def _movable(before: CoursePlan, number: int) -> PlannedSession:
    session = before.session(number)
    if session is None or session.held:
        raise ProtocolError(
            "FAN-PROT-004",
            f"Cannot move session {number} of {before.protocol_id}",
            "it has been held" if session is not None else "the plan has no such session",
            "Choose a session that is still to come.",
        )
    return session

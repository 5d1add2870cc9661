"""Planning a course on the clinic's calendar. A plan suggests; it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from fanlight.care.protocols.calendar import ClinicCalendar
from fanlight.care.protocols.ceilings import DefaultCeilings, FrequencyCeiling, frequency_ceiling
from fanlight.care.protocols.course import CoursePlan, Move, PlannedSession, Unplaced
from fanlight.care.protocols.phases import Phase
from fanlight.care.protocols.placing import Placed, Placement, Slot, keeps_at_most, place
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.windows import due_decisions, due_measures, therapy_slots


def plan(
    protocol: Protocol,
    start: date,
    calendar: ClinicCalendar,
    ceilings: DefaultCeilings,
    *,
    booked: Mapping[date, int] | None = None,
    held: Sequence[date] = (),
    fixed: Mapping[int, date] | None = None,
    elsewhere: Sequence[date] = (),
    sessions_at_least: int = 0,
) -> CoursePlan:
    """The dates of a course from `start`, with therapy, measures and decisions.

    `booked` is how many chairs are already taken on a date; `held` the dates of sessions already given, in order; `fixed` the
    dates some later sessions are to keep; `elsewhere` the dates of earlier sessions of the drug outside this course, which count
    towards the frequency ceiling. Every gap and frequency of the protocol is kept; where the calendar leaves no date
    for a session, the plan ends before it and `unplaced` says why. An open-ended last phase is planned to its first review, or on
    until the course holds `sessions_at_least`.
    """
    slots = course_slots(protocol, sessions_at_least)
    ceiling = frequency_ceiling(protocol, ceilings, held[0] if held else start, elsewhere)
    found = place(slots, start, lambda day: calendar.why_not(day, booked), ceiling, held=held, fixed=fixed)
    given = tuple(_held(protocol, slot, on) for slot, on in zip(slots, held, strict=False))
    sessions = given + tuple(_planned(protocol, item) for item in found.placed)
    whole = found.stuck is None
    return CoursePlan(
        protocol.id,
        protocol.version,
        calendar.id,
        start,
        sessions,
        therapy_slots(protocol, sessions, calendar, is_whole=whole),
        due_measures(protocol, sessions, is_whole=whole),
        due_decisions(protocol, sessions),
        tuple(_moves(found.placed, held, ceiling, calendar, booked)),
        _unplaced(found, calendar, booked),
    )


def course_slots(protocol: Protocol, at_least: int = 0) -> tuple[Slot, ...]:
    """Every session of a course in order; an open-ended phase holds as many as fall before its first review.

    Where the last phase is open-ended it goes on until the course holds `at_least`.
    """
    slots: list[Slot] = []
    for phase in protocol.phases:
        if not phase.optional:
            slots += [Slot(len(slots) + 1 + n, phase, n + 1) for n in range(sessions_planned(phase))]
    last = open_ended_phase(protocol)
    while last is not None and len(slots) < at_least:
        slots.append(Slot(len(slots) + 1, last, slots[-1].number_in_phase + 1))
    return tuple(slots)


def open_ended_phase(protocol: Protocol) -> Phase | None:
    """The last phase of the course where it has no number of sessions; None where every course comes to an end of itself."""
    every = [phase for phase in protocol.phases if not phase.optional]
    return every[-1] if every and every[-1].session_count is None else None


def plan_until(
    protocol: Protocol,
    start: date,
    calendar: ClinicCalendar,
    ceilings: DefaultCeilings,
    *,
    until: date,
    booked: Mapping[date, int] | None = None,
    held: Sequence[date] = (),
    fixed: Mapping[int, date] | None = None,
    elsewhere: Sequence[date] = (),
) -> CoursePlan:
    """As `plan`, with every session of an open-ended last phase that falls up to a date, that date included."""
    least, last = len(held) + len(fixed or {}), open_ended_phase(protocol)
    if last is not None:
        first = held[0] if held else start
        longest = len(course_slots(protocol)) + max((until - first).days, 0) // max(last.interval.minimum_days, 1)
        far = plan(
            protocol,
            start,
            calendar,
            ceilings,
            booked=booked,
            held=held,
            fixed=fixed,
            elsewhere=elsewhere,
            sessions_at_least=max(longest, least),
        )
        is_stuck = far.unplaced is not None and far.unplaced.first <= until
        least = max(least, len(far.sessions) + 1 if is_stuck else sum(session.on <= until for session in far.sessions))
    return plan(protocol, start, calendar, ceilings, booked=booked, held=held, fixed=fixed, elsewhere=elsewhere, sessions_at_least=least)


def sessions_planned(phase: Phase) -> int:
    """How many sessions of a phase are planned ahead: all of them, or those up to the first review, at least one."""
    count = phase.session_count
    if count is not None:
        return count
    if phase.review_every_days is None:
        return 1
    usual = phase.interval.usual_days
    return max(1, int(phase.review_every_days.value * len(usual)) // sum(usual))


def _held(protocol: Protocol, slot: Slot, on: date) -> PlannedSession:
    return PlannedSession(slot.number, slot.phase.id, on, on, on, protocol.monitoring.observation.minutes, held=True)


def _planned(protocol: Protocol, item: Placed) -> PlannedSession:
    entered = item.slot.phase.entered_when if item.slot.number_in_phase == 1 else ""
    return PlannedSession(
        item.slot.number,
        item.slot.phase.id,
        item.on,
        item.first,
        item.last,
        protocol.monitoring.observation.minutes,
        entered_when=entered,
    )


def _moves(
    placed: Sequence[Placed],
    held: Sequence[date],
    ceiling: FrequencyCeiling | None,
    calendar: ClinicCalendar,
    booked: Mapping[date, int] | None,
) -> list[Move]:
    dates: list[date] = list(held)
    found = []
    for item in placed:
        if item.on != item.wanted:
            found.append(Move(item.slot.number, item.wanted, item.on, _why(item, dates, ceiling, calendar, booked)))
        dates.append(item.on)
    return found


def _why(
    item: Placed, dates: Sequence[date], ceiling: FrequencyCeiling | None, calendar: ClinicCalendar, booked: Mapping[date, int] | None
) -> str:
    shut = calendar.why_not(item.wanted, booked)
    if shut is not None:
        return shut
    if not item.first <= item.wanted <= item.last:
        gap = (item.wanted - dates[-1]).days if dates else 0
        interval = item.slot.phase.interval
        limit = f"at least {interval.minimum_days}" if gap < interval.minimum_days else f"at most {interval.maximum_days}"
        return f"that is {gap} days after the session before; the protocol asks for {limit}"
    if not keeps_at_most(item.slot.phase.at_most, dates, item.wanted) or not (ceiling is None or ceiling.allows(dates, item.wanted)):
        return "it would be more often than the protocol allows"
    return "so that later sessions keep their windows"


def _unplaced(found: Placement, calendar: ClinicCalendar, booked: Mapping[date, int] | None) -> Unplaced | None:
    if found.stuck is None or found.stuck_first is None or found.stuck_last is None:
        return None
    first, last = found.stuck_first, found.stuck_last
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    why = tuple(f"{day.isoformat()}: {calendar.why_not(day, booked) or 'too often, or a later session would not fit'}" for day in days)
    return Unplaced(found.stuck.number, found.stuck.phase.id, first, last, why)

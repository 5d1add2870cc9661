"""What falls due around the sessions of a course: therapy in its window, scales, decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from fanlight.care.protocols.calendar import ClinicCalendar
from fanlight.care.protocols.course import DueDecision, DueMeasure, PlannedSession, TherapySlot
from fanlight.care.protocols.follow_up import MeasureRule, TherapyKind, TherapyRule, When
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.instants import local_to_utc


def therapy_slots(
    protocol: Protocol, sessions: Sequence[PlannedSession], calendar: ClinicCalendar, *, is_whole: bool
) -> tuple[TherapySlot, ...]:
    """The therapy that belongs to each dose, with the first time that fits the clinic's hours.

    `is_whole` is False when the plan ends early, so that no session is known to be the last.
    """
    found: list[TherapySlot] = []
    for rule in protocol.follow_up.therapy:
        if rule.kind is TherapyKind.PREPARATION:
            found += _preparation(rule, sessions[:1], calendar)
            continue
        last = sessions[-1].number if sessions and is_whole else None
        for session in sessions:
            if not rule.after_sessions or session.number in rule.after_sessions or (rule.also_after_last and session.number == last):
                end = dose_end(session.on, calendar)
                found.append(_slot(rule, session.number, end + _hours(rule.opens.exact), end + _hours(rule.closes.exact), calendar))
    return tuple(sorted(found, key=lambda slot: (slot.opens_at, slot.rule_id)))


def dose_end(on: date, calendar: ClinicCalendar) -> datetime:
    """The instant therapy windows of a session are counted from, before the dose has really ended."""
    return local_to_utc(datetime.combine(on, calendar.usual_dose_end), ZoneInfo(calendar.zone), fold=0)


def _preparation(rule: TherapyRule, first: Sequence[PlannedSession], calendar: ClinicCalendar) -> Iterator[TherapySlot]:
    """Preparation before the first dose: the wanted number of sessions, on different days as far as the window allows."""
    if not first:
        return
    dose = dose_end(first[0].on, calendar)
    opens, closes = dose - _hours(rule.opens.exact), dose - _hours(rule.closes.exact)
    wanted = 1 if rule.count is None else int(rule.count.value)
    starts = [start for start, end in calendar.open_spans(opens, closes) if end - start >= timedelta(minutes=int(rule.minutes.value))]
    for number in range(wanted):
        at = starts[number] if number < len(starts) else (starts[-1] if starts else None)
        crowded = number >= len(starts) and bool(starts)
        problem = "No opening hours lie in the window before the first dose." if at is None else ""
        if crowded:
            problem = "Fewer open days lie in the window than preparation sessions."
        yield TherapySlot(rule.id, rule.kind, 0, opens, closes, int(rule.minutes.value), at, problem)


def _slot(rule: TherapyRule, number: int, opens: datetime, closes: datetime, calendar: ClinicCalendar) -> TherapySlot:
    length = timedelta(minutes=int(rule.minutes.value))
    at = next((start for start, end in calendar.open_spans(opens, closes) if end - start >= length), None)
    problem = "" if at is not None else "The window holds no opening hours: decide before the dose is booked."
    return TherapySlot(rule.id, rule.kind, number, opens, closes, int(rule.minutes.value), at, problem)


def due_measures(protocol: Protocol, sessions: Sequence[PlannedSession], *, is_whole: bool) -> tuple[DueMeasure, ...]:
    """Every scale with its date; those counted from the last dose only when the last dose has a date."""
    if not sessions:
        return ()
    found: list[DueMeasure] = []
    for rule in protocol.follow_up.measures:
        found += _measure(rule, sessions, is_whole=is_whole)
    return tuple(sorted(found, key=lambda item: (item.due_on, item.scale, item.because)))


def _measure(rule: MeasureRule, sessions: Sequence[PlannedSession], *, is_whole: bool) -> Iterator[DueMeasure]:
    start, last = sessions[0].on, sessions[-1].on
    match rule.when:
        case When.BASELINE:
            yield replace(_due(rule, start, "before the first dose"), is_baseline=True)
        case When.BEFORE_EACH_DOSE:
            for session in sessions:
                yield _due(rule, session.on, f"before session {session.number}")
        case When.AFTER_EACH_DOSE:
            for session in sessions:
                for day in rule.days or (1,):
                    yield _due(rule, session.on + timedelta(days=day), f"{day} days after session {session.number}")
        case When.DAYS_AFTER_START:
            for day in rule.days:
                yield _due(rule, start + timedelta(days=day), f"day {day} after the first dose")
        case When.DAYS_AFTER_LAST_DOSE:
            for day in rule.days if is_whole else ():
                yield _due(rule, last + timedelta(days=day), f"day {day} after the last dose")
        case When.EVERY_DAYS:
            for every in rule.days:
                for n in range(1, max(1, (last - start).days // every) + 1):
                    yield _due(rule, start + timedelta(days=every * n), f"every {every} days")


def _due(rule: MeasureRule, on: date, because: str) -> DueMeasure:
    around = timedelta(days=rule.within_days)
    return DueMeasure(rule.scale, on, on - around, on + around, because)


def due_decisions(protocol: Protocol, sessions: Sequence[PlannedSession]) -> tuple[DueDecision, ...]:
    """The questions of the course with the session each follows; one whose session has no date yet is not due."""
    found = []
    for rule in protocol.follow_up.decisions:
        of_phase = [session for session in sessions if session.phase_id == rule.phase]
        phase = protocol.phase(rule.phase)
        if rule.after_session is not None:
            after = next(iter(of_phase[rule.after_session - 1 : rule.after_session]), None)
        elif phase is not None and phase.session_count is not None and len(of_phase) < phase.session_count:
            after = None
        else:
            after = of_phase[-1] if of_phase else None
        if after is not None:
            found.append(DueDecision(rule.id, rule.question, rule.owner, rule.choices, after.number, after.on, rule.needs))
    return tuple(sorted(found, key=lambda item: (item.due_on, item.id)))


def _hours(hours: Fraction) -> timedelta:
    return timedelta(seconds=int(hours * 3600))

"""When the first action on a risk answer is due, and when each next person is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.scales.risk import RiskGrade
from fanlight.core.instants import as_utc

OpenHours = Sequence[tuple[datetime, datetime]]
"""The clinic's opening hours ahead, as instants in order: (opens, closes)."""


@dataclass(frozen=True, slots=True)
class DueEscalation:
    """Who is told at which instant (UTC), if nobody has acted by then."""

    to: str
    at: datetime


def first_action_due(grade: RiskGrade, seen_at: datetime, open_hours: OpenHours) -> datetime:
    """The instant (UTC) by which the owner must have acted.

    Working minutes run only while the clinic is open, except that they never run past the end of the hours known: where
    the calendar ahead is too short to hold them, elapsed minutes count instead, which is sooner and so the safer mistake.
    Grades that owe contacts at fixed times give the first of them.
    """
    start = as_utc(seen_at)
    if grade.due_minutes is not None:
        return start + timedelta(minutes=grade.due_minutes)
    if grade.contacts_due_minutes:
        return start + timedelta(minutes=grade.contacts_due_minutes[0])
    wanted = timedelta(minutes=grade.due_working_minutes or 0)
    left = wanted
    for opens, closes in open_hours:
        begins = max(as_utc(opens), start)
        if as_utc(closes) <= begins:
            continue
        if as_utc(closes) - begins >= left:
            return begins + left
        left -= as_utc(closes) - begins
    return start + wanted


def escalations_due(grade: RiskGrade, seen_at: datetime, open_hours: OpenHours) -> tuple[DueEscalation, ...]:
    """Every escalation with its instant, in order. "At the next opening" is the first opening after the first action was
    due; where no opening is known ahead, it is the moment the action was due."""
    due = first_action_due(grade, seen_at, open_hours)
    opening = next((as_utc(opens) for opens, _ in open_hours if as_utc(opens) > due), due)
    found = [
        DueEscalation(step.to, opening if step.at_next_opening else as_utc(seen_at) + timedelta(minutes=step.after_minutes or 0))
        for step in grade.escalations
    ]
    return tuple(sorted(found, key=lambda one: one.at))

"""A visit for which no dose was ordered: there is no plan to judge it by, but who came, who did not, and how it ended is known."""

from __future__ import annotations

from collections.abc import Iterable

from fanlight.care.sessions.events import Event
from fanlight.care.sessions.kinds import ENDS, EventKind
from fanlight.care.sessions.status import SessionStatus


def last_end(events: Iterable[Event]) -> Event | None:
    """The end that stands: the last said of those nobody struck, or None while there is none."""
    return next((event for event in reversed(_standing(events)) if event.kind in ENDS), None)


def status_without_order(events: Iterable[Event]) -> SessionStatus:
    """Where such a visit stands: its end, else arrived from the check-in on, else planned. A struck event counts for nothing."""
    standing = _standing(events)
    end = last_end(standing)
    if end is not None:
        return SessionStatus(end.kind.value)
    has_arrived = any(event.kind is EventKind.CHECKED_IN for event in standing)
    return SessionStatus.ARRIVED if has_arrived else SessionStatus.PLANNED


def _standing(events: Iterable[Event]) -> list[Event]:
    """Events that nobody struck; a strike that was itself struck strikes nothing."""
    said = list(events)
    struck: set[str] = set()
    for event in reversed(said):
        if event.kind is EventKind.AMENDED and event.id not in struck and event.payload.is_struck:
            struck.add(event.payload.amends)
    return [event for event in said if event.id not in struck and event.kind is not EventKind.AMENDED]

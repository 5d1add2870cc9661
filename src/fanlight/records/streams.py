"""A session's events as the clinical room reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection

from fanlight.care.sessions.events import Event, Person, check_payload
from fanlight.care.sessions.kinds import EventKind
from fanlight.records.models import SessionEvent, TreatmentSession

_READ: dict[tuple[str, int], tuple[Event, ...]] = {}
"""Streams as they were last read, by database and session: a stream only grows, so what was read need not be read again."""
_READ_AT_MOST = 400


def as_event(row: SessionEvent) -> Event:
    """One stored row as an event. `entered_at` is the claim of the device, `received_at` the server's."""
    return Event(
        id=str(row.event_id),
        kind=EventKind(row.kind),
        taken_at=row.taken_at,
        entered_at=row.entered_at,
        by=Person(str(row.entered_by_id), row.role),
        payload=check_payload(row.kind, row.payload),
        received_at=row.received_at,
        clock_offset_seconds=row.clock_offset_seconds,
    )


def load_stream(session: TreatmentSession) -> tuple[Event, ...]:
    """Every event of a session in the order it arrived.

    Only what is new is fetched. The last event read before is fetched with it and must be the same in every part: where it
    is not (a write that was taken back), the whole stream is read again.
    """
    key = (str(connection.settings_dict["NAME"]), session.pk)
    before = _READ.get(key, ())
    found = _events(session, after=len(before) - 1)
    if before and found == before[-1:]:
        return before
    if before:
        found = before + found[1:] if found[:1] == before[-1:] else _events(session)
    if found:
        if len(_READ) >= _READ_AT_MOST:
            _READ.clear()
        _READ[key] = found
    return found


def _events(session: TreatmentSession, after: int = 0) -> tuple[Event, ...]:
    rows = session.events.order_by("sequence")
    return tuple(as_event(row) for row in (rows.filter(sequence__gt=after) if after > 0 else rows))


def load_kinds(sessions: Iterable[int], kinds: Collection[EventKind]) -> dict[int, list[Event]]:
    """Of many sessions, by key, the events of some kinds alone, each session's in the order they arrived."""
    found: dict[int, list[Event]] = {}
    rows = SessionEvent.objects.filter(session__in=list(sessions), kind__in=[kind.value for kind in kinds])
    for row in rows.order_by("session_id", "sequence"):
        found.setdefault(row.session_id, []).append(as_event(row))
    return found

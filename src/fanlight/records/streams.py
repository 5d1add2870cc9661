"""A session's events as the clinical room reads them."""

from __future__ import annotations

from fanlight.care.sessions.events import Event, Person, check_payload
from fanlight.care.sessions.kinds import EventKind
from fanlight.records.models import SessionEvent, TreatmentSession


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
    """Every event of a session in the order it arrived."""
    return tuple(as_event(row) for row in session.events.order_by("sequence"))

"""What happens in a treatment session, recorded. Facts always go in; nothing here asks a gate (see `gates`)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fanlight.care.sessions.events import Event, Person, check_payload
from fanlight.care.sessions.kinds import EVENT_KINDS, EventKind
from fanlight.care.sessions.schema import write_payload
from fanlight.care.sessions.unordered import status_without_order
from fanlight.core.errors import FanlightError
from fanlight.core.instants import as_utc
from fanlight.records.actions.own_ways import SessionError, check_correction, check_plain, with_witness
from fanlight.records.actions.session_owed import owe
from fanlight.records.audit import Change, change
from fanlight.records.bedside import Bedside
from fanlight.records.canonical import canonical_json
from fanlight.records.models import SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission, whom_to_ask
from fanlight.records.plans import load_plan
from fanlight.records.policies import NotAllowedError, check_may, refuse
from fanlight.records.streams import load_stream

FUTURE_TOLERANCE = timedelta(minutes=2)
"""A clock further ahead than this is asked back (CLK-2)."""


class EventConflictError(FanlightError):
    """The same event identifier came with another content."""


def record_event(
    *,
    session: TreatmentSession,
    event_id: uuid.UUID,
    kind: EventKind,
    payload: Mapping[str, Any],
    taken_at: datetime,
    by: StaffMember,
    at: datetime,
    entered_at: datetime | None = None,
    clock_offset_seconds: int | None = None,
    second: StaffMember | None = None,
) -> SessionEvent:
    """Record one event. The same event sent again gives the row that is there; a different one under its id is refused.

    `second` is the witness of waste, who signed in for it. Letting go and going past a criterion are not said here: they
    have their gates (`fanlight.records.actions.gates`).

    `at` is the server's instant of receipt; `entered_at` the device's claim where the entry waited on a device.
    A time in the future by the server's clock, after the device's own error is taken off, is asked back.
    """
    event = _event(session, Said(event_id, kind, payload, taken_at, by, entered_at, clock_offset_seconds, second), at)
    with change("record_event", at=at, by=by, patient=session.patient, session=session.pk, kind=kind.value) as entry:
        return append_event(entry, session, event, by)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of a session, not yet recorded: as `record_event` takes it."""

    event_id: uuid.UUID
    kind: EventKind
    payload: Mapping[str, Any]
    taken_at: datetime
    by: StaffMember
    entered_at: datetime | None = None
    clock_offset_seconds: int | None = None
    second: StaffMember | None = None


def record_kept(*, session: TreatmentSession, said: Sequence[Said], at: datetime) -> list[SessionEvent]:
    """Record what was kept elsewhere (a device without its server, a downtime sheet) in one step: all of it, or none.

    Each is checked as `record_event` checks it, against the stream as it stood; an entry already there is left as it is. State
    and owed work follow from the whole.
    """
    if not said:
        return []
    events = [(_event(session, one, at), one.by) for one in said]
    with change("record_kept", at=at, by=said[-1].by, patient=session.patient, session=session.pk, count=len(said)) as entry:
        return append_events(entry, session, events)


def _event(session: TreatmentSession, said: Said, at: datetime) -> Event:
    """What was said as an event, or the refusal of it."""
    kind, by = said.kind, said.by
    role = acting_role(by, kind, at=at, session=session)
    try:
        check_plain(kind)
        stream = load_stream(session) if kind is EventKind.AMENDED else ()
        payload = with_witness(kind, said.payload, stream, by=by, second=said.second)
    except SessionError as problem:
        raise refuse(problem, intention=f"record:{kind.value}", at=at, by=by, patient=session.patient) from None
    event = Event(
        id=str(said.event_id),
        kind=kind,
        taken_at=as_utc(said.taken_at),
        entered_at=as_utc(said.entered_at or at),
        by=Person(str(by.pk), role),
        payload=check_payload(kind.value, payload),
        received_at=as_utc(at),
        clock_offset_seconds=said.clock_offset_seconds,
    )
    corrected = event.taken_at - timedelta(seconds=said.clock_offset_seconds or 0)
    if corrected > as_utc(at) + FUTURE_TOLERANCE:
        raise SessionError(
            "FAN-SESS-010",
            "Cannot record this reading",
            f"it was taken in the future ({event.taken_at:%H:%M} UTC, and it is {at:%H:%M})",
            "Correct the time it was taken.",
        )
    return event


def append_event(entry: Change, session: TreatmentSession, event: Event, by: StaffMember) -> SessionEvent:
    """Inside a change: write the event once, then let the session's state follow from all that was said."""
    return append_events(entry, session, [(event, by)])[0]


def append_events(entry: Change, session: TreatmentSession, said: Sequence[tuple[Event, StaffMember]]) -> list[SessionEvent]:
    """Inside a change: write events of one session in the order given, each once; its state and what it owes follow at the end."""
    locked = TreatmentSession.objects.select_for_update().select_related("course__patient__site").get(pk=session.pk)
    stream = load_stream(locked)
    there = {row.event_id: row for row in SessionEvent.objects.filter(event_id__in=[event.id for event, _ in said])}
    rows: list[SessionEvent] = []
    fresh: list[SessionEvent] = []
    for event, by in said:
        values = write_payload(event.payload)
        earlier = there.get(uuid.UUID(event.id))
        if earlier is not None:
            rows.append(_the_same(earlier, locked, event, values))
            continue
        check_correction(event, stream, by)
        row = SessionEvent(
            session=locked,
            sequence=len(stream) + 1,
            event_id=uuid.UUID(event.id),
            kind=event.kind.value,
            payload=values,
            taken_at=event.taken_at,
            entered_at=event.entered_at,
            received_at=event.received_at or entry.at,
            clock_offset_seconds=event.clock_offset_seconds,
            entered_by=by,
            role=event.by.role,
        )
        stream = (*stream, event)
        rows.append(row)
        fresh.append(row)
        there[row.event_id] = row
    entry.add_many(fresh)
    if fresh:
        _follow(entry, locked, stream, said[-1][1])
        session.state, session.row_version = locked.state, locked.row_version
    return rows


def _the_same(earlier: SessionEvent, session: TreatmentSession, event: Event, values: Mapping[str, Any]) -> SessionEvent:
    same = (
        earlier.session_id == session.pk
        and earlier.kind == event.kind.value
        and earlier.taken_at == event.taken_at
        and canonical_json(earlier.payload) == canonical_json(values)
    )
    if not same:
        raise EventConflictError(
            "FAN-SESS-011", "Cannot record this event", "its identifier was used for another one", "Reload the page and enter it again."
        )
    return earlier


def _follow(entry: Change, session: TreatmentSession, stream: tuple[Event, ...], by: StaffMember) -> None:
    bedside = None if session.plan is None else Bedside(session, load_plan(session.plan), stream, entry.at)
    status = status_without_order(stream) if bedside is None else bedside.state.status
    if status.value != session.state:
        entry.update(session, state=status.value)
    owe(entry, session, stream, bedside, by=by, at=entry.at)


def acting_role(by: StaffMember, kind: EventKind, *, at: datetime, session: TreatmentSession) -> str:
    """The role in which this person records this kind of event, or a refusal that is on record."""
    check_may(by, Permission.SEE_TODAY, at=at, patient=session.patient)
    roles = sorted(by.roles & EVENT_KINDS[kind].roles)
    if not by.is_active or not roles:
        wanted = whom_to_ask(role.replace("_", " ") for role in EVENT_KINDS[kind].roles)
        raise refuse(
            NotAllowedError("FAN-ROLE-001", f"You cannot record {EVENT_KINDS[kind].label.lower()}", "your roles do not include it", wanted),
            intention=f"record:{kind.value}",
            at=at,
            by=by,
            patient=session.patient,
        )
    return roles[0]

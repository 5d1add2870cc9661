"""What happens in a treatment session, recorded. Facts always go in; nothing here asks a gate (see `gates`)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fanlight.care.sessions.events import Event, Person, check_payload
from fanlight.care.sessions.fold import fold
from fanlight.care.sessions.kinds import EVENT_KINDS, EventKind
from fanlight.care.sessions.schema import write_payload
from fanlight.care.sessions.unordered import status_without_order
from fanlight.core.errors import FanlightError
from fanlight.core.instants import as_utc
from fanlight.records.actions.own_ways import SessionError, check_correction, check_plain, with_witness
from fanlight.records.actions.session_owed import owe
from fanlight.records.audit import Change, change
from fanlight.records.canonical import canonical_json
from fanlight.records.models import SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
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
    role = acting_role(by, kind, at=at, session=session)
    try:
        check_plain(kind)
        said = with_witness(kind, payload, load_stream(session), by=by, second=second)
    except SessionError as problem:
        raise refuse(problem, intention=f"record:{kind.value}", at=at, by=by, patient=session.patient) from None
    typed = check_payload(kind.value, said)
    event = Event(
        id=str(event_id),
        kind=kind,
        taken_at=as_utc(taken_at),
        entered_at=as_utc(entered_at or at),
        by=Person(str(by.pk), role),
        payload=typed,
        received_at=as_utc(at),
        clock_offset_seconds=clock_offset_seconds,
    )
    corrected = event.taken_at - timedelta(seconds=clock_offset_seconds or 0)
    if corrected > event.received_at + FUTURE_TOLERANCE:  # type: ignore[operator]
        raise SessionError(
            "FAN-SESS-010",
            "Cannot record this reading",
            f"it was taken in the future ({event.taken_at:%H:%M} UTC, and it is {at:%H:%M})",
            "Correct the time it was taken.",
        )
    with change("record_event", at=at, by=by, patient=session.patient, session=session.pk, kind=kind.value) as entry:
        return append_event(entry, session, event, by)


def append_event(entry: Change, session: TreatmentSession, event: Event, by: StaffMember) -> SessionEvent:
    """Inside a change: write the event once, then let the session's state follow from all that was said."""
    locked = TreatmentSession.objects.select_for_update().get(pk=session.pk)
    values = write_payload(event.payload)
    earlier = SessionEvent.objects.filter(event_id=event.id).first()
    if earlier is not None:
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
    stream = load_stream(locked)
    check_correction(event, stream, by)
    row = SessionEvent(
        session=locked,
        sequence=len(stream) + 1,
        event_id=event.id,
        kind=event.kind.value,
        payload=values,
        taken_at=event.taken_at,
        entered_at=event.entered_at,
        received_at=event.received_at or entry.at,
        clock_offset_seconds=event.clock_offset_seconds,
        entered_by=by,
        role=event.by.role,
    )
    entry.add(row)
    said = (*stream, event)
    status = fold(said, load_plan(locked.plan)).status if locked.plan is not None else status_without_order(said)
    if status.value != locked.state:
        entry.update(locked, state=status.value)
    owe(entry, locked, by=by, at=entry.at)
    session.state, session.row_version = locked.state, locked.row_version
    return row


def acting_role(by: StaffMember, kind: EventKind, *, at: datetime, session: TreatmentSession) -> str:
    """The role in which this person records this kind of event, or a refusal that is on record."""
    check_may(by, Permission.SEE_TODAY, at=at, patient=session.patient)
    roles = sorted(by.roles & EVENT_KINDS[kind].roles)
    if not by.is_active or not roles:
        wanted = " or ".join(sorted(role.replace("_", " ") for role in EVENT_KINDS[kind].roles))
        raise refuse(
            NotAllowedError(
                "FAN-ROLE-001", f"You cannot record {EVENT_KINDS[kind].label.lower()}", "your roles do not include it", f"Ask a {wanted}."
            ),
            intention=f"record:{kind.value}",
            at=at,
            by=by,
            patient=session.patient,
        )
    return roles[0]

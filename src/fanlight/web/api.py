"""The API that the chairside page and other programs of the clinic use. Every write is keyed and may be sent again.

Answers are JSON; a refusal is ``{"code", "message", "faults": [...]}`` with 401 signed out, 403 not allowed, 404 not
here, 409 changed or ended meanwhile, 422 cannot be recorded as given.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.security import SessionAuth

from fanlight.care.sessions.kinds import EventKind
from fanlight.core.errors import FanlightError, InputError
from fanlight.records import clock
from fanlight.records.actions.clock_jumps import watch_clock
from fanlight.records.actions.gates import OverrideGiven, give_drug, record_override, release
from fanlight.records.actions.sessions import EventConflictError, record_event
from fanlight.records.audit import StaleError, note
from fanlight.records.idempotency import KeyReusedError
from fanlight.records.library import library
from fanlight.records.models import SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.policies import NotAllowedError, RefusedError, check_may
from fanlight.web.access import person
from fanlight.web.answers import session_state
from fanlight.web.second_person import second_person

Operation = Callable[..., Any]


class StaffAuth(SessionAuth):
    """The sign-in of the pages; writes need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> StaffMember | None:
        """The signed-in, active person."""
        user = request.user
        return user if isinstance(user, StaffMember) and user.is_active else None


api = NinjaAPI(title="Fanlight", version="1", urls_namespace="api", auth=StaffAuth(csrf=True), docs_url=None)

_STATUS: tuple[tuple[type[FanlightError], int], ...] = (
    (NotAllowedError, 403),
    (RefusedError, 409),
    (StaleError, 409),
    (EventConflictError, 422),
    (KeyReusedError, 422),
)


@api.exception_handler(FanlightError)
def explain(request: HttpRequest, problem: FanlightError) -> HttpResponse:
    """A refusal in words, with its stable code."""
    status = next((status for kind, status in _STATUS if isinstance(problem, kind)), 422)
    if problem.code == "FAN-ROLE-002":
        status = 404
    faults = (
        [{"path": f.path, "reason": f.reason, "suggestion": f.suggestion} for f in problem.faults]
        if isinstance(problem, InputError)
        else []
    )
    return api.create_response(request, {"code": problem.code, "message": str(problem), "faults": faults}, status=status)


class SecondPerson(Schema):
    """Another person who signs in here and now, for this one act."""

    username: str
    password: str
    code: str = ""


class EventIn(Schema):
    """One event as the device says it. `event_id` is made by the device, once; `second` is the witness of waste."""

    event_id: uuid.UUID
    kind: EventKind
    payload: dict[str, Any]
    taken_at: datetime
    entered_at: datetime | None = None
    clock_offset_seconds: int | None = None
    second: SecondPerson | None = None


def find_session(request: HttpRequest, reference: str) -> TreatmentSession:
    """The session of this person's clinic; a 404 that says no more, and an audit link, where it is of another or of none."""
    found = TreatmentSession.objects.for_user(person(request)).filter(reference=reference).select_related("course__patient__site").first()
    if found is None:
        note("refused:no_such_session", at=clock.now(), by=person(request))
        raise NotAllowedError("FAN-ROLE-002", "There is no such session here", "", "Open it from today's list.")
    return found


def needs(*permissions: Permission) -> Callable[[Operation], Operation]:
    """An operation for those who hold any of these permissions; what is sent is looked at by the action besides."""

    def guarded(operation: Operation) -> Operation:
        @functools.wraps(operation)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            user = person(request)
            if not any(user.may(wanted) for wanted in permissions):
                check_may(user, permissions[0], at=clock.now())
            return operation(request, *args, **kwargs)

        inner.permissions = permissions  # type: ignore[attr-defined]
        return inner

    return guarded


@api.post("/sessions/{reference}/events")
@needs(Permission.SEE_SESSION, Permission.CHECK_IN)
def add_event(request: HttpRequest, reference: str, said: EventIn) -> dict[str, Any]:
    """Record one event. Sent again, it is answered the same and recorded once; "saved" means committed."""
    session = find_session(request, reference)
    row = record_event(
        session=session,
        event_id=said.event_id,
        kind=said.kind,
        payload=said.payload,
        taken_at=said.taken_at,
        entered_at=said.entered_at,
        clock_offset_seconds=said.clock_offset_seconds,
        second=_second(request, said.second),
        by=person(request),
        at=clock.now(),
    )
    return _saved(row)


class OverrideIn(Schema):
    """One rule gone past, and why."""

    rule: str
    reason: str


class GateIn(Schema):
    """An intention: what is to be done, keyed, with what is gone past and by whom besides."""

    event_id: uuid.UUID
    kind: EventKind
    payload: dict[str, Any] = {}
    overrides: list[OverrideIn] = []
    second: SecondPerson | None = None


class CriterionOverrideIn(Schema):
    """A discharge criterion gone past, with the second person's own sign-in."""

    event_id: uuid.UUID
    criterion: str
    reason: str
    second: SecondPerson


def _second(request: HttpRequest, second: SecondPerson | None) -> StaffMember | None:
    return None if second is None else second_person(request, second.username, second.password, second.code)


def _saved(row: SessionEvent) -> dict[str, Any]:
    return {"saved": True, "event_id": str(row.event_id), "sequence": row.sequence, "received_at": row.received_at}


@api.post("/sessions/{reference}/give")
@needs(Permission.START_DOSE)
def give(request: HttpRequest, reference: str, said: GateIn) -> dict[str, Any]:
    """Start, resume, give a device or a dose: through the gates. 409 with every reason where something is in the way."""
    row = give_drug(
        session=find_session(request, reference),
        kind=said.kind,
        payload=said.payload,
        event_id=said.event_id,
        library=library(),
        overrides=[OverrideGiven(item.rule, item.reason) for item in said.overrides],
        second=_second(request, said.second),
        by=person(request),
        at=clock.now(),
    )
    return _saved(row)


@api.post("/sessions/{reference}/release")
@needs(Permission.DISCHARGE)
def let_go(request: HttpRequest, reference: str, said: GateIn) -> dict[str, Any]:
    """Discharge: 409 with every criterion that is open."""
    watch_clock()
    row = release(
        session=find_session(request, reference),
        kind=said.kind,
        payload=said.payload,
        event_id=said.event_id,
        library=library(),
        by=person(request),
        at=clock.now(),
    )
    return _saved(row)


@api.post("/sessions/{reference}/override")
@needs(Permission.OVERRIDE)
def override(request: HttpRequest, reference: str, said: CriterionOverrideIn) -> dict[str, Any]:
    """Go past one discharge criterion, with a second licensed person."""
    session = find_session(request, reference)
    row = record_override(
        session=session,
        criterion=said.criterion,
        reason=said.reason,
        second=second_person(request, said.second.username, said.second.password, said.second.code),
        event_id=said.event_id,
        library=library(),
        by=person(request),
        at=clock.now(),
    )
    return _saved(row)


@api.get("/sessions/{reference}")
@needs(Permission.SEE_SESSION)
def see_session(request: HttpRequest, reference: str) -> dict[str, Any]:
    """What is known of the session now: status, what is due, alerts, readiness, and the last sequence."""
    session, now = find_session(request, reference), clock.now()
    note("see_session", at=now, by=person(request), patient=session.patient, session=session.pk)
    return session_state(session, person(request), now)


@api.get("/sessions/{reference}/events")
@needs(Permission.SEE_SESSION)
def see_events(request: HttpRequest, reference: str, after: int = 0) -> dict[str, Any]:
    """Events that arrived after a sequence number, in that order; none is skipped."""
    session = find_session(request, reference)
    note("see_session_events", at=clock.now(), by=person(request), patient=session.patient, session=session.pk)
    rows = SessionEvent.objects.filter(session=session, sequence__gt=after).order_by("sequence")
    keys = ("sequence", "event_id", "kind", "payload", "taken_at", "entered_at", "received_at", "role")
    return {"events": [{key: getattr(row, key) for key in keys} | {"by": row.entered_by_id} for row in rows]}

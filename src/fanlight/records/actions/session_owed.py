"""What a session comes to owe becomes work of a named person, in the same transaction as the fact it follows from."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from fanlight.care.sessions import Owed, session_owes
from fanlight.care.sessions.events import Event
from fanlight.care.sessions.owed import ALERT, EXPLAIN, SETTLED_BY_RECORD, unordered_owes
from fanlight.care.sessions.status import ENDED, SessionStatus
from fanlight.core.instants import clinic_date, clinic_day
from fanlight.records.actions.tasks import SETTLED_BY_RECORD_KIND, open_task
from fanlight.records.audit import Change
from fanlight.records.bedside import Bedside
from fanlight.records.duty import Duty, duty_of
from fanlight.records.library import library
from fanlight.records.models import CourseEnding, Site, StaffMember, Task, TreatmentSession

_KIND = "session_owed"
_LEFT_OPEN, _UNSAID = "left_open", "unsaid"
_SETTLED = "Settled by what was recorded since."


def owe(
    entry: Change, session: TreatmentSession, stream: tuple[Event, ...], bedside: Bedside | None, *, by: StaffMember, at: datetime
) -> None:
    """Inside a change of the session's stream: open what is owed now, close what the stream has settled."""
    known = list(Task.objects.filter(session=session, key__startswith=_prefix(session)))
    times = library().session_owed_times
    owed = unordered_owes(stream, times) if bedside is None else session_owes(bedside.state, bedside.plan, at, bedside.alerts, times)
    wanted = {_key(session, item): item for item in owed}
    still_open = {task.key for task in known if task.closed_at is None}
    done_by_hand = {task.key for task in known if task.closed_at is not None and task.kind == _KIND}
    fresh = {key: item for key, item in wanted.items() if key not in still_open | done_by_hand}
    if fresh:
        duty = duty_of(session.patient.site, at)
        for key, item in fresh.items():
            entry.add(_task(session, key, item, duty, by=by, at=at))
    for task in known:
        if task.closed_at is None and task.key not in wanted and _is_over_by_record(task, session):
            entry.update(task, closed_at=at, closed_by=by, closing_note=_SETTLED)


def keep_sessions_owed(*, site: Site, at: datetime) -> int:
    """A visit of an earlier day that nobody ended, or of which nobody said anything, becomes work; how many were opened."""
    today = clinic_date(at, site.zone)
    open_states = [status.value for status in SessionStatus if status not in ENDED]
    left = TreatmentSession.objects.filter(course__patient__site=site, planned_on__lt=today, state__in=open_states)
    opened = 0
    there = set(Task.objects.filter(site=site, key__regex=rf"^session:[0-9]+:({_UNSAID}|{_LEFT_OPEN})$").values_list("key", flat=True))
    duty: Duty | None = None
    running = left.exclude(course__in=CourseEnding.objects.values("course"))
    for session in running.select_related("course__patient__site"):
        need = _UNSAID if session.state == SessionStatus.PLANNED else _LEFT_OPEN
        row = library().session_owed_times.of(need)
        _, over = clinic_day(session.planned_on, site.zone)
        words = {
            _UNSAID: "Say what became of this visit: moved, missed, or given.",
            _LEFT_OPEN: "End this session: it is of an earlier day, and nobody has said how it ended.",
        }
        if _prefix(session) + need in there:
            continue
        duty = duty or duty_of(site, at)
        owner = duty.person_for(row.owner)
        if owner is None:
            continue
        open_task(
            site=site,
            key=_prefix(session) + need,
            kind=_KIND,
            title=words[need],
            owner=owner,
            due_at=over + timedelta(minutes=row.due_minutes),
            next_owner=duty.person_for(row.escalates_to, besides=[owner]),
            escalates_at=over + timedelta(minutes=row.escalates_minutes),
            patient=session.patient,
            session=session,
            at=at,
            by=None,
        )
        opened += 1
    return opened


def _prefix(session: TreatmentSession) -> str:
    return f"session:{session.pk}:"


def _key(session: TreatmentSession, item: Owed) -> str:
    """The identity of one owed thing; a long one by its hash, for the column is short."""
    whole = _prefix(session) + item.id
    return whole if len(whole) <= 120 else _prefix(session) + item.kind + ":" + hashlib.sha256(item.id.encode()).hexdigest()[:40]


def _task(session: TreatmentSession, key: str, item: Owed, duty: Duty, *, by: StaffMember, at: datetime) -> Task:
    owner = duty.person_for(item.who) or by
    return Task(
        site=session.patient.site,
        patient=session.patient,
        session=session,
        key=key,
        kind=SETTLED_BY_RECORD_KIND if item.kind in (ALERT, EXPLAIN) else _KIND,
        title=item.sentence[:200],
        owner=owner,
        due_at=item.due_at,
        next_owner=duty.person_for(item.escalates_to, besides=[owner]),
        escalates_at=item.escalates_at,
        opened_at=at,
    )


def _is_over_by_record(task: Task, session: TreatmentSession) -> bool:
    need = task.key.split(":")[2]
    is_ended = session.state in {status.value for status in ENDED}
    return need in SETTLED_BY_RECORD or need == _UNSAID or (need == _LEFT_OPEN and is_ended)

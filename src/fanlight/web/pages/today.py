"""The front page's values: what is owed by the clock, who is in the house, what was settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Case, Q, When

from fanlight.care.documents.wording import milligrams, treatment
from fanlight.care.scales.asking import Stage
from fanlight.care.sessions import ENDED, DueKind, DueState, SessionStatus
from fanlight.care.sessions.owed import ALERT
from fanlight.core.session_plan import Anchor
from fanlight.records.bedside import Bedside, at_bedside
from fanlight.records.merged import name_survivors, with_merged
from fanlight.records.models import Task, TreatmentSession
from fanlight.records.owed_scales import KINDS
from fanlight.records.plans import load_plan
from fanlight.web.words import counted, due_words

_ENDED = {status.value for status in ENDED}


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One owed thing: when, what and why, whose, who gets it next."""

    pk: int
    due_at: datetime
    far: str
    title: str
    why: str
    owner: str
    next_owner: str
    escalates_at: datetime | None
    is_late: bool
    is_first: bool
    href: str
    is_mine: bool
    is_risk: bool
    patient: str = ""
    phone: str = ""
    is_call: bool = False
    passed_on_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One person expected or in the house today."""

    reference: str
    name: str
    what: str
    state: str
    shape: str
    is_running: bool
    is_here: bool
    is_over: bool
    href: str
    has_risk: bool = False


RISK_KINDS = frozenset({"risk", "suicide_risk", "risk_answer", "crisis"})
_ALARM = Q(key__startswith="session:", key__contains=f":{ALERT}:")
DANGER_FIRST = (Case(When(kind__in=RISK_KINDS, then=0), When(_ALARM, then=1), default=2), "due_at")
"""Order of what is owed: a patient in danger first, then an alert of a session that nobody has seen, then by the clock."""


def owed_rows(tasks: Iterable[Task], now: datetime, user_pk: int) -> tuple[OwedRow, ...]:
    """Open tasks in the order given; the first is the next to do."""
    rows = []
    for index, task in enumerate(tasks):
        rows.append(
            OwedRow(
                task.pk,
                task.due_at,
                due_words(task.due_at, now),
                task.title,
                task.why,
                task.owner.name,
                task.next_owner.name if task.next_owner else "",
                task.escalates_at,
                task.due_at < now,
                index == 0,
                f"/owed/{task.pk}/",
                task.owner_id == user_pk,
                task.kind in RISK_KINDS,
                task.patient.name if task.patient else "",
                task.patient.phone if task.patient else "",
                task.kind == KINDS[Stage.CALL_LIST],
                task.escalated_at,
            )
        )
    return tuple(rows)


def by_owner(tasks: Iterable[tuple[str, datetime]], now: datetime) -> tuple[tuple[str, int, int], ...]:
    """Each owner with how much they owe and how much of it is late, the most late first."""
    owed: dict[str, list[datetime]] = {}
    for owner, due_at in tasks:
        owed.setdefault(owner, []).append(due_at)
    rows = [(owner, len(dues), sum(due < now for due in dues)) for owner, dues in owed.items()]
    return tuple(sorted(rows, key=lambda row: (-row[2], -row[1], row[0])))


def visit_rows(sessions: Iterable[TreatmentSession], now: datetime, *, may_see: bool) -> tuple[VisitRow, ...]:
    """Today's sessions with where each stands."""
    rows = []
    found = list(sessions)
    stands = with_merged(found[0].course.patient.site, [session.course.patient_id for session in found]) if found else {}
    name_survivors(stands, [session.course.patient for session in found])
    risks = Task.objects.filter(patient__in=list(stands), kind__in=RISK_KINDS, closed_at__isnull=True)
    at_risk = {stands[key] for key in risks.values_list("patient_id", flat=True) if key is not None}
    for session in found:
        href = f"/sessions/{session.reference}/" if may_see else f"/sessions/{session.reference}/arrival/"
        state, shape, running = _standing(session, now)
        rows.append(
            VisitRow(
                session.reference,
                session.patient.name,
                _what(session),
                state,
                shape,
                running,
                session.state not in _ENDED and session.state != SessionStatus.PLANNED.value,
                session.state in _ENDED,
                href,
                stands[session.course.patient_id] in at_risk,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.is_over, not row.is_running)))


def _what(session: TreatmentSession) -> str:
    """What they are here for: "Ketamine infusion, 36 mg · session 2 · chair 1". Before an order, the session alone."""
    mg = ((session.dose or {}).get("dose") or {}).get("mg")
    ordered = "" if session.plan is None else treatment(load_plan(session.plan)) + (f", {milligrams(Fraction(str(mg)))}" if mg else "")
    return " · ".join(filter(None, (ordered, f"session {session.number}", f"chair {session.chair}" if session.chair else "")))


def _standing(session: TreatmentSession, now: datetime) -> tuple[str, str, bool]:
    """Where a visit stands in words, its shape, and whether somebody is busy with it."""
    status = SessionStatus(session.state)
    if status is SessionStatus.PLANNED:
        return ("expected" if session.plan else "expected, dose not ordered"), ("info" if session.plan else "unknown"), False
    bedside = None if status in ENDED else at_bedside(session, now)
    if bedside is None:
        return status.label, "met", False
    alarms = [alert for alert in bedside.alerts if alert.is_open]
    if any(alert.is_stop for alert in alarms):
        return f"{status.label}: {alarms[0].sentence}", "stop", True
    said = _said(bedside, status)
    late = [item for item in bedside.due if item.state is DueState.OVERDUE]
    if late:
        return f"{said}. {late[0].label.split(':')[0]}: {due_words(late[0].due_at, now)}", "hold", True
    if alarms:
        return f"{said}. {alarms[0].sentence}", "hold", True
    return said, "now", status in (SessionStatus.DOSING, SessionStatus.PAUSED, SessionStatus.OBSERVING, SessionStatus.CHECKED)


def _said(bedside: Bedside, status: SessionStatus) -> str:
    """The step of the visit with its times: "dosed 08:14, observed until 10:24 at least"."""
    state = bedside.state
    first, arrived = state.dosing.first_at, state.anchor(Anchor.CHECK_IN)
    if first is None:
        here = "" if arrived is None else state.clock(arrived)
        return status.label + (here and (f" {here}" if status is SessionStatus.ARRIVED else f", here since {here}"))
    if status is not SessionStatus.OBSERVING:
        return f"{status.label}, drug since {state.clock(first)}"
    until = next((item.due_at for item in bedside.due if item.kind is DueKind.OBSERVATION_END), None)
    return f"dosed {state.clock(first)}, " + (f"observed until {state.clock(until)} at least" if until else "observed long enough")


def headline(visits: Iterable[VisitRow], owed: tuple[OwedRow, ...], now: datetime) -> str:
    """ "Three in the house. Seven things owed, one of them in 38 minutes." """
    here = sum(row.is_here for row in visits)
    first = f"{counted(here, 'person', 'people').capitalize()} in the house" if here else "Nobody is in the house"
    if not owed:
        return f"{first}. Nothing is owed."
    late = sum(row.is_late for row in owed)
    things = counted(len(owed), "thing")
    if late:
        rest = f"{counted(late, 'of them', 'of them')} late" if len(owed) > 1 else "and it is late"
    elif owed[0].due_at - now < timedelta(hours=2):
        rest = f"the first {due_words(owed[0].due_at, now)}"
    else:
        rest = "none of them today" if owed[0].due_at - now > timedelta(hours=14) else "none of them yet"
    return f"{first}. {things.capitalize()} owed, {rest}."

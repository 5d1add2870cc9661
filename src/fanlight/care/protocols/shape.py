"""A course plan in the shape of rule semantics 9: plain values, dates as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from fanlight.care.protocols.course import CoursePlan, PlannedSession, TherapySlot
from fanlight.core.instants import format_instant


def plan_json(course: CoursePlan, doses: Mapping[str, object] | None = None) -> dict[str, object]:
    """The plan as plain values. `doses` is the dose worked out for each phase id, as the caller has it."""
    return {
        "protocol": {"id": course.protocol_id, "version": course.protocol_version},
        "calendar": course.calendar_id,
        "start": course.start.isoformat(),
        "is_complete": course.is_complete,
        "sessions": [_session(session, (doses or {}).get(session.phase_id)) for session in course.sessions],
        "therapy_slots": [_therapy(slot) for slot in course.therapy],
        "measures": [
            {"scale": item.scale, "date": item.due_on.isoformat(), "window": _window(item.first, item.last), "because": item.because}
            for item in course.measures
        ],
        "decisions": [
            {
                "id": item.id,
                "question": item.question,
                "after_session": item.after_session,
                "date": item.due_on.isoformat(),
                "owner": item.owner,
                "choices": list(item.choices),
                "needs": list(item.needs),
            }
            for item in course.decisions
        ],
        "moved": [
            {"session": item.number, "from": item.from_date.isoformat(), "to": item.to_date.isoformat(), "why": item.why}
            for item in course.moved
        ],
        "unplaced": None
        if course.unplaced is None
        else {
            "session": course.unplaced.number,
            "phase": course.unplaced.phase_id,
            "window": _window(course.unplaced.first, course.unplaced.last),
            "why": list(course.unplaced.why),
        },
    }


def _session(session: PlannedSession, dose: object) -> dict[str, object]:
    return {
        "number": session.number,
        "phase": session.phase_id,
        "date": session.on.isoformat(),
        "window": _window(session.first, session.last),
        "dose": dose,
        "observation_minutes": session.observation_minutes,
        "held": session.held,
        "entered_when": session.entered_when or None,
    }


def _therapy(slot: TherapySlot) -> dict[str, object]:
    return {
        "id": slot.rule_id,
        "kind": slot.kind.value,
        "after_session": slot.after_session,
        "window": {"opens": _instant(slot.opens_at), "closes": _instant(slot.closes_at)},
        "minutes": slot.minutes,
        "suggested_at": None if slot.suggested_at is None else _instant(slot.suggested_at),
        "problem": slot.problem or None,
    }


def _window(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _instant(moment: datetime) -> str:
    return format_instant(moment)

"""A session as plain JSON values, for the chairside page and other programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fanlight.records.bedside import at_bedside
from fanlight.records.models import StaffMember, TreatmentSession


def session_state(session: TreatmentSession, user: StaffMember, now: datetime) -> dict[str, Any]:
    """Status, what is due, alerts and readiness at `now`, with the last sequence number and the server's clock."""
    last = session.events.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    found: dict[str, Any] = {"reference": session.reference, "state": session.state, "sequence": last, "server_time": now, "ordered": False}
    bedside = at_bedside(session, now)
    if bedside is None:
        return found
    found["ordered"] = True
    found["due"] = [
        {
            "id": item.id,
            "kind": item.kind.value,
            "label": item.label,
            "due_at": item.due_at,
            "state": item.state.value,
            "measures": [measure.value for measure in item.measures],
        }
        for item in bedside.due
    ]
    found["alerts"] = [
        {
            "id": alert.id,
            "level": alert.level.name.lower(),
            "rule": alert.rule,
            "sentence": alert.sentence,
            "is_open": alert.is_open,
            "at": alert.at,
        }
        for alert in bedside.alerts
    ]
    found["readiness"] = {
        "is_ready": bedside.readiness.is_ready,
        "sentence": bedside.readiness.sentence,
        "criteria": [
            {"id": item.id, "answer": item.answer.value, "because": item.because, "passes": item.passes}
            for item in bedside.readiness.criteria
        ],
        "no_drive_until": bedside.readiness.no_drive_until,
    }
    return found

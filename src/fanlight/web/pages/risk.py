"""An open risk as every page of its patient shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fanlight.records.actions.risk import open_risk
from fanlight.records.models import Patient


@dataclass(frozen=True, slots=True)
class RiskBanner:
    """Whose it is, by when, and who is told when, if it is not done. No word of what was answered: the page of the task says that."""

    title: str
    why: str
    owner: str
    next_owner: str
    due_at: datetime
    escalates_at: datetime | None
    href: str


def risk_banner(patient: Patient) -> RiskBanner | None:
    """The banner of a patient with an open risk, or None."""
    task = open_risk(patient)
    if task is None:
        return None
    following = task.next_owner if task.escalated_at is None else None  # once passed on, that is who had it before
    return RiskBanner(
        task.title,
        task.why,
        task.owner.name,
        following.name if following else "",
        task.due_at,
        task.escalates_at,
        f"/owed/{task.pk}/",
    )

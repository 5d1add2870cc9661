"""One treatment session as it stands now: its stream folded, what is due, what alarms, what keeps the patient here.

Loads, hands over to the clinical rooms, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fanlight.care.rules import CriterionResult, RuleAnswer
from fanlight.care.sessions.alerts import Alert, alerts
from fanlight.care.sessions.due import DueItem, due
from fanlight.care.sessions.events import Event
from fanlight.care.sessions.fold import fold
from fanlight.care.sessions.readiness import Readiness, readiness
from fanlight.care.sessions.state import SessionState
from fanlight.core.session_plan import SessionPlan
from fanlight.records.models import TreatmentSession
from fanlight.records.plans import load_plan
from fanlight.records.streams import load_stream


@dataclass(frozen=True)
class Bedside:
    """A session, its events and its plan, seen at `now`. Every answer is made when first asked for, and kept."""

    session: TreatmentSession
    plan: SessionPlan
    events: tuple[Event, ...]
    now: datetime
    rule_answers: tuple[RuleAnswer, ...] = ()
    criteria_answers: tuple[CriterionResult, ...] = ()

    @cached_property
    def state(self) -> SessionState:
        """What is known."""
        return fold(self.events, self.plan, zone=self.session.course.patient.site.zone)

    @cached_property
    def due(self) -> tuple[DueItem, ...]:
        """What is due, the most pressing first."""
        return due(self.state, self.plan, self.now)

    @cached_property
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert, open ones first."""
        return alerts(self.state, self.plan, self.now, self.rule_answers)

    @cached_property
    def readiness(self) -> Readiness:
        """Every criterion of leaving."""
        return readiness(self.state, self.plan, self.now, self.rule_answers, self.criteria_answers)


def at_bedside(
    session: TreatmentSession, now: datetime, rule_answers: Iterable[RuleAnswer] = (), criteria_answers: Iterable[CriterionResult] = ()
) -> Bedside | None:
    """The session as it stands, or None while no dose was ordered and nothing is pinned to judge it by."""
    if session.plan is None:
        return None
    return Bedside(session, load_plan(session.plan), load_stream(session), now, tuple(rule_answers), tuple(criteria_answers))

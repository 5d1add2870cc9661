"""What somebody must see now: readings past a limit, symptoms, behaviour, facts out of order; each with its acknowledgement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.sessions.alert import Acknowledgement, Alert, AlertLevel
from fanlight.care.sessions.alerts_of_events import alerts_of_rules, behaviour, irregular, risk, serious, symptoms
from fanlight.care.sessions.alerts_of_readings import alert_of_episode, no_signal, not_judged, said_once
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.limits import episodes
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import SessionState
from fanlight.core.session_plan import SessionPlan

__all__ = ["Acknowledgement", "Alert", "AlertLevel", "alerts", "stop_stands"]

_K = EventKind


def alerts(state: SessionState, plan: SessionPlan, now: datetime, rule_answers: Iterable[RuleAnswer] = ()) -> tuple[Alert, ...]:
    """Every alert of the session, open and settled: open first, then those not yet seen, the gravest first, then by time.

    `rule_answers` are rules asked of `session_facts`; an in-session one that fires and is not already said by an open
    alert of its own number becomes an alert.
    """
    found = [
        *(alert_of_episode(episode, state) for episode in said_once(episodes(state, plan))),
        *no_signal(state),
        *not_judged(state, plan, now),
        *symptoms(state),
        *behaviour(state, plan),
        *serious(state, plan),
        *risk(state, plan),
        *irregular(state),
    ]
    said = {alert.rule for alert in found if alert.is_open}
    found += alerts_of_rules(rule_answers, said, now)
    marked = [_acknowledged(alert, state, plan) for alert in found]
    return tuple(
        sorted(marked, key=lambda alert: (not alert.is_open, not alert.needs_acknowledgement, -alert.level.value, alert.at, alert.id))
    )


def stop_stands(found: Iterable[Alert]) -> bool:
    """True while any open alert asks for the drug to be stopped: starting or resuming is refused."""
    return any(alert.is_stop for alert in found)


def _acknowledged(alert: Alert, state: SessionState, plan: SessionPlan) -> Alert:
    """The alert with its last acknowledgement; a repeat within the group window of it needs no new one (HAZ-08)."""
    head, _, tail = alert.id.rpartition(":")
    names = {alert.id, *(f"{head}:{event}" for event in alert.event_ids)} if tail in alert.event_ids else {alert.id}
    seen = [entry for entry in state.of(_K.ALERT_ACKNOWLEDGED) if entry.payload.alert in names]
    if alert.level is AlertLevel.NOTICE:
        alert = replace(alert, needs_acknowledgement=False)
    if not seen:
        return alert
    last = seen[-1]
    window = parameter(plan, "alert_group_minutes")
    covered = last.at + timedelta(minutes=float(window)) if window is not None else last.at
    return replace(
        alert,
        acknowledged=Acknowledgement(last.event.by.id, last.at, last.payload.action, last.id),
        needs_acknowledgement=alert.needs_acknowledgement and alert.last_at > covered,
    )

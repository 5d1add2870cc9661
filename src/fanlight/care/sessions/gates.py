"""Whether an intention may be carried out now. Facts pass no gate: what happened is recorded whatever these say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from fanlight.care.sessions.alerts import alerts, stop_stands
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.state import SessionState
from fanlight.care.sessions.status import INTENDED, SessionStatus
from fanlight.core.session_plan import SessionPlan


class Intention(StrEnum):
    """What a person means to do with the drug."""

    START = "start"
    RESUME = "resume"
    TAKE_DEVICE = "take_device"
    GIVE_DOSE = "give_dose"


INTENTION_OF: Mapping[EventKind, Intention] = {
    EventKind.STARTED: Intention.START,
    EventKind.RESUMED: Intention.RESUME,
    EventKind.DEVICE_TAKEN: Intention.TAKE_DEVICE,
    EventKind.DOSE_GIVEN: Intention.GIVE_DOSE,
}
"""The event that records each intention once it is carried out."""


def refusals(intention: Intention, state: SessionState, plan: SessionPlan, now: datetime) -> tuple[str, ...]:
    """Why the stream itself stands against an intention, in sentences; none means nothing here does.

    It looks at what this session says: status, a stop that stands, drug already in. The rules of the protocol are asked
    beside it, at the pre-dose stage.
    """
    reasons: list[str] = []
    dosing = state.dosing
    if state.is_ended:
        reasons.append(f"The session has ended: {state.status.label}.")
    if intention is Intention.START and dosing.started_at is not None:
        reasons.append(f"Already started at {state.clock(dosing.started_at)}. A second dose needs an order of its own.")
    may_begin = state.is_ended or SessionStatus.DOSING in INTENDED[state.status]
    if intention is not Intention.RESUME and not dosing.has_begun and not may_begin:
        reasons.append(f"The session is {state.status.label}: the pre-dose check comes first.")
    if intention is Intention.GIVE_DOSE and dosing.has_begun:
        reasons.append(f"Drug was already given at {state.clock(dosing.first_at or now)}. A second dose needs an order of its own.")
    if intention is Intention.RESUME and not dosing.is_paused:
        reasons.append("The infusion is not paused.")
    if intention is Intention.TAKE_DEVICE:
        reasons += _device(state, plan, now)
    found = alerts(state, plan, now)
    if stop_stands(found):
        standing = next(alert for alert in found if alert.is_stop)
        reasons.append(f"A stop stands: {standing.sentence}")
    return tuple(reasons)


def _device(state: SessionState, plan: SessionPlan, now: datetime) -> list[str]:
    dosing = state.dosing
    reasons = []
    if dosing.stopped_at is not None:
        reasons.append(f"The drug was ended at {state.clock(dosing.stopped_at)}.")
    if plan.devices is not None and len(dosing.devices_taken) + len(dosing.devices_refused) >= plan.devices:
        reasons.append(f"All {plan.devices} devices ordered are taken or refused.")
    rest = plan.rest_between_devices_minutes
    if rest is not None and dosing.last_device_at is not None:
        waited = (now - dosing.last_device_at).total_seconds() / 60
        if waited < rest:
            reasons.append(f"The last device was at {state.clock(dosing.last_device_at)}; the rest is {rest} min.")
    return reasons

"""What is due next: readings, repeats, the next device, the end of the infusion, the end of observation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fanlight.care.sessions.limits import Episode, episodes
from fanlight.care.sessions.schedule import Occurrence, occurrences
from fanlight.care.sessions.state import SessionState, bag_empty_at
from fanlight.care.sessions.status import SessionStatus
from fanlight.care.sessions.words import label, listed
from fanlight.core.instants import elapsed_minutes
from fanlight.core.session_plan import Measure, SessionPlan


class DueKind(StrEnum):
    """What sort of thing is due."""

    REPEAT = "repeat"
    READING = "reading"
    DEVICE = "device"
    INFUSION_END = "infusion_end"
    OBSERVATION_END = "observation_end"


class DueState(StrEnum):
    """Where a due thing stands now. `MISSED`: its window has closed; say "missed, because"."""

    UPCOMING = "upcoming"
    OPEN = "open"
    OVERDUE = "overdue"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing due. `id` is what "missed, because" names; `measures` are those still to be taken."""

    id: str
    kind: DueKind
    label: str
    due_at: datetime
    opens_at: datetime
    closes_at: datetime | None
    state: DueState
    measures: tuple[Measure, ...] = ()
    minutes_overdue: int = 0
    required: bool = True


def due(state: SessionState, plan: SessionPlan, now: datetime) -> tuple[DueItem, ...]:
    """Everything due now and next, the most pressing first: repeats, then overdue and open readings by time, then what comes.

    Nothing is due once the session has ended, except readings whose window closed unexplained.
    """
    items = [_reading(occurrence, now) for occurrence in occurrences(state, plan, now) if occurrence.outstanding]
    if state.is_ended:
        return tuple(item for item in items if item.state in (DueState.MISSED, DueState.OVERDUE))
    items += _repeats(state, plan, now)
    items += _dosing(state, plan, now)
    return tuple(sorted(items, key=lambda item: (item.state is DueState.MISSED, item.kind is not DueKind.REPEAT, item.due_at, item.id)))


def next_due(state: SessionState, plan: SessionPlan, now: datetime) -> DueItem | None:
    """The one thing due next, the largest thing on the screen."""
    return next((item for item in due(state, plan, now) if item.state is not DueState.MISSED), None)


def _reading(occurrence: Occurrence, now: datetime) -> DueItem:
    if now > occurrence.closes_at:
        standing = DueState.MISSED
    elif now > occurrence.due_at:
        standing = DueState.OVERDUE
    else:
        standing = DueState.OPEN if now >= occurrence.opens_at else DueState.UPCOMING
    return DueItem(
        occurrence.id,
        DueKind.READING,
        f"{occurrence.reading.label}: {listed(occurrence.outstanding)}",
        occurrence.due_at,
        occurrence.opens_at,
        occurrence.closes_at,
        standing,
        occurrence.outstanding,
        max(elapsed_minutes(occurrence.due_at, now), 0),
        occurrence.reading.required,
    )


def _repeats(state: SessionState, plan: SessionPlan, now: datetime) -> list[DueItem]:
    """Repeats called for, one for each measure: the earliest."""
    earliest: dict[tuple[Measure, ...], DueItem] = {}
    for episode in episodes(state, plan):
        item = _repeat(episode, state, now)
        if item is not None and (item.measures not in earliest or item.due_at < earliest[item.measures].due_at):
            earliest[item.measures] = item
    return list(earliest.values())


def _repeat(episode: Episode, state: SessionState, now: datetime) -> DueItem | None:
    if episode.repeat_due_at is None or episode.is_settled or (episode.limit.phase == "pre_dose" and state.dosing.has_begun):
        return None
    at = episode.repeat_due_at
    standing = DueState.OVERDUE if now > at else DueState.OPEN
    return DueItem(
        f"repeat:{episode.id}",
        DueKind.REPEAT,
        f"Repeat {_lower(label(episode.measure))}",
        at,
        episode.last.at,
        None,
        standing,
        _pair(episode.measure),
        max(elapsed_minutes(at, now), 0),
    )


def _lower(text: str) -> str:
    return text if text[1:2].isupper() or text.startswith("SpO") else text[:1].lower() + text[1:]


def _pair(measure: Measure) -> tuple[Measure, ...]:
    pressures = (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)
    return pressures if measure in pressures else (measure,)


def _dosing(state: SessionState, plan: SessionPlan, now: datetime) -> list[DueItem]:
    items = []
    dosing = state.dosing
    done = len(dosing.devices_taken) + len(dosing.devices_refused)
    if plan.devices and dosing.last_device_at and done < plan.devices and dosing.stopped_at is None:
        at = dosing.last_device_at + timedelta(minutes=plan.rest_between_devices_minutes or 0)
        items.append(_moment("device", DueKind.DEVICE, f"Device {done + 1} of {plan.devices}", at, now))
    empty = bag_empty_at(state)
    if empty is None and dosing.is_running and plan.infusion_minutes is not None and dosing.started_at is not None:
        empty = dosing.started_at + timedelta(minutes=plan.infusion_minutes)
    if empty is not None and dosing.is_running:
        items.append(_moment("infusion_end", DueKind.INFUSION_END, "End of the infusion", empty, now))
    start = state.anchor(plan.observation_anchor)
    if start is not None and state.status is SessionStatus.OBSERVING:
        at = start + timedelta(minutes=plan.minimum_observation_minutes)
        if at > now:
            items.append(_moment("observation_end", DueKind.OBSERVATION_END, "Observation at least until", at, now))
    return items


def _moment(name: str, kind: DueKind, text: str, at: datetime, now: datetime) -> DueItem:
    standing = DueState.UPCOMING if now < at else DueState.OPEN if now == at else DueState.OVERDUE
    return DueItem(name, kind, text, at, at, None, standing, (), max(elapsed_minutes(at, now), 0))

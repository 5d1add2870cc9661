"""What is due next, as the largest thing of the session page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from fanlight.care.sessions import (
    DueItem,
    DueKind,
    DueState,
    SessionStatus,
)
from fanlight.care.sessions.words import amount
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.records.bedside import Bedside
from fanlight.web.drawing.fan import Pane, countdown_fan, fan, overdue_fan
from fanlight.web.drawing.svg import Svg
from fanlight.web.words import clock_words, counted

_S = SessionStatus


@dataclass(frozen=True, slots=True)
class DuePanel:
    """The largest thing on the page. `due_at` None: nothing is due."""

    what: str
    due_at: datetime | None
    count: str
    drawing: Svg
    is_late: bool
    then: tuple[tuple[str, str], ...]
    minute: str
    minute_of: str
    running: str
    on_site: str
    missed: tuple[DueItem, ...] = ()


def due_panel(bedside: Bedside, on_site: str) -> DuePanel:
    """What is due next, then what follows; past its time it counts up."""
    now = bedside.now
    coming = [item for item in bedside.due if item.state is not DueState.MISSED]
    missed = tuple(item for item in bedside.due if item.state is DueState.MISSED)
    minute, of = _minute(bedside)
    running = _running(bedside)
    present = f"On site: {on_site}" if on_site else "No prescriber recorded on site"
    if not coming:
        words = _nothing_due(bedside)
        return DuePanel(words, None, "", fan([Pane.PLAIN] * 10, ""), False, (), minute, of, running, present, missed)
    first = coming[0]
    seconds = int((first.due_at - now).total_seconds())
    is_late = seconds < 0
    drawing = overdue_fan(f"{first.label}, overdue") if is_late else _countdown(bedside, first, seconds)
    then = tuple((bedside.state.clock(item.due_at), _short(bedside, item)) for item in coming[1:3])
    what = first.label if first.kind is not DueKind.READING else reading_title(bedside, first)
    count = f"+{clock_words(-seconds)}" if is_late else clock_words(seconds)
    return DuePanel(what, first.due_at, count, drawing, is_late, then, minute, of, running, present, missed)


def _countdown(bedside: Bedside, item: DueItem, seconds: int) -> Svg:
    """Ten panes: a minute each when ten minutes or less are left, else a tenth of the time from the last thing said."""
    label = f"{item.label}: {clock_words(seconds)} remain"
    if seconds <= 600:
        return countdown_fan(ceil(seconds / 60), 10, label)
    before = [entry.at for entry in bedside.state.entries if entry.at <= bedside.now]
    span = max((item.due_at - (before[-1] if before else bedside.now)).total_seconds(), 600.0)
    return countdown_fan(ceil(seconds / span * 10), 10, label)


def _minute(bedside: Bedside) -> tuple[str, str]:
    state, plan, now = bedside.state, bedside.plan, bedside.now
    if state.is_ended:
        return state.status.label.capitalize(), ""
    if state.dosing.first_at is None:
        return state.status.label.capitalize(), ""
    minute = f"Minute {elapsed_minutes(state.dosing.first_at, now)}"
    if state.dosing.is_running and plan.infusion_minutes:
        return minute, f"of {plan.infusion_minutes}"
    return minute, ""


def _running(bedside: Bedside) -> str:
    dosing, plan = bedside.state.dosing, bedside.plan
    if dosing.is_paused:
        return "Infusion paused"
    if dosing.is_running:
        rate = f", {plain(dosing.rate_ml_per_h)} mL/h" if dosing.rate_ml_per_h is not None else ""
        return f"Infusion running{rate}"
    if plan.devices and dosing.devices_taken and dosing.ended_at is None:
        return f"{counted(len(dosing.devices_taken), 'device')} of {plan.devices} taken".capitalize()
    if dosing.has_begun:
        given = bedside.state.given_by(bedside.now).given_mg
        return f"{amount(given)} mg given" if given is not None else "Amount given not yet known"
    return f"Ordered {plan.planned}"


def _nothing_due(bedside: Bedside) -> str:
    status = bedside.state.status
    if bedside.state.is_ended:
        return f"Ended: {status.label}"
    if status is _S.PLANNED:
        return "Waiting for the patient"
    if status is _S.ARRIVED:
        return "Checks before the dose"
    if status is _S.CHECKED:
        return "Ready for the dose to start"
    return "Nothing is due"


def reading_title(bedside: Bedside, item: DueItem) -> str:
    """A due set by its minute once drug is in: "Vitals at minute 30"; before, by its own name; a repeat by what it repeats."""
    first = bedside.state.dosing.first_at
    if item.kind is not DueKind.READING or first is None:
        return item.label.split(":")[0]
    return f"Vitals at minute {elapsed_minutes(first, item.due_at)}"


def _short(bedside: Bedside, item: DueItem) -> str:
    """What follows, in few words: the name of a set, not its measures."""
    name = item.label.split(":")[0]
    return name[:1].lower() + name[1:] if name[1:2].islower() else name

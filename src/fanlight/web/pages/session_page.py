"""The session page's values: what is due, what alarms, what comes next, what may be said now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from fanlight.care.sessions import (
    Alert,
    AlertLevel,
    DueItem,
    DueKind,
    DueState,
    EventKind,
    Intention,
    SessionStatus,
    refusals,
)
from fanlight.care.sessions.words import MEASURE_LABELS, amount, with_unit
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Limit, Measure, Relation, Route
from fanlight.records.bedside import Bedside
from fanlight.web.drawing.fan import Pane, countdown_fan, course_fan, fan, overdue_fan
from fanlight.web.drawing.svg import Svg
from fanlight.web.pages.event_words import measure_label
from fanlight.web.words import clock_words, counted, moment_words

_K = EventKind
_S = SessionStatus
PAD = (
    (Measure.SYSTOLIC_MMHG, 3),
    (Measure.DIASTOLIC_MMHG, 3),
    (Measure.HEART_RATE_PER_MIN, 3),
    (Measure.SPO2_PERCENT, 3),
    (Measure.RESPIRATORY_RATE_PER_MIN, 2),
)
"""What the number pad takes, in the order the cuff and the probe give it, and the most digits of each."""
_LEVEL_SHAPES = {
    AlertLevel.EMERGENCY: "stop",
    AlertLevel.STOP: "stop",
    AlertLevel.HOLD: "hold",
    AlertLevel.ALERT: "warn",
    AlertLevel.NOTICE: "info",
}


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


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a row; `alert_id` is what an acknowledgement names."""

    alert_id: str
    shape: str
    what: str
    why: str
    is_open: bool
    may_acknowledge: bool
    owes_explanation: bool
    is_stop: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step before or after the drug: done with its time, or a button."""

    kind: str
    label: str
    done_at: str = ""
    found: str = ""
    is_next: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One reading of the pad."""

    measure: str
    label: str
    unit: str
    digits: int
    last: str
    ago: str
    is_due: bool


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
    then = tuple((moment_words(_local(item.due_at, bedside)), _short(bedside, item)) for item in coming[1:3])
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


def alert_rows(bedside: Bedside) -> tuple[AlertRow, ...]:
    """Open alerts, then those not yet seen, then settled ones."""
    return tuple(_alert_row(alert, bedside) for alert in bedside.alerts)


def _alert_row(alert: Alert, bedside: Bedside) -> AlertRow:
    head, _, rest = alert.sentence.partition(". ")
    seen = ""
    if alert.acknowledged is not None:
        at = moment_words(_local(alert.acknowledged.at, bedside))
        seen = f"Seen {at}" + (f": {alert.acknowledged.action}" if alert.acknowledged.action else "")
    why = ". ".join(part.rstrip(".") for part in (rest, seen, f"Rule {alert.rule}" if alert.rule else "") if part)
    return AlertRow(
        alert.id,
        _LEVEL_SHAPES[alert.level],
        head.rstrip("."),
        why,
        alert.is_open,
        alert.needs_acknowledgement and alert.acknowledged is None,
        alert.owes_explanation and alert.explained_by is None,
        alert.is_stop,
    )


def steps(bedside: Bedside, discharge_href: str) -> tuple[Step, ...]:
    """What comes before the drug, or after it; during it, what is due says enough."""
    state, plan = bedside.state, bedside.plan
    if state.is_ended:
        return ()
    if not state.dosing.has_begun:
        return _marked(bedside, _before(bedside))
    if state.dosing.ended_at is None:
        kinds = [_K.DEVICE_TAKEN] if plan.devices and len(state.dosing.devices_taken) < plan.devices else []
        return _marked(bedside, [(kind, kind.value, "Next device") for kind in kinds])
    after = [(_K.FLUSHED, "flushed", "Flush the line"), (_K.LINE_OUT, "line_out", "Line out")] if plan.route is Route.INTRAVENOUS else []
    after += [
        (_K.ORIENTATION, "orientation", "Orientation"),
        (_K.GAIT, "gait", "Walk"),
        (_K.NAUSEA, "nausea", "Nausea"),
        (_K.CSSRS_ASKED, "cssrs_asked", "C-SSRS again"),
        (_K.ESCORT, "escort", "Escort"),
        (_K.WRITTEN_PLAN, "written_plan", "Written plan"),
    ]
    ended = state.dosing.ended_at
    marked = _marked(bedside, after, since=ended - timedelta(minutes=5))
    return (*marked, Step("discharge", "Leaving", href=discharge_href, found=bedside.readiness.sentence))


def _before(bedside: Bedside) -> list[tuple[EventKind, str, str]]:
    plan = bedside.plan
    found = [
        (_K.CHECKED_IN, "checked_in", "Check in"),
        (_K.PRE_DOSE_CHECK, "pre_dose_check", "Pre-dose check"),
        (_K.WEIGHT_TAKEN, "weight_taken", "Weight today"),
        (_K.CSSRS_ASKED, "cssrs_asked", "C-SSRS"),
        (_K.VITALS, "vitals", "Vitals before the dose"),
    ]
    if plan.route is Route.NASAL:
        found.insert(3, (_K.FASTING_CONFIRMED, "fasting_confirmed", "Food, drink, sprays"))
    found += [(_K.DOSE_PREPARED, "dose_prepared", "Dose prepared"), (_K.SECOND_CHECK, "second_check", "Second check")]
    start = {
        Route.INTRAVENOUS: (_K.STARTED, "started", "Start the infusion"),
        Route.NASAL: (_K.DEVICE_TAKEN, "device_taken", "First device"),
    }
    found.append(start.get(plan.route, (_K.DOSE_GIVEN, "dose_given", "Give the dose")))
    return found


def _marked(bedside: Bedside, wanted: list[tuple[EventKind, str, str]], since: datetime | None = None) -> tuple[Step, ...]:
    found: list[Step] = []
    is_next_open = True
    for kind, form, label in wanted:
        entries = [entry for entry in bedside.state.of(kind) if since is None or entry.at >= since]
        if entries and kind is not _K.DEVICE_TAKEN:
            found.append(Step(form, label, done_at=moment_words(_local(entries[-1].at, bedside))))
        else:
            found.append(Step(form, label, is_next=is_next_open))
            is_next_open = False
    return tuple(found)


def start_refusals(bedside: Bedside) -> tuple[str, ...]:
    """What the stream itself holds against starting now."""
    intention = {Route.INTRAVENOUS: Intention.START, Route.NASAL: Intention.TAKE_DEVICE}.get(bedside.plan.route, Intention.GIVE_DOSE)
    return refusals(intention, bedside.state, bedside.plan, bedside.now)


def tiles(bedside: Bedside) -> tuple[Tile, ...]:
    """The pad's readings, each with its last value and whether it is due."""
    due_now = measures_due(bedside)
    found = []
    for measure, digits in PAD:
        last = bedside.state.latest(measure)
        ago = f"{max(elapsed_minutes(last.at, bedside.now), 0)} min ago" if last else ""
        found.append(
            Tile(
                measure.value,
                measure_label(measure),
                MEASURE_LABELS[measure][1],
                digits,
                plain(last.value) if last else "",
                ago,
                measure in due_now,
            )
        )
    return tuple(found)


def measures_due(bedside: Bedside) -> frozenset[Measure]:
    """What the next set asks for: everything that is open or overdue, else the next reading that comes."""
    readings = [item for item in bedside.due if item.measures and item.state is not DueState.MISSED]
    pressing = [item for item in readings if item.state in (DueState.OPEN, DueState.OVERDUE)] or readings[:1]
    return frozenset(measure for item in pressing for measure in item.measures)


def entry_title(bedside: Bedside) -> str:
    """ "Vitals for minute 30", or for what they are."""
    item = next((item for item in bedside.due if item.measures and item.state is not DueState.MISSED), None)
    if item is None:
        return "Vitals"
    return reading_title(bedside, item)


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


def offline_limits(bedside: Bedside) -> list[dict[str, str | None]]:
    """The signed limits the tablet holds a kept reading against: both phases, each with its words and its value before the dose."""
    found = []
    for limit in bedside.plan.limits:
        base = bedside.state.baseline(limit.measure) if limit.relation is Relation.RISE_AT_OR_ABOVE else None
        found.append(
            {
                "measure": limit.measure.value,
                "relation": limit.relation.value,
                "value": str(limit.value),
                "baseline": str(base.value) if base is not None else None,
                "phase": limit.phase,
                "response": limit.response.value,
                "words": f"{limit.response.value}: {_limit_words(limit)}",
            }
        )
    return found


def _limit_words(limit: Limit) -> str:
    name = MEASURE_LABELS[limit.measure][0]
    name = name if name[1:2].isupper() or name.startswith("SpO") else name.lower()
    relation = limit.relation.value.replace("rise_at", "rising_at").replace("_", " ")
    return f"{name} {relation} {with_unit(limit.measure, limit.value)}"


def session_fan(number: int, states: Mapping[int, str], count: int) -> Svg:
    """The course's fan as seen from one session."""
    from fanlight.care.sessions import ENDED

    missed = {_S.DID_NOT_ATTEND.value, _S.CANCELLED_BEFORE_DOSE.value}
    ended = {status.value for status in ENDED}
    panes = []
    for n in range(1, count + 1):
        state = states.get(n, "")
        if n == number and state not in ended:
            panes.append(Pane.NOW)
        else:
            panes.append(Pane.MISSED if state in missed else Pane.DONE if state in ended else Pane.TO_COME)
    done = sum(pane is Pane.DONE for pane in panes)
    return course_fan(panes, f"Session {number} of {count}: {counted(done, 'session')} given")


def _local(moment: datetime, bedside: Bedside) -> datetime:
    return moment.astimezone(bedside.state.zone)

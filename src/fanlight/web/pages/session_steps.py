"""What comes before the drug, and after it, in the order a nurse goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.sessions import (
    EventKind,
)
from fanlight.core.session_plan import Route
from fanlight.records.bedside import Bedside

_K = EventKind


@dataclass(frozen=True, slots=True)
class Step:
    """One step before or after the drug: done with its time, or a button."""

    kind: str
    label: str
    done_at: str = ""
    found: str = ""
    is_next: bool = False
    href: str = ""


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
            found.append(Step(form, label, done_at=bedside.state.clock(entries[-1].at)))
        else:
            found.append(Step(form, label, is_next=is_next_open))
            is_next_open = False
    return tuple(found)

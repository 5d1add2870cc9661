"""What was drawn, given and wasted, as it would be written by hand."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from fanlight.care.documents.document import Line
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.wording import milligrams
from fanlight.care.sessions import Entry, EventKind, SessionState, drug_movement
from fanlight.care.sessions.payloads_before import SecondMode
from fanlight.care.sessions.words import amount
from fanlight.core.quantities import plain
from fanlight.core.session_plan import SessionPlan

_K = EventKind


def given_lines(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    """Preparation, who checked it, the times of the drug, the amount that reached the patient, and the waste."""
    lines = [Line(f"Ordered {plain(plan.planned.value)} {plan.planned.unit}.")]
    lines += _prepared(state, header)
    lines += _pump(state, plan, header, now)
    lines += _devices(state, plan, header)
    lines += _at_once(state, header)
    if not state.dosing.has_begun:
        lines.append(Line("No drug was given.", (), ("No drug was given.",)))
    else:
        lines.append(_total(state, now))
    lines += _wasted(state, plan, header, now)
    return tuple(lines)


def _prepared(state: SessionState, header: SessionHeader) -> list[Line]:
    lines = []
    for entry in state.of(_K.DOSE_PREPARED):
        said = entry.payload
        drawn = (
            f"{plain(said.drawn_ml)} mL of {plain(said.concentration_mg_per_ml)} mg/mL = "
            if said.drawn_ml and said.concentration_mg_per_ml
            else ""
        )
        text = f"Prepared {header.product(said.product)}: {drawn}{plain(said.drawn_mg)} mg"
        if said.lot:
            text += f", lot {said.lot}"
        if said.containers:
            text += f", container {', '.join(item.id for item in said.containers)}"
        if said.bag_ml:
            text += f", in {plain(said.bag_ml)} mL"
        if said.rate_ml_per_h:
            text += f" at {plain(said.rate_ml_per_h)} mL/h"
        text += f". Drawn by {header.name(entry.event.by.id)}"
        checks = [check for check in state.of(_K.SECOND_CHECK) if check.payload.checks in (None, entry.id) and check.at >= entry.at]
        sources = entry.sources
        if checks:
            how = {SecondMode.ON_SITE: "", SecondMode.REMOTE: " by video", SecondMode.SCAN_AND_READ_BACK: " by scan and read-back"}[
                checks[0].payload.mode
            ]
            verdict = "checked" if checks[0].payload.agrees else "not agreed to"
            text += f", {verdict} by {header.name(checks[0].event.by.id)}{how}"
            sources = (*sources, *checks[0].sources)
        else:
            text += ", no second check recorded"
        lines.append(Line(f"{text}.", sources, (f"{plain(said.drawn_mg)} mg",)))
    return lines


def _pump(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> list[Line]:
    entries = state.of(_K.STARTED, _K.RATE_CHANGED, _K.PAUSED, _K.RESUMED, _K.STOPPED, _K.FLUSHED)
    if not entries:
        return []
    parts = []
    for entry in entries:
        said, at = entry.payload, header.clock(entry.at)
        match entry.kind:
            case _K.STARTED | _K.RESUMED:
                word = "started" if entry.kind is _K.STARTED else "resumed"
                parts.append(f"{word} {at}" + (f" at {plain(said.rate_ml_per_h)} mL/h" if said.rate_ml_per_h else ""))
            case _K.RATE_CHANGED:
                parts.append(f"{plain(said.rate_ml_per_h)} mL/h from {at}")
            case _K.PAUSED:
                parts.append(f"paused {at}: {said.reason}")
            case _K.FLUSHED:
                parts.append(f"line flushed {at} with {plain(said.volume_ml)} mL")
            case _:
                why = "" if said.reason.value == "completed" else f": {said.reason.value.replace('_', ' ')}"
                parts.append(f"ended {at}{why}" + (f", pump {plain(said.pump_infused_ml)} mL" if said.pump_infused_ml is not None else ""))
    if state.dosing.is_running or state.dosing.is_paused:
        parts.append("no end recorded")
    return [Line(f"Infusion {'; '.join(parts)}.", tuple(name for entry in entries for name in entry.sources))]


def _devices(state: SessionState, plan: SessionPlan, header: SessionHeader) -> list[Line]:
    lines = []
    taken = state.dosing.devices_taken
    if taken:
        words = ", ".join(_device(entry, header) for entry in taken)
        lines.append(Line(f"Self-administered under observation: {words}.", tuple(name for entry in taken for name in entry.sources)))
    for entry in state.dosing.devices_refused:
        lines.append(Line(f"Device {entry.payload.number} not taken, {header.clock(entry.at)}: {entry.payload.reason}.", entry.sources))
    return lines


def _device(entry: Entry, header: SessionHeader) -> str:
    said = entry.payload
    lot = f", lot {said.lot}" if said.lot else ""
    return f"device {said.number} ({plain(said.mg)} mg{lot}) {header.clock(entry.at)}"


def _at_once(state: SessionState, header: SessionHeader) -> list[Line]:
    return [
        Line(
            f"Given {plain(entry.payload.mg)} mg at {header.clock(entry.at)}{f', {entry.payload.site}' if entry.payload.site else ''}.",
            entry.sources,
            (f"{plain(entry.payload.mg)} mg",),
        )
        for entry in state.of(_K.DOSE_GIVEN)
    ]


def _total(state: SessionState, now: datetime) -> Line:
    given = state.given_by(now)
    drug = state.of(
        _K.DOSE_PREPARED, _K.STARTED, _K.RATE_CHANGED, _K.PAUSED, _K.RESUMED, _K.STOPPED, _K.FLUSHED, _K.DOSE_GIVEN, _K.DEVICE_TAKEN
    )
    ids = tuple(dict.fromkeys(name for entry in drug for name in entry.sources))
    if given.given_mg is None:
        left = f"; {amount(given.delivered_mg)} mg left the bag" if given.delivered_mg is not None else ""
        return Line(f"How much reached the patient is not known{left}. Missing: {', '.join(given.missing)}.", ids)
    shown = milligrams(given.given_mg)
    text = f"Reached the patient: {shown}{_per_kg(state, given.given_mg)}"
    if given.in_line_mg:
        text += f"; {amount(given.in_line_mg)} mg stayed in the line"
    if given.left_mg:
        text += f"; {amount(given.left_mg)} mg left in the bag"
    return Line(f"{text}.", ids, (shown,))


def _per_kg(state: SessionState, given: Fraction) -> str:
    weight = state.last(_K.WEIGHT_TAKEN)
    return f" ({amount(given / Fraction(weight.payload.weight_kg))} mg/kg)" if weight is not None else ""


def _wasted(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> list[Line]:
    lines = []
    for entry in state.of(_K.WASTED):
        said = entry.payload
        witness = f"witnessed by {header.name(said.witness)}" if said.witness else "no witness yet"
        lines.append(
            Line(f"Wasted {plain(said.mg)} mg at {header.clock(entry.at)} by {header.name(entry.event.by.id)}, {witness}.", entry.sources)
        )
    for entry in state.of(_K.RETURNED):
        lines.append(Line(f"Returned unopened {plain(entry.payload.mg)} mg at {header.clock(entry.at)}.", entry.sources))
    moved = drug_movement(state, plan, now)
    if state.dosing.ended_at is not None and moved.is_balanced is False and moved.variance_mg is not None:
        lines.append(Line(f"Drawn, given, wasted and returned differ by {amount(moved.variance_mg)} mg.", moved.event_ids))
    return lines

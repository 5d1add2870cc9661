"""What happened in between, and how the patient left."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.documents.document import Line
from fanlight.care.documents.header import SessionHeader
from fanlight.care.sessions import EVENT_KINDS, Alert, AlertLevel, Entry, EventKind, SessionState, alerts, no_drive_until, readiness
from fanlight.care.sessions.payloads_before import SecondMode
from fanlight.core.answers import CriterionAnswer
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


def happened_lines(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    """Alerts with what was done, symptoms, medicines, attendances, adverse events and notes, in the order they happened."""
    lines: list[tuple[datetime, Line]] = []
    for alert in alerts(state, plan, now):
        if alert.level is not AlertLevel.NOTICE and not alert.id.startswith("emergency:"):
            lines.append((alert.at, _alert(alert, header)))
    for entry in state.of(
        _K.MEDICINE_GIVEN,
        _K.CLINICIAN_ATTENDED,
        _K.ADVERSE_EVENT,
        _K.EMERGENCY_CALLED,
        _K.NOTE,
        _K.EXPLANATION,
        _K.OVERRIDE,
        _K.RISK_PLAN_MADE,
    ):
        lines.append((entry.at, Line(_said(entry, header), entry.sources)))
    lines.sort(key=lambda item: item[0])
    found = [line for _, line in lines]
    if (top := _highest(state, header)) is not None:
        found.append(top)
    candidates = [alert for alert in alerts(state, plan, now) if alert.is_serious_candidate]
    judged = any(entry.payload.is_serious is not None for entry in state.of(_K.ADVERSE_EVENT))
    if candidates and not judged:
        ids = tuple(dict.fromkeys(name for alert in candidates for name in alert.event_ids))
        found.append(Line("Nobody has judged yet whether there was a serious event.", ids, ("Nobody has judged yet",)))
    elif not candidates and state.dosing.has_begun:
        found.append(Line("No serious event recorded."))
    return tuple(found)


def _alert(alert: Alert, header: SessionHeader) -> Line:
    seen = alert.acknowledged
    done = f" {seen.action.rstrip('.')}." if seen and seen.action else ""
    by = (
        f" Seen by {header.name(seen.by)} {header.clock(seen.at)}." if seen else " Not acknowledged." if alert.needs_acknowledgement else ""
    )
    ids = (*alert.event_ids, *((seen.event_id,) if seen else ()))
    return Line(f"{alert.sentence}{done}{by}", ids)


def _said(entry: Entry, header: SessionHeader) -> str:
    at, said = header.clock(entry.at), entry.payload
    match entry.kind:
        case _K.MEDICINE_GIVEN:
            order = f", ordered by {header.name(said.ordered_by)}" if said.ordered_by else ""
            why = f" for {said.reason}" if said.reason else ""
            return f"{at} {said.name} {plain(said.amount)} {said.unit} {said.route}{why}{order}."
        case _K.CLINICIAN_ATTENDED:
            return f"{at} {said.role or header.name(entry.event.by.id)} at the chair{f': {said.finding}' if said.finding else ''}."
        case _K.ADVERSE_EVENT:
            serious = {True: "serious", False: "not serious", None: "seriousness not judged"}[said.is_serious]
            return f"{at} Adverse event: {said.term}, {said.severity.value}, {serious}{f'; {said.action}' if said.action else ''}."
        case _K.EMERGENCY_CALLED:
            return f"{at} Emergency help called: {said.service}{f', {said.reason}' if said.reason else ''}."
        case _K.OVERRIDE:
            how = " (not on site)" if said.second_mode is SecondMode.REMOTE else ""
            second = f", with {header.name(said.second_person)}{how}" if said.second_person else ", with no second person"
            return f"{at} {header.name(entry.event.by.id)} went past {said.rule.replace('_', ' ')}{second}: {said.reason}"
        case _K.EXPLANATION:
            return f"{at} {header.name(entry.event.by.id)} explains: {said.text}"
        case _K.RISK_PLAN_MADE:
            return f"{at} {header.name(entry.event.by.id)} made a plan for raised risk: {said.plan}"
        case _:
            return f"{at} {said.text}"


def _highest(state: SessionState, header: SessionHeader) -> Line | None:
    first = state.dosing.first_at
    values = [value for value in state.readings.get(Measure.SYSTOLIC_MMHG, ()) if value.is_signal and first and value.at > first]
    if not values or first is None:
        return None
    top = max(values, key=lambda value: value.value)
    pair = next((value for value in state.readings.get(Measure.DIASTOLIC_MMHG, ()) if value.entry.id == top.entry.id), None)
    base = state.baseline(Measure.SYSTOLIC_MMHG)
    shown = f"{plain(top.value)}/{plain(pair.value)}" if pair else plain(top.value)
    rise = f" ({_signed(top.value - base.value)} systolic from before)" if base else ""
    return Line(f"Highest pressure {shown} mmHg at minute {elapsed_minutes(first, top.at)}{rise}.", top.entry.sources)


def _signed(number: object) -> str:
    text = plain(number)  # type: ignore[arg-type]
    return f"−{text[1:]}" if text.startswith("-") else f"+{text}"


def leaving_lines(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    """How the session ended, what was met, overridden or open at that moment, and when driving may be thought of."""
    lines: list[Line] = []
    end = state.end
    judged_at = end.at if end is not None else now
    released = end is not None and end.kind in (_K.DISCHARGED, _K.STOPPED_AND_OBSERVED)
    if state.dosing.has_begun:
        lines += _criteria(state, plan, header, judged_at, released=released or end is None)
        until = no_drive_until(state, plan)
        if until is not None:
            words = f"No driving or machines before {header.day(until)} {header.clock(until)}, and not before a night’s restful sleep."
            drug = state.of(_K.STOPPED, _K.FLUSHED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN)
            lines.append(Line(words, drug[-1].sources if drug else ()))
    if end is None:
        lines.append(Line("The patient has not left."))
    else:
        lines.append(Line(_end(end, header), end.sources))
    if header.therapy_at is not None:
        who = f", {header.therapist}" if header.therapist else ""
        lines.append(Line(f"Integration {header.day(header.therapy_at)} {header.clock(header.therapy_at)}{who}."))
    if header.next_session_at is not None:
        lines.append(Line(f"Next session {header.day(header.next_session_at)} {header.clock(header.next_session_at)}."))
    return tuple(lines)


def _criteria(state: SessionState, plan: SessionPlan, header: SessionHeader, at: datetime, *, released: bool) -> list[Line]:
    judged = readiness(state, plan, at)
    met = [item for item in judged.criteria if item.answer is CriterionAnswer.MET]
    ids = tuple(dict.fromkeys(name for item in met for name in item.event_ids))
    lines = [Line(f"{len(met)} of {len(judged.criteria)} criteria met at {header.clock(at)}.", ids)]
    for item in judged.criteria:
        if item.overridden_by is not None:
            lines.append(Line(f"Overridden: {item.label.lower()} ({item.because.rstrip('.')}).", (*item.event_ids, item.overridden_by)))
        elif item.answer is not CriterionAnswer.MET:
            answer = "Not met" if item.answer is CriterionAnswer.NOT_MET else "Unknown"
            lines.append(Line(f"{answer}: {item.label}. {item.because}", item.event_ids, (answer,)))
    if not released:
        lines.append(Line("The patient left without a release by the clinic."))
    return lines


def _end(entry: Entry, header: SessionHeader) -> str:
    said, at = entry.payload, header.clock(entry.at)
    label = EVENT_KINDS[entry.kind].label
    match entry.kind:
        case _K.DISCHARGED | _K.STOPPED_AND_OBSERVED:
            why = f": {said.reason}" if entry.kind is _K.STOPPED_AND_OBSERVED else ""
            return f"{label} {at}{f' with {said.escort}' if said.escort else ''}{why}."
        case _K.LEFT_AGAINST_ADVICE:
            advised = "after being told what staying is for" if said.was_advised else "without being told what staying is for"
            return f"{label} {at}, {advised}{f': {said.reason}' if said.reason else ''}."
        case _K.ABSCONDED:
            seen = f", last seen {header.clock(said.last_seen_at)}" if said.last_seen_at else ""
            line = ", line still in" if said.line_in_place else ""
            return f"{label} {at}{seen}{line}."
        case _K.TRANSFERRED:
            hand = f", handed over to {said.handed_over_to}" if said.handed_over_to else ""
            return f"{label} {at} to {said.to}{' as an emergency' if said.is_emergency else ''}: {said.reason}{hand}."
        case _K.CANCELLED_BEFORE_DOSE:
            return f"{label} {at}: {said.reason}."
        case _:
            return f"{label}{f': {said.reason}' if said.reason else ''}."

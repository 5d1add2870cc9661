"""Shorter accounts of one session for other readers: a summary for the patient, a letter to the referrer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from fanlight.care.documents.document import Document, Line, Section, Signature
from fanlight.care.documents.given import given_lines
from fanlight.care.documents.happened import leaving_lines
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.procedure_note import made_from
from fanlight.care.documents.warnings import warnings_of
from fanlight.care.documents.wording import DRUGS, treatment
from fanlight.care.sessions import EVENT_KINDS, AlertLevel, EventKind, SessionState, alerts
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


def visit_summary(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> Document:
    """What happened today, for the patient: short, without scores they would have to look up."""
    begun = state.dosing.first_at or now
    return Document(
        id="visit_summary",
        kind="Your visit",
        title=f"Your visit, {header.day(begun)}",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(begun),
        facts=((("For", header.patient), ("Record", header.record)), (("Treatment", header.session), ("Protocol", header.protocol))),
        sections=tuple(
            section
            for section in (
                Section("What you had", _had(state, plan, header, now), is_list=True),
                Section("How it went", _went(state, plan, header, now), is_list=True),
                Section("How you left", leaving_of(state, header), is_list=True),
                Section("If you need somebody", _help(header), is_list=True),
            )
            if section.lines
        ),
        warnings=_for_patient(header),
        footer=made_from(state, header),
        is_large=True,
    )


def referrer_letter(
    state: SessionState,
    plan: SessionPlan,
    header: SessionHeader,
    now: datetime,
    *,
    addressee: str = "",
    signatures: tuple[Signature, ...] = (),
) -> Document:
    """One session, for the clinician who sent the patient: dose, course, how the patient left, and what comes next."""
    begun = state.dosing.first_at or now
    return Document(
        id="referrer_letter",
        kind="Letter",
        title=f"{treatment(plan)}, {header.session}",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(now),
        facts=(
            (("To", addressee or "the referring clinician"), ("About", header.patient), ("Born", header.birth(begun))),
            (("Record", header.record), ("Indication", header.indication or "not recorded"), ("Session", header.day(begun))),
        ),
        sections=(
            Section("Given", given_lines(state, plan, header, now)),
            Section("Course", _went(state, plan, header, now)),
            Section("Leaving", leaving_lines(state, plan, header, now)),
        ),
        warnings=warnings_of(state, plan, header, now),
        signatures=signatures,
        footer=made_from(state, header),
    )


def _to_you(text: str, drug: str) -> str:
    """ "Reached the patient: 37 mg (…)." as it is said to the patient: the amount, then of what."""
    return re.sub(r"Reached the patient: (\S+ mg)", rf"You had \1 of {drug}", text)


def _had(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    lines = [
        replace(line, text=_to_you(line.text, DRUGS[plan.drug].lower()))
        for line in given_lines(state, plan, header, now)
        if line.text.startswith(("Reached", "How much", "No drug"))
    ]
    for entry in state.of(_K.MEDICINE_GIVEN):
        said = entry.payload
        lines.append(Line(f"Also given: {said.name} {plain(said.amount)} {said.unit}.", entry.sources))
    return tuple(lines)


def _went(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    lines = []
    for measure, words in (
        (Measure.SYSTOLIC_MMHG, "Highest upper blood pressure"),
        (Measure.DISSOCIATION_0_10, "Strongest dissociation, 0 to 10"),
    ):
        first = state.dosing.first_at
        values = [value for value in state.readings.get(measure, ()) if value.is_signal and first is not None and value.at > first]
        if values:
            top = max(values, key=lambda value: value.value)
            unit = " mmHg" if measure is Measure.SYSTOLIC_MMHG else ""
            lines.append(Line(f"{words}: {plain(top.value)}{unit}, at {header.clock(top.at)}.", top.entry.sources))
    stops = [alert for alert in alerts(state, plan, now) if alert.level in (AlertLevel.STOP, AlertLevel.EMERGENCY)]
    lines += [Line(f"At {header.clock(alert.at)} the team acted on an alert: {alert.sentence}", alert.event_ids) for alert in stops]
    for entry in state.of(_K.ADVERSE_EVENT):
        lines.append(Line(f"{header.clock(entry.at)} {entry.payload.term} ({entry.payload.severity.value}).", entry.sources))
    return tuple(lines)


def leaving_of(state: SessionState, header: SessionHeader) -> tuple[Line, ...]:
    """How the session ended, in a line."""
    if state.end is None:
        return (Line("You have not left yet."),)
    return (Line(f"{EVENT_KINDS[state.end.kind].label} at {header.clock(state.end.at)}.", state.end.sources),)


def _help(header: SessionHeader) -> tuple[Line, ...]:
    """The clinic's own crisis text, then its telephone."""
    lines = [Line(header.crisis_phone)] if header.crisis_phone else []
    return (*lines, *([Line(f"The clinic: {header.phone}.")] if header.phone else []))


def _for_patient(header: SessionHeader) -> tuple[Line, ...]:
    return (Line("Sample: every person and number here is invented."),) if header.is_sample else ()

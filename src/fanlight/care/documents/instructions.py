"""Discharge instructions for the patient: plain words, large, with the hour, from the stream and the signed content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fanlight.care.documents.document import Document, Line, Section
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.wording import DRUGS
from fanlight.care.sessions import EventKind, SessionState, no_drive_until
from fanlight.core.session_plan import Drug, Route, SessionPlan
from fanlight.core.sources import Mark

_K = EventKind


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing to tell the patient, with its source. `drugs` and `routes` empty: all."""

    text: str
    source: str
    mark: Mark
    drugs: tuple[Drug, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class InstructionPart:
    """A headed part of the instructions."""

    heading: str
    items: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class InstructionsFile:
    """The content file of discharge instructions."""

    title: str
    read_on: str
    parts: tuple[InstructionPart, ...]


def discharge_instructions(
    state: SessionState, plan: SessionPlan, header: SessionHeader, content: InstructionsFile, now: datetime, *, is_signed: bool = False
) -> Document:
    """What the patient takes home. `is_signed`: the site's director has signed this content, so no mark is shown."""
    begun = state.dosing.first_at or now
    sections = [Section("Driving", _driving(state, plan, header), is_list=True)] if state.dosing.has_begun else []
    for part in content.parts:
        lines = tuple(
            Line(item.text, (), (), item.mark.needs_sign_off and not is_signed)
            for item in part.items
            if (not item.drugs or plan.drug in item.drugs) and (not item.routes or plan.route in item.routes)
        )
        if lines:
            sections.append(Section(part.heading, lines, is_list=True))
    sections.append(Section("Who to call", _calls(header), is_list=True))
    sections.append(Section("Next", _next(header), is_list=True))
    warnings = []
    if header.is_sample:
        warnings.append(Line("Sample: every person and number here is invented."))
    if any(line.needs_sign_off for section in sections for line in section.lines):
        warnings.append(Line("Needs sign-off: sentences marked ° are not yet signed by the medical director here."))
    return Document(
        id="discharge_instructions",
        kind="Going home",
        title=f"After your {DRUGS[plan.drug]} treatment today",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(begun),
        facts=((("For", header.patient), ("Record", header.record)), (("Treatment", header.session), ("Today", _today(state, header)))),
        sections=tuple(section for section in sections if section.lines),
        warnings=tuple(warnings),
        footer=f"Made from session {header.reference}.{' Invented patient.' if header.is_sample else ''}",
        is_large=True,
    )


def _driving(state: SessionState, plan: SessionPlan, header: SessionHeader) -> tuple[Line, ...]:
    until = no_drive_until(state, plan)
    drug = state.of(_K.STOPPED, _K.FLUSHED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN)
    sources = drug[-1].sources if drug else ()
    if until is None:
        return (Line("Do not drive or use machines. The clinic will tell you from when you may.", sources),)
    hour = f"{header.day(until)} at {header.clock(until)}"
    text = f"Do not drive or use machines before {hour}, and only after a night’s restful sleep. If you slept badly, wait another day."
    return (Line(text, sources, (hour,)),)


def _today(state: SessionState, header: SessionHeader) -> str:
    ended = state.dosing.ended_at
    return f"medicine ended {header.clock(ended)}" if ended is not None else "medicine not recorded as ended"


def _calls(header: SessionHeader) -> tuple[Line, ...]:
    lines = [Line("Emergency: call your emergency number.")]
    if header.crisis_phone:
        lines.insert(
            0, Line(f"Thoughts of suicide, at any hour: {header.crisis_phone.rstrip('.')}.", (), (header.crisis_phone.rstrip("."),))
        )
    if header.phone:
        lines.append(Line(f"{header.clinic}: {header.phone}.", (), (header.phone,)))
    return tuple(lines)


def _next(header: SessionHeader) -> tuple[Line, ...]:
    lines = []
    if header.therapy_at is not None:
        who = f" with {header.therapist}" if header.therapist else ""
        lines.append(Line(f"Integration{who}: {header.day(header.therapy_at)}, {header.clock(header.therapy_at)}."))
    if header.next_session_at is not None:
        lines.append(Line(f"Next treatment: {header.day(header.next_session_at)}, {header.clock(header.next_session_at)}."))
    return tuple(lines)

"""The procedure note: one page that says what was done, from the stream alone."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.documents.course import marks_said, readings_table, session_chart
from fanlight.care.documents.document import Document, Line, Section, Signature
from fanlight.care.documents.given import given_lines
from fanlight.care.documents.happened import happened_lines, leaving_lines
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.warnings import warnings_of
from fanlight.care.documents.wording import corrected, treatment
from fanlight.care.sessions import EventKind, SessionState
from fanlight.core.quantities import plain
from fanlight.core.session_plan import SessionPlan

_K = EventKind
_A_FEW = 4
"""More statements than this are set one a line."""


def procedure_note(
    state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime, signatures: tuple[Signature, ...] = ()
) -> Document:
    """What was checked, given, read and decided, each line with its events."""
    begun = state.dosing.first_at or next((entry.at for entry in state.entries), now)
    happened = happened_lines(state, plan, header, now)
    leaving = leaving_lines(state, plan, header, now)
    readings = readings_table(state)
    return Document(
        id="procedure_note",
        kind="Procedure note",
        title=f"{treatment(plan)}, {header.session}",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(begun),
        facts=header_facts(header, begun),
        sections=tuple(
            section
            for section in (
                Section("Before", before_lines(state, header)),
                Section("Given", given_lines(state, plan, header, now)),
                Section(
                    "Course",
                    chart=session_chart(state, plan),
                    table=readings,
                    after=(*marks_said(readings), *happened),
                    after_is_list=len(happened) > _A_FEW,
                ),
                Section("Leaving", leaving, is_list=len(leaving) > _A_FEW + 2),
            )
            if section.lines or section.chart or section.table or section.after
        ),
        warnings=warnings_of(state, plan, header, now),
        signatures=signatures,
        footer=made_from(state, header),
    )


def header_facts(header: SessionHeader, begun: datetime) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The two columns under the title."""
    return (
        (
            ("Patient", header.patient),
            ("Born", header.birth(begun)),
            ("Record", header.record),
            ("Allergy", header.allergies or "not recorded"),
        ),
        (
            ("Indication", header.indication or "not recorded"),
            ("Protocol", header.protocol),
            ("Consent", header.consent or "not recorded"),
            ("On site", header.on_site or "not recorded"),
        ),
    )


def made_from(state: SessionState, header: SessionHeader) -> str:
    """What the document was made from."""
    count = len(state.entries) + sum(len(entry.amended_by) for entry in state.entries)
    fixes = sum(len(entry.amended_by) for entry in corrected(state))
    fixed = f", of which {fixes} correction{'s' if fixes != 1 else ''}" if fixes else ""
    sample = " Invented patient." if header.is_sample else ""
    return f"Drawn from {count} events of session {header.reference}{fixed}. Nothing here was typed a second time.{sample}"


def before_lines(state: SessionState, header: SessionHeader) -> tuple[Line, ...]:
    """Weight, fasting, checks, the screener and the escort, each as it was asked; what was not asked is said."""
    lines: list[Line] = []
    weight = state.last(_K.WEIGHT_TAKEN)
    if weight is not None:
        lines.append(Line(f"Weight {plain(weight.payload.weight_kg)} kg.", weight.sources))
    fasting = state.last(_K.FASTING_CONFIRMED)
    if fasting is not None:
        said = fasting.payload
        parts = [f"{name} {header.clock(at)}" for name, at in (("food", said.last_food_at), ("drink", said.last_drink_at)) if at]
        if said.no_nasal_spray_today:
            parts.append("no nasal spray today")
        elif said.last_nasal_spray_at:
            parts.append(f"nasal spray {header.clock(said.last_nasal_spray_at)}")
        if parts:
            lines.append(Line(f"Last {', '.join(parts)}.", fasting.sources))
    lines += _checks(state)
    first = state.dosing.first_at
    asked = [entry for entry in state.of(_K.CSSRS_ASKED) if first is None or entry.at <= first]
    if asked:
        lines.append(
            Line(f"C-SSRS at {header.clock(asked[-1].at)}: ideation {_level(asked[-1].payload.ideation_level)}.", asked[-1].sources)
        )
    elif first is not None:
        lines.append(Line("C-SSRS was not asked before the dose."))
    accepted = state.last(_K.SPO2_ACCEPTED)
    if accepted is not None:
        by = header.name(accepted.event.by.id)
        lines.append(Line(f"Resting SpO₂ {plain(accepted.payload.spo2_percent)} % accepted by {by}.", accepted.sources))
    return tuple(lines)


_ASKED = (
    ("alcohol_today", "alcohol"),
    ("opioid_today", "opioid"),
    ("sedative_today", "sedative"),
    ("stimulant_today", "stimulant"),
    ("maoi_today", "MAO inhibitor"),
    ("new_medicine", "new medicine"),
)


def _checks(state: SessionState) -> list[Line]:
    check = state.last(_K.PRE_DOSE_CHECK)
    if check is None:
        return [Line("No pre-dose check was recorded.")] if state.dosing.has_begun else []
    said = check.payload
    yes = [name for field, name in _ASKED if getattr(said, field) is True]
    no = [name for field, name in _ASKED if getattr(said, field) is False]
    lines = []
    if yes:
        lines.append(Line(f"Today: {', '.join(yes)}.", check.sources, (", ".join(yes),)))
    if no:
        lines.append(Line(f"Asked and denied today: {', '.join(no)}.", check.sources))
    unasked = [name for field, name in _ASKED if getattr(said, field) is None]
    if unasked:
        lines.append(Line(f"Not asked: {', '.join(unasked)}.", check.sources))
    if said.has_two_identifiers:
        lines.append(Line("Two identifiers confirmed.", check.sources))
    if said.escort_name:
        lines.append(Line(f"Escort named: {said.escort_name}.", check.sources))
    return lines


def _level(level: int) -> str:
    return "none" if level == 0 else str(level)

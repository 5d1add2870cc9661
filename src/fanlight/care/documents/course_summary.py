"""A whole course on a page: what was given on which date, how each visit ended, and what the scales said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fanlight.care.documents.document import Document, Line, Row, Section, Table
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.wording import milligrams
from fanlight.care.sessions import SessionState
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure

_UNKNOWN = "not recorded"


@dataclass(frozen=True, slots=True)
class CourseVisit:
    """One session of the course: its planned date, the word of its status, and its stream; None where no dose was ever ordered."""

    number: int
    planned_on: date
    status: str
    state: SessionState | None = None


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """One scored scale: its title, the day it was answered, and its total as shown; empty where it could not be scored."""

    scale: str
    on: date
    total: str


def course_summary(
    visits: Sequence[CourseVisit], scales: Sequence[ScalePoint], header: SessionHeader, now: datetime, *, ending: str = ""
) -> Document:
    """The course so far, or whole once it has ended. `ending` says how and why it ended, in words; `header.session` is not used."""
    given = sum(1 for visit in visits if visit.state is not None and visit.state.dosing.has_begun)
    warnings = [Line("Sample: every person and number here is invented.")] if header.is_sample else []
    if not ending:
        warnings.append(Line("The course has not ended: this is how it stands."))
    return Document(
        id="course_summary",
        kind="Course summary",
        title=f"{given} of {len(visits)} sessions given",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(now),
        facts=(
            (("Patient", header.patient), ("Born", header.birth(now)), ("Record", header.record)),
            (("Protocol", header.protocol), ("Indication", header.indication or _UNKNOWN), ("Allergy", header.allergies or _UNKNOWN)),
        ),
        sections=(
            Section("Sessions", table=Table(_COLUMNS, tuple(_visit(visit, header, now) for visit in visits), (0, 1, 5))),
            Section(
                "Scales",
                (Line("No scale was answered."),) if not scales else (),
                table=Table(("Scale", "Answered", "Total"), tuple(Row((p.scale, _day(p.on), p.total or _UNKNOWN)) for p in scales), (0, 1))
                if scales
                else None,
            ),
            Section("How it ended", (Line(ending or "It goes on."),)),
        ),
        warnings=tuple(warnings),
        footer="Drawn from the record of each session. Nothing here was typed a second time.",
    )


_COLUMNS = ("No.", "Date", "Given", "Highest systolic", "Strongest dissociation", "How it ended")


def _visit(visit: CourseVisit, header: SessionHeader, now: datetime) -> Row:
    state = visit.state
    if state is None or not state.dosing.has_begun or state.dosing.first_at is None:
        return Row((str(visit.number), _day(visit.planned_on), "" if visit.status == "planned" else "nothing", "", "", visit.status))
    ids = tuple(entry.id for entry in state.entries if not entry.is_struck)
    return Row(
        (
            str(visit.number),
            header.day(state.dosing.first_at),
            milligrams(state.given_by(now).given_mg),
            _top(state, Measure.SYSTOLIC_MMHG, " mmHg"),
            _top(state, Measure.DISSOCIATION_0_10, " of 10"),
            visit.status,
        ),
        ids,
    )


def _top(state: SessionState, measure: Measure, unit: str) -> str:
    """The highest reading after the drug began; said to be missing where there is none."""
    first = state.dosing.first_at
    values = [
        reading.value for reading in state.readings.get(measure, ()) if reading.is_signal and first is not None and reading.at > first
    ]
    return f"{plain(max(values))}{unit}" if values else _UNKNOWN


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"

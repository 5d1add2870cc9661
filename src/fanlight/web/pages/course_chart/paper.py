"""The course chart as a document, for PDF: the same drawing and the same rows, with who printed it and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fanlight.care.documents import Document, Line, Row, Section, Table
from fanlight.core.instants import clinic_date
from fanlight.records.models import Patient, StaffMember
from fanlight.web.drawing.course_whole import draw_course, finding, in_sheets
from fanlight.web.pages.course_chart.reading import CourseChart
from fanlight.web.pages.course_chart.rows import TableLine
from fanlight.web.words import birth_words

_WIDE, _FIRST, _OTHER = 860.0, 1110.0, 1280.0
"""Width of the drawing, and how tall it may be on the first sheet and on the others, in its own units."""
_COLUMNS = ("Date", "What", "Value", "Band", "Change", "Reached", "Note")
_STYLE = """
text{font-family:"Liberation Sans","Noto Sans","DejaVu Sans",sans-serif;font-size:13px;fill:#434D59}
.t-ink{fill:#18202A}.t-b{font-weight:700}.t-l,.t-title{font-size:15px}.t-title{font-weight:700}.t-better{fill:#434D59}.halo{paint-order:stroke;stroke:#FFFFFF;stroke-width:4;stroke-linejoin:round}.end{text-anchor:end}.mid{text-anchor:middle}
.t-goal{fill:#1F5F3F}.t-absent{fill:#46458A}.t-now{fill:#18202A;font-weight:700}
.wash-fill{fill:#EFEBE3}.sill{stroke:#18202A;stroke-width:2;fill:none}.axis{stroke:#7A7468;fill:none}.gridline{stroke:#DAD4C8;fill:none}
.goal{stroke:#1F5F3F;stroke-width:1.25;stroke-dasharray:7 4;fill:none}.now-line{stroke:#A96D08;stroke-width:2.5}
.now-flag{fill:#F0AE3C;stroke:#A96D08}.s-main{stroke:#18202A;stroke-width:2;fill:none;stroke-linejoin:round}
.m-main{fill:#18202A;stroke:#FFFFFF;stroke-width:2}.m-open{fill:#FFFFFF;stroke:#18202A;stroke-width:2}
.absent{fill:#FFFFFF;stroke:#46458A;stroke-width:1.75;stroke-dasharray:3 2.2}.bad{fill:#A01B2C}
.due-next{fill:#FFFFFF;stroke:#7A7468;stroke-width:1.75}.due-missed{fill:none;stroke:#46458A;stroke-width:1.75;stroke-dasharray:3 2.2}
.slot{fill:#18202A}.s-medicine{stroke:#434D59;stroke-width:3;fill:none}
"""
"""The chart's own colours on white paper: a PDF has no style sheet beside it."""


@dataclass(frozen=True, slots=True)
class PicturedSection(Section):
    """A section with a picture: finished SVG, set as wide as the page."""

    picture: str = ""


def chart_document(patient: Patient, chart: CourseChart, by: StaffMember, now: datetime) -> Document:
    """The chart of one window as a document."""
    site, rows = patient.site, chart.rows
    today = clinic_date(now, site.zone)
    local = now.astimezone(site.zone)
    warnings = (Line("Sample: every person and number here is invented."),) if site.is_sample or patient.is_synthetic else ()
    lines = tuple(
        Row((_unbroken(f"{one.on:%-d %b %Y}"), one.what, _unbroken(_value(one)), one.band, _unbroken(one.change), _reached(one), one.note))
        for one in rows.lines
    )
    table = Table(_COLUMNS, lines, (0, 1, 3, 4, 5, 6)) if lines else None
    pictures = [draw_course(part, width=_WIDE, style=_STYLE) for part in in_sheets(rows, _FIRST, _OTHER)] if lines else []
    alone = (Line("Nothing is answered, planned or changed in this time."),)
    return Document(
        id="course_chart",
        kind="Course chart",
        title=f"{rows.first:%-d %b %Y} to {rows.last:%-d %b %Y}",
        clinic=site.name,
        tagline="Interventional psychiatry",
        dated=f"{local:%a} {local.day} {local:%b %Y}",
        facts=(
            (("Patient", patient.name), ("Born", birth_words(patient.birth_date, today)), ("Record", patient.number)),
            (("Shown", chart.window.label), ("Printed by", by.name), ("Printed", f"{local:%-d %b %Y}, {local:%H:%M}")),
        ),
        sections=(
            *(PicturedSection("Over time" if number == 0 else "Over time, further", picture=one) for number, one in enumerate(pictures)),
            *([] if pictures else [Section("Over time", alone)]),
            Section("In words", (Line(finding(rows)),)),
            *([Section("Every value", table=table)] if table else []),
        ),
        warnings=warnings,
        footer="Drawn from the record: answers, session streams and medicines as they stand. Nothing was typed a second time.",
    )


def _unbroken(words: str) -> str:
    """A date or a figure with its unit stays on one line."""
    return words.replace(" ", "\u00a0") if len(words) <= 20 else words.replace(" %", "\u00a0%")


def _reached(line: TableLine) -> str:
    return ", ".join(word for word, answer in (("response", line.response), ("remission", line.remission)) if answer == "yes")


def _value(line: TableLine) -> str:
    value, of, standing = line.value, line.of, line.standing
    if not value:
        return standing
    words = f"{value} of {of}" if of else value
    return words if standing in ("answered", "given") else f"{words}, {standing}"

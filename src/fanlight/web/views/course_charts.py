"""The course chart of a person: the page, the same rows as a CSV file, and the same drawing as PDF."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fanlight.core.instants import clinic_date
from fanlight.exchange.csv_files.guarding import guarded
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.library import library
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.drawing.course_whole import draw_course
from fanlight.web.pages.course_chart.items import item_grid
from fanlight.web.pages.course_chart.reading import WHOLE, CourseChart, course_chart
from fanlight.web.pages.course_chart.rows import CourseRows, Given, Standing
from fanlight.web.pages.who import who_of
from fanlight.web.words import counted, day_words

COLUMNS = ("date", "kind", "what", "value", "of", "standing", "band", "change", "response", "remission", "note", "key")


@page(Permission.SEE_SCALES)
@require_GET
def chart(request: HttpRequest, pk: int) -> HttpResponse:
    """Every score with its band, sessions and doses, lines of response and remission, medicines, and what is missing."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("see_course_chart", at=now, by=user, patient=row)
    found = course_chart(row, now, request.GET.get("show", WHOLE))
    rows = found.rows
    wanted = request.GET.get("items", "")
    standing = row.scale_responses.filter(amended_by__isnull=True, instrument_id=wanted) if wanted else ()
    context: dict[str, Any] = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "sentence": sentence(rows),
        "missing": missing(rows),
        "chart": draw_course(rows) if rows.lines else None,
        "rows": rows,
        "lines": rows.lines[::-1],
        "windows": found.windows,
        "window": found.window,
        "grid": item_grid(rows, wanted, standing, library().risk_table) if wanted else None,
        "wanted": wanted,
        "is_empty": not found.whole.lines,
    }
    return render(request, "course_chart.html", context)


@page(Permission.SEE_SCALES)
@require_GET
def chart_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of the chart as a file; no cell of it is run by the spreadsheet that opens it."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("export_course_chart", at=now, by=user, patient=row)
    found = course_chart(row, now, request.GET.get("show", WHOLE))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="course-chart.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer.write("\ufeff")
    out = csv.writer(answer)
    out.writerow(COLUMNS)
    for line in found.rows.lines:
        cells = (line.on.isoformat(), *(getattr(line, name) for name in COLUMNS[1:]))
        out.writerow([guarded(cell) for cell in cells])
    return answer


@page(Permission.SEE_SCALES)
@require_GET
def chart_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The chart and its table on paper, with who printed it and when."""
    from fanlight.web.pages.course_chart.paper import chart_document
    from fanlight.web.pdf import render_pdf

    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("print_course_chart", at=now, by=user, patient=row)
    found: CourseChart = course_chart(row, now, request.GET.get("show", WHOLE))
    made = render_pdf(chart_document(row, found, user, now), now.replace(microsecond=0))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="course-chart.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def sentence(rows: CourseRows) -> str:
    """How it stands, of the scale with the most scores."""
    lane = next((one for one in rows.lanes if any(row.is_drawn for row in one.rows)), None)
    if lane is None:
        return "No scale is answered in this time." if rows.lines else "Nothing is on this chart yet."
    last = [row for row in lane.rows if row.is_drawn][-1]
    words = f"{lane.title}: {last.value}, {last.band}" if last.band else f"{lane.title}: {last.value}"
    if last.is_remission:
        return f"{words}; in remission on {day_words(last.on, rows.today)}."
    if last.is_response:
        return f"{words}; in response on {day_words(last.on, rows.today)}."
    moved = f"; {last.change} since the first" if last.change and last.change not in ("the first", "no change") else ""
    return f"{words} on {day_words(last.on, rows.today)}{moved}."


def missing(rows: CourseRows) -> dict[str, Any]:
    """What is not there, counted: missed, incomplete and owed time points, and sessions not given."""
    scores = [row for lane in rows.lanes for row in lane.rows]
    gone = [row for row in scores if row.standing in (Standing.MISSED, Standing.INCOMPLETE, Standing.NOT_SCORED)]
    owed = [row for row in scores if row.standing is Standing.OWED]
    return {
        "came": sum(row.is_drawn for row in scores),
        "of": len(scores),
        "gone": gone[-6:][::-1],
        "gone_words": counted(len(gone), "time point"),
        "owed": owed,
        "given": sum(row.given is Given.GIVEN for row in rows.sessions),
        "sessions": sum(row.given is not Given.TO_COME for row in rows.sessions),
    }

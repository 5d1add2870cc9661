"""The summary of a course as PDF, from the streams of its sessions."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from fanlight.care.documents import CourseVisit, ScalePoint, course_summary
from fanlight.care.sessions import SessionStatus
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.bedside import at_bedside
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import Course, ScaleResponse
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.pages.document_header import header_of


@page(Permission.SEE_DOCUMENTS)
@require_GET
def course_summary_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """What was given, how each visit ended, and what the scales said, from the start of the course on."""
    from fanlight.web.pdf import render_pdf

    user, now = person(request), clock.now()
    course = Course.objects.for_user(user).filter(pk=pk).select_related("patient__site", "protocol_signature").first()
    rows = list(course.sessions.select_related("course__patient__site", "course__protocol_signature").order_by("number")) if course else []
    if not isinstance(course, Course) or not rows:
        raise Http404
    note("print_course_summary", at=now, by=user, patient=course.patient, course=course.pk)
    visits = []
    for row in rows:
        bedside = at_bedside(row, now)
        visits.append(CourseVisit(row.number, row.planned_on, SessionStatus(row.state).label, bedside.state if bedside else None))
    ending = course.ending
    zone = course.patient.site.zone
    words = f"{ending.kind.capitalize()} on {clinic_date(ending.ended_at, zone):%-d %b %Y}: {ending.reason}" if ending else ""
    made = course_summary(visits, _scales(course), header_of(rows[0], now), now, ending=words)
    response = HttpResponse(render_pdf(made, now.replace(microsecond=0)), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="course-summary.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _scales(course: Course) -> list[ScalePoint]:
    known, zone = shipped_instruments(), course.patient.site.zone
    found = ScaleResponse.objects.filter(patient=course.patient, amended_by__isnull=True).order_by("answered_at", "pk")
    points = []
    for row in found:
        on = clinic_date(row.answered_at, zone)
        title = known[row.instrument_id].title if row.instrument_id in known else row.instrument_id
        total = row.score.get("total") if isinstance(row.score, dict) else None
        points.append(ScalePoint(title, on, "" if total is None else str(total)))
    return points

"""The summary of a course, from the streams of its sessions: as a page, signed once the course has ended, and as PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fanlight.care.documents import CourseVisit, Document, ScalePoint, content_hash_of, course_summary
from fanlight.care.sessions import SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.documents import MEANINGS, DocumentError, sign_course_document
from fanlight.records.audit import note
from fanlight.records.bedside import at_bedside
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import Course, CourseDocumentSignature, ScaleResponse, SessionEvent
from fanlight.records.permissions import Permission
from fanlight.records.signing import confirm_identity
from fanlight.web.access import page, person
from fanlight.web.pages.after_signing import entries_since, with_signatures
from fanlight.web.pages.document_header import header_of

_KIND = "course_summary"


@page(Permission.SEE_DOCUMENTS)
@require_GET
def course_summary_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was given, how each visit ended, and what the scales said, from the start of the course on."""
    course, user, now = _course(request, pk), person(request), clock.now()
    note("see_course_summary", at=now, by=user, patient=course.patient, course=course.pk)
    made = _text(course, now)
    mark = content_hash_of(made)
    has_ended = course.ending is not None
    context = {
        "doc": _shown(course, made),
        "sections": [(section, None) for section in made.sections],
        "hash": mark[:12],
        "whole_hash": mark,
        "signed": [(one, one.content_hash == mark) for one in _signatures(course)],
        "is_signed": True,
        "may_sign": user.may(Permission.SIGN_DOCUMENTS) and has_ended,
        "must_end": not has_ended,
        "ends": "course",
        "meanings": MEANINGS,
        "needs_code": settings.MFA_IS_REQUIRED,
        "all_href": reverse("course", args=[pk]),
        "all_words": "The course",
        "pdf_href": reverse("course_summary_pdf", args=[pk]),
        "sign_href": reverse("course_summary_sign", args=[pk]),
    }
    return render(request, "document.html", context)


@page(Permission.SIGN_DOCUMENTS)
@require_POST
def course_summary_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the summary as it reads now, with one's password typed again."""
    course, by, now = _course(request, pk), person(request), clock.now()
    mark = content_hash_of(_text(course, now))
    try:
        if request.POST.get("hash") != mark:
            raise DocumentError("FAN-DOC-103", "Cannot sign", "the document changed after you opened it", "Read it again, then sign.")
        confirmed = confirm_identity(
            username=by.username, password=request.POST.get("password", ""), code=request.POST.get("code", ""), site=by.site, at=now
        )
        meaning = request.POST.get("meaning", "")
        sign_course_document(course=course, document_id=_KIND, content_hash=mark, meaning=meaning, by=confirmed, at=now)
    except FanlightError as problem:
        messages.error(request, f"{problem.what}: {problem.why}. {problem.next_step}")
    else:
        messages.success(request, "Signed. A later change to the course will show on it.")
    return redirect("course_summary", pk)


@page(Permission.SEE_DOCUMENTS)
@require_GET
def course_summary_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same summary as PDF, with its signatures, and what was recorded after them."""
    from fanlight.web.pdf import render_pdf

    course, user, now = _course(request, pk), person(request), clock.now()
    note("print_course_summary", at=now, by=user, patient=course.patient, course=course.pk)
    response = HttpResponse(render_pdf(_shown(course, _text(course, now)), now.replace(microsecond=0)), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="course-summary.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _course(request: HttpRequest, pk: int) -> Course:
    found = Course.objects.for_user(person(request)).filter(pk=pk).select_related("patient__site", "protocol_signature").first()
    if not isinstance(found, Course) or not found.sessions.exists():
        raise Http404
    return found


def _signatures(course: Course) -> list[CourseDocumentSignature]:
    return list(course.signatures.filter(document_id=_KIND).select_related("signed_by").order_by("signed_at", "pk"))


def _text(course: Course, now: datetime) -> Document:
    """The text that is signed: the summary as the record says it.

    Of an ended course it speaks from the last thing recorded, so that the text stands still.
    """
    ending = course.ending
    at = now if ending is None else _last_word(course, ending.ended_at)
    rows = course.sessions.select_related("course__patient__site", "course__protocol_signature").order_by("number")
    visits = []
    for row in rows:
        bedside = at_bedside(row, at)
        status = SessionStatus(row.state)
        label = "not held: the course ended" if ending is not None and status is SessionStatus.PLANNED else status.label
        visits.append(CourseVisit(row.number, row.planned_on, label, bedside.state if bedside else None))
    zone = course.patient.site.zone
    words = f"{ending.kind.capitalize()} on {clinic_date(ending.ended_at, zone):%-d %b %Y}: {ending.reason}" if ending else ""
    return course_summary(visits, _scales(course), header_of(rows[0], at), at, ending=words)


def _shown(course: Course, made: Document) -> Document:
    """The summary with the signatures given to it, and what was recorded after the first that was given to an earlier text."""
    zone = course.patient.site.zone
    return with_signatures(made, _signatures(course), zone, _said_since(course, zone))


def _said_since(course: Course, zone: ZoneInfo) -> Callable[[datetime], tuple[str, ...]]:
    """What reached the record after an instant, of any session of the course, and every scale answered since."""

    def said(since: datetime) -> tuple[str, ...]:
        found = [
            f"session {row.number}: {words}" for row in course.sessions.order_by("number") for words in entries_since(row, zone)(since)
        ]
        answered = ScaleResponse.objects.filter(patient=course.patient, entered_at__gt=since).order_by("entered_at", "pk")
        known = shipped_instruments()
        for row in answered:
            title = known[row.instrument_id].title if row.instrument_id in known else row.instrument_id
            found.append(f"{title} of {clinic_date(row.answered_at, zone):%-d %b %Y} was added")
        return tuple(found)

    return said


def _last_word(course: Course, ended_at: datetime) -> datetime:
    said = SessionEvent.objects.filter(session__course=course).aggregate(last=Max("received_at"))["last"]
    return max(filter(None, (ended_at, said)))


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

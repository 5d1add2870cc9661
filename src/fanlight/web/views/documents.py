"""Documents of a session: each as a page and as PDF, made from its stream alone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fanlight.care.documents import content_hash_of
from fanlight.core.errors import FanlightError
from fanlight.core.session_plan import Measure
from fanlight.records import clock
from fanlight.records.actions.documents import MEANINGS, DocumentError, sign_document
from fanlight.records.audit import note
from fanlight.records.bedside import Bedside, at_bedside
from fanlight.records.models import TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.signing import confirm_identity
from fanlight.web.access import page, person, session_or_404
from fanlight.web.drawing.session_chart import draw_session_chart
from fanlight.web.drawing.session_chart_values import LimitLine, Point, SessionChart
from fanlight.web.drawing.svg import Svg
from fanlight.web.pages.document_header import UNSIGNED, document_of, kinds_for, shown_document
from fanlight.web.views.sessions import about_session


@page(Permission.SEE_DOCUMENTS)
@require_GET
def documents(request: HttpRequest, reference: str) -> HttpResponse:
    """The documents of one session."""
    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None:
        return redirect("session", reference)
    signed = {found.document_id: found for found in row.signatures.select_related("signed_by").order_by("signed_at", "pk")}
    kinds = kinds_for(bedside.plan)
    at = told_at(row, bedside, now)
    changed = {
        kind
        for kind, found in signed.items()
        if kind in kinds and found.content_hash != content_hash_of(document_of(kind, row, bedside, at))
    }
    context = about_session(row, bedside, now) | {
        "reference": reference,
        "kinds": [(kind, label, signed.get(kind), kind in changed) for kind, label in kinds.items()],
        "is_ended": bedside.state.is_ended,
        "status": bedside.state.status.label,
    }
    return render(request, "documents.html", context)


def told_at(row: TreatmentSession, bedside: Bedside, now: datetime) -> datetime:
    """The instant a document speaks from: now, or for an ended session its last word, so that the text stands still."""
    last = row.events.order_by("-sequence").values_list("received_at", flat=True).first()
    return last if bedside.state.is_ended and last is not None else now


@page(Permission.SIGN_DOCUMENTS)
@require_POST
def sign(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Sign the document as it reads now, with one's password typed again."""
    row = session_or_404(request, reference)
    now, by = clock.now(), person(request)
    bedside = at_bedside(row, now)
    if bedside is None or kind not in kinds_for(bedside.plan) or kind in UNSIGNED:
        raise Http404
    made = document_of(kind, row, bedside, told_at(row, bedside, now))
    try:
        if request.POST.get("hash") != content_hash_of(made):
            raise DocumentError("FAN-DOC-103", "Cannot sign", "the document changed after you opened it", "Read it again, then sign.")
        confirmed = confirm_identity(
            username=by.username, password=request.POST.get("password", ""), code=request.POST.get("code", ""), site=by.site, at=now
        )
        sign_document(
            session=row, document_id=kind, content_hash=content_hash_of(made), meaning=request.POST.get("meaning", ""), by=confirmed, at=now
        )
    except FanlightError as problem:
        messages.error(request, f"{problem.what}: {problem.why}. {problem.next_step}")
    else:
        messages.success(request, "Signed. A later change to the session will show on it.")
    return redirect("document", reference, kind)


@page(Permission.SEE_DOCUMENTS)
@require_GET
def document(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """One document as a page; each line shows the events it was made from."""
    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None or kind not in kinds_for(bedside.plan):
        raise Http404
    is_kept = request.headers.get("X-Fanlight-Keep") == "1"  # a tablet lays the downtime sheet by for the hour without a server
    note("keep_document" if is_kept else "see_document", at=now, by=person(request), patient=row.patient, session=row.pk, document=kind)
    made = document_of(kind, row, bedside, told_at(row, bedside, now))
    mark = content_hash_of(made)
    sections = [
        (section, chart_picture(section.chart) if section.chart and not section.chart.is_empty else None) for section in made.sections
    ]
    context = {"doc": shown_document(made, kind, row), "sections": sections, "reference": reference, "kind": kind, "hash": mark[:12]}
    user = person(request)
    own = row.signatures.filter(document_id=kind).select_related("signed_by").order_by("signed_at")
    context |= {
        "whole_hash": mark,
        "signed": [(signature, signature.content_hash == mark) for signature in own],
        "is_signed": kind not in UNSIGNED,
        "may_sign": user.may(Permission.SIGN_DOCUMENTS) and bedside.state.is_ended,
        "must_end": not bedside.state.is_ended,
        "meanings": MEANINGS,
        "needs_code": settings.MFA_IS_REQUIRED,
        "ends": "session",
        "all_href": reverse("documents", args=[reference]),
        "all_words": "All documents",
        "pdf_href": reverse("document_pdf", args=[reference, kind]),
        "sign_href": reverse("document_sign", args=[reference, kind]),
    }
    return render(request, "document.html", context)


@page(Permission.SEE_DOCUMENTS)
@require_GET
def document_pdf(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The same document as PDF."""
    from fanlight.web.pdf import render_pdf

    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None or kind not in kinds_for(bedside.plan):
        raise Http404
    note("print_document", at=now, by=person(request), patient=row.patient, session=row.pk, document=kind)
    shown = shown_document(document_of(kind, row, bedside, told_at(row, bedside, now)), kind, row)
    made = render_pdf(shown, now.replace(microsecond=0))
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{kind.replace("_", "-")}-{reference}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def chart_picture(chart: object) -> Svg:
    """The document's chart in the hand of the session page."""
    series = {
        Measure.SYSTOLIC_MMHG: chart.systolic,  # type: ignore[attr-defined]
        Measure.DIASTOLIC_MMHG: chart.diastolic,  # type: ignore[attr-defined]
        Measure.HEART_RATE_PER_MIN: chart.heart_rate,  # type: ignore[attr-defined]
        Measure.SPO2_PERCENT: chart.spo2,  # type: ignore[attr-defined]
        Measure.DISSOCIATION_0_10: chart.dissociation,  # type: ignore[attr-defined]
    }
    points = {measure: tuple(Point(float(p.minute), float(p.value), p.is_past_limit) for p in found) for measure, found in series.items()}
    limits = [LimitLine(Measure.SYSTOLIC_MMHG, float(level.value), level.words) for level in chart.pressure_limits]  # type: ignore[attr-defined]
    limits += [LimitLine(Measure.SPO2_PERCENT, float(level.value), level.words, is_below=True) for level in chart.spo2_limits]  # type: ignore[attr-defined]
    dose = chart.dose  # type: ignore[attr-defined]
    return draw_session_chart(
        SessionChart(
            points=points,
            first_minute=float(chart.first_minute),  # type: ignore[attr-defined]
            last_minute=float(chart.last_minute),  # type: ignore[attr-defined]
            limits=tuple(limits),
            dose=(float(dose[0]), float(dose[1])) if dose else None,
            dose_label=dose[2] if dose else "",
        )
    )

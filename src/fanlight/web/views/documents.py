"""Documents of a session: each as a page and as PDF, made from its stream alone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from fanlight.care.documents import content_hash_of
from fanlight.core.session_plan import Measure
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.bedside import at_bedside
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person, session_or_404
from fanlight.web.drawing.session_chart import draw_session_chart
from fanlight.web.drawing.session_chart_values import LimitLine, Point, SessionChart
from fanlight.web.drawing.svg import Svg
from fanlight.web.pages.document_header import KINDS, document_of
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
    signed = {found.document_id: found for found in row.signatures.select_related("signed_by")}
    context = about_session(row, bedside, now) | {
        "reference": reference,
        "kinds": [(kind, label, signed.get(kind)) for kind, label in KINDS.items()],
        "is_ended": bedside.state.is_ended,
        "status": bedside.state.status.label,
    }
    return render(request, "documents.html", context)


@page(Permission.SEE_DOCUMENTS)
@require_GET
def document(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """One document as a page; each line shows the events it was made from."""
    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None or kind not in KINDS:
        raise Http404
    note("see_document", at=now, by=person(request), patient=row.patient, session=row.pk, document=kind)
    made = document_of(kind, row, bedside, now)
    sections = [
        (section, chart_picture(section.chart) if section.chart and not section.chart.is_empty else None) for section in made.sections
    ]
    context = {"doc": made, "sections": sections, "reference": reference, "kind": kind, "hash": content_hash_of(made)[:12]}
    return render(request, "document.html", context)


@page(Permission.SEE_DOCUMENTS)
@require_GET
def document_pdf(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """The same document as PDF."""
    from fanlight.web.pdf import render_pdf

    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None or kind not in KINDS:
        raise Http404
    note("print_document", at=now, by=person(request), patient=row.patient, session=row.pk, document=kind)
    made = render_pdf(document_of(kind, row, bedside, now), now.replace(microsecond=0))
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

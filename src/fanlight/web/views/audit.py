"""The audit chain, to be read: what was done, when, by whom, to which record. It holds no names of patients."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.models import AuditEvent
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person

_PAGE = 100


@page(Permission.SEE_AUDIT)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """The newest links first, filtered by action or patient, a page at a time."""
    user = person(request)
    found = AuditEvent.objects.order_by("-sequence").select_related("actor", "patient")
    action, patient, before = request.GET.get("action", "").strip(), request.GET.get("patient", "").strip(), request.GET.get("before", "")
    if action:
        found = found.filter(action__icontains=action)
    if patient:
        found = found.filter(patient__number__iexact=patient, patient__site=user.site)
    if before.isdigit():
        found = found.filter(sequence__lt=int(before))
    rows = [row for row in found[:_PAGE] if row.patient is None or row.patient.site_id == user.site_id]
    newest = AuditEvent.objects.order_by("-sequence").first()
    note("see_audit", at=clock.now(), by=user, filtered=bool(action or patient))
    context = {
        "rows": rows,
        "newest": newest,
        "action": action,
        "patient_number": patient,
        "next": rows[-1].sequence if len(rows) == _PAGE else None,
    }
    return render(request, "audit.html", context)

"""The expected course of a planned dose, as a part of the session's page and of the planner. It informs; nothing is decided from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fanlight.care.sessions import EventKind
from fanlight.core.errors import FanlightError
from fanlight.core.facts import Fact
from fanlight.core.instants import age_on, clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import current_signature
from fanlight.records.bedside import at_bedside
from fanlight.records.judging import work_out_dose
from fanlight.records.knowledge import current_facts
from fanlight.records.library import library
from fanlight.records.models import Patient
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, session_or_404
from fanlight.web.curve_client import curves
from fanlight.web.pages.expected_course import panel_of, planned_case
from fanlight.web.pages.protocol_choice import chosen_protocol

_WAIT_SECONDS = 0.8
"""Longer than a warm answer takes; what takes longer is asked for again by the page."""


@page(Permission.SEE_SESSION)
@require_GET
def session_curve(request: HttpRequest, reference: str) -> HttpResponse:
    """The curve of the ordered dose, for today's weight where it was taken."""
    row, now = session_or_404(request, reference), clock.now()
    bedside = at_bedside(row, now)
    if bedside is None:
        return _none(request, "No dose is ordered yet.")
    taken = bedside.state.last(EventKind.WEIGHT_TAKEN)
    weight = taken.payload.weight_kg if taken else _weight(row.patient)
    plan = bedside.plan
    return _answer(
        request,
        row.patient,
        weight,
        {
            "drug": plan.drug,
            "route": plan.route,
            "mg": plan.planned.exact_in("mg") if plan.planned.unit != "mg" else plan.planned.value,
            "minutes": plan.infusion_minutes,
            "devices": plan.devices,
        },
    )


@page(Permission.SEE_COURSE)
@require_GET
def course_curve(request: HttpRequest, pk: int) -> HttpResponse:
    """The curve of the first dose a protocol would give this person, by the same arithmetic as its order."""
    row, now, content = patient_or_404(request, pk), clock.now(), library()
    protocol = chosen_protocol(request, row, content)
    today = clinic_date(now, row.site.zone)
    product = next((name for name in protocol.products if name in content.products), None)
    in_hand = [Fact("product", product, now, "the planner")] if product else []
    signature = current_signature(row.site, protocol.id, content)
    phase = protocol.phases[0]
    try:
        dose = work_out_dose(row, protocol, signature, content, phase_id=phase.id, at=now, on=today, extra=in_hand).planned()
    except FanlightError as problem:
        return _none(request, f"{problem.what}: {problem.why}.")
    if dose is None:
        return _none(request, "The dose cannot be worked out yet, so no curve is drawn.")
    planned = {"drug": protocol.drug, "route": protocol.route, "mg": dose.mg, "minutes": dose.infusion_minutes, "devices": dose.devices}
    return _answer(request, row, _weight(row), planned)


def _weight(patient: Patient) -> Decimal | None:
    found = current_facts(patient, names=("weight_kg",)).get("weight_kg")
    return Decimal(str(found.value)) if found is not None and found.value is not None else None


def _answer(request: HttpRequest, patient: Patient, weight: Decimal | None, dose: dict[str, Any]) -> HttpResponse:
    if weight is None or weight <= 0:
        return _none(request, "No weight is known, so no curve is drawn.")
    age = age_on(patient.birth_date, clinic_date(clock.now(), patient.site.zone))
    answer = curves.ask(planned_case(weight_kg=weight, age_years=age, **dose), _WAIT_SECONDS)
    if answer is None:
        return render(request, "parts/expected_course.html", {"is_pending": True, "again": request.get_full_path()})
    if "code" in answer:
        return _none(request, f"No curve: {'; '.join(answer['why'])}.")
    return render(request, "parts/expected_course.html", {"panel": panel_of(answer), "weight": weight, "age": age})


def _none(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "parts/expected_course.html", {"why": why})

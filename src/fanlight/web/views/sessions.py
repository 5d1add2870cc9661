"""The session page, its live parts, and the intentions that need the server."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_POST

from fanlight.care.sessions import EventKind
from fanlight.core.errors import FanlightError, InputError
from fanlight.core.instants import clinic_date, clinic_day, format_instant
from fanlight.core.session_plan import Drug, Measure, Route
from fanlight.records import clock
from fanlight.records.actions.gates import GateRefusedError, OverrideGiven, give_drug
from fanlight.records.actions.people import on_site
from fanlight.records.audit import note
from fanlight.records.bedside import Bedside, at_bedside
from fanlight.records.knowledge import allergy_words
from fanlight.records.library import library
from fanlight.records.models import StaffMember, TreatmentSession
from fanlight.records.permissions import Permission, Role
from fanlight.records.policies import NotAllowedError
from fanlight.web.access import page, person, session_or_404
from fanlight.web.drawing.session_chart import draw_session_chart
from fanlight.web.pages.alert_rows import alert_rows
from fanlight.web.pages.course_panes import session_fan
from fanlight.web.pages.due_panel import due_panel
from fanlight.web.pages.entry_pad import entry_title, offline_limits, tiles
from fanlight.web.pages.event_forms import event_forms
from fanlight.web.pages.event_words import timeline
from fanlight.web.pages.red_flags import red_flag_choices
from fanlight.web.pages.session_drawing import chart_of, table_of, zero_of
from fanlight.web.pages.session_steps import steps
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.second_person import second_person

POLL_SECONDS = 4
_PARTS = ("due", "alerts", "steps", "chart", "stream", "acts")
DRUG_NAMES = {Drug.ESKETAMINE: "esKETAmine", Drug.RACEMIC_KETAMINE: "ketamine", Drug.PSILOCYBIN: "psilocybin"}
ROUTE_NAMES = {Route.INTRAVENOUS: "IV", Route.INTRAMUSCULAR: "IM", Route.SUBCUTANEOUS: "SC"}
"""Lettered so that the two ketamines are not read for one another."""


@page(Permission.SEE_SESSION)
@require_GET
def session(request: HttpRequest, reference: str) -> HttpResponse:
    """One treatment session, for one hand on a tablet."""
    row = session_or_404(request, reference)
    now = clock.now()
    note("see_session", at=now, by=person(request), patient=row.patient, session=row.pk)
    bedside = at_bedside(row, now)
    if bedside is None:
        return render(request, "session_unordered.html", about_session(row, None, now) | {"session": row})
    context = _context(request, row, bedside, now)
    context["forms"] = event_forms(person(request).roles, bedside.plan, red_flag_choices())
    context["limits"] = offline_limits(bedside)
    response = render(request, "session.html", context)
    patch_cache_control(response, no_store=True)
    return response


@page(Permission.SEE_SESSION)
@require_GET
def live(request: HttpRequest, reference: str) -> HttpResponse:
    """The parts of the page that move, when they differ from what the tablet `have`s; 204 when nothing does."""
    row = session_or_404(request, reference)
    now = clock.now()
    bedside = at_bedside(row, now)
    if bedside is None:
        return JsonResponse({"now": format_instant(now), "gone": True}, status=409)
    context = _context(request, row, bedside, now)
    parts = {name: render_to_string(f"session/{name}.html", context, request=request) for name in _PARTS}
    entry = {
        "title": entry_title(bedside),
        "tiles": [{"measure": t.measure, "last": t.last, "ago": t.ago, "due": t.is_due} for t in context["tiles"]],
        "limits": offline_limits(bedside),
        "phase": context["phase"],
    }
    sequence = len(bedside.events)
    digest = hashlib.sha256(json.dumps([sequence, parts, entry], sort_keys=True, default=str).encode()).hexdigest()[:16]
    if request.GET.get("have") == digest:
        response = HttpResponse(status=204)
        response["X-Fanlight-Now"] = format_instant(now)
        return response
    answer = {"now": format_instant(now), "sequence": sequence, "digest": digest, "parts": parts, "entry": entry}
    response = JsonResponse(answer)
    response["X-Fanlight-Now"] = format_instant(now)
    patch_cache_control(response, no_store=True)
    return response


@page(Permission.START_DOSE)
@require_POST
def give(request: HttpRequest, reference: str) -> HttpResponse:
    """Start, resume, or give a device or a dose: the intention, through its gates. Needs the server."""
    row = session_or_404(request, reference)
    by, now = person(request), clock.now()
    try:
        asked = json.loads(request.body)
        kind, event_id = EventKind(asked["kind"]), uuid.UUID(asked["event_id"])
        overrides = [OverrideGiven(str(item["rule"]), str(item["reason"])) for item in asked.get("overrides", [])]
        payload = dict(asked.get("payload") or {})
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"code": "FAN-WEB-002", "message": "Cannot read what was sent. Reload the page.", "faults": []}, status=422)
    try:
        name, secret, code = (str(asked.get(f"second_{part}") or "") for part in ("name", "password", "code"))
        second = second_person(request, name, secret, code) if name else None
        event = give_drug(
            session=row,
            kind=kind,
            payload=payload,
            event_id=event_id,
            library=library(),
            overrides=overrides,
            second=second,
            by=by,
            at=now,
        )
    except GateRefusedError as problem:
        return _refusal(problem, problem.faults, 409)
    except InputError as problem:
        return _refusal(problem, problem.faults, 422)
    except NotAllowedError as problem:
        return _refusal(problem, (), 403)
    except FanlightError as problem:
        return _refusal(problem, (), 422)
    return JsonResponse({"saved": True, "event_id": str(event.event_id), "sequence": event.sequence})


def _refusal(problem: FanlightError, faults: Any, status: int) -> JsonResponse:
    said = [{"path": fault.path, "reason": fault.reason, "suggestion": fault.suggestion} for fault in faults]
    return JsonResponse({"code": problem.code, "message": f"{problem.what}.", "faults": said}, status=status)


def about_session(row: TreatmentSession, bedside: Bedside | None, now: datetime) -> dict[str, Any]:
    """Who this is and where the session stands: the same on every page of a session."""
    site = row.patient.site
    today = clinic_date(now, site.zone)
    states = dict(row.course.sessions.values_list("number", "state"))
    facts = []
    if bedside is not None:
        plan = bedside.plan
        per_kg = ((row.dose or {}).get("dose") or {}).get("mg_per_kg")
        small = f"{per_kg} mg/kg" if per_kg else f"{plan.devices} devices" if plan.devices else ""
        facts.append(KeyFact("Dose", f"{DRUG_NAMES[plan.drug]} {plan.planned} {ROUTE_NAMES.get(plan.route, plan.route.value)}", small))
        weight = bedside.state.last(EventKind.WEIGHT_TAKEN)
        facts.append(KeyFact("Weight today", f"{weight.payload.weight_kg} kg" if weight else "not taken"))
    facts.append(KeyFact("Allergy", allergy_words(row.patient)))
    return {
        "patient": who_of(row.patient, today),
        "ids": f"{row.chair + ' · ' if row.chair else ''}session {row.number} of {len(states)}",
        "facts": facts,
        "fan": session_fan(row.number, states, len(states)),
        "reference": row.reference,
    }


def _context(request: HttpRequest, row: TreatmentSession, bedside: Bedside, now: datetime) -> dict[str, Any]:
    site, user = row.patient.site, person(request)
    since, _ = clinic_day(clinic_date(now, site.zone), site.zone)
    present = ", ".join(someone.name for someone in on_site(site, Role.PRESCRIBER, at=now, since=since))
    initials = {str(pk): short for pk, short in StaffMember.objects.filter(site=site).values_list("pk", "initials")}
    chart = chart_of(bedside)
    dosing = bedside.state.dosing
    discharge = reverse("discharge", args=[row.reference])
    return about_session(row, bedside, now) | {
        "session": row,
        "bedside": bedside,
        "now": now,
        "now_iso": format_instant(now),
        "zone": site.zone_name,
        "phase": "in_session" if dosing.has_begun else "pre_dose",
        "due": due_panel(bedside, present),
        "alerts": alert_rows(bedside),
        "steps": steps(bedside, discharge),
        "chart": draw_session_chart(chart),
        "zero": zero_of(bedside),
        "rows": table_of(bedside),
        "lines": timeline(bedside.state.entries, initials),
        "tiles": tiles(bedside),
        "entry_title": entry_title(bedside),
        "last_dissociation": _last(bedside, Measure.DISSOCIATION_0_10),
        "last_distress": _last(bedside, Measure.DISTRESS_0_10),
        "last_moaas": _last(bedside, Measure.SEDATION_MOAAS),
        "last_breathing": _last_breathing(bedside),
        "dosing": dosing,
        "is_infusion": bedside.plan.infusion_minutes is not None,
        "may_record": user.may(Permission.RECORD_SESSION) and not bedside.state.is_ended,
        "may_acknowledge": user.may(Permission.ACKNOWLEDGE_ALERT),
        "may_explain": user.may(Permission.OVERRIDE),
        "is_ended": bedside.state.is_ended,
        "discharge_href": discharge,
        "ten": [(str(n), f"{n}") for n in range(11)],
        "moaas": [("5", "5, responds readily to name"), ("4", "4"), ("3", "3"), ("2", "2"), ("1", "1"), ("0", "0, no response")],
        "poll_seconds": POLL_SECONDS,
    }


def _last_breathing(bedside: Bedside) -> str:
    """What was last said of the air breathed; nothing while nobody has said. It is shown, and may be changed, with each set."""
    found = bedside.state.latest(Measure.SPO2_PERCENT)
    return "" if found is None or found.on_oxygen is None else "oxygen" if found.on_oxygen else "room_air"


def _last(bedside: Bedside, measure: Measure) -> str:
    found = bedside.state.latest(measure)
    return str(int(found.value)) if found else ""

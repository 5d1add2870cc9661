"""The structured interview: one group a screen, answered with three keys, recorded with who asked and when, taken up where it broke off."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.care.rules import Stage
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date, parse_instant
from fanlight.records import clock
from fanlight.records.actions.courses import current_signature
from fanlight.records.actions.patients import add_history, current_history, record_facts
from fanlight.records.actions.screening_tasks import close_answered
from fanlight.records.audit import note
from fanlight.records.idempotency import once
from fanlight.records.judging import screen_patient
from fanlight.records.knowledge import ASKED_NONE, LIST_FACTS, current_facts
from fanlight.records.library import library
from fanlight.records.models import Patient, StaffMember
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import FaultLine
from fanlight.web.pages.answering import ASKED, read_answers
from fanlight.web.pages.interview_page import QUICK_LISTS, first_open, next_screen, screens
from fanlight.web.pages.meanwhile import as_faults, said_meanwhile
from fanlight.web.pages.protocol_choice import chosen_protocol, protocol_choices
from fanlight.web.pages.who import who_of

_UNKNOWN = "unknown"
_LISTS = (*LIST_FACTS, "allergy")
_LONGEST_LINE = 200


@page(Permission.RECORD_FACTS)
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """One screen of the interview. Each screen is saved by itself; what was not known stays open, and that it was asked is on record."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    content = library()
    protocol = chosen_protocol(request, row, content)
    signature = current_signature(row.site, protocol.id, content)
    given = {name[5:]: str(value).strip() for name, value in request.POST.items() if name.startswith("fact-") and str(value).strip()}
    lists = {name: request.POST.get(f"list-{name}", "").strip() for name in QUICK_LISTS}
    denied = [name for name in _LISTS if request.POST.get(f"none-{name}") and not lists.get(name)]
    unknown = sorted(name for name, text in given.items() if text == _UNKNOWN)
    answers = read_answers({n: t for n, t in given.items() if t != _UNKNOWN}, content.facts, source=ASKED, at=now)
    faults = list(answers.faults)
    if request.method == "POST" and not faults:
        told = said_meanwhile(row, answers.rows, denied, since=_opened(request), by=user, catalogue=content.facts)
        answers.errors |= told
        faults += as_faults(told, content.facts)
    here = request.POST.get("screen") or request.GET.get("screen", "")
    if request.method == "POST" and not faults:
        body = {
            "patient": pk,
            "facts": {r["name"]: str(r["value"]) for r in answers.rows},
            "lists": lists,
            "none": denied,
            "unknown": unknown,
        }
        try:
            once(
                key=uuid.UUID(request.POST.get("write_key", "")),
                endpoint="interview",
                body=body,
                by=user,
                at=now,
                do=lambda: _record(row, answers.rows, lists, denied, unknown, user, now),
            )
        except (FanlightError, ValueError) as problem:
            faults.append(FaultLine(str(problem) if isinstance(problem, FanlightError) else "Reload the page and enter it again."))
        else:
            row = patient_or_404(request, pk)
    result = screen_patient(row, protocol, signature, content, stage=Stage.SCREEN, at=now)
    said = [kind for kind in _LISTS if current_history(row, kind)]
    found = screens(result, content.facts, content.interview_order, given if faults else {}, answers.errors, said)
    if request.method == "POST" and not faults:
        onward = here if request.POST.get("act") == "stay" else next_screen(found, here)
        if onward and request.POST.get("act") != "stop":
            return redirect(f"{request.path}?protocol={protocol.id}&screen={onward}&saved={request.POST['write_key']}")
        messages.success(request, "Saved. The interview goes on where it stands." if first_open(found) else "Everything was asked.")
        return redirect(f"{reverse('screening', args=[pk])}?protocol={protocol.id}&saved={request.POST['write_key']}")
    shown = next((screen for screen in found if screen.id == here), None) or next(
        (screen for screen in found if screen.id == first_open(found)), found[-1]
    )
    standing = current_facts(row, names=[line.name for line in shown.lines])
    asked_by = {name: fact.entered_by for name, fact in standing.items()}
    lines = [
        replace(line, by=by.name, source=line.source.removesuffix(f" ({by.initials})")) if (by := asked_by.get(line.name)) else line
        for line in shown.lines
    ]
    if request.method == "GET":
        note("see_interview", at=now, by=user, patient=row, protocol=protocol.id, screen=shown.id)
    context: dict[str, Any] = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "protocol": protocol,
        "protocols": protocol_choices(row, content),
        "screens": found,
        "shown": shown,
        "lines": lines,
        "opened_at": now.isoformat(),
        "zone": str(row.site.zone),
        "draft": f"{user.pk}:{pk}:{protocol.id}:{shown.id}",
        "number": found.index(shown) + 1,
        "missing": sum(screen.missing for screen in found),
        "quick": list(QUICK_LISTS),
        "said": said,
        "faults": faults,
        "typed": lists if faults else {},
        "write_key": uuid.uuid4(),
    }
    return render(request, "interview.html", context, status=422 if faults else 200)


def _opened(request: HttpRequest) -> datetime:
    """When the page that was sent had been opened; one that does not say knows of nothing."""
    try:
        return parse_instant(request.POST.get("opened_at", ""))
    except (FanlightError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def _record(
    row: Patient,
    facts: list[dict[str, Any]],
    lists: dict[str, str],
    denied: list[str],
    unknown: list[str],
    user: StaffMember,
    now: Any,
) -> dict[str, int]:
    """Everything one screen said, in one transaction; that something was asked and not known leaves its own link."""
    if facts:
        record_facts(patient=row, facts=facts, by=user, at=now, source=ASKED)
    lines = 0
    for kind, text in lists.items():
        there = {str(line.details.get(QUICK_LISTS[kind], "")).casefold() for line in current_history(row, kind)}
        for said in dict.fromkeys(" ".join(part.split())[:_LONGEST_LINE] for part in text.splitlines() if part.strip()):
            if said.casefold() not in there:
                add_history(patient=row, kind=kind, details={QUICK_LISTS[kind]: said}, by=user, at=now, source=ASKED)
                lines += 1
    for kind in denied:
        if not current_history(row, kind):
            add_history(patient=row, kind=kind, details={ASKED_NONE: True}, by=user, at=now, source="asked, none")
            lines += 1
    if unknown:
        note("asked_not_known", at=now, by=user, patient=row, facts=unknown)
    closed = close_answered(patient=row, content=library(), by=user, at=now)
    return {"facts": len(facts), "lines": lines, "unknown": len(unknown), "tasks": closed}

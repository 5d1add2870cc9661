"""The interview: what the rules ask, answered in a row; and the lists, one line at a time."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.care.rules import Stage
from fanlight.core.errors import FanlightError, InputError
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import FactKind
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import current_signature
from fanlight.records.actions.medicines import MEDICINES, change_dose, stop_medicine
from fanlight.records.actions.patients import STOPPED_ON, add_history, current_history, record_facts, stopped_history, strike_history
from fanlight.records.actions.screening_tasks import close_answered
from fanlight.records.idempotency import once
from fanlight.records.judging import screen_patient
from fanlight.records.knowledge import ASKED_NONE, LIST_FACTS
from fanlight.records.library import library
from fanlight.records.models import HistoryEntry, StaffMember
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import FaultLine
from fanlight.web.pages.answering import read_answers
from fanlight.web.pages.asking import asked_facts
from fanlight.web.pages.known import fact_value_words
from fanlight.web.pages.protocol_choice import chosen_protocol, protocol_choices
from fanlight.web.pages.who import who_of

ALLERGY = "allergy"
"""A list that no rule asks for and every session page shows."""
SOURCES = ("asked", "examined", "measured today", "from the chart", "told by family")


@page(Permission.RECORD_FACTS)
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is missing. Only what was answered is recorded; "no" is recorded as asked and denied."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    content = library()
    protocol = chosen_protocol(request, row, content)
    signature = current_signature(row.site, protocol.id, content)
    stage = Stage.ORDER if request.GET.get("stage") == "order" else Stage.SCREEN
    faults: list[FaultLine] = []
    errors: dict[str, str] = {}
    given = {name[5:]: str(value) for name, value in request.POST.items() if name.startswith("fact-") and str(value).strip()}
    if request.method == "POST":
        source = request.POST.get("source") if request.POST.get("source") in SOURCES else SOURCES[0]
        answers = read_answers(given, content.facts, source=str(source), at=now)
        rows, errors, faults = answers.rows, answers.errors, answers.faults
        if not rows and not faults:
            faults.append(FaultLine("Nothing was answered. Choose or type at least one answer."))
        if not faults:
            try:
                key = uuid.UUID(request.POST.get("write_key", ""))
                body = {"patient": pk, "facts": {row["name"]: str(row["value"]) for row in rows}}
                once(
                    key=key,
                    endpoint="facts",
                    body=body,
                    by=user,
                    at=now,
                    do=lambda: {
                        "facts": len(record_facts(patient=row, facts=rows, by=user, at=now, source=str(source))),
                        "tasks": close_answered(patient=row, content=content, by=user, at=now),
                    },
                )
            except (FanlightError, ValueError) as problem:
                faults.append(FaultLine(str(problem) if isinstance(problem, FanlightError) else "Reload the page and enter it again."))
            else:
                messages.success(request, f"{len(rows)} recorded.")
                return redirect(f"{request.path}?protocol={protocol.id}&stage={stage.value}")
    result = screen_patient(row, protocol, signature, content, stage=stage, at=now)
    lines = asked_facts(result, content.facts, given, errors)
    missing = [line for line in lines if line.is_missing]
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "missing": missing,
        "known": [line for line in lines if not line.is_missing],
        "faults": faults,
        "protocol": protocol,
        "protocols": protocol_choices(row, content),
        "stage": stage.value,
        "sources": SOURCES,
        "write_key": uuid.uuid4(),
    }
    return render(request, "facts.html", context, status=422 if faults else 200)


@page(Permission.RECORD_FACTS)
def lines(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One list: what is on it, and one more line; or that it was asked for and is empty."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    known = library().facts.definitions.get(kind)
    if known is None or kind not in (*LIST_FACTS, ALLERGY):
        raise Http404
    faults: list[FaultLine] = []
    given: dict[str, str] = {}
    if request.method == "POST":
        given = {field.name: request.POST.get(f"line-{field.name}", "").strip() for field in known.fields}
        given = {name: value for name, value in given.items() if value}
        is_none = "asked_none" in request.POST
        try:
            key = uuid.UUID(request.POST.get("write_key", ""))
            if request.POST.get("strike"):
                line = HistoryEntry.objects.for_user(user).get(pk=request.POST["strike"], patient=row, kind=kind)
                reason = request.POST.get("reason", "").strip() or "entered in error"
                body = {"strike": line.pk}
                once(
                    key=key,
                    endpoint="lines",
                    body=body,
                    by=user,
                    at=now,
                    do=lambda: {"line": strike_history(line=line, reason=reason, by=user, at=now).pk},
                )
            elif request.POST.get("changed"):
                line = HistoryEntry.objects.for_user(user).get(pk=request.POST["changed"], patient=row, kind=MEDICINES)
                once(
                    key=key,
                    endpoint="lines",
                    body={"changed": line.pk, **{name: request.POST.get(name, "") for name in ("act", "on", "dose", "why")}},
                    by=user,
                    at=now,
                    do=lambda: {"line": _changed(request, line, user, now).pk},
                )
            else:
                details: dict[str, Any] = {ASKED_NONE: True} if is_none else _details(known, given)
                if not is_none:
                    parse_facts({kind: {"value": [details]}}, library().facts)
                source = "asked, none" if is_none else request.POST.get("source", "asked")
                once(
                    key=key,
                    endpoint="lines",
                    body={"patient": pk, "kind": kind, "details": {name: str(value) for name, value in details.items()}},
                    by=user,
                    at=now,
                    do=lambda: {"line": add_history(patient=row, kind=kind, details=details, by=user, at=now, source=source).pk},
                )
            messages.success(request, "Recorded.")
            return redirect("lines", pk, kind)
        except InputError as problem:
            faults = [FaultLine(f"{fault.reason} {fault.suggestion}".strip()) for fault in problem.faults]
        except (FanlightError, ValueError, HistoryEntry.DoesNotExist) as problem:
            faults = [FaultLine(str(problem) if isinstance(problem, FanlightError) else "Reload the page and enter it again.")]
    entries = current_history(row, kind)
    listed = [
        {
            "pk": entry.pk,
            "head": _head(known, entry.details),
            "rest": _rest(known, entry.details),
            "source": entry.source,
            "at": entry.true_at,
        }
        for entry in entries
        if ASKED_NONE not in entry.details
    ]
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "known": known,
        "fields": [
            {
                "field": field,
                "value": given.get(field.name, ""),
                "label": field.name.replace("_", " ").capitalize(),
                "choices": [(c, c.replace("_", " ")) for c in field.choices],
            }
            for field in known.fields
        ],
        "listed": listed,
        "may_change": kind == MEDICINES,
        "stopped": [
            {"pk": entry.pk, "head": _head(known, entry.details), "on": date.fromisoformat(entry.details[STOPPED_ON]), "why": entry.reason}
            for entry in stopped_history(row, kind)
        ],
        "today": clinic_date(now, row.site.zone),
        "asked_none": any(ASKED_NONE in entry.details for entry in entries) and not listed,
        "faults": faults,
        "write_key": uuid.uuid4(),
    }
    return render(request, "lines.html", context, status=422 if faults else 200)


def _changed(request: HttpRequest, line: HistoryEntry, user: StaffMember, now: datetime) -> HistoryEntry:
    """A medicine stopped, or its dose changed, on the day that was told."""
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise FanlightError("FAN-WEB-007", "Cannot record the change", "its day is not a date", "Choose the day.") from None
    why = request.POST.get("why", "")
    if request.POST.get("act") == "stop":
        return stop_medicine(line=line, on=on, why=why, by=user, at=now)
    return change_dose(line=line, dose=request.POST.get("dose", ""), on=on, why=why, by=user, at=now)


def _details(known: Any, given: dict[str, str]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for field in known.fields:
        if field.name not in given:
            continue
        details[field.name] = given[field.name] == "yes" if field.kind is FactKind.BOOLEAN else given[field.name]
    return details


def _head(known: Any, details: dict[str, Any]) -> str:
    """What the line is: its first field."""
    return fact_value_words(details.get(known.fields[0].name)) if known.fields else ""


def _rest(known: Any, details: dict[str, Any]) -> str:
    """The other fields in the catalogue's order, each with its unit."""
    said = []
    for field in known.fields[1:]:
        value = details.get(field.name)
        if value is None or value == "":
            continue
        label = field.name.replace("_", " ")
        if field.kind is FactKind.BOOLEAN:
            said.append(label if value is True else f"{label}: no")
        else:
            unit = {"mg/d": "mg a day", "wk": "weeks"}.get(field.unit, field.unit)
            short = label.removesuffix(" mg per day").removesuffix(" percent")
            said.append(f"{short} {fact_value_words(value)} {unit}".strip())
    return " · ".join(said)

"""What came with imported records: what it proposes, to be taken over by somebody who looked; and what nobody checked."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.exchange.fhir.values import ObservationValue
from fanlight.records import clock
from fanlight.records.actions.intake import unsure_of
from fanlight.records.actions.screening_tasks import close_answered
from fanlight.records.code_tables import code_tables
from fanlight.records.idempotency import once
from fanlight.records.knowledge import current_facts
from fanlight.records.library import library
from fanlight.records.models import Patient
from fanlight.records.permissions import Permission
from fanlight.records.received_answers import LISTS, PHONE, correct_received, open_received, settle_received, settled_received
from fanlight.records.received_facts import accept_proposals, received_proposals, received_values
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import FaultLine
from fanlight.web.pages.answering import ASKED, read_answers
from fanlight.web.pages.received_page import not_checked_rows, proposal_rows, reading_rows, said_rows
from fanlight.web.pages.who import who_of


@page(Permission.RECORD_FACTS)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at what was received, and take over what is right. Nothing received answers a question until then."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    proposed = received_proposals(row)
    readings = [(name, value) for name, value in received_values(row) if isinstance(value, ObservationValue)]
    rows = proposal_rows(row, proposed.facts, library().facts)
    faults: list[FaultLine] = []
    if request.method == "POST":
        if "correct" in request.POST:
            return _correct(request, row)
        if "settle" in request.POST:
            return _settle(request, row)
        chosen = set(request.POST.getlist("take"))
        wanted = [item.proposal for item in rows if item.key in chosen and not item.is_taken]
        if not wanted:
            faults.append(FaultLine("Nothing was chosen. Tick what you have looked at and found right."))
        else:
            try:
                once(
                    key=uuid.UUID(request.POST.get("write_key", "")),
                    endpoint="received",
                    body={"patient": pk, "take": sorted(chosen)},
                    by=user,
                    at=now,
                    do=lambda: {"taken": accept_proposals(patient=row, proposals=wanted, by=user, at=now)},
                )
            except (FanlightError, ValueError) as problem:
                faults.append(FaultLine(str(problem) if isinstance(problem, FanlightError) else "Reload the page and choose again."))
            else:
                messages.success(request, f"{len(wanted)} taken over.")
                return redirect("received", pk)
    definitions, known = library().facts.definitions, current_facts(row)
    said = said_rows(open_received(row), library().facts, known)
    untaken = [item for item in rows if not item.is_taken]
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "rows": rows,
        "open": untaken,
        "waiting": len(untaken) + len(said),
        "not_checked": not_checked_rows(proposed.not_checked),
        "readings": reading_rows(readings, code_tables()),
        "said": said,
        "unsure": [(definitions[name].label, when) for name, when in unsure_of(row).items() if name in definitions and name not in known],
        "settled": said_rows(settled_received(row), library().facts),
        "faults": faults,
        "write_key": uuid.uuid4(),
    }
    return render(request, "received.html", context, status=422 if faults else 200)


def _settle(request: HttpRequest, row: Patient) -> HttpResponse:
    """Take over what was ticked of what was said, or all of it; what is left aside stays readable."""
    user, now = person(request), clock.now()
    standing = [said.pk for said in open_received(row)]
    shown = [pk for pk in (int(text) for text in request.POST.getlist("shown") if text.isdigit()) if pk in standing]
    ticked = {int(text) for text in request.POST.getlist("said") if text.isdigit()}
    act = request.POST["settle"]
    chosen = shown if act == "all" else [pk for pk in shown if pk in ticked]
    taken, aside = ([], chosen) if act == "aside" else (chosen, [])
    if not chosen:
        messages.error(request, "Nothing was chosen. Tick what you have looked at.")
        return redirect("received", row.pk)
    try:
        once(
            key=uuid.UUID(request.POST.get("write_key", "")),
            endpoint="received_said",
            body={"patient": row.pk, "taken": taken, "aside": aside},
            by=user,
            at=now,
            do=lambda: {
                "taken": settle_received(patient=row, taken=taken, aside=aside, by=user, at=now),
                "tasks": close_answered(patient=row, content=library(), by=user, at=now),
            },
        )
    except (FanlightError, ValueError) as problem:
        messages.error(request, str(problem) if isinstance(problem, FanlightError) else "Reload the page and choose again.")
    else:
        messages.success(request, f"{len(taken)} taken over." if taken else f"{len(aside)} left aside.")
    return redirect("received", row.pk)


def _correct(request: HttpRequest, row: Patient) -> HttpResponse:
    """One received fact asked again and recorded as it is; the received one is left aside."""
    user, now, content = person(request), clock.now(), library()
    said = next((one for one in open_received(row) if str(one.pk) == request.POST["correct"]), None)
    words = " ".join(request.POST.get("right", "").split())[:200]
    if said is None or not words:
        messages.error(request, "Somebody settled it meanwhile." if said is None else "Nothing was typed. Say what is right.")
        return redirect("received", row.pk)
    is_words = said.name in LISTS or said.name == PHONE
    read = read_answers({} if is_words else {said.name: words}, content.facts, source=ASKED, at=now)
    if read.faults or not (is_words or read.rows):
        messages.error(request, read.faults[0].words if read.faults else "It cannot be recorded here. Leave it aside.")
        return redirect("received", row.pk)
    try:
        once(
            key=uuid.UUID(request.POST.get("write_key", "")),
            endpoint="received_correct",
            body={"patient": row.pk, "received": said.pk, "right": words},
            by=user,
            at=now,
            do=lambda: {
                "corrected": correct_received(patient=row, pk=said.pk, facts=read.rows, words=words, by=user, at=now),
                "tasks": close_answered(patient=row, content=content, by=user, at=now),
            },
        )
    except (FanlightError, ValueError) as problem:
        messages.error(request, str(problem) if isinstance(problem, FanlightError) else "Reload the page and choose again.")
    else:
        messages.success(request, "Recorded as you asked it; what came was left aside.")
    return redirect("received", row.pk)

"""Find: one box for patients, sessions and owed work. The words travel in the body, never in the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.permissions import Permission
from fanlight.records.search import find as find_rows
from fanlight.web.access import page, person
from fanlight.web.words import birth_words, day_words, due_words


@page(Permission.SEE_PATIENT)
def find(request: HttpRequest) -> HttpResponse:
    """What the words fit, patients first; each line a link."""
    user, now = person(request), clock.now()
    text = request.POST.get("find", "").strip()
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    more = 0
    if text:
        note("find", at=now, by=user, length=len(text))
        today = clinic_date(now, user.site.zone)
        found = find_rows(user, text, on=today)
        more = found.more_patients
        groups = [
            ("Patients", [_line(f"/patients/{p.pk}/", p.name, f"{birth_words(p.birth_date, today)} · {p.number}") for p in found.patients]),
            (
                "Sessions",
                [
                    _line(
                        f"/sessions/{s.reference}/",
                        s.patient.name,
                        f"session {s.number}, {day_words(s.planned_on, today)} · {s.state.replace('_', ' ')} · {s.reference}",
                    )
                    for s in found.sessions
                ],
            ),
            ("Owed", [_line(f"/owed/{t.pk}/", t.title, f"{t.owner.name} · {due_words(t.due_at, now)}") for t in found.tasks]),
        ]
    context = {"groups": [group for group in groups if group[1]], "text": text, "more": more}
    return render(request, "find_part.html" if request.headers.get("HX-Request") else "find.html", context)


def _line(href: str, title: str, words: str) -> dict[str, Any]:
    return {"href": href, "title": title, "words": words}

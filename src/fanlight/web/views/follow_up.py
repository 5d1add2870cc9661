"""How complete follow-up is, by clinic, protocol, time point, clinician and scale; who is owed what, to filter and to take away."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fanlight.exchange.csv_files.guarding import guarded
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.lately import Sum
from fanlight.web.pages.follow_up import WAYS, Counted, Point, Whole, whole_lately, whole_of

_MOST = 200


@page(Permission.SEE_SCALES)
@require_GET
def follow_up(request: HttpRequest) -> HttpResponse:
    """The page, or the same rows as CSV with `format=csv`. A filter narrows both."""
    user, now = person(request), clock.now()
    note("see_follow_up", at=now, by=user)
    is_file = request.GET.get("format") == "csv"  # a file that is taken away is of this moment
    kept = Sum(whole_of(user.site, now), now) if is_file else whole_lately(user.site, now)
    whole: Whole = kept.value
    chosen = {name: request.GET.get(name, "") for name, _, _ in WAYS}
    wanted = [(of, chosen[name]) for name, _, of in WAYS if chosen[name]]
    shown = [point for point in whole.points if all(of(point) == value for of, value in wanted)] if wanted else whole.points
    if is_file:
        return _as_csv(shown)
    found = Counted.of(shown) if wanted else whole.counted
    context = {
        "total": found.total,
        "ways": found.ways,
        "filters": [(name, title, chosen[name], whole.choices[name]) for name, title, _ in WAYS],
        "waiting": found.waiting[:_MOST],
        "more": max(len(found.waiting) - _MOST, 0),
        "query": request.GET.urlencode(),
        "as_of": kept.as_of if kept.is_kept else None,
    }
    return render(request, "follow_up.html", context)


def _as_csv(points: Iterable[Point]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="follow-up.csv"'})
    writer = csv.writer(response)
    writer.writerow(["record_number", "clinic", "protocol", "time_point", "due_on", "scale", "clinician", "stands", "owner"])
    for point in points:
        ask: date = point.standing.ask.due_on
        cells: list[Any] = [
            point.course.patient.number,
            point.clinic,
            point.protocol,
            point.day,
            ask.isoformat(),
            point.scale,
            point.clinician,
        ]
        writer.writerow([guarded(cell) for cell in (*cells, point.words, point.owner)])
    return response

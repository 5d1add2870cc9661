"""How complete follow-up is: by protocol, by time point, by clinician, by scale; and who is owed what, to filter and to take away."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fanlight.care.scales.asking import Completeness, Owed, Stage, completeness
from fanlight.exchange.csv_files.guarding import guarded
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Course, Task
from fanlight.records.owed_scales import KINDS, standings, task_key
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person

_WORDS = {
    Stage.NOT_DUE: "not due yet",
    Stage.MESSAGES: "to be asked",
    Stage.CALL_LIST: "on the call list",
    Stage.NAMED_PERSON: "with a named person",
    Stage.ANSWERED: "answered",
    Stage.CLOSED: "closed, with a reason",
}
_OPEN = (Stage.NAMED_PERSON, Stage.CALL_LIST, Stage.MESSAGES)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Point:
    """One scale wanted at one time point of one course, and how it stands."""

    course: Course
    standing: Owed
    owner: str

    @property
    def protocol(self) -> str:
        """The course's protocol."""
        return self.course.protocol_signature.protocol_id

    @property
    def day(self) -> str:
        """The time point, in days from the first session."""
        return f"day {(self.standing.ask.due_on - self.course.starts_on).days}"

    @property
    def clinician(self) -> str:
        """Who opened the course and answers for it."""
        return self.course.opened_by.name

    @property
    def scale(self) -> str:
        """The scale's title."""
        known = shipped_instruments().get(self.standing.ask.scale)
        return known.title if known is not None else self.standing.ask.scale

    @property
    def words(self) -> str:
        """How it stands."""
        late = "; too late for this point, say why" if self.standing.window_has_closed and self.standing.stage in _OPEN else ""
        return _WORDS[self.standing.stage] + late


_WAYS: tuple[tuple[str, str, Callable[[Point], str]], ...] = (
    ("protocol", "Protocol", lambda point: point.protocol),
    ("day", "Time point", lambda point: point.day),
    ("clinician", "Clinician", lambda point: point.clinician),
    ("scale", "Scale", lambda point: point.scale),
)


@page(Permission.SEE_SCALES)
@require_GET
def follow_up(request: HttpRequest) -> HttpResponse:
    """The page, or the same rows as CSV with `format=csv`. A filter narrows both."""
    user, now = person(request), clock.now()
    note("see_follow_up", at=now, by=user)
    owners = dict(Task.objects.filter(site=user.site, kind__in=KINDS.values(), closed_at__isnull=True).values_list("key", "owner__name"))
    points = [
        Point(one.course, standing, owners.get(task_key(one.course, standing.ask.due_on), standing.owner))
        for one in standings(user.site, library(), now)
        for standing in one.standings
        if standing.stage is not Stage.NOT_DUE
    ]
    chosen = {name: request.GET.get(name, "") for name, _, _ in _WAYS}
    shown = [
        point for point in points if all(value in ("", of(point)) for (name, _, of), value in zip(_WAYS, chosen.values(), strict=True))
    ]
    shown.sort(key=lambda point: (point.standing.stage not in _OPEN, point.standing.ask.due_on, point.course.pk, point.scale))
    if request.GET.get("format") == "csv":
        return _as_csv(shown)
    waiting = [point for point in shown if point.standing.stage in _OPEN]
    context = {
        "total": _count(shown),
        "ways": [(name, title, _groups(shown, of)) for name, title, of in _WAYS],
        "filters": [(name, title, chosen[name], sorted({of(point) for point in points}, key=_in_order)) for name, title, of in _WAYS],
        "waiting": waiting[:_MOST],
        "more": max(len(waiting) - _MOST, 0),
        "query": request.GET.urlencode(),
    }
    return render(request, "follow_up.html", context)


def _count(points: Iterable[Point]) -> Completeness:
    return completeness(point.standing for point in points)


def _groups(points: list[Point], of: Callable[[Point], str]) -> list[tuple[str, Completeness, int]]:
    """Name, counts, and the share answered in percent, in the order of the name."""
    named: dict[str, list[Point]] = {}
    for point in points:
        named.setdefault(of(point), []).append(point)
    counts = [(name, _count(group)) for name, group in sorted(named.items(), key=lambda pair: _in_order(pair[0]))]
    return [(name, count, round(100 * count.answered / count.due) if count.due else 0) for name, count in counts]


def _in_order(name: str) -> tuple[int, str]:
    """Days by their number, everything else by its letters."""
    number = name.removeprefix("day ")
    return (int(number), "") if name.startswith("day ") and number.lstrip("-").isdigit() else (0, name)


def _as_csv(points: Iterable[Point]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="follow-up.csv"'})
    writer = csv.writer(response)
    writer.writerow(["record_number", "protocol", "time_point", "due_on", "scale", "clinician", "stands", "owner"])
    for point in points:
        ask: date = point.standing.ask.due_on
        cells: list[Any] = [point.course.patient.number, point.protocol, point.day, ask.isoformat(), point.scale, point.clinician]
        writer.writerow([guarded(cell) for cell in (*cells, point.words, point.owner)])
    return response

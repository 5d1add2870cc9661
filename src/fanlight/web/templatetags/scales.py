"""How complete follow-up is, on the front page."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django import template

from fanlight.care.scales.asking import Stage, completeness
from fanlight.records import clock
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Site, StaffMember, Task
from fanlight.records.owed_scales import KINDS, CourseOwed, completeness_of, standings, task_key
from fanlight.web.lately import lately

register = template.Library()
_SHOWN = 8
_WORDS = {
    Stage.MESSAGES: "to be asked",
    Stage.CALL_LIST: "on the call list",
    Stage.NAMED_PERSON: "with the course’s own prescriber",
}


@register.inclusion_tag("parts/owed_scales.html")
def owed_scales(user: StaffMember) -> dict[str, Any]:
    """Due, answered, open and missing over every course of the clinic; by protocol; and who is owed what, the longest first."""
    whole = lately(f"front page, follow-up of site {user.site_id}", partial(_of_site, user.site), clock.now())
    return {**whole.value, "as_of": whole.as_of if whole.is_kept else None}


def _of_site(site: Site, now: datetime) -> dict[str, Any]:
    found = standings(site, library(), now)
    open_now = [(one, standing) for one in found for standing in one.standings if standing.stage in _WORDS]
    open_now.sort(key=lambda pair: (pair[1].ask.due_on, pair[0].course.pk))
    owners = dict(Task.objects.filter(site=site, kind__in=KINDS.values(), closed_at__isnull=True).values_list("key", "owner__name"))
    rows = [
        {
            "href": f"/patients/{one.course.patient_id}/scales/?scale={standing.ask.scale}",
            "name": one.course.patient.survivor.name,
            "scale": _title(standing.ask.scale),
            "due_on": standing.ask.due_on,
            "stage": _WORDS[standing.stage] + (": too late for this point, say why" if standing.window_has_closed else ""),
            "owner": owners.get(task_key(one.course, standing.ask.due_on), standing.owner),
        }
        for one, standing in open_now[:_SHOWN]
    ]
    return {"total": completeness_of(found), "protocols": _by_protocol(found), "rows": rows, "more": max(len(open_now) - _SHOWN, 0)}


def _title(scale: str) -> str:
    known = shipped_instruments().get(scale)
    return known.title if known else scale


def _by_protocol(found: list[CourseOwed]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {}
    for one in found:
        groups.setdefault(one.course.protocol_signature.protocol_id, []).extend(one.standings)
    return [{"name": name.replace("-", " "), "count": completeness(group)} for name, group in sorted(groups.items())]

"""How complete follow-up is, on the front page."""

from __future__ import annotations

from typing import Any

from django import template

from fanlight.records import clock
from fanlight.records.models import StaffMember
from fanlight.web.pages.follow_up import Whole, whole_lately

register = template.Library()
_SHOWN = 8


@register.inclusion_tag("parts/owed_scales.html")
def owed_scales(user: StaffMember) -> dict[str, Any]:
    """Due, answered, open and missing over every course of the clinic, each way; and who is owed what, the longest first."""
    kept = whole_lately(user.site, clock.now())
    whole: Whole = kept.value
    ways = {name: (title, groups) for name, title, groups in whole.counted.ways}
    return {
        "total": whole.counted.total,
        "protocols": ways.pop("protocol")[1],
        "ways": list(ways.values()),
        "rows": whole.counted.waiting[:_SHOWN],
        "more": max(len(whole.counted.waiting) - _SHOWN, 0),
        "as_of": kept.as_of if kept.is_kept else None,
    }

"""One round of the house: what is late is passed on, what a course or a visit comes to owe becomes work. Doing it again changes nothing."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.scales.asking import Completeness
from fanlight.records.actions.session_owed import keep_sessions_owed
from fanlight.records.library import Library
from fanlight.records.models import Site
from fanlight.records.owed_scales import completeness_of, keep_asking, standings


def keep_owed(*, site: Site, content: Library, at: datetime) -> int:
    """Open, pass on and close what is owed at a site; how many tasks of scales stand open afterwards."""
    keep_sessions_owed(site=site, at=at)
    return keep_asking(site=site, content=content, at=at)


def how_complete(*, site: Site, content: Library, at: datetime) -> Completeness:
    """Due, answered, open and missing over the courses of a site."""
    return completeness_of(standings(site, content, at))

"""The server's clock jumped: letting patients go by elapsed time waits until a person has held it against another clock (CLK-2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanlight.records import clock
from fanlight.records.actions.tasks import open_task
from fanlight.records.audit import note
from fanlight.records.duty import person_for
from fanlight.records.library import library
from fanlight.records.models import Site, Task

CLOCK_KEY = "clock_jump"
_watch: clock.ClockWatch | None = None


def watch_clock() -> Task | None:
    """Look at the clock; where it has jumped since the last look, open the work of confirming it at every site. The last task opened."""
    global _watch
    if _watch is None:
        limit = next(item for item in library().session_parameters.parameters if item.name == "clock_jump_max_seconds")
        _watch = clock.ClockWatch(float(limit.value))
    at = clock.now()
    seconds = _watch.jump(at, clock.steady_seconds())
    if seconds is None:
        return None
    note("clock_jump", at=at, by=None, seconds=round(seconds))
    opened = [open_jump(site=site, seconds=seconds, at=at) for site in Site.objects.all()]
    return next((task for task in reversed(opened) if task is not None), None)


def open_jump(*, site: Site, seconds: float, at: datetime) -> Task | None:
    """The work of confirming the clock, with somebody who is in the house; None only where the site has nobody at all."""
    owner = person_for("prescriber on duty", site, at)
    if owner is None:
        return None
    row = library().session_owed_times.of(CLOCK_KEY)
    way = "on" if seconds > 0 else "back"
    return open_task(
        site=site,
        key=CLOCK_KEY,
        kind=CLOCK_KEY,
        title=f"The server’s clock jumped {way} by {abs(round(seconds))} s. Hold it against another clock.",
        why="Nobody is released by elapsed time until this is done. If the clock is wrong, have it set first.",
        owner=owner,
        due_at=at + timedelta(minutes=row.due_minutes),
        next_owner=person_for(row.escalates_to, site, at, besides=[owner]),
        escalates_at=at + timedelta(minutes=row.escalates_minutes),
        at=at,
        by=None,
    )


def unconfirmed_jump(site: Site) -> Task | None:
    """The jump nobody has confirmed yet, if there is one."""
    return Task.objects.filter(site=site, key=CLOCK_KEY, closed_at__isnull=True).first()

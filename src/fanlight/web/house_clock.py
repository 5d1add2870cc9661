"""The house clock: while the server runs, work whose time is up is passed on, and what a course comes to owe becomes work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

_SECONDS = 20
_ASK_EVERY = 15
"""Rounds between two looks at what courses owe: five minutes."""
_log = logging.getLogger("fanlight.house_clock")


def start_house_clock() -> threading.Thread:
    """Start the clock in a thread of its own; it ends with the server."""
    thread = threading.Thread(target=_run, args=(_pass_on, _SECONDS), name="house-clock", daemon=True)
    thread.start()
    threading.Thread(target=_run, args=(_send, _SECONDS * _ASK_EVERY), name="house-post", daemon=True).start()
    return thread


def _pass_on(rounds: int) -> None:
    from fanlight.records.actions.clock_jumps import watch_clock
    from fanlight.records.actions.rounds import keep_owed
    from fanlight.records.actions.tasks import escalate_late_tasks
    from fanlight.records.clock import now
    from fanlight.records.library import library
    from fanlight.records.models import Site

    watch_clock()
    for site in Site.objects.all():
        escalate_late_tasks(site=site, at=now())
        if rounds % _ASK_EVERY == 0:
            keep_owed(site=site, content=library(), at=now())


def _send(rounds: int) -> None:
    """On a thread of its own: a carrier that answers slowly must not keep a late risk from being passed on."""
    from fanlight.records.actions.reminders import send_due
    from fanlight.records.clock import now
    from fanlight.records.library import library
    from fanlight.records.models import Site

    for site in Site.objects.all():
        send_due(site=site, content=library(), at=now())


def _run(work: Callable[[int], None], seconds: int) -> None:
    from fanlight.core.errors import FanlightError

    pause, rounds = threading.Event(), 0
    while not pause.wait(seconds):
        try:
            close_old_connections()
            work(rounds)
            rounds += 1
        except FanlightError as problem:
            _log.warning("house clock: %s", problem.code)
        except Exception:  # noqa: BLE001 - the clock must go on; the next round tries again
            _log.exception("house clock: a round failed")

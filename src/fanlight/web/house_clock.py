"""The house clock: while the server runs, work whose time is up is passed on, and what a course comes to owe becomes work."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections

_SECONDS = 20
_ASK_EVERY = 15
"""Rounds between two looks at what courses owe: five minutes."""
_log = logging.getLogger("fanlight.house_clock")


def start_house_clock() -> threading.Thread:
    """Start the clock in a thread of its own; it ends with the server."""
    thread = threading.Thread(target=_run, name="house-clock", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    from fanlight.core.errors import FanlightError
    from fanlight.records.actions.clock_jumps import watch_clock
    from fanlight.records.actions.reminders import send_due
    from fanlight.records.actions.session_owed import keep_sessions_owed
    from fanlight.records.actions.tasks import escalate_late_tasks
    from fanlight.records.clock import now
    from fanlight.records.library import library
    from fanlight.records.models import Site
    from fanlight.records.owed_scales import keep_asking

    pause = threading.Event()
    rounds = 0
    while not pause.wait(_SECONDS):
        try:
            close_old_connections()
            watch_clock()
            for site in Site.objects.all():
                escalate_late_tasks(site=site, at=now())
                if rounds % _ASK_EVERY == 0:
                    keep_sessions_owed(site=site, at=now())
                    keep_asking(site=site, content=library(), at=now())
                    send_due(site=site, content=library(), at=now())
            rounds += 1
        except FanlightError as problem:
            _log.warning("house clock: %s", problem.code)
        except Exception:  # noqa: BLE001 - the clock must go on; the next round tries again
            _log.exception("house clock: a round failed")

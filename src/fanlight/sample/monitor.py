"""The demo's bedside: while the server runs, the made-up person in the chair is read every few minutes.

It speaks to the product as a nurse would, through `record_event`, and stops when the session ends.
"""

from __future__ import annotations

import logging
import threading
import uuid

from django.db import close_old_connections

_log = logging.getLogger("fanlight.sample")
EVERY_SECONDS = 90
_WATCHED = ("Fennimore", "Meadowsweet")
"""Whose readings arrive by themselves; the others wait for whoever tries the demo."""


def start_monitor() -> threading.Thread:
    """Start reading in a thread of its own; it ends with the server."""
    thread = threading.Thread(target=_run, name="sample-monitor", daemon=True)
    thread.start()
    return thread


def read_once(step: int) -> int:
    """Take one set of readings from every sample person in the chair; how many were read."""
    from fanlight.care.sessions import EventKind
    from fanlight.records import clock
    from fanlight.records.actions.sessions import record_event
    from fanlight.records.models import StaffMember, TreatmentSession

    nurse = StaffMember.objects.filter(username="nurse", site__is_sample=True).first()
    chairs = TreatmentSession.objects.filter(
        state__in=("dosing", "observing"), course__patient__is_synthetic=True, course__patient__family_name__in=_WATCHED
    )
    if nurse is None:
        return 0
    count = 0
    for session in chairs.select_related("course__patient__site"):
        at = clock.now()
        wave = (0, 3, 5, 4, 1, -2, -4, -5, -6)[step % 9]
        readings = {
            "systolic_mmhg": str(138 + wave),
            "diastolic_mmhg": str(85 + wave // 2),
            "heart_rate_per_min": str(78 + wave),
            "spo2_percent": "97",
            "breathing": "room_air",
            "respiratory_rate_per_min": "14",
        }
        record_event(session=session, event_id=uuid.uuid4(), kind=EventKind.VITALS, payload=readings, taken_at=at, by=nurse, at=at)
        count += 1
    return count


def _run() -> None:
    pause = threading.Event()
    step = 0
    while not pause.wait(EVERY_SECONDS):
        try:
            close_old_connections()
            read_once(step)
            step += 1
        except Exception:  # noqa: BLE001 - the demo must go on; the next round tries again
            _log.exception("the sample monitor missed a round")

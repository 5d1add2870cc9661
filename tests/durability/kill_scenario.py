"""Kills the server with SIGKILL again and again while clients write, then counts what is there. Run by test_kill.

Usage: python kill_scenario.py FOLDER KILLS. Prints one JSON line: what was acknowledged, found, doubled, halved.
The server process is forked from this one, which has loaded Django but holds no connection.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import sys
import threading
import time
import uuid
from datetime import UTC, date, datetime

os.environ["FANLIGHT_DATA"] = sys.argv[1]
os.environ["FANLIGHT_TEST"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "fanlight.records.settings"

import django

django.setup()

CSRF = "a" * 32


def prepare() -> tuple[str, str]:
    """A clinic, one session with its dose ordered, and a nurse's sign-in; (session reference, cookie)."""
    from decimal import Decimal
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.core.management import call_command

    from fanlight.care.protocols.session import PlannedDose
    from fanlight.records.actions.courses import open_course, order_session, sign_protocol
    from fanlight.records.actions.patients import register_patient
    from fanlight.records.actions.people import create_site, create_staff, grant_role
    from fanlight.records.library import library
    from fanlight.records.models import Decision, StaffMember
    from fanlight.records.permissions import Role
    from fanlight.records.session_path import keep_transitions

    call_command("migrate", verbosity=0)
    keep_transitions()
    at = datetime.now(UTC)
    site = create_site(at=at, code="x", name="X", zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="988")
    people = {}
    for role in (Role.NURSE, Role.PRESCRIBER, Role.MEDICAL_DIRECTOR):
        person = create_staff(site=site, username=role.value, name=role.value, initials="X", password="x" * 12, by=None, at=at)
        grant_role(staff=person, role=role, by=None, at=at)
        people[role] = StaffMember.objects.get(pk=person.pk)
    nurse, prescriber = people[Role.NURSE], people[Role.PRESCRIBER]
    patient = register_patient(
        family_name="Kill", given_names="Test", birth_date=date(1980, 1, 1), sex="female", by=nurse, at=at, today=at.date()
    )
    protocol = "iv-racemic-induction"
    signature = sign_protocol(site=site, protocol_id=protocol, library=library(), by=people[Role.MEDICAL_DIRECTOR], at=at)

    def decided(session=None):
        from fanlight.records.audit import change

        row = Decision(
            patient=patient, session=session, intention="x", protocol_id=protocol, stage="order", outcome="PROCEED", is_passed=True,
            result={}, decided_by=prescriber, decided_at=at,
        )  # fmt: skip
        with change("decide", at=at, by=prescriber, patient=patient) as entry:
            entry.add(row)
        return row

    course = open_course(
        patient=patient, signature=signature, decision=decided(), starts_on=at.date(), planned=[at.date()], plan={}, by=prescriber, at=at
    )
    session = course.sessions.get()
    order_session(
        session=session, phase_id="induction", dose=PlannedDose(Decimal("36"), None, 40, Decimal("75"), Decimal("50"), Decimal("0.72")),
        dose_shown={}, decision=decided(session), extra_observation_minutes=0, library=library(), by=prescriber, at=at,
    )  # fmt: skip
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(nurse.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = nurse.get_session_auth_hash()
    store.create()
    from django.db import connections

    warm_up()
    connections.close_all()
    return session.reference, f"sessionid={store.session_key}; csrftoken={CSRF}"


def warm_up() -> None:
    """Load every page's address before the first fork, so that a server answers as soon as it listens."""
    import uvicorn  # noqa: F401
    from django.urls import get_resolver

    import fanlight.web.asgi  # noqa: F401

    get_resolver()._populate()


def serve(port: int) -> int:
    """Fork a server; its process id."""
    child = os.fork()
    if child:
        return child
    import uvicorn

    try:
        uvicorn.run("fanlight.web.asgi:application", host="127.0.0.1", port=port, lifespan="off", log_level="critical", access_log=False)
    finally:
        os._exit(0)


def wait_for(port: int) -> None:
    """Until the server answers on its port."""
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit("the server did not come up")


def write(port: int, path: str, cookie: str, acknowledged: list[str], tried: list[str], stop: threading.Event) -> None:
    """Post readings one after the other; an identifier counts as acknowledged only when the answer came whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Cookie": cookie, "X-CSRFToken": CSRF, "Content-Type": "application/json"}
    while not stop.is_set():
        key = str(uuid.uuid4())
        body = {
            "event_id": key, "kind": "vitals", "taken_at": datetime.now(UTC).isoformat(),
            "payload": {"systolic_mmhg": str(random.randint(100, 150)), "diastolic_mmhg": "80"},
        }  # fmt: skip
        tried.append(key)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            said = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            return
        if answer.status != 200 or not said["saved"]:
            sys.stderr.write(f"refused: {answer.status} {said}\n")
            return
        acknowledged.append(said["event_id"])


def main() -> None:
    """Serve, write, kill; then count."""
    kills = int(sys.argv[2])
    reference, cookie = prepare()
    chance = random.Random(7)
    acknowledged: list[str] = []
    tried: list[str] = []
    port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for _ in range(kills):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        child = serve(port)
        wait_for(port)
        stop = threading.Event()
        path = f"/api/sessions/{reference}/events"
        writers = [threading.Thread(target=write, args=(port, path, cookie, acknowledged, tried, stop)) for _ in range(2)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.15, 0.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        stop.set()
        for writer in writers:
            writer.join()
    from pathlib import Path

    from django.conf import settings

    from fanlight.records.models import AuditEvent, SessionEvent
    from fanlight.records.verification import verify

    rows = list(SessionEvent.objects.order_by("sequence").values_list("sequence", "event_id"))
    found = [str(key) for _, key in rows]
    sound = verify(Path(settings.AUDIT_HEAD_FILE))
    print(
        json.dumps(
            {
                "kills": kills,
                "tried": len(tried),
                "acknowledged": len(acknowledged),
                "found": len(found),
                "lost": len(set(acknowledged) - set(found)),
                "doubled": len(found) - len(set(found)),
                "gaps": [number for number, _ in rows] != list(range(1, len(rows) + 1)),
                "without_link": len(found) - AuditEvent.objects.filter(action="record_event").count(),
                "foreign": len(set(found) - set(tried)),
                "fault": sound.fault,
            }
        )
    )


if __name__ == "__main__":
    main()

"""How long the server takes over each page of a clinic with a long past: median and 95th percentile, size, and all of them together.

The clinic is one that `fanlight sample` made (`--clinic FOLDER`); without one, a small one is made first. A request goes through the
whole of the application (sign-in, permissions, audit, template) in this process, without the network. The yardstick is the page
that asks nothing of the record: how long the frame alone takes.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_NOT_HELD = ("planned", "did_not_attend", "cancelled_before_dose")
LIMIT_MS = 50
"""Server time at the 95th percentile."""


def p95(times: list[float]) -> float:
    """The 95th percentile of some times."""
    return sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]


def made(patients: int) -> Path:
    """A clinic of its own, in a folder that is taken away."""
    folder = Path(tempfile.mkdtemp(prefix="fanlight-bench-"))
    words = ["sample", "--patients", str(patients), "--years", "0.25", "--seed", "1", "--out", str(folder)]
    code = f"import sys; from fanlight.cli import main; sys.exit(main({words!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    return folder


def measure(name: str, asks: Iterable[Callable[[], Any]]) -> tuple[str, list[float], list[int]]:
    """Ask once to warm, then each; milliseconds and bytes of every answer."""
    times, sizes = [], []
    for number, ask in enumerate(asks):
        if number == 0:
            ask()
        started = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{name} answered {answer.status_code}")
        sizes.append(len(answer.content))
    return name, times, sizes


def asked(seed: int, each: int) -> list[tuple[str, list[float], list[int]]]:
    """Every page, each asked `each` times: of different people where it is about one."""
    from django.test import Client

    from fanlight.records.models import Course, Patient, StaffMember, TreatmentSession

    lot = random.Random(seed)
    clients: dict[str, Client] = {}
    for username in ("nurse", "prescriber", "desk", "auditor"):
        clients[username] = Client(HTTP_HOST="127.0.0.1")
        clients[username].force_login(StaffMember.objects.get(username=username))

    def get(username: str, address: str) -> Callable[[], Any]:
        return lambda: clients[username].get(address)

    def post(username: str, address: str, **values: str) -> Callable[[], Any]:
        return lambda: clients[username].post(address, values, headers={"HX-Request": "true"})

    everybody = list(Patient.objects.values_list("pk", "family_name", "number"))
    treated = list(TreatmentSession.objects.exclude(state__in=_NOT_HELD).values_list("course__patient_id", "course_id", "reference"))
    courses = list(Course.objects.values_list("pk", "patient_id"))
    some = [lot.choice(everybody) for _ in range(each)]
    visits = [lot.choice(treated) for _ in range(each)]
    plans = [lot.choice(courses) for _ in range(each)]
    return [
        measure("the frame alone", [get("nurse", "/specimen/")] * each),
        measure("today", [get("nurse", "/")] * each),
        measure("owed", [get("nurse", "/owed/")] * each),
        measure("follow-up", [get("prescriber", "/follow-up/")] * each),
        measure("patients", [get("desk", "/patients/")] * each),
        measure("patients, searched by name", [post("desk", "/patients/", q=family[:5]) for _, family, _ in some]),
        measure("find, by name", [post("nurse", "/find/", find=family[:4]) for _, family, _ in some]),
        measure("find, by record number", [post("nurse", "/find/", find=number) for *_, number in some]),
        measure("suspected duplicates", [get("desk", "/patients/suspected/")] * max(each // 10, 1)),
        measure("patient", [get("nurse", f"/patients/{pk}/") for pk, *_ in some]),
        measure("patient in treatment", [get("nurse", f"/patients/{pk}/") for pk, *_ in visits]),
        measure("screening", [get("prescriber", f"/patients/{pk}/screening/") for pk, *_ in some]),
        measure("scores", [get("nurse", f"/patients/{pk}/scales/") for pk, *_ in visits]),
        measure("course", [get("prescriber", f"/courses/{pk}/") for pk, _ in plans]),
        measure("dates", [get("prescriber", f"/courses/{pk}/dates/") for pk, _ in plans]),
        measure("session", [get("nurse", f"/sessions/{reference}/") for *_, reference in visits]),
        measure("leaving", [get("prescriber", f"/sessions/{reference}/leaving/") for *_, reference in visits]),
        measure("documents", [get("nurse", f"/sessions/{reference}/documents/") for *_, reference in visits]),
        measure("procedure note", [get("nurse", f"/sessions/{reference}/documents/procedure_note/") for *_, reference in visits]),
        measure("audit", [get("auditor", "/audit/")] * each),
    ]


def main() -> int:
    """Print the table; 1 where the pages together are over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clinic", default="", help="folder that `fanlight sample` filled; it is copied first")
    parser.add_argument("--patients", type=int, default=300, help="size of the clinic that is made where none is given")
    parser.add_argument("--each", type=int, default=40, help="requests for each page")
    given = parser.parse_args()
    source = Path(given.clinic) if given.clinic else made(given.patients)
    folder = Path(tempfile.mkdtemp(prefix="fanlight-bench-pages-"))
    shutil.copytree(source, folder, dirs_exist_ok=True)
    os.environ |= {"FANLIGHT_DATA": str(folder), "FANLIGHT_DEMO": "1"}
    from fanlight.cli.django_start import choose_data, start_django
    from fanlight.cli.serve import settle_memory

    choose_data(str(folder))
    start_django()
    from fanlight.records import clock
    from fanlight.records.models import AuditEvent, Patient, SessionEvent
    from fanlight.sample.history import LAST_DAY

    started, real = time.monotonic(), datetime.combine(LAST_DAY, datetime.min.time(), UTC) + timedelta(hours=16)
    clock.now = lambda: real + timedelta(seconds=time.monotonic() - started)
    counts = f"{Patient.objects.count()} patients, {SessionEvent.objects.count()} entries, {AuditEvent.objects.count()} audit links"
    settle_memory()
    rows = asked(1, given.each)
    frame = statistics.median(rows[0][1])
    sys.stdout.write(f"{counts}\n{'page':<28} {'median ms':>10} {'p95 ms':>8} {'x frame':>8} {'kB':>6}\n")
    for name, times, sizes in rows:
        middle = statistics.median(times)
        sys.stdout.write(f"{name:<28} {middle:>10.1f} {p95(times):>8.1f} {middle / frame:>8.1f} {max(sizes) / 1000:>6.0f}\n")
    every = [one for _, times, _ in rows for one in times]
    sys.stdout.write(
        f"{'all pages':<28} {statistics.median(every):>10.1f} {p95(every):>8.1f}   limit {LIMIT_MS} ms at the 95th percentile\n"
    )
    shutil.rmtree(folder)
    if not given.clinic:
        shutil.rmtree(source)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

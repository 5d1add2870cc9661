"""The course chart of 200 scores, and the patient page of somebody with two years of history.

The record is written through the records' own actions (`tests/chart_scene.py`), in a database of its own that is thrown away.
Server time is what the application takes for a whole request, middleware and audit included, without a network. Medians of several
runs; beside each the processor time, which a busy machine does not stretch.

Run: .venv/bin/python benchmarks/course_chart.py
"""

from __future__ import annotations

import os
import runpy
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ["FANLIGHT_TEST"] = "1"
os.environ["FANLIGHT_DATA"] = tempfile.mkdtemp(prefix="fanlight-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanlight.records.settings")
SCENE = Path(__file__).resolve().parent.parent / "tests" / "chart_scene.py"
POINTS, RUNS = 200, 15


def median_ms(work: Callable[[], Any], runs: int = RUNS) -> str:
    """Medians of several runs after one that is not counted: by the clock, and of the processor."""
    work()
    clocked, worked = [], []
    for _ in range(runs):
        start, begun = time.perf_counter(), time.process_time()
        work()
        clocked.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - begun) * 1000)
    return f"{statistics.median(clocked):8.1f} ms (processor {statistics.median(worked):.1f})"


def fill() -> Any:
    """A clinic and one patient with two years of sessions, scores and medicines."""
    from fanlight.core.instants import clinic_date
    from fanlight.records import clock
    from fanlight.records.actions.patients import register_patient
    from fanlight.records.actions.people import create_site, create_staff, grant_role
    from fanlight.records.models import StaffMember
    from fanlight.records.permissions import Role
    from fanlight.records.session_path import keep_transitions

    made = runpy.run_path(str(SCENE))
    keep_transitions()
    at = clock.now() - timedelta(days=900)
    site = create_site(
        at=at, code="bench", name="Bench", zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="Call 988."
    )
    people = {}
    for role in Role:
        row = create_staff(site=site, username=role.value, name=role.label, initials="XY", password="x", by=None, at=at)
        grant_role(staff=row, role=role, by=None, at=at)
        people[role.value] = StaffMember.objects.get(pk=row.pk)
    patient = register_patient(
        family_name="Made", given_names="Up", birth_date=date(1980, 1, 2), sex="female", by=people["nurse"], at=at, today=at.date()
    )
    return made["two_years"](made["ChartScene"](people, patient), clinic_date(clock.now(), site.zone))


def main() -> None:
    """Measure and print."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    scene = fill()

    from fanlight.records import clock
    from fanlight.web.drawing.course_whole import draw_course
    from fanlight.web.pages.course_chart.reading import course_chart

    now = clock.now()
    rows = course_chart(scene.patient, now).whole
    lane = rows.lanes[0]
    scored = [row for row in lane.rows if row.is_drawn]
    many = (scored * (POINTS // len(scored) + 1))[:POINTS]
    spread = tuple(replace(row, key=f"p{n}", on=rows.first + (rows.last - rows.first) * n // POINTS) for n, row in enumerate(many))
    one = replace(rows, lanes=(replace(lane, rows=spread),))
    drawn = sum(row.is_drawn for lane in rows.lanes for row in lane.rows)
    of_all = f"{drawn} scores in {len(rows.lanes)} lanes, drawn"
    print(f"one scale of {POINTS} scores, drawn            {median_ms(lambda: draw_course(one))}   (promised under 20 ms)")
    print(f"{of_all:<40} {median_ms(lambda: draw_course(rows))}   (the same promise)")
    print(f"its rows read from the record            {median_ms(lambda: course_chart(scene.patient, now))}")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(scene.people["prescriber"])
    for words, url, promise in (
        ("patient page", f"/patients/{scene.patient.pk}/", "   (promised under 50 ms and 60 kB)"),
        ("course chart page", f"/patients/{scene.patient.pk}/course-chart/", ""),
        ("scales page", f"/patients/{scene.patient.pk}/scales/", ""),
    ):
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        size = len(answer.content) / 1000
        print(f"{words:<40} {median_ms(lambda url=url: client.get(url))}, {size:6.1f} kB{promise}")


if __name__ == "__main__":
    main()

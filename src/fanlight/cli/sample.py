"""`fanlight sample`: a history of a made-up clinic, of any size, the same for the same seed."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanlight.cli.typed import run_app
from fanlight.core.errors import FanlightError

if TYPE_CHECKING:
    from datetime import date

    from fanlight.sample.house import House

app = typer.Typer(add_completion=False)


@app.command()
def sample(
    patients: Annotated[int, typer.Option(min=1, max=1_000_000, help="how many people are referred")] = 100,
    years: Annotated[float, typer.Option(min=0.02, max=20, help="how many years; 0.08 is a month")] = 1.0,
    seed: Annotated[int, typer.Option(help="the same seed gives the same history")] = 1,
    out: Annotated[str, typer.Option(help="folder for the database and the ground truth; it must hold no database")] = os.path.join(
        "var", "sample"
    ),
    check_daily: Annotated[
        bool,
        typer.Option("--check-daily", help="record each reading by itself, and look each evening whether what must hold does"),
    ] = False,
) -> int:
    """Make a history through the product's own actions, with what was true of each person kept apart in truth.json."""
    from fanlight.cli.django_start import DATABASE, choose_data, migrate, only_made_up, start_django

    folder = Path(out).absolute()
    if (folder / DATABASE).exists():
        raise FanlightError(
            "FAN-SAMPLE-003", f"Cannot make a history in {folder}", "it holds a database", "Give another folder with --out."
        )
    only_made_up(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["FANLIGHT_DEMO"] = "1"
    choose_data(str(folder))
    start_django()
    migrate()
    from django.db import connection

    from fanlight.sample.daily import DailyCheck
    from fanlight.sample.fingerprint import content_hash
    from fanlight.sample.history import DAYS_A_YEAR, Asked, make_history

    if connection.vendor == "sqlite":  # a power cut now costs a made-up history, which is made again; the next start is FULL
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    gc.freeze()  # the content is read and stays; the many small rows of a day go by themselves
    gc.set_threshold(100_000, 50, 100)
    check, faults, started = DailyCheck(), [], time.monotonic()

    def look(house: House, day: date) -> None:
        faults.extend(check.evening(house, day))

    asked = Asked(patients, max(round(years * DAYS_A_YEAR), 1), seed, event_by_event=check_daily, ask_every_days=1 if check_daily else 28)
    made = make_history(asked, progress=_Bar().show, each_evening=look if check_daily else None)
    (folder / "truth.json").write_text(json.dumps({"synthetic": True, "seed": seed, "people": made}, indent=1) + "\n", encoding="utf-8")
    took = time.monotonic() - started
    _report(folder, patients, took, content_hash())
    if check_daily:
        said = f"{asked.days} evenings: {check.looked_links} links, {check.looked_streams} streams, {check.looked_tasks} open tasks"
        sys.stdout.write(f"{said} looked at; {len(faults)} faults.\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in faults[:50])
    return 1 if faults else 0


def _report(folder: Path, patients: int, took: float, fingerprint: str) -> None:
    from fanlight.records.models import AuditEvent, SessionEvent, TreatmentSession

    links, events = AuditEvent.objects.count(), SessionEvent.objects.count()
    held = TreatmentSession.objects.exclude(state="planned").count()
    sys.stdout.write(f"{patients} made-up people, {held} visits, {events} entries at the chair, {links} audit links in {took:.0f} s")
    sys.stdout.write(f" ({patients / took:.1f} people a second)\n{folder}\nContent hash {fingerprint}\n")


class _Bar:
    """A line on a terminal that is drawn anew; on anything else a word at each tenth."""

    def __init__(self) -> None:
        self.tenth = 0

    def show(self, day: date, done: int, whole: int) -> None:
        """Draw how far the history is."""
        if sys.stderr.isatty():
            filled = done * 30 // whole
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {day} {done}/{whole} days" + ("\n" if done == whole else ""))
            sys.stderr.flush()
        elif done * 10 // whole > self.tenth:
            self.tenth = done * 10 // whole
            sys.stderr.write(f"{self.tenth * 10}% {day}\n")


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "sample", args)

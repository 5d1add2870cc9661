"""`fanlight remind`: one round of asking, for a timer: what is owed becomes work, what is due is sent, what is late is passed on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def remind(
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA or ./var)")] = "",
    overlay: Annotated[str, typer.Option(help="folder of the clinic's own protocols (default: FANLIGHT_OVERLAY)")] = "",
) -> int:
    """Do what the house clock of a running server does, once. Safe to run twice, beside the server, or after days off."""
    from fanlight.cli.django_start import choose_data, start_django, use_overlay

    use_overlay(overlay)
    choose_data(data)
    start_django()
    from fanlight.records.actions.reminders import send_due
    from fanlight.records.actions.rounds import how_complete, keep_owed
    from fanlight.records.actions.tasks import escalate_late_tasks
    from fanlight.records.clock import now
    from fanlight.records.library import library
    from fanlight.records.models import Site

    for site in Site.objects.all():
        passed = len(escalate_late_tasks(site=site, at=now()))
        owed = keep_owed(site=site, content=library(), at=now())
        tries = send_due(site=site, content=library(), at=now())
        found = how_complete(site=site, content=library(), at=now())
        sys.stdout.write(
            f"{site.code}: {owed} owed, {tries} tried to send, {passed} passed on; {found.due} due, {found.answered} answered, "
            f"{found.still_open} open, {found.missing} missing\n"
        )
    return 0


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "remind", args)

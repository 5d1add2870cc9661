"""`fanlight demo`: a small sample clinic on this machine, to look at and to try."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget what was entered and start anew")] = False,
    still: Annotated[bool, typer.Option("--still", help="nothing writes but its users")] = False,
    data: Annotated[str, typer.Option(help="folder of the demo database")] = os.path.join("var", "demo"),
    overlay: Annotated[str, typer.Option(help="folder of the clinic's own protocols (default: FANLIGHT_OVERLAY)")] = "",
) -> int:
    """Fill a sample clinic where there is none, print who can sign in, and serve it on loopback only."""
    from fanlight.cli.django_start import choose_data, migrate, only_made_up, start_django, use_overlay

    started = time.monotonic()
    os.environ["FANLIGHT_DEMO"] = "1"
    os.environ.setdefault("FANLIGHT_PUBLIC_URL", f"http://127.0.0.1:{port}")
    use_overlay(overlay)
    folder = choose_data(data)
    only_made_up(folder)
    if fresh and folder.exists():
        _say(f"Forgetting the demo in {folder}")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    start_django()
    _say(f"Preparing the database in {folder}")
    migrate()
    from fanlight.records.models import Site

    if not Site.objects.exists():
        _say("Filling the sample clinic (every person in it is made up)")
        from fanlight.sample import fill_clinic

        fill_clinic(say=_say, whole=True)
    from fanlight.sample import sign_in_table

    _say(f"Ready after {time.monotonic() - started:.1f} s")
    sys.stdout.write(f"\nFanlight is at http://127.0.0.1:{port}/   (Ctrl-C stops it; what you enter is kept)\n\n")
    sys.stdout.write(sign_in_table() + "\n\nA sample clinic: no real people, no second factor. Never enter a real person here.\n")
    sys.stdout.flush()
    if not still:
        from fanlight.sample import start_monitor

        start_monitor()
    from fanlight.cli.serve import run_server

    return run_server("127.0.0.1", port, writes_by_itself=not still)


def _say(text: str) -> None:
    sys.stdout.write(f"==> {text}\n")
    sys.stdout.flush()


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "demo", args)

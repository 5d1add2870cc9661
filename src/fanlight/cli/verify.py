"""`fanlight verify`: does the database still say what was acknowledged? Reads only."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA or ./var)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Check the file, the audit chain against its anchored head, and every row against the chain."""
    from fanlight.cli.django_start import choose_data, start_django

    folder = choose_data(data)
    if not (folder / "fanlight.sqlite3").exists() and not _has_server():
        sys.stderr.write(f"FAN-STORE-003  There is no database in {folder}. Give its folder with --data.\n")
        return 1
    start_django()
    from django.conf import settings

    from fanlight.records.verification import verify as check

    quiet = as_json or not sys.stderr.isatty()

    def show(what: str, done: int) -> None:
        if not quiet:
            sys.stderr.write(f"\r{what}: {done}   ")

    found = check(Path(settings.AUDIT_HEAD_FILE), show)
    if not quiet:
        sys.stderr.write("\n")
    if as_json:
        text = {"sound": found.is_sound, "fault": found.fault or None, "links": found.links, "rows": found.rows, "head": found.head}
        sys.stdout.write(json.dumps(text) + "\n")
    elif found.is_sound:
        sys.stdout.write(f"Sound: {found.links} audit links and {found.rows} rows match; head {found.head[:16]}.\n")
    else:
        sys.stdout.write(f"FAULT  {found.fault}.\n")
    return 0 if found.is_sound else 1


def _has_server() -> bool:
    import os

    return bool(os.environ.get("FANLIGHT_DATABASE"))


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "verify", args)

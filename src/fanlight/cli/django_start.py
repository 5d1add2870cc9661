"""Start Django inside a command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DATABASE = "fanlight.sqlite3"


def choose_data(folder: str) -> Path:
    """Say which data folder this command works on, before settings are read.

    The one given; else FANLIGHT_DATA; else ./var; else the demo's, where that is the only clinic here.
    """
    if not folder and "FANLIGHT_DATA" not in os.environ:
        demo = Path("var", "demo")
        if not Path("var", DATABASE).exists() and (demo / DATABASE).exists():
            folder = str(demo)
            sys.stderr.write(f"Working on the demo clinic in {folder}.\n")
    if folder:
        os.environ["FANLIGHT_DATA"] = folder
    return Path(os.environ.get("FANLIGHT_DATA", "var")).absolute()


def use_overlay(folder: str) -> None:
    """Lay a clinic's own protocols over the shipped ones in this process; every fault of them is said now, not on a page."""
    if folder:
        os.environ["FANLIGHT_OVERLAY"] = folder
    if os.environ.get("FANLIGHT_OVERLAY"):
        from fanlight.records.library import library

        found = library().overlaid
        sys.stderr.write(f"Own protocols: {len(found.replaced)} replaced, {len(found.added)} added. Each needs its signature here.\n")


def start_django(*, setup: bool = True) -> None:
    """Point Django at Fanlight's settings; with `setup`, load its applications too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanlight.records.settings")
    if setup:
        import django

        django.setup()


def migrate() -> None:
    """Bring the database to the present shape and fill the table of session steps."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from fanlight.records.session_path import keep_transitions

    keep_transitions()

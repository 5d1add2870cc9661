"""Start Django inside a command."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from fanlight.core.errors import FanlightError

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


def only_made_up(folder: Path) -> None:
    """Refuse to work on anything but a made-up clinic of our own: what makes one asks for no second factor and forgets at will.

    Raises `FanlightError`: FAN-DEMO-001 where the environment names a database, FAN-DEMO-002 where the folder holds a real
    clinic or what cannot be read as one, FAN-DEMO-003 where it holds other things.
    """
    what = f"Cannot use {folder} for a made-up clinic"
    if os.environ.get("FANLIGHT_DATABASE"):
        why = "FANLIGHT_DATABASE names a database, and a made-up clinic keeps to a folder of its own"
        raise FanlightError("FAN-DEMO-001", what, why, "Unset FANLIGHT_DATABASE for this command.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / DATABASE).exists():
        raise FanlightError("FAN-DEMO-003", what, "it holds other things", "Name an empty folder, or one that is not there yet.")
    if not _is_made_up(folder / DATABASE):
        raise FanlightError("FAN-DEMO-002", what, "the clinic in it is not a made-up one", "Name another folder.")


def _is_made_up(database: Path) -> bool:
    """True where every site in it is marked as a sample, or none was made yet; false where that cannot be read."""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as held:
            tables = {name for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "records_site" not in tables:
                return not tables
            return not held.execute("SELECT 1 FROM records_site WHERE NOT is_sample").fetchone()
    except sqlite3.Error:
        return False


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

"""Start Django inside a command."""

from __future__ import annotations

import os
from pathlib import Path


def choose_data(folder: str) -> Path:
    """Say which data folder this command works on, before settings are read."""
    if folder:
        os.environ["FANLIGHT_DATA"] = folder
    return Path(os.environ.get("FANLIGHT_DATA", "var")).absolute()


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

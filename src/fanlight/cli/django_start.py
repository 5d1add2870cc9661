"""Start Django inside a command."""

from __future__ import annotations

import os


def start_django(*, setup: bool = True) -> None:
    """Point Django at Fanlight's settings; with `setup`, load its applications too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanlight.records.settings")
    if setup:
        import django

        django.setup()

"""`fanlight manage ...`: Django's own commands, for migrations and maintenance."""

from __future__ import annotations

from fanlight.cli.django_start import start_django


def run(args: list[str]) -> int:
    """Run a Django management command."""
    start_django(setup=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["fanlight manage", *args])
    return 0

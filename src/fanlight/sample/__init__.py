"""The virtual clinic: synthetic people and courses, plainly marked. It speaks to the product only through its actions."""

from __future__ import annotations

from fanlight.sample.people import read_clinic


def fill_clinic(say=lambda text: None, *, whole=False):  # type: ignore[no-untyped-def]
    """Fill an empty database with the sample clinic: the four of the tutorial, or `whole`: everybody, at every point of the way."""
    from django.db import transaction

    from fanlight.sample.fill import fill_clinic as fill
    from fanlight.sample.neighbours import fill_neighbours

    with transaction.atomic():
        cast = fill(say)
        if whole:
            fill_neighbours(cast, say)
    return cast


def start_monitor() -> object:
    """Let readings arrive from the sample chair while the server runs."""
    from fanlight.sample.monitor import start_monitor as start

    return start()


def sign_in_table() -> str:
    """Who can sign in to the demo, with passwords, as lines of text."""
    from fanlight.sample.fill import password_of

    rows = [
        (", ".join(role.replace("_", " ") for role in p.roles), p.username, password_of(p.username), p.name) for p in read_clinic().staff
    ]
    head = ("role", "sign-in name", "password", "person")
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(4)]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join("  " + line for line in lines)

"""`fanlight init`: make the clinic and its first administrator."""

from __future__ import annotations

import sys
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def init(
    site: Annotated[str, typer.Option(help="name of the clinic")],
    zone: Annotated[str, typer.Option(help="its time zone, as America/New_York")],
    admin: Annotated[str, typer.Option(help="sign-in name of the first administrator")],
    admin_name: Annotated[str, typer.Option(help="that person's full name")],
    jurisdiction: Annotated[str, typer.Option(help="US, EU, UK, CA, AU or NZ")] = "US",
    crisis_text: Annotated[str, typer.Option(help="what a patient in danger sees: numbers and where to go")] = "",
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA or ./var)")] = "",
) -> int:
    """Make the clinic and its first administrator; the password is asked for, or read from standard input."""
    from fanlight.cli.django_start import choose_data, migrate, start_django

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        sys.stderr.write(f"FAN-SITE-002  There is no time zone {zone!r}. Give one as America/New_York.\n")
        return 1
    if not crisis_text.strip():
        sys.stderr.write("FAN-SITE-003  Give --crisis-text: what a patient in danger sees, with the numbers that answer at your clinic.\n")
        return 1
    choose_data(data).mkdir(parents=True, exist_ok=True)
    start_django()
    migrate()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils.text import slugify

    from fanlight.records.actions.people import create_site, create_staff, grant_role
    from fanlight.records.clock import now
    from fanlight.records.models import Site
    from fanlight.records.permissions import Role

    if Site.objects.exists():
        sys.stderr.write("FAN-SITE-004  There is a clinic here already. Use another --data folder.\n")
        return 1
    password = (
        typer.prompt("Password (12 characters or more)", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    try:
        validate_password(password)
    except ValidationError as problem:
        sys.stderr.write(f"FAN-STAFF-003  This password will not do: {' '.join(problem.messages)}\n")
        return 1
    at = now()
    house = create_site(
        at=at, code=slugify(site)[:24], name=site, zone_name=zone, jurisdiction=jurisdiction, calendar_id="demo", crisis_text=crisis_text
    )
    initials = "".join(part[0] for part in admin_name.split())[:4].upper()
    person = create_staff(site=house, username=admin, name=admin_name, initials=initials, password=password, by=None, at=at)
    grant_role(staff=person, role=Role.ADMINISTRATOR, by=None, at=at)
    sys.stdout.write(f"{site} is made. {admin} may sign in as administrator: fanlight serve\n")
    return 0


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "init", args)

"""`fanlight manage ask_for_scales`: what the running courses owe becomes tasks now, as the house clock does while the server runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fanlight.records.clock import now
from fanlight.records.library import library
from fanlight.records.models import Site
from fanlight.records.owed_scales import completeness_of, keep_asking, standings


class Command(BaseCommand):
    """Open, pass on and close the tasks of owed scales at every site, and say how complete follow-up is."""

    help = "Open, pass on and close the tasks of owed scales, and say how complete follow-up is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Doing it again changes nothing."""
        at, content = now(), library()
        for site in Site.objects.all():
            open_now = keep_asking(site=site, content=content, at=at)
            found = completeness_of(standings(site, content, at))
            self.stdout.write(
                f"{site.code}: {open_now} tasks open; {found.due} due, {found.answered} answered, "
                f"{found.still_open} open, {found.missing} missing"
            )

"""The promises of the database, read back before anything is served (DUR-1, SEC section 6)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from fanlight.core.errors import FanlightError

_SQLITE_MUST = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_POSTGRES_MUST = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


class StorageError(FanlightError):
    """The database would lose or bend what it is given."""


def check_storage() -> None:
    """Refuse to go on unless the database keeps what it acknowledges."""
    wrong = []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, must in _SQLITE_MUST.items():
                cursor.execute(f"PRAGMA {name}")  # names from the table above
                found = cursor.fetchone()[0]
                if found != must:
                    wrong.append(f"{name} is {found}, must be {must}")
        else:
            for name, must in _POSTGRES_MUST.items():
                cursor.execute(f"SHOW {name}")
                found = cursor.fetchone()[0]
                if found != must:
                    wrong.append(f"{name} is {found}, must be {must}")
    if wrong:
        raise StorageError(
            "FAN-STORE-001",
            "Cannot serve from this database",
            "; ".join(wrong),
            "A committed dose must survive a power cut. Put the database on a local disk and restore these settings.",
        )


def check_clock(now: datetime) -> None:
    """Refuse to start when the clock stands before the last recorded change (CLK-5)."""
    from fanlight.records.models import AuditEvent

    last = AuditEvent.objects.order_by("-sequence").values_list("at", flat=True).first()
    if last is not None and last > now:
        raise StorageError(
            "FAN-STORE-002",
            "Cannot serve: the clock of this machine is wrong",
            f"it stands before the last recorded change ({last:%Y-%m-%d %H:%M:%S} UTC)",
            "Set the clock, then start again.",
        )

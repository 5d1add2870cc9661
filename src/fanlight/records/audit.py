"""The audit chain: every change is written with its link in the same transaction, and anchored at commit.

`h_n = SHA-256(h_{n-1} + canonical text of entry n)`. Each entry carries the hash of every row the change wrote,
so that a row changed behind the product's back no longer matches. The head is kept in a file outside the database,
written after each commit, so that rows cut from the end are missed too (AUD-10 to AUD-13).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from fanlight.core.errors import FanlightError
from fanlight.core.instants import as_utc, format_instant
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.models import AuditEvent, Patient, Recorded, StaffMember, Versioned

FIRST_HASH = "0" * 64
_HEAD_WIDTH = 128
_REFUSALS: ContextVar[list[tuple[str, datetime, StaffMember | None, Patient | None, dict[str, Any]]] | None] = ContextVar(
    "refusals", default=None
)


class StaleError(FanlightError):
    """Somebody else changed the same row meanwhile."""


class Change:
    """One change under way: what it writes is collected and bound into one link of the chain."""

    def __init__(self, action: str, at: datetime, by: StaffMember | None, patient: Patient | None) -> None:
        self.action = action
        self.at = as_utc(at)
        self.by = by
        self.patient = patient
        self.details: dict[str, Any] = {}
        self.rows: list[list[Any]] = []

    def add(self, row: Recorded) -> None:
        """Insert a row and bind its hash."""
        row.save(force_insert=True)
        self._bind(row)

    def add_many(self, rows: Sequence[Recorded]) -> None:
        """Insert many rows of one kind at once and bind each."""
        if rows:
            type(rows[0])._default_manager.bulk_create(list(rows), batch_size=500)
            for row in rows:
                self._bind(row)

    def update(self, row: Versioned, **values: Any) -> None:
        """Change a row that may change; refused where somebody changed it since it was read."""
        kind = type(row)
        seen = row.row_version
        for name, value in values.items():
            setattr(row, name, value)
        columns = {field.name: field.attname for field in kind._meta.concrete_fields}
        fields = {columns[name]: getattr(row, columns[name]) for name in values}
        changed = kind._default_manager.filter(pk=row.pk, row_version=seen).update(**fields, row_version=F("row_version") + 1)
        if changed != 1:
            raise StaleError(
                "FAN-REC-003",
                f"Cannot save {kind._meta.verbose_name} {row.pk}",
                "somebody changed it after you opened it",
                "Look at what it says now, then save again.",
            )
        row.row_version = seen + 1
        self._bind(row)

    def _bind(self, row: Recorded) -> None:
        self.rows.append([row._meta.db_table, row.pk, row.row_hash()])


@contextmanager
def change(action: str, *, at: datetime, by: StaffMember | None, patient: Patient | None = None, **details: Any) -> Iterator[Change]:
    """A transaction whose audit link is written with it; leave by an error and neither is there.

    `details` holds identifiers and codes only: no names, no free text.
    """
    with transaction.atomic():
        entry = Change(action, at, by, patient)
        entry.details.update(details)
        yield entry
        _append(entry)


def note(action: str, *, at: datetime, by: StaffMember | None, patient: Patient | None = None, **details: Any) -> None:
    """A link without a change: a page read, a refused intention, a sign-in."""
    held = _REFUSALS.get()
    if held is not None and action.startswith("refused:"):
        held.append((action, at, by, patient, details))
    with change(action, at=at, by=by, patient=patient, **details):
        pass


@contextmanager
def keeping_refusals() -> Iterator[None]:
    """Around a transaction: a refusal noted within is noted again where the transaction is taken back, so that it stays on record."""
    held: list[tuple[str, datetime, StaffMember | None, Patient | None, dict[str, Any]]] = []
    token = _REFUSALS.set(held)
    try:
        yield
    except BaseException:
        _REFUSALS.reset(token)
        for action, at, by, patient, details in held:
            note(action, at=at, by=by, patient=patient, **details)
        raise
    _REFUSALS.reset(token)


def entry_text(event: AuditEvent) -> str:
    """The canonical text of a link, from which its hash is made."""
    return canonical_json(
        {
            "sequence": event.sequence,
            "at": format_instant(event.at),
            "action": event.action,
            "actor": event.actor_id,
            "patient": event.patient_id,
            "details": event.details,
            "rows": event.rows,
        }
    )


def take_turn() -> None:
    """Within a transaction: wait until this is the one writer of the chain, so that what is read from here on is what is written upon."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # SQLite's IMMEDIATE has one writer at a time already
            cursor.execute("SELECT pg_advisory_xact_lock(716253)")


def _append(entry: Change) -> None:
    take_turn()
    last = _head()
    event = AuditEvent(
        sequence=last[0] + 1,
        at=entry.at,
        action=entry.action,
        actor=entry.by,
        patient=entry.patient,
        details=entry.details,
        rows=entry.rows,
        previous_hash=last[1],
    )
    event.hash = sha256(last[1] + entry_text(event))
    _insert(event)
    sequence, digest = event.sequence, event.hash
    transaction.on_commit(lambda: write_head(Path(settings.AUDIT_HEAD_FILE), sequence, digest))


_LAST = "SELECT sequence, hash FROM records_auditevent ORDER BY sequence DESC LIMIT 1"
_COLUMNS = {field.attname: field for field in AuditEvent._meta.concrete_fields}
_INSERT = f"INSERT INTO records_auditevent ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608


def _head() -> tuple[int, str]:
    """The last link's number and hash. It is asked, and a link written, in every change: so the statements are composed once."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        return cursor.fetchone() or (0, FIRST_HASH)


def _insert(event: AuditEvent) -> None:
    values = [field.get_db_prep_save(getattr(event, name), connection) for name, field in _COLUMNS.items()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def write_head(path: Path, sequence: int, digest: str) -> None:
    """Anchor the head outside the database. One fixed-width line, so that a write is all or nothing.

    An older head never replaces a newer one, whichever thread comes last.
    """
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        before = _parse_head(os.pread(handle, _HEAD_WIDTH, 0))
        if before is None or before[0] < sequence:
            os.pwrite(handle, f"{sequence} {digest}".ljust(_HEAD_WIDTH - 1).encode() + b"\n", 0)
    finally:
        os.close(handle)


def read_head(path: Path) -> tuple[int, str] | None:
    """The anchored (sequence, hash), or None where nothing was anchored yet."""
    try:
        return _parse_head(path.read_bytes()[:_HEAD_WIDTH])
    except FileNotFoundError:
        return None


def _parse_head(raw: bytes) -> tuple[int, str] | None:
    parts = raw.decode("ascii", "replace").split()
    return (int(parts[0]), parts[1]) if len(parts) == 2 and parts[0].isdigit() else None

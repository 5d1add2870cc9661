"""Reads everything, changes nothing: does the database still say what was acknowledged?

Three questions, in order; the first fault is named: is the file sound (SQLite's own check), is the chain whole up
to the anchored head, and does every row that belongs to the chain still match the hash it was written with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connection

from fanlight.records.audit import FIRST_HASH, entry_text, read_head
from fanlight.records.canonical import sha256
from fanlight.records.models import AuditEvent, Recorded, SessionTransition

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read and the first fault, if any. `counts` are rows per table."""

    links: int = 0
    rows: int = 0
    head: str = FIRST_HASH
    fault: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """True when nothing was found."""
        return not self.fault


def verify(head_file: Path, progress: Progress = lambda what, done: None) -> Verification:
    """Check the file, the chain and the rows; stops at the first fault."""
    try:
        fault = _file_fault()
        if fault:
            return Verification(fault=fault)
        return _verify_chain(head_file, progress)
    except (DatabaseError, ValueError, UnicodeDecodeError) as problem:
        return Verification(fault=f"the database cannot be read: {type(problem).__name__}: {str(problem)[:200]}")


def _file_fault() -> str:
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(1)")
        answer = cursor.fetchone()[0]
        if answer != "ok":
            return f"SQLite's integrity check: {answer}"
        cursor.execute("PRAGMA foreign_key_check")
        broken = cursor.fetchone()
        return f"a row of {broken[0]} names a row of {broken[2]} that is not there" if broken else ""


def recorded_models() -> list[type[Recorded]]:
    """Every model whose rows are bound into the chain."""
    from fanlight.records.models import WriteKey

    return [model for model in apps.get_app_config("records").get_models() if issubclass(model, Recorded) and model is not WriteKey]


def _verify_chain(head_file: Path, progress: Progress) -> Verification:
    last_hash, expected, latest = FIRST_HASH, 0, {}
    anchor = read_head(head_file)
    anchored_hash = None
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        expected += 1
        if event.sequence != expected:
            return Verification(links=expected - 1, fault=f"audit link {expected} is missing (the next is {event.sequence})")
        if event.previous_hash != last_hash:
            return Verification(links=expected, fault=f"audit link {expected} does not follow link {expected - 1}")
        if event.hash != sha256(last_hash + entry_text(event)):
            return Verification(links=expected, fault=f"audit link {expected} was changed: its content does not match its hash")
        last_hash = event.hash
        if anchor is not None and anchor[0] == expected:
            anchored_hash = event.hash
        for table, key, digest in event.rows:
            latest[(table, key)] = digest
        if expected % 5000 == 0:
            progress("links", expected)
    fault = _anchor_fault(anchor, anchored_hash, expected)
    if fault:
        return Verification(links=expected, head=last_hash, fault=fault)
    counts: dict[str, int] = {}
    for fault in _row_faults(latest, counts, progress):
        return Verification(links=expected, rows=sum(counts.values()), head=last_hash, fault=fault, counts=counts)
    return Verification(links=expected, rows=sum(counts.values()), head=last_hash, counts=counts, fault=_path_fault())


def _anchor_fault(anchor: tuple[int, str] | None, found: str | None, last: int) -> str:
    if anchor is None:
        return f"the chain has {last} links but no anchored head: the file beside the database is missing" if last else ""
    if anchor[0] > last:
        return f"audit link {last + 1} is missing: the anchored head is link {anchor[0]}, the chain ends at {last}"
    if found != anchor[1]:
        return f"audit link {anchor[0]} does not match the anchored head: the chain was written anew"
    return ""


def _row_faults(latest: dict[tuple[str, object], str], counts: dict[str, int], progress: Progress) -> Iterator[str]:
    for model in recorded_models():
        table = model._meta.db_table
        count = 0
        for row in model._default_manager.order_by("pk").iterator(chunk_size=2000):
            count += 1
            digest = latest.pop((table, row.pk), None)
            if digest is None:
                yield f"{table} row {row.pk} is in no audit link: it was not written by the product"
            elif digest != row.row_hash():
                yield f"{table} row {row.pk} was changed: it does not match the hash it was written with"
        counts[table] = count
        progress(table, count)
    if latest:
        table, key = min(latest, key=lambda pair: (pair[0], str(pair[1])))
        yield f"{table} row {key} is gone: an audit link says it was written"


def _path_fault() -> str:
    from fanlight.records.session_path import allowed_transitions

    stored = set(SessionTransition.objects.values_list("from_state", "to_state"))
    return "" if stored == allowed_transitions() else "the table of session transitions was changed"

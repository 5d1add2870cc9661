"""One short name for everything a database has recorded: the same history gives the same, on every machine."""

from __future__ import annotations

from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.models import AuditEvent
from fanlight.records.verification import recorded_models


def content_hash() -> str:
    """SHA-256 over the head of the audit chain and the number of rows of each table.

    The chain binds every action, its time, its keys, and the hash of every row as it was written; `fanlight verify` shows
    that the rows still are what the chain says. Passwords and sign-ins are no part of it.
    """
    head = AuditEvent.objects.order_by("-sequence").values_list("sequence", "hash").first() or (0, "")
    counts = {model._meta.db_table: model._default_manager.count() for model in recorded_models()}
    return sha256(canonical_json({"links": head[0], "head": head[1], "rows": counts}))

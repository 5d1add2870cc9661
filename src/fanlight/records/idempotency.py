"""Writes from outside carry a key: the same key with the same body is answered the same, and done once (CON-3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from fanlight.core.errors import FanlightError
from fanlight.records.audit import keeping_refusals
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.models import StaffMember, WriteKey


class KeyReusedError(FanlightError):
    """The key was used before for something else."""


def once(
    *, key: uuid.UUID, endpoint: str, body: Mapping[str, Any], by: StaffMember, at: datetime, do: Callable[[], Mapping[str, Any]]
) -> tuple[Mapping[str, Any], bool]:
    """Do it once under `key`; (answer, whether this was a replay). The key is kept in the same transaction as the write."""
    request_hash = sha256(canonical_json(body))
    earlier = _find(key, endpoint, by, request_hash)
    if earlier is not None:
        return earlier, True
    try:
        with keeping_refusals(), transaction.atomic():
            earlier = _find(key, endpoint, by, request_hash)
            if earlier is not None:
                return earlier, True
            answer = do()
            WriteKey(
                key=key, endpoint=endpoint, staff=by, request_hash=request_hash, response_status=200, response=dict(answer), at=at
            ).save()
            return answer, False
    except IntegrityError:
        earlier = _find(key, endpoint, by, request_hash)
        if earlier is None:
            raise
        return earlier, True


def _find(key: uuid.UUID, endpoint: str, by: StaffMember, request_hash: str) -> Mapping[str, Any] | None:
    row = WriteKey.objects.filter(key=key, endpoint=endpoint, staff=by).first()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise KeyReusedError(
            "FAN-KEY-001", "Cannot save this", "its key was used before for a different entry", "Reload the page and enter it again."
        )
    return row.response

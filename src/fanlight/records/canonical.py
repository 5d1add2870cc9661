"""One fixed text for a value, so that its hash means the same on every machine and in every year."""

from __future__ import annotations

import hashlib
import json
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from fanlight.core.instants import format_instant


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no blanks, NFC text; decimals and instants as text; floats refused."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    """Hex SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


_EXACT = json.JSONDecoder(parse_float=Decimal)


def exact_loads(text: str) -> Any:
    """Read JSON keeping every digit: numbers with a point become Decimals."""
    return _EXACT.decode(text)


def _plain(value: Any) -> Any:
    kind = type(value)  # most of what is written is plain text, numbers and dicts: asked first, and by type alone
    if kind is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is dict:
        return {key if type(key) is str and key.isascii() else _key(key): _plain(item) for key, item in value.items()}
    if kind is list:
        return [_plain(item) for item in value]
    return _less_usual(value)


def _key(key: Any) -> str:
    return unicodedata.normalize("NFC", str(key))


def _less_usual(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; floats lose digits and are refused")

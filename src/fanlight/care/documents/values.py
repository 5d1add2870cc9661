"""A document as plain JSON values: for a template, and for the hash a signature signs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from fanlight.care.documents.document import Document


def document_values(document: Document) -> dict[str, Any]:
    """The document as mappings, lists, text and numbers as text."""
    values = _plain(document)
    assert isinstance(values, dict)
    return values


def content_hash_of(document: Document) -> str:
    """SHA-256 of what the document says, signatures left out, so that signing does not change what was signed."""
    text = json.dumps(document_values(replace(document, signatures=())), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value

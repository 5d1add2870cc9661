"""How large a received document may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a received document; beyond one of them the document, or the resource, is refused.

    `depth` counts levels within one resource. Sizes are in characters. `number_characters` bounds one number as written.
    Source: safety and security reference SEC-30 (bundle entries 5000, depth 64, string 1 MiB); the sizes of a whole
    document and of an NDJSON line are engineering choices.
    """

    depth: int = 64
    string_characters: int = 1024 * 1024
    bundle_entries: int = 5000
    line_characters: int = 16 * 1024 * 1024
    document_characters: int = 256 * 1024 * 1024
    number_characters: int = 64


DEFAULT_LIMITS = Limits()

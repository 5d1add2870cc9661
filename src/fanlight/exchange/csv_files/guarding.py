"""Cells of a file we write: none may be run as a formula by the spreadsheet that opens it."""

from __future__ import annotations

import unicodedata

_STARTS = "=+-@\t\r\n"


def guarded(cell: object) -> str:
    """A cell as it is written out. A text that a spreadsheet would run gets a leading apostrophe; a number stays one.

    Source: safety-and-security reference, SEC-23: = + - @ tab CR, also after a quote or as a full-width variant.
    """
    if isinstance(cell, int | float) or (not isinstance(cell, str) and hasattr(cell, "as_tuple")):
        return str(cell)
    text = "" if cell is None else str(cell)
    head = unicodedata.normalize("NFKC", text.lstrip(" \"'\u00a0\ufeff")[:1])
    return f"'{text}" if (text and text[0] in _STARTS) or (head and head in _STARTS) else text

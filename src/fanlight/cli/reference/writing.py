"""Pieces of a Markdown page: escaped words, tables, headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `fanlight docs` from content and code. Change those, not this page. -->"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#$~^])")
_BLANKS = re.compile(r"\s+")


def words(text: object) -> str:
    """Text as it is to be read, with nothing in it taken for markup."""
    return _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", str(text)).strip())


def code(text: object) -> str:
    """An identifier, set as code; nothing where there is none."""
    shown = str(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(" --- " for _ in heads) + "|"]
    lines += ["| " + " | ".join(cell or " " for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def page(title: str, *blocks: str) -> str:
    """A whole page: its note of origin, its title, its blocks."""
    return "\n\n".join([MADE, f"# {title}", *(block for block in blocks if block)]) + "\n"


def section(title: str, *blocks: str, level: int = 2) -> str:
    """A section with its blocks."""
    return "\n\n".join([f"{'#' * level} {title}", *(block for block in blocks if block)])


def bullets(items: Iterable[str]) -> str:
    """A list of Markdown items."""
    return "\n".join(f"- {item}" for item in items)

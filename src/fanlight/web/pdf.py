"""Documents as PDF, set by Typst. Text arrives as data and is never read as markup; nothing is fetched or run."""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import typst
from matplotlib.ft2font import FT2Font

from fanlight.care.documents import Document, Line, document_values
from fanlight.content.reader import content_folder

_BUILT_IN = (range(0x20, 0x250), range(0x370, 0x530), range(0x2010, 0x2060), range(0x2080, 0x2090), range(0x2190, 0x2300))
"""What Typst's own text face covers: Latin, Greek, Cyrillic and common signs; every machine has it."""


def render_pdf(document: Document, made_at: datetime | None = None) -> bytes:
    """The document as PDF bytes, with a warning line where this machine lacks letters it would need.

    The same document and `made_at` give the same bytes.
    """
    document = with_letter_warning(document)
    data = json.dumps(document_values(document), ensure_ascii=False)
    source = (content_folder() / "documents" / "document.typ").read_bytes()
    made = typst.compile(source, format="pdf", sys_inputs={"data": data}, timestamp=made_at)
    assert isinstance(made, bytes)
    return made


def with_letter_warning(document: Document) -> Document:
    """The document, saying so visibly where some of its letters cannot be printed here."""
    lacking = missing_letters(document.texts)
    if not lacking:
        return document
    scripts = ", ".join(sorted({_script(letter) for letter in lacking}))
    count = len(lacking)
    letters = "letter" if count == 1 else "letters"
    words = f"This machine lacks {count} {letters} of this document ({scripts}); they print as empty boxes. Read them on the page."
    return replace(document, warnings=(Line(words), *document.warnings))


def missing_letters(texts: Iterable[str]) -> frozenset[str]:
    """Letters in these texts for which neither Typst nor any font of this machine has a shape."""
    wanted = {letter for text in texts for letter in text if not letter.isspace() and unicodedata.category(letter)[0] != "C"}
    rare = {letter for letter in wanted if not any(ord(letter) in block for block in _BUILT_IN)}
    if not rare:
        return frozenset()
    known = _known_letters()
    return frozenset(letter for letter in rare if ord(letter) not in known and not 0xFE00 <= ord(letter) <= 0xFE0F)


@functools.cache
def _known_letters() -> frozenset[int]:
    """Every code point some font of this machine can draw; read once."""
    found: set[int] = set()
    for path in {font.path for font in typst.Fonts().fonts() if font.path}:
        try:
            found.update(FT2Font(str(path)).get_charmap())
        except (OSError, RuntimeError):  # a font that cannot be read draws nothing
            continue
    return frozenset(found)


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if name.startswith("CJK"):
        return "Chinese, Japanese or Korean"
    if unicodedata.category(letter) == "So":
        return "signs and emoji"
    return name.split(" ")[0].capitalize() if name else "unnamed letters"

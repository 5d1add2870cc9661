"""Bytes to text: the encodings a spreadsheet writes, told apart by what the bytes can only be."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.core.errors import FanlightError

MOST_BYTES = 200 * 1024 * 1024
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"), (b"\xff\xfe", "utf-16", "UTF-16"), (b"\xfe\xff", "utf-16", "UTF-16"))
_LOOKED_AT = 4096


class CsvError(FanlightError):
    """A file that cannot be read as a table at all."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, and the encoding it was in. `is_certain` is false where another encoding would have read it too."""

    text: str
    encoding: str
    is_certain: bool


def decode(content: bytes) -> Decoded:
    """The text of a file: by its mark, as UTF-16 by its zero bytes, as UTF-8 where it is, else as Windows-1252.

    Windows-1252 and Latin-1 read any bytes: the reader must look at the names. Raises `CsvError`.
    """
    if not content.strip():
        raise CsvError("FAN-CSV-001", "Cannot read the file", "it is empty", "Choose the file that holds the rows.")
    if len(content) > MOST_BYTES:
        raise CsvError("FAN-CSV-002", "Cannot read the file", "it is larger than 200 MiB", "Split it, and import the parts one by one.")
    try:
        for mark, codec, name in _BOMS:
            if content.startswith(mark):
                return _sound(content.decode(codec), name, is_certain=True)
        codec = _utf16_without_mark(content[:_LOOKED_AT])
        if codec:
            return _sound(content.decode(codec), "UTF-16", is_certain=True)
    except UnicodeDecodeError as problem:
        raise CsvError(
            "FAN-CSV-003", "Cannot read the file", f"its letters break at byte {problem.start}", "Save it again as CSV in UTF-8."
        ) from problem
    for codec, name, is_certain in (("utf-8", "UTF-8", True), ("cp1252", "Windows-1252", False)):
        try:
            return _sound(content.decode(codec), name, is_certain=is_certain)
        except UnicodeDecodeError:
            continue
    return _sound(content.decode("latin-1"), "Latin-1", is_certain=False)


def _utf16_without_mark(head: bytes) -> str:
    """The byte order of UTF-16 text that is mostly Latin letters; "" where it is not."""
    if len(head) < 4 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 2 > len(head) // 2 > even * 4:
        return "utf-16-le"
    return "utf-16-be" if even * 2 > len(head) // 2 > odd * 4 else ""


def _sound(text: str, encoding: str, *, is_certain: bool) -> Decoded:
    if "\x00" in text:
        raise CsvError("FAN-CSV-004", "Cannot read the file", "it holds zero bytes, as a workbook does", "Save the sheet as CSV first.")
    if text.startswith("PK\x03\x04"):
        raise CsvError("FAN-CSV-004", "Cannot read the file", "it is a workbook or an archive", "Save the sheet as CSV first.")
    return Decoded(text, encoding, is_certain)

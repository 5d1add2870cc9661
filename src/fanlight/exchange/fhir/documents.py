"""What one received text holds: a bundle, a list of resources one per line, or a single resource.

Each resource comes with the exact slice of the text it was received in. What cannot be read is refused in words,
and the rest goes on; of a text cut in half, the whole resources before the cut are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits
from fanlight.exchange.fhir.strict_json import BrokenJSONError, StrictDecoder, end_of_value

BUNDLE_TYPES = ("transaction", "batch", "collection", "searchset")
"""Bundles that are taken. A history, a message or a document means more than its entries."""

_THE_REST = "the rest"


class DocumentKind(StrEnum):
    """The shape of a received text."""

    BUNDLE = "bundle"
    LINES = "ndjson"
    RESOURCE = "resource"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Piece:
    """One resource as received: where it stood, its exact text, its value, and what the bundle said of it."""

    place: str
    text: str
    value: Mapping[str, Any]
    full_url: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in a document that was not taken: where, what it is as far as known, and why."""

    place: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A received text, read."""

    name: str
    kind: DocumentKind
    bundle_type: str
    pieces: tuple[Piece, ...]
    refusals: tuple[Refusal, ...]

    @property
    def is_whole(self) -> bool:
        """False where the text could not be read, or not to its end."""
        return self.kind is not DocumentKind.UNREADABLE and not any(refusal.what == _THE_REST for refusal in self.refusals)


def read_document(content: bytes | str, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a received text of any of the shapes Fanlight takes. Nothing is raised: what is wrong is in `refusals`."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        return _unreadable(name, f"it is not UTF-8 text (byte {problem.start}). Save it as UTF-8 and send it again.")
    if len(text) > limits.document_characters:
        return _unreadable(name, f"it is longer than {limits.document_characters} characters. Send it in parts.")
    if not text.strip():
        return _unreadable(name, "it is empty.")
    if _is_lines(text, name):
        return _lines(text, name, limits)
    return _object(text, name, limits)


def _unreadable(name: str, reason: str) -> Document:
    return Document(name, DocumentKind.UNREADABLE, "", (), (Refusal("", name, reason),))


def _is_lines(text: str, name: str) -> bool:
    if name.lower().endswith(".ndjson"):
        return True
    first, _, rest = text.lstrip(" \t\r\n").partition("\n")
    return first.rstrip().endswith("}") and rest.lstrip(" \t\r\n").startswith("{")


def _lines(text: str, name: str, limits: Limits) -> Document:
    pieces: list[Piece] = []
    refusals: list[Refusal] = []
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \t\r")
        if not stripped:
            continue
        place = f"line {number}"
        if len(stripped) > limits.line_characters:
            refusals.append(Refusal(place, "a line", f"it is longer than {limits.line_characters} characters."))
            continue
        decoder = StrictDecoder(stripped, limits)
        try:
            found = decoder.value_at(0)
        except BrokenJSONError as problem:
            refusals.append(Refusal(place, "a line", _cut_words(problem)))
            continue
        faults = list(found.faults)
        if decoder.skip_blanks(found.end) != len(stripped):
            faults.append("more text follows the resource on its line")
        _take(place, stripped[: found.end], found.value, faults, pieces, refusals)
    return Document(name, DocumentKind.LINES, "", tuple(pieces), tuple(refusals))


def _cut_words(problem: BrokenJSONError) -> str:
    return "it was cut in half: the text ends in the middle of it." if problem.is_cut else f"it is not JSON: {problem.reason}."


def _take(
    place: str,
    text: str,
    value: Any,
    faults: list[str],
    pieces: list[Piece],
    refusals: list[Refusal],
    full_url: str = "",
    request: Mapping[str, Any] | None = None,
) -> None:
    if not isinstance(value, dict):
        faults = ["it is not a JSON object"]
    if faults:
        refusals.append(Refusal(place, name_of(value), "; ".join(dict.fromkeys(faults)) + "."))
    else:
        pieces.append(Piece(place, text, value, full_url, request or {}))


def name_of(value: Any) -> str:
    """``Type/id`` of a resource as far as it says so."""
    if not isinstance(value, Mapping) or not isinstance(value.get("resourceType"), str):
        return "an entry"
    given = value.get("id")
    return f"{value['resourceType'][:64]}/{given[:64]}" if isinstance(given, str) and given else value["resourceType"][:64]


class _BundleReader:
    """Walks one object by hand at its top, so that each entry and each resource keeps its exact slice."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.decoder = StrictDecoder(text, limits)
        self.top: dict[str, Any] = {}
        self.faults: list[str] = []
        self.pieces: list[Piece] = []
        self.refusals: list[Refusal] = []
        self.entries = 0
        self.has_entries = False
        self._end = 0

    def read(self) -> int:
        """Read the object from its first brace; gives where it ends, or raises `BrokenJSONError` where it breaks."""
        position = self.decoder.skip_blanks(0)
        if self.text[position : position + 1] != "{":
            raise BrokenJSONError("it does not begin with a JSON object", position)
        for key, start in self._keys(position):
            if key in self.top:
                self.faults.append(f"{key} stands twice in one object")
            if key == "entry" and self.text[start : start + 1] == "[":
                self.top[key] = True
                self.has_entries = True
                self._end = self._entries(start)
            else:
                found = self.decoder.value_at(start)
                self.faults += found.faults
                self.top[key] = found.value
                self._end = found.end
        return self._end

    def _keys(self, brace: int) -> Iterator[tuple[str, int]]:
        """Keys of an object and where their values start; the user sets `_end` to where each value ended."""
        position = self.decoder.skip_blanks(brace + 1)
        if self.text[position : position + 1] == "}":
            self._end = position + 1
            return
        while True:
            yield self.decoder.key_at(position)
            position = self.decoder.skip_blanks(self._end)
            mark = self.text[position : position + 1]
            if mark == "}":
                self._end = position + 1
                return
            if mark != ",":
                raise BrokenJSONError("a comma was expected" if mark else "the text ends in the middle", position, is_cut=not mark)
            position = self.decoder.skip_blanks(position + 1)

    def _entries(self, bracket: int) -> int:
        position = self.decoder.skip_blanks(bracket + 1)
        if self.text[position : position + 1] == "]":
            return position + 1
        while True:
            place = f"entry {self.entries}"
            self.entries += 1
            try:
                position = self._entry(place, position)
            except BrokenJSONError as problem:
                end = end_of_value(self.text, position)
                if end is None:
                    raise BrokenJSONError(problem.reason, position, is_cut=True) from None
                self.refusals.append(Refusal(place, "an entry", f"it is not JSON: {problem.reason}."))
                position = end
            position = self.decoder.skip_blanks(position)
            mark = self.text[position : position + 1]
            if mark == "]":
                return position + 1
            if mark != ",":
                raise BrokenJSONError("a comma was expected" if mark else "the text ends in the middle", position, is_cut=not mark)
            position = self.decoder.skip_blanks(position + 1)

    def _entry(self, place: str, start: int) -> int:
        if self.text[start : start + 1] != "{":
            found = self.decoder.value_at(start)
            self.refusals.append(Refusal(place, "an entry", "it is not a JSON object."))
            return found.end
        said: dict[str, Any] = {}
        faults: list[str] = []
        slice_: tuple[int, int] | None = None
        for key, value_start in self._keys(start):
            found = self.decoder.value_at(value_start)
            faults += found.faults
            if key in said:
                faults.append(f"{key} stands twice in one object")
            said[key] = found.value
            if key == "resource":
                slice_ = (value_start, found.end)
            self._end = found.end
        end = self._end
        full_url = said.get("fullUrl") if isinstance(said.get("fullUrl"), str) else ""
        request = said.get("request") if isinstance(said.get("request"), dict) else {}
        if slice_ is None:
            method = str((request or {}).get("method", ""))
            reason = f"it asks to {method}; an import removes nothing" if method == "DELETE" else "it holds no resource"
            self.refusals.append(Refusal(place, _asked(request or {}), "; ".join([*faults, reason]) + "."))
            return end
        _take(place, self.text[slice_[0] : slice_[1]], said["resource"], faults, self.pieces, self.refusals, full_url or "", request)
        return end


def _asked(request: Mapping[str, Any]) -> str:
    url = request.get("url")
    return f"an entry ({request.get('method', '')} {url[:80]})" if isinstance(url, str) else "an entry"


def _object(text: str, name: str, limits: Limits) -> Document:
    reader = _BundleReader(text, limits)
    broken: BrokenJSONError | None = None
    end = len(text)
    try:
        end = reader.read()
    except BrokenJSONError as problem:
        broken = problem
    kind = reader.top.get("resourceType")
    is_bundle = kind == "Bundle" or (kind is None and reader.has_entries and bool(reader.pieces))
    if not is_bundle:
        return _single(text, name, limits, broken)
    refusals = list(reader.refusals)
    bundle_type = reader.top.get("type")
    why = _bundle_fault(reader, bundle_type, broken, limits)
    if why:
        return Document(name, DocumentKind.BUNDLE, str(bundle_type or ""), (), (Refusal("", name, why), *refusals))
    if broken is not None:
        words = "the bundle was cut in half" if broken.is_cut else f"the bundle is broken ({broken.reason})"
        count = len(reader.pieces)
        refusals.append(
            Refusal(
                f"entry {max(reader.entries - 1, 0)}", _THE_REST, f"{words}: {count} whole resources before that are taken, the rest not."
            )
        )
    elif text[end:].strip(" \t\r\n"):
        refusals.append(Refusal("after the bundle", _THE_REST, "more text follows the end of the bundle; it is not taken."))
    return Document(name, DocumentKind.BUNDLE, str(bundle_type or ""), tuple(reader.pieces), tuple(refusals))


def _bundle_fault(reader: _BundleReader, bundle_type: Any, broken: BrokenJSONError | None, limits: Limits) -> str:
    if reader.faults:
        return "; ".join(dict.fromkeys(reader.faults)) + "."
    if reader.entries > limits.bundle_entries:
        return f"the bundle has {reader.entries} entries, more than {limits.bundle_entries}. Send it in parts."
    if bundle_type is None and broken is not None:
        return ""  # cut before its type was said
    if bundle_type not in BUNDLE_TYPES:
        return f"a bundle of type {str(bundle_type)[:40]!r} is not taken. Send one of type {', '.join(BUNDLE_TYPES)}."
    return ""


def _single(text: str, name: str, limits: Limits, broken: BrokenJSONError | None) -> Document:
    if broken is not None:
        return _unreadable(name, _cut_words(broken))
    decoder = StrictDecoder(text, limits)
    start = decoder.skip_blanks(0)
    found = decoder.value_at(start)
    faults = list(found.faults)
    if text[found.end :].strip(" \t\r\n"):
        faults.append("more text follows the resource")
    pieces: list[Piece] = []
    refusals: list[Refusal] = []
    _take("", text[start : found.end], found.value, faults, pieces, refusals)
    return Document(name, DocumentKind.RESOURCE, "", tuple(pieces), tuple(refusals))

"""One walk over a received resource: its references, and what makes it unfit to be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits

_REFERENCE_KEYS = frozenset({"reference", "type", "identifier", "display", "id", "extension", "_reference", "_display", "_type"})


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a walk found.

    `references`: (path, Reference element) of each reference that names something. `faults` refuse the resource;
    `warnings` are said of it. `contained` are the ids of the resources it holds within.
    """

    references: tuple[tuple[str, Mapping[str, Any]], ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    contained: frozenset[str]


def inspect(resource: Mapping[str, Any], limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Walk a whole resource once.

    A `modifierExtension` anywhere refuses it: it may turn the meaning of the rest around, and Fanlight knows none of them.
    """
    walk = _Walk(limits)
    walk.visit(resource, 1)
    contained = resource.get("contained")
    ids = {str(item.get("id")) for item in contained if isinstance(item, Mapping)} if isinstance(contained, list) else set()
    return Inspection(tuple(walk.references), tuple(dict.fromkeys(walk.faults)), tuple(dict.fromkeys(walk.warnings)), frozenset(ids))


class _Walk:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.references: list[tuple[str, Mapping[str, Any]]] = []
        self.faults: list[str] = []
        self.warnings: list[str] = []
        self._path: list[str] = []

    def visit(self, node: Any, depth: int) -> None:
        kind = type(node)
        if kind is str:
            self._text(node)
        elif kind is dict:
            self._object(node, depth)
        elif kind is list:
            self._array(node, depth)

    def _object(self, node: dict[str, Any], depth: int) -> None:
        if depth > self.limits.depth:
            self.faults.append(f"it is nested deeper than {self.limits.depth} levels")
            return
        if not node:
            self.warnings.append("has an empty object")
        for key, value in node.items():
            if value is None:
                self.warnings.append("has a null")
                continue
            self._path.append(key)
            if key == "modifierExtension":
                self.faults.append(f"{self._place()} may change its meaning, and Fanlight does not know it")
            self.visit(value, depth + 1)
            self._path.pop()
        if _is_reference(node) and self._path:
            self.references.append((self._place(), node))

    def _array(self, node: list[Any], depth: int) -> None:
        if depth > self.limits.depth:
            self.faults.append(f"it is nested deeper than {self.limits.depth} levels")
            return
        if not node:
            self.warnings.append("has an empty array")
        for number, item in enumerate(node):
            self._path.append(f"[{number}]")
            self.visit(item, depth + 1)
            self._path.pop()

    def _text(self, text: str) -> None:
        if len(text) > self.limits.string_characters:
            self.faults.append(f"{self._place()} is longer than {self.limits.string_characters} characters")
        elif not text:
            self.warnings.append("has an empty text")
        elif "\x00" in text or (not text.isascii() and _has_half_character(text)):
            self.faults.append(f"{self._place()} holds a character that is not one")

    def _place(self) -> str:
        return ".".join(self._path).replace(".[", "[")[:200]


def _is_reference(node: Mapping[str, Any]) -> bool:
    if isinstance(node.get("reference"), str):
        return True
    return isinstance(node.get("identifier"), Mapping) and node.keys() <= _REFERENCE_KEYS


def _has_half_character(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)

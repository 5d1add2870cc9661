"""References: what each names, and whether anything answers to that name, here or on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from fanlight.exchange.fhir.concepts import text_of
from fanlight.exchange.fhir.values import Identifier

_LITERAL = re.compile(
    r"(?P<base>https?://.+/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/[A-Za-z0-9\-.]{1,64})?\Z"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]{1,63})\?identifier=(?P<system>[^|]*)\|(?P<value>.+)\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource known here or on record: the source it came from, its type and id."""

    source: str
    kind: str
    id: str

    @property
    def name(self) -> str:
        """``Type/id``."""
        return f"{self.kind}/{self.id}"


class Known(Protocol):
    """What the store already has."""

    def with_id(self, source: str, kind: str, id: str) -> Target | None:
        """The resource of that source, type and id ("" for any type)."""

    def with_identifier(self, kind: str, identifier: Identifier) -> tuple[Target, ...]:
        """Every resource of that type ("" for any) that carries the identifier."""


class NothingKnown:
    """A store without any resource."""

    def with_id(self, source: str, kind: str, id: str) -> Target | None:
        """None."""
        return None

    def with_identifier(self, kind: str, identifier: Identifier) -> tuple[Target, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as received: where it stands, and the text or identifier by which it names its target."""

    path: str
    literal: str
    kind: str = ""
    identifier: Identifier | None = None

    @property
    def words(self) -> str:
        """As written by the sender."""
        if self.literal:
            return self.literal
        return f"{self.kind or 'any'} with identifier {self.identifier.system}|{self.identifier.value}" if self.identifier else ""


def asked_identifier(reference: Reference) -> tuple[str, Identifier] | None:
    """The (type or "", identifier) by which a reference names its target; None where it names it otherwise."""
    found = _CONDITIONAL.match(reference.literal)
    if found:
        return found["type"], Identifier(found["system"], found["value"])
    if not reference.literal and reference.identifier is not None:
        return reference.kind, reference.identifier
    return None


def reference_of(path: str, element: Mapping[str, Any]) -> Reference:
    """Read one Reference element."""
    given = element.get("identifier")
    identifier = None
    if isinstance(given, Mapping) and text_of(given.get("value")):
        identifier = Identifier(text_of(given.get("system")), text_of(given.get("value")))
    return Reference(path, text_of(element.get("reference")), text_of(element.get("type")), identifier)


@dataclass(slots=True)
class Index:
    """Every resource of an input, by each of the names it goes by; an identifier also without its type ("")."""

    known: Known
    by_url: dict[tuple[str, str], Target] = field(default_factory=dict)
    by_id: dict[tuple[str, str, str], Target] = field(default_factory=dict)
    by_bare_id: dict[tuple[str, str], Target] = field(default_factory=dict)
    by_identifier: dict[tuple[str, Identifier], set[Target]] = field(default_factory=dict)

    def add(self, target: Target, document: str, full_url: str, identifiers: Iterable[Identifier]) -> None:
        """Let a resource be found."""
        if full_url:
            self.by_url.setdefault((document, full_url), target)
        self.by_id[target.source, target.kind, target.id] = target
        self.by_bare_id.setdefault((target.source, target.id), target)
        for identifier in identifiers:
            self.by_identifier.setdefault((target.kind, identifier), set()).add(target)
            self.by_identifier.setdefault(("", identifier), set()).add(target)

    def resolve(self, reference: Reference, *, document: str, source: str, contained: frozenset[str]) -> Target | str:
        """The resource a reference names, or in words why it names none. "" where it names nothing at all.

        A reference to a version is taken to the resource it is a version of; the text received keeps the version.
        """
        literal = reference.literal
        if literal.startswith("#"):
            return "" if literal == "#" or literal[1:] in contained else "no resource within it has that id"
        asked = asked_identifier(reference)
        if asked is not None:
            return self._one_with(*asked)
        return self._literal(literal, document, source) if literal else ""

    def _literal(self, literal: str, document: str, source: str) -> Target | str:
        found = self.by_url.get((document, literal)) or self.by_url.get((document, literal.partition("/_history/")[0]))
        if found is not None:
            return found
        if literal.startswith("urn:"):
            bare = literal.rpartition(":")[2]
            return self.by_bare_id.get((source, bare)) or self.known.with_id(source, "", bare) or "nothing has that name"
        plain = _LITERAL.match(literal)
        if plain is None:
            return "it is not a reference Fanlight can follow"
        base = (plain["base"] or "").rstrip("/")
        for origin in dict.fromkeys((base or source, source)):
            here = self.by_id.get((origin, plain["type"], plain["id"])) or self.known.with_id(origin, plain["type"], plain["id"])
            if here is not None and (not base or origin == base):
                return here
        return "nothing has that name"

    def _one_with(self, kind: str, identifier: Identifier) -> Target | str:
        found = self.by_identifier.get((kind, identifier), set()) | set(self.known.with_identifier(kind, identifier))
        if len(found) > 1:
            return f"{len(found)} resources carry that identifier"
        return next(iter(found)) if found else "nothing carries that identifier"

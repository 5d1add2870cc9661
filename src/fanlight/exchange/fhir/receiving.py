"""A read document turned into received resources: identity, exact text, references, and what each becomes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fanlight.exchange.fhir.concepts import Concept, concept_of, text_of
from fanlight.exchange.fhir.documents import Document, DocumentKind, Piece
from fanlight.exchange.fhir.inspection import inspect
from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits
from fanlight.exchange.fhir.mapping import map_resource
from fanlight.exchange.fhir.mapping_people import identifiers_of
from fanlight.exchange.fhir.references import Index, Known, Reference, Target, reference_of
from fanlight.exchange.fhir.tables import CodeTables
from fanlight.exchange.fhir.values import Fate, Identifier, Mapped, MedicationValue, refused

_SUBJECT_PATHS = ("subject", "patient")
_OWN_TYPES = ("Patient", "Practitioner", "Organization")
_CONDITION = re.compile(r"identifier=(?P<system>[^|&]*)\|(?P<value>[^&]+)\Z")
_WRITES = ("", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class Received:
    """One resource of an input.

    `document` and `place` say where it stood. `target` is its identity: source, type and id; a resource without an id
    goes by the hash of its text. `text` is the exact slice received and `text_hash` its SHA-256. `condition` is the
    identifier under which it is to be made only once. `medicine` is what a Medication names, for those who refer to it.
    """

    document: str
    place: str
    target: Target
    full_url: str
    text: str
    text_hash: str
    identifiers: tuple[Identifier, ...]
    references: tuple[Reference, ...]
    contained: frozenset[str]
    mapped: Mapped
    condition: Identifier | None = None
    medicine: Concept | None = None

    @property
    def subject(self) -> Reference | None:
        """The reference to the person it is about, or None."""
        if self.target.kind in _OWN_TYPES:
            return None
        return next((reference for reference in self.references if reference.path in _SUBJECT_PATHS), None)


def receive(document: Document, *, source: str, tables: CodeTables, today: date, limits: Limits = DEFAULT_LIMITS) -> tuple[Received, ...]:
    """Every resource of a document. `source` names where it came from: ids are only unique within one source.

    A full URL in a bundle names its source better than anybody else and goes before. `today` is the clinic's date.
    """
    return tuple(_received(piece, document, source, tables, today, limits) for piece in document.pieces)


def _received(piece: Piece, document: Document, source: str, tables: CodeTables, today: date, limits: Limits) -> Received:
    found = inspect(piece.value, limits)
    kind = text_of(piece.value.get("resourceType"))
    digest = hashlib.sha256(piece.text.encode("utf-8", "surrogatepass")).hexdigest()
    given_id = text_of(piece.value.get("id")) or _bare(piece.full_url) or f"sha256-{digest[:40]}"
    condition, condition_fault = _condition(piece.request)
    method = text_of(piece.request.get("method"))
    faults = [*found.faults, *([condition_fault] if condition_fault else [])]
    if method not in _WRITES:
        faults.append(f"its bundle asks to {method} it; only new and whole resources are taken")
    mapped = refused("; ".join(faults)) if faults else map_resource(piece.value, tables, today)
    if found.warnings and mapped.fate is not Fate.REFUSED:
        mapped = replace(mapped, warnings=(*mapped.warnings, *found.warnings))
    return Received(
        document=document.name,
        place=piece.place,
        target=Target(_base(piece.full_url, kind) or source, kind[:64], given_id[:64]),
        full_url=piece.full_url,
        text=piece.text,
        text_hash=digest,
        identifiers=identifiers_of(piece.value),
        references=tuple(reference_of(path, element) for path, element in found.references),
        contained=found.contained,
        mapped=mapped,
        condition=condition,
        medicine=concept_of(piece.value.get("code")) if kind == "Medication" else None,
    )


def _bare(full_url: str) -> str:
    return full_url.rpartition(":")[2] if full_url.startswith("urn:") else full_url.rpartition("/")[2]


def _base(full_url: str, kind: str) -> str:
    if not full_url.startswith(("http://", "https://")):
        return ""
    base, found, _ = full_url.rpartition(f"/{kind}/")
    return base[:255] if found else ""


def _condition(request: Mapping[str, Any]) -> tuple[Identifier | None, str]:
    given = request.get("ifNoneExist")
    if not given:
        return None, ""
    found = _CONDITION.match(given) if isinstance(given, str) else None
    if found is None:
        return None, "its ifNoneExist is not a query of the form identifier=system|value"
    return Identifier(found["system"], found["value"]), ""


@dataclass(frozen=True, slots=True)
class Dangling:
    """A reference that leads nowhere, or to two things."""

    resource: str
    path: str
    reference: str
    why: str


def index_of(received: Iterable[Received], known: Known) -> Index:
    """All resources of an input, to be found by the references within it."""
    index = Index(known)
    for item in received:
        if item.mapped.fate is not Fate.REFUSED:
            names = (*item.identifiers, *((item.condition,) if item.condition else ()))
            index.add(item.target, item.document, item.full_url, dict.fromkeys(names))
    return index


def dangling_references(item: Received, index: Index) -> tuple[Dangling, ...]:
    """Every reference of a resource that nothing answers to."""
    found = []
    for reference in item.references:
        target = index.resolve(reference, document=item.document, source=item.target.source, contained=item.contained)
        if isinstance(target, str) and target:
            found.append(Dangling(item.target.name, reference.path, reference.words[:300], target))
    return tuple(found)


def subject_of(item: Received, index: Index) -> Target | str:
    """The person a resource is about, or in words why nobody can be named."""
    reference = item.subject
    if reference is None:
        return "it names no patient"
    target = index.resolve(reference, document=item.document, source=item.target.source, contained=item.contained)
    if isinstance(target, str):
        return f"its patient ({reference.words[:200]}) is neither in this input nor on record" if target else "it names no patient"
    return target if target.kind == "Patient" else f"it is about a {target.kind}, not a patient"


def with_medicine(item: Received, index: Index, medicines: Mapping[Target, Concept]) -> Received:
    """A medicine named by reference, with the name of the Medication it refers to where that is known."""
    value = item.mapped.value
    if not isinstance(value, MedicationValue) or value.concept.is_coded:
        return item
    reference = next((found for found in item.references if found.path == "medicationReference"), None)
    if reference is None:
        return item
    target = index.resolve(reference, document=item.document, source=item.target.source, contained=item.contained)
    concept = medicines.get(target) if isinstance(target, Target) else None
    if concept is None or not concept.words:
        return item
    return replace(item, mapped=replace(item.mapped, value=replace(value, concept=concept), warnings=()))


def is_bundle(document: Document) -> bool:
    """True where the document is one unit that goes in together."""
    return document.kind is DocumentKind.BUNDLE

"""What is on record already, asked by an import: resources by their identity and by their identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from fanlight.exchange.fhir.references import Target
from fanlight.exchange.fhir.values import Identifier
from fanlight.records.models import ImportedIdentifier, ImportedResource, Site

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource on record: its newest text's hash, every hash it ever had, and what it became."""

    pk: int
    text_hash: str
    earlier_hashes: frozenset[str]
    became: str
    became_id: int | None
    patient_id: int | None


class StoreLookup:
    """Answers from one site's records; each question is asked of the database once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._by_id: dict[tuple[str, str, str], Target | None] = {}
        self._by_identifier: dict[tuple[str, Identifier], tuple[Target, ...]] = {}

    def with_id(self, source: str, kind: str, id: str) -> Target | None:
        """The resource of that source, type ("" for any) and id, or None."""
        key = (source, kind, id)
        if key not in self._by_id:
            rows = ImportedResource.objects.filter(site=self.site, source_system=source, resource_id=id)
            rows = rows.filter(resource_type=kind) if kind else rows
            found = rows.values_list("source_system", "resource_type", "resource_id").first()
            self._by_id[key] = Target(*found) if found else None
        return self._by_id[key]

    def with_identifier(self, kind: str, identifier: Identifier) -> tuple[Target, ...]:
        """Every resource of that type ("" for any) that carries the identifier."""
        key = (kind, identifier)
        if key not in self._by_identifier:
            rows = ImportedIdentifier.objects.filter(resource__site=self.site, system=identifier.system, value=identifier.value)
            rows = rows.filter(resource__resource_type=kind) if kind else rows
            found = rows.values_list("resource__source_system", "resource__resource_type", "resource__resource_id").distinct()
            self._by_identifier[key] = tuple(Target(*row) for row in found)
        return self._by_identifier[key]

    def learn_identifiers(self, asked: Iterable[tuple[str, Identifier]]) -> None:
        """Ask for many (type or "", identifier) at once, instead of one by one later."""
        wanted = set(asked)
        found: dict[tuple[str, Identifier], dict[Target, None]] = {key: {} for key in wanted}
        systems = {identifier.system for _, identifier in wanted}
        for values in _chunks(sorted({identifier.value for _, identifier in wanted})):
            rows = ImportedIdentifier.objects.filter(resource__site=self.site, system__in=systems, value__in=values)
            columns = ("system", "value", "resource__source_system", "resource__resource_type", "resource__resource_id")
            for system, value, source, kind, id in rows.values_list(*columns):
                for key in ((kind, Identifier(system, value)), ("", Identifier(system, value))):
                    if key in found:
                        found[key][Target(source, kind, id)] = None
        self._by_identifier.update({key: tuple(targets) for key, targets in found.items()})


def kept_resources(site: Site, targets: Iterable[Target]) -> dict[Target, Kept]:
    """What is on record of each of these, where anything is."""
    wanted = set(targets)
    found: dict[Target, Kept] = {}
    for kind in {target.kind for target in wanted}:
        for ids in _chunks(sorted({target.id for target in wanted if target.kind == kind})):
            rows = ImportedResource.objects.filter(site=site, resource_type=kind, resource_id__in=ids).order_by("pk")
            for row in rows.values_list("pk", "source_system", "resource_id", "text_hash", "became", "became_id", "patient_id"):
                target = Target(row[1], kind, row[2])
                if target in wanted:
                    before = found.get(target)
                    earlier = before.earlier_hashes | {before.text_hash} if before else frozenset()
                    found[target] = Kept(row[0], row[3], earlier, row[4], row[5], row[6])
    return found


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while part := list(islice(rest, _CHUNK)):
        yield part

"""Importing received FHIR: read everything, then write each unit in one transaction with its audit link.

A bundle is a unit. Resources on their own, one per file or per line, are one unit for each source: they refer to each
other, and the order of the files says nothing. What was imported before changes nothing when it comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from fanlight.core.errors import FanlightError
from fanlight.core.instants import as_utc, clinic_date
from fanlight.exchange.fhir.concepts import Concept
from fanlight.exchange.fhir.documents import Document, DocumentKind, Refusal, read_document
from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits
from fanlight.exchange.fhir.receiving import Received, index_of, receive
from fanlight.exchange.fhir.references import Index, Reference, Target, asked_identifier
from fanlight.exchange.fhir.report import Line, Report, to_json
from fanlight.exchange.fhir.values import Fate, Identifier
from fanlight.records.audit import change
from fanlight.records.code_tables import code_tables
from fanlight.records.import_lookup import StoreLookup
from fanlight.records.import_writing import UnitWriter
from fanlight.records.models import ImportBatch, Patient, Site, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may


class ImportingError(FanlightError):
    """A unit that could not be written; nothing of it was."""


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as handed over: its name, where it came from, its content. Ids are only unique within one source."""

    name: str
    source: str
    content: bytes | str


@dataclass(frozen=True, slots=True)
class _Unit:
    source: str
    received: tuple[Received, ...]
    read: Report

    @property
    def has_patients(self) -> bool:
        return any(item.target.kind == "Patient" for item in self.received)


def import_fhir(
    *,
    files: Iterable[ReceivedFile],
    by: StaffMember,
    at: datetime,
    site: Site | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Import received files and report on every resource in them.

    `by` needs the permission to import, except the account that stands for the command line. `at` is the instant of
    receipt. Each unit goes in whole with its audit link, or not at all.
    """
    if not is_command_line(by):
        check_may(by, Permission.IMPORT_RECORDS, at=at)
    house = site or by.site
    say = progress or (lambda _what, _done, _all: None)
    report = Report()
    found = _read(files, house, as_utc(at), limits, say)
    units = [unit for unit in found if unit.received]
    for unit in found:
        if not unit.received:
            report.merge(unit.read)
    store = StoreLookup(house)
    store.learn_identifiers(_asked(units))
    index = index_of((item for unit in units for item in unit.received), store)
    medicines = {item.target: item.medicine for unit in units for item in unit.received if item.medicine is not None}
    merged = _merges(units, index)
    people: dict[Target, Patient] = {}
    made_once: dict[tuple[str, Identifier], Target] = {}
    ordered = sorted(units, key=lambda unit: not unit.has_patients)
    for number, unit in enumerate(ordered):
        say("writing", number, len(ordered))
        report.merge(_write(unit, house, by, at, index, medicines, merged, people, made_once))
    say("writing", len(ordered), len(ordered))
    return report


def is_command_line(account: StaffMember) -> bool:
    """True for the account under which commands write: it is switched off, so nobody can sign in with it."""
    return account.username.startswith("command-line-") and not account.is_active


def _read(files: Iterable[ReceivedFile], site: Site, at: datetime, limits: Limits, say: Progress) -> list[_Unit]:
    today = clinic_date(at, site.zone)
    tables = code_tables()
    bundles: list[_Unit] = []
    loose: dict[str, _Unit] = {}
    for number, file in enumerate(files):
        say("reading", number, 0)
        document = read_document(file.content, file.name, limits)
        received = receive(document, source=file.source[:255], tables=tables, today=today, limits=limits)
        unit = _Unit(file.source, received, _read_report(document, file, received))
        before = loose.get(file.source)
        if document.kind is DocumentKind.BUNDLE or not received:
            bundles.append(unit)
        elif before is None:
            loose[file.source] = unit
        else:
            before.read.merge(unit.read)
            loose[file.source] = _Unit(file.source, (*before.received, *received), before.read)
    return [*loose.values(), *bundles]


def _read_report(document: Document, file: ReceivedFile, received: Sequence[Received]) -> Report:
    report = Report()
    report.documents.append(
        {
            "name": file.name,
            "source": file.source,
            "kind": document.kind.value,
            "bundle_type": document.bundle_type,
            "resources": len(received),
            "refusals": len(document.refusals),
            "is_whole": document.is_whole,
        }
    )
    for refusal in document.refusals:
        report.refused.append(_line(file.name, refusal))
        report.count(_type_of(refusal), Fate.REFUSED)
    return report


def _line(name: str, refusal: Refusal) -> Line:
    return Line(name, refusal.place, refusal.what, refusal.reason)


def _type_of(refusal: Refusal) -> str:
    head = refusal.what.partition("/")[0]
    return head if head.isalpha() and head[:1].isupper() else "not read"


def _asked(units: Sequence[_Unit]) -> Iterator[tuple[str, Identifier]]:
    for item in (item for unit in units for item in unit.received):
        if item.condition is not None:
            yield item.target.kind, item.condition
        for reference in item.references:
            asked = asked_identifier(reference)
            if asked is not None:
                yield asked


def _merges(units: Sequence[_Unit], index: Index) -> dict[Target, Target]:
    found: dict[Target, Target] = {}
    for item in (item for unit in units for item in unit.received if item.mapped.replaced_by):
        reference = Reference("link.other", item.mapped.replaced_by)
        target = index.resolve(reference, document=item.document, source=item.target.source, contained=item.contained)
        if isinstance(target, Target) and target != item.target:
            found[item.target] = target
    return found


def _write(
    unit: _Unit,
    site: Site,
    by: StaffMember,
    at: datetime,
    index: Index,
    medicines: dict[Target, Concept],
    merged: dict[Target, Target],
    people: dict[Target, Patient],
    made_once: dict[tuple[str, Identifier], Target],
) -> Report:
    try:
        with change("import_fhir", at=at, by=by) as entry:
            writer = UnitWriter(entry, site, by, at, index, medicines, people, merged, made_once, unit.read)
            writer.write(unit.received)
            if entry.rows:
                batch = ImportBatch(site=site, source=unit.source[:255], imported_by=by, imported_at=at, report=to_json(writer.report))
                entry.add(batch)
                entry.details["batch"] = batch.pk
            entry.details.update({fate.value: writer.report.total(fate) for fate in Fate})
    except IntegrityError as problem:
        raise ImportingError(
            "FAN-IMP-003",
            f"Cannot import {len(unit.received)} resources from {unit.source}",
            "somebody imported the same ones at the same moment",
            "Import again: what is on record stays unchanged.",
        ) from problem
    return writer.report

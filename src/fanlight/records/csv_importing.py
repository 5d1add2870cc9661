"""A delimited file written into the record as its dry run said: people entered, and what is said of them received, not believed."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import IntegrityError

from fanlight.core.errors import FanlightError
from fanlight.core.facts import FactCatalogue
from fanlight.core.instants import clinic_date
from fanlight.core.quantities import plain
from fanlight.exchange.csv_files import Mapping as CsvMapped
from fanlight.exchange.csv_files import SaidFact, mapping_from, mapping_json, read_table
from fanlight.records.actions.patients import next_number
from fanlight.records.audit import Change, change
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.csv_planning import DryRun, Progress, RowFate, RowPlan, dry_run, refused_lines, system_of
from fanlight.records.importing import is_command_line
from fanlight.records.library import Library
from fanlight.records.models import (
    CsvMapping,
    CsvUpload,
    ImportBatch,
    Patient,
    PatientIdentifier,
    ReceivedFact,
    Recorded,
    Site,
    StaffMember,
)
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

_CHUNK = 500
_LISTED_AT_MOST = 1000
_KEYS = {"medications": "name", "allergy": "substance"}


class CsvImportError(FanlightError):
    """A file that could not be written; of the part under way, nothing was."""


def keep_upload(*, name: str, content: bytes, by: StaffMember, at: datetime) -> CsvUpload:
    """Keep an uploaded file, once it can be read as a table. The same bytes are kept once."""
    check_may(by, Permission.IMPORT_RECORDS, at=at)
    read_table(content)
    text, digest = base64.b64encode(content).decode("ascii"), digest_of(content)
    found = CsvUpload.objects.filter(site=by.site, content_hash=digest, name=name[:160]).first()
    if isinstance(found, CsvUpload):
        return found
    with change("keep_csv_upload", at=at, by=by) as entry:
        row = CsvUpload(site=by.site, name=name[:160], content=text, content_hash=digest, uploaded_by=by, uploaded_at=at)
        entry.add(row)
    return row


def digest_of(content: bytes) -> str:
    """What tells the same bytes again."""
    return sha256(base64.b64encode(content).decode("ascii"))


def let_in_before(site: Site, digest: str) -> list[ImportBatch]:
    """Earlier imports of the same bytes, newest first."""
    return list(ImportBatch.objects.filter(site=site, report__contains=digest).select_related("imported_by").order_by("-pk")[:5])


def content_of(upload: CsvUpload) -> bytes:
    """The bytes as they were uploaded."""
    return base64.b64decode(upload.content)


def keep_mapping(*, name: str, mapping: CsvMapped, by: StaffMember, at: datetime) -> CsvMapping:
    """Keep a mapping under a name; the newest of a name is the one offered."""
    check_may(by, Permission.IMPORT_RECORDS, at=at)
    if not name.strip():
        raise CsvImportError("FAN-CSV-008", "Cannot keep the mapping", "it has no name", "Give it one, such as the sender's.")
    values = mapping_json(mapping)
    found = CsvMapping.objects.filter(site=by.site, name=name.strip()).order_by("-pk").first()
    if isinstance(found, CsvMapping) and canonical_json(found.mapping) == canonical_json(values):
        return found
    with change("keep_csv_mapping", at=at, by=by) as entry:
        row = CsvMapping(site=by.site, name=name.strip()[:80], mapping=values, kept_by=by, kept_at=at)
        entry.add(row)
    return row


def kept_mappings(site: Site) -> dict[str, CsvMapped]:
    """The newest mapping of each name."""
    rows = CsvMapping.objects.filter(site=site).order_by("pk")
    return {row.name: mapping_from(row.mapping) for row in rows}


def import_csv(
    *,
    name: str,
    content: bytes,
    mapping: CsvMapped,
    with_suspected: bool = False,
    by: StaffMember,
    at: datetime,
    library: Library,
    progress: Progress = lambda what, done, of: None,
) -> ImportBatch:
    """Write a file as its dry run says, five hundred rows to a transaction, each with its audit link; then the report.

    What is on record is never overwritten. Run again, after an interruption or by mistake, it adds only what is not there.
    """
    digest = digest_of(content)
    if not is_command_line(by):
        check_may(by, Permission.IMPORT_RECORDS, at=at)
    today = clinic_date(at, by.site.zone)
    planned = dry_run(read_table(content), mapping, site=by.site, content=library, today=today, progress=progress)
    writer = _Writer(by, at, mapping.source, library.facts)
    taken = _taken(planned, with_suspected)
    try:
        for done, part in enumerate(_parts(taken)):
            with change("import_csv", at=at, by=by) as entry:
                writer.write(entry, part)
            progress("writing", min((done + 1) * _CHUNK, len(taken)), len(taken))
    except IntegrityError as problem:
        raise CsvImportError(
            "FAN-CSV-009", "Cannot import the file to its end", "somebody imported the same people at the same moment", "Import it again."
        ) from problem
    with change("import_csv_report", at=at, by=by) as entry:
        report = _report(name, mapping, planned, writer, with_suspected) | {"digest": digest}
        batch = ImportBatch(site=by.site, source=f"{mapping.source}: {name}"[:255], imported_by=by, imported_at=at, report=report)
        entry.add(batch)
        entry.details["totals"] = report["totals"]
    return batch


def _taken(planned: DryRun, with_suspected: bool) -> list[RowPlan]:
    """Rows that are written: none refused, no suspected one unless asked for, and no row of a person whose first row is left out."""
    found: dict[int, RowPlan] = {}
    for plan in planned.plans:
        if plan.fate is RowFate.REFUSED or (plan.fate is RowFate.SUSPECTED and not with_suspected):
            continue
        if plan.fate is RowFate.SAME and plan.patient_pk is None and plan.same_as not in found:
            continue
        found[plan.person.row] = plan
    return list(found.values())


def _parts(plans: Sequence[RowPlan]) -> Iterator[list[RowPlan]]:
    rest = iter(plans)
    while part := list(islice(rest, _CHUNK)):
        yield part


class _Writer:
    """Writes parts of a file; remembers who each row became, so that a later row of the same person finds them."""

    def __init__(self, by: StaffMember, at: datetime, source: str, catalogue: FactCatalogue) -> None:
        self.by, self.at, self.site = by, at, by.site
        self.source, self.system, self.catalogue = f"from {' '.join(source.split())}"[:160], system_of(source), catalogue
        self.became: dict[int, int] = {}
        self.entered = self.received = self.unchanged = 0

    def write(self, entry: Change, plans: Sequence[RowPlan]) -> None:
        fresh = [plan for plan in plans if self._is_new(plan)]
        start = int(next_number(self.site.pk).removeprefix("FL-"))
        made = [self._patient(plan, start + at) for at, plan in enumerate(fresh)]
        entry.add_many(list(made))
        self.entered += len(made)
        for plan, patient in zip(fresh, made, strict=True):
            self.became[plan.person.row] = patient.pk
        identifiers: list[Recorded] = [
            PatientIdentifier(patient_id=self.became[plan.person.row], system=self.system, value=plan.person.number)
            for plan in fresh
            if plan.person.number
        ]
        entry.add_many(identifiers)
        for plan in plans:
            if plan.person.row not in self.became:
                self.became[plan.person.row] = plan.patient_pk or self.became[plan.same_as]
        self._hold_numbers(entry, [plan for plan in plans if plan.fate is RowFate.SAME and plan.person.number])
        self._facts(entry, plans)
        entry.details["rows"] = [plans[0].person.row, plans[-1].person.row]

    def _hold_numbers(self, entry: Change, plans: Sequence[RowPlan]) -> None:
        """A person known by our own number gets the sender's too, once."""
        wanted = {plan.person.number: self.became[plan.person.row] for plan in plans}
        known = set(PatientIdentifier.objects.filter(system=self.system, value__in=wanted).values_list("value", flat=True))
        for number, pk in wanted.items():
            if number not in known:
                entry.add(PatientIdentifier(patient_id=pk, system=self.system, value=number))

    @staticmethod
    def _is_new(plan: RowPlan) -> bool:
        return plan.fate in (RowFate.NEW, RowFate.SUSPECTED)

    def _patient(self, plan: RowPlan, number: int) -> Patient:
        person = plan.person
        assert person.birth_date is not None
        return Patient(
            site=self.site,
            number=f"FL-{number:04d}",
            family_name=person.family_name,
            given_names=person.given_names,
            birth_date=person.birth_date,
            sex=person.sex,
            phone=person.phone,
            is_synthetic=self.site.is_sample,
            entered_by=self.by,
            entered_at=self.at,
        )

    def _facts(self, entry: Change, plans: Sequence[RowPlan]) -> None:
        keys = {self.became[plan.person.row] for plan in plans}
        rows = ReceivedFact.objects.filter(patient_id__in=keys, source=self.source).values_list("patient_id", "name", "value", "said_on")
        there = {(pk, name, canonical_json(value), day) for pk, name, value, day in rows}
        made: list[Recorded] = []
        for plan in plans:
            pk = self.became[plan.person.row]
            for said in plan.person.facts:
                value = _value(said)
                key = (pk, said.name, canonical_json(value), plan.person.said_on)
                if key in there:
                    self.unchanged += 1
                    continue
                there.add(key)
                known = self.catalogue.definitions[said.name]
                made.append(
                    ReceivedFact(
                        patient_id=pk,
                        name=said.name,
                        value=value,
                        unit=known.unit,
                        as_given=said.as_given[:80],
                        said_on=plan.person.said_on,
                        source=self.source,
                        received_at=self.at,
                    )
                )
        entry.add_many(made)
        self.received += len(made)


def _value(said: SaidFact) -> Any:
    if said.name in _KEYS:
        return {_KEYS[said.name]: said.value}
    if isinstance(said.value, Decimal):
        return plain(said.value)
    return said.value.isoformat() if isinstance(said.value, date) else said.value


def _report(name: str, mapping: CsvMapped, planned: DryRun, writer: _Writer, with_suspected: bool) -> dict[str, Any]:
    refused = list(refused_lines(planned.plans))
    suspected = [plan for plan in planned.plans if plan.fate is RowFate.SUSPECTED]
    return {
        "format": "csv",
        "file": name,
        "source": mapping.source,
        "mapping": mapping_json(mapping),
        "totals": planned.totals,
        "entered": writer.entered,
        "facts_received": writer.received,
        "facts_unchanged": writer.unchanged,
        "empty_rows": planned.empty_rows,
        "with_suspected": with_suspected,
        "refused": refused[:_LISTED_AT_MOST],
        "refused_more": max(len(refused) - _LISTED_AT_MOST, 0),
        "suspected": [_suspected(plan, writer, with_suspected) for plan in suspected[:_LISTED_AT_MOST]],
        "attention": [
            {"row": plan.person.row, "reason": plan.attention, "patient": writer.became.get(plan.person.row)}
            for plan in planned.plans
            if plan.attention
        ][:_LISTED_AT_MOST],
        "not_believed": [
            {"row": plan.person.row, "column": column, "patient": writer.became.get(plan.person.row)}
            for plan in planned.plans
            for column in plan.person.not_believed
        ][:_LISTED_AT_MOST],
    }


def _suspected(plan: RowPlan, writer: _Writer, with_suspected: bool) -> Mapping[str, Any]:
    return {
        "row": plan.person.row,
        "grounds": plan.grounds,
        "like": plan.patient_pk or writer.became.get(plan.same_as),
        "patient": writer.became.get(plan.person.row) if with_suspected else None,
    }

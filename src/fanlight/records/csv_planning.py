"""What each row of a delimited file would do, against what is on record: decided whole, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fanlight.core.errors import InputError
from fanlight.exchange.csv_files import CellFault, PersonRow, Table, check_mapping, read_row, targets_of
from fanlight.exchange.csv_files import Mapping as CsvMapped
from fanlight.exchange.csv_files.days import look_at_days
from fanlight.exchange.likeness import Identity, Likenesses, letters
from fanlight.records.library import Library
from fanlight.records.merged import survivors
from fanlight.records.models import Patient, PatientIdentifier, Site

Progress = Callable[[str, int, int], None]


class RowFate(StrEnum):
    """What a row does. A suspected one is left out, or entered as another person, as the importer says."""

    NEW = "new"
    SAME = "same person"
    SUSPECTED = "suspected duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowPlan:
    """One row: what it would do, to whom, and why. `same_as` is an earlier row of the same person, where there is one."""

    fate: RowFate
    person: PersonRow
    patient_pk: int | None = None
    same_as: int = 0
    grounds: str = ""
    attention: str = ""
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """Every row's plan. Nothing was written."""

    plans: tuple[RowPlan, ...]
    empty_rows: int

    @property
    def totals(self) -> dict[str, int]:
        """How many rows of each fate."""
        counts = Counter(plan.fate for plan in self.plans)
        return {fate.value: counts[fate] for fate in RowFate}

    @property
    def faults(self) -> list[CellFault]:
        """Every fault of every row."""
        return [fault for plan in self.plans for fault in plan.faults]


def system_of(source: str) -> str:
    """The identifier system of a sender's numbers: an address as given, else made from the sender's name."""
    cleaned = " ".join(source.split())
    return cleaned if cleaned.startswith(("http://", "https://", "urn:")) else f"csv:{cleaned.casefold()}"


def dry_run(
    table: Table, mapping: CsvMapped, *, site: Site, content: Library, today: date, progress: Progress = lambda what, done, of: None
) -> DryRun:
    """Read every row and compare it with the record and with the rows before it. A mapping that is not whole raises `InputError`."""
    targets = targets_of(content.facts)
    faults = check_mapping(mapping, targets, table.columns)
    if faults:
        raise InputError("FAN-CSV-007", "The file cannot be read by this mapping", faults)
    places = {name: at for at, name in enumerate(table.columns)}
    suspect = frozenset(
        choice.column
        for choice in mapping.choices
        if targets[choice.target].kind == "day" and look_at_days(table.cells(choice.column)).suspect
    )
    planner = _Planner(site, system_of(mapping.source))
    plans: list[RowPlan] = []
    for done, row in enumerate(table.rows):
        person = read_row(row, places, mapping, targets, content.facts, content.csv_words, today=today, suspect_days=suspect)
        plans.append(planner.plan(person))
        if done % 1000 == 0:
            progress("reading", done, len(table.rows))
    progress("reading", len(table.rows), len(table.rows))
    return DryRun(tuple(plans), table.empty_rows)


@dataclass(slots=True)
class _Planner:
    site: Site
    system: str
    people: dict[int, Identity] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    by_clinic_number: dict[str, int] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    rows_by_number: dict[str, PersonRow] = field(default_factory=dict)
    alike: Likenesses = field(default_factory=Likenesses)
    numbers: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        into = survivors(self.site)
        rows = Patient.objects.filter(site=self.site).values_list("pk", "number", "family_name", "given_names", "birth_date", "phone")
        for pk, number, family, given, born, phone in rows.iterator():
            self.people[pk] = Identity(pk, family, given, born, phone)
            self.by_clinic_number[number.upper()] = into.get(pk, pk)
            self.numbers[pk] = number
            if pk not in into:
                self.alike.add(self.people[pk])
        held = PatientIdentifier.objects.filter(system=self.system).values_list("value", "patient_id", "patient__site_id")
        for value, pk, site_pk in held.iterator():
            if site_pk == self.site.pk:
                self.by_number[value] = into.get(pk, pk)
            else:
                self.elsewhere.add(value)

    def plan(self, person: PersonRow) -> RowPlan:
        if person.faults or person.birth_date is None:
            return RowPlan(RowFate.REFUSED, person, faults=person.faults)
        if person.number in self.elsewhere:
            return self._refuse(person, "its number is held elsewhere in this installation; ask an administrator")
        holders = {self.by_number.get(person.number) if person.number else None}
        if person.clinic_number:
            if person.clinic_number.upper() not in self.by_clinic_number:
                return self._refuse(person, "no record here has the record number it gives")
            holders.add(self.by_clinic_number[person.clinic_number.upper()])
        holders.discard(None)
        if len(holders) > 1:
            return self._refuse(person, "its two numbers belong to two people on record; a person must decide")
        here = Identity(-person.row, person.family_name, person.given_names, person.birth_date, person.phone)
        if holders:
            pk = next(iter(holders))
            assert pk is not None
            return self._same(person, self.people[pk], pk, 0, self.numbers[pk])
        earlier = self.rows_by_number.get(person.number) if person.number else None
        if earlier is not None and earlier.birth_date is not None:
            there = Identity(-earlier.row, earlier.family_name, earlier.given_names, earlier.birth_date)
            return self._same(person, there, None, earlier.row, f"row {earlier.row}")
        found = self.alike.like(here)
        if person.number:
            self.rows_by_number[person.number] = person
        self.alike.add(here)
        if found:
            other, why = found[0]
            where = self.numbers[other.key] if other.key > 0 else f"row {-other.key}"
            return RowPlan(
                RowFate.SUSPECTED,
                person,
                patient_pk=other.key if other.key > 0 else None,
                same_as=-other.key if other.key < 0 else 0,
                grounds=f"{where}: {', '.join(why)}",
            )
        return RowPlan(RowFate.NEW, person)

    def _same(self, person: PersonRow, other: Identity, pk: int | None, row: int, where: str) -> RowPlan:
        other_name = letters(person.family_name) != letters(other.family_name)
        other_birth = person.birth_date != other.birth_date
        if other_name and other_birth:
            return self._refuse(person, f"it has the number of {where}, and another name and birth date; a person must decide")
        differs = [word for word, differ in (("family name", other_name), ("birth date", other_birth)) if differ]
        attention = f"differs from {where} in {differs[0]}; nothing is overwritten" if differs else ""
        return RowPlan(RowFate.SAME, person, patient_pk=pk, same_as=row, grounds=where, attention=attention)

    @staticmethod
    def _refuse(person: PersonRow, reason: str) -> RowPlan:
        return RowPlan(RowFate.REFUSED, person, faults=(CellFault(person.row, "", reason),))


def refused_lines(plans: Iterable[RowPlan]) -> Iterator[Mapping[str, object]]:
    """Every fault as a line of a report: row, column, reason; no cell is repeated."""
    for plan in plans:
        for fault in plan.faults:
            yield {"row": fault.row, "column": fault.column, "reason": fault.reason}

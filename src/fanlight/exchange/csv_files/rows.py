"""One row read under a mapping: who it is, what it says, and every fault of it at once, each with its column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Plain
from dataclasses import dataclass
from datetime import date

from fanlight.core.errors import FanlightError
from fanlight.core.fact_reading import read_value
from fanlight.core.facts import FactCatalogue, FactKind, FactValue
from fanlight.core.quantities import parse_decimal
from fanlight.core.units import received_unit
from fanlight.exchange.csv_files.days import EACH, days_meant, is_two_ways, read_day, why_no_day
from fanlight.exchange.csv_files.mapping import Choice, CsvWords, Mapping, Target
from fanlight.exchange.csv_files.table import TableRow

_PARTS = re.compile(r"[;\n]")
_LONGEST = {"family_name": 120, "given_names": 120, "phone": 40, "number": 255, "clinic_number": 24}
_WITH_UNIT = re.compile(r"([+-]?[0-9.,]+)\s*([^\W\d_].*|[%°\[{/].*)\Z")


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell; `column` is "" for the row itself. The reason does not repeat the cell."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class SaidFact:
    """One fact a row says, in the catalogue's unit; `as_given` what stood there where it was converted. A list's line is a text."""

    name: str
    value: FactValue
    as_given: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row as read. With faults it is refused whole: half a row is a guess."""

    row: int
    number: str
    clinic_number: str
    family_name: str
    given_names: str
    birth_date: date | None
    sex: str
    phone: str
    said_on: date | None
    facts: tuple[SaidFact, ...]
    not_believed: tuple[str, ...]
    faults: tuple[CellFault, ...]


def read_row(
    row: TableRow,
    columns: Plain[str, int],
    mapping: Mapping,
    targets: Plain[str, Target],
    catalogue: FactCatalogue,
    words: CsvWords,
    *,
    today: date,
    suspect_days: frozenset[str] = frozenset(),
) -> PersonRow:
    """Read one row. `columns` gives each column's place; `suspect_days` names columns that hold two date formats.

    A cell that starts like a formula is text like any other. An empty cell says nothing, and nothing is not "no".
    """
    faults: list[CellFault] = []
    person: dict[str, str] = {}
    days: dict[str, date] = {}
    facts: list[SaidFact] = []
    unbelieved: list[str] = []
    if row.fault:
        faults.append(CellFault(row.number, "", row.fault))
    for choice in mapping.choices:
        cell = "" if row.fault else row.cells[columns[choice.column]]
        if not cell:
            continue
        target = targets[choice.target]
        try:
            if target.kind == "day":
                day = _day(cell, choice, is_suspect=choice.column in suspect_days, today=today)
                if target.name in ("birth_date", "said_on"):
                    days[target.name] = day
                else:
                    facts.append(SaidFact(target.name, day))
            elif target.kind == "list":
                lines = [part.strip() for part in _PARTS.split(cell) if part.strip()]
                denied = [line for line in lines if line.casefold() in words.nothing]
                unbelieved += [choice.column] * bool(denied)
                facts += [SaidFact(target.name, line[:200]) for line in lines if line not in denied]
            elif target.name in catalogue.definitions and target.name not in ("sex", "birth_date"):
                facts.append(_fact(cell, choice, target, catalogue, words))
            else:
                person[target.name] = _person(cell, choice, target, words)
        except (FanlightError, ValueError) as problem:
            faults.append(CellFault(row.number, choice.column, _reason(problem)))
    named = {name: mapping.of(name)[0].column for name in ("family_name", "birth_date") if mapping.of(name)}
    faulted = {fault.column for fault in faults}
    if not row.fault:
        for name, column in named.items():
            if column not in faulted and not (person.get(name) or days.get(name)):
                faults.append(CellFault(row.number, column, f"the {targets[name].label.lower()} is missing"))
    return PersonRow(
        row.number,
        person.get("number", ""),
        person.get("clinic_number", ""),
        person.get("family_name", ""),
        person.get("given_names", ""),
        days.get("birth_date"),
        person.get("sex", "unknown"),
        person.get("phone", ""),
        days.get("said_on"),
        tuple(facts),
        tuple(dict.fromkeys(unbelieved)),
        tuple(faults),
    )


def _day(cell: str, choice: Choice, *, is_suspect: bool, today: date) -> date:
    if is_suspect and is_two_ways(cell) and choice.day_format != EACH:
        raise ValueError("its column holds two date formats, and this one can be read both ways; write it year-month-day in the file")
    meant = days_meant(cell) if choice.day_format == EACH else frozenset()
    day = next(iter(meant)) if len(meant) == 1 else read_day(cell, choice.day_format) if choice.day_format != EACH else None
    if day is None:
        raise ValueError(why_no_day(cell, choice.day_format))
    if day > today and choice.target in ("birth_date", "said_on"):
        raise ValueError("it lies in the future")
    if choice.target == "birth_date" and today.year - day.year > 130:
        raise ValueError("it lies more than 130 years back")
    return day


def _person(cell: str, choice: Choice, target: Target, words: CsvWords) -> str:
    if target.kind == "sex":
        said = _word(cell, choice, {word: entry.value for entry in words.sex for word in entry.words})
        if said not in target.choices:
            raise ValueError("it is no sex that is known; say in the mapping what the word means")
        return said
    text = unicodedata.normalize("NFC", " ".join(cell.split()))
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValueError("it holds a control character")
    if len(text) > _LONGEST.get(target.name, 255):
        raise ValueError(f"it is longer than {_LONGEST.get(target.name, 255)} letters")
    return text


def _fact(cell: str, choice: Choice, target: Target, catalogue: FactCatalogue, words: CsvWords) -> SaidFact:
    known = catalogue.definitions[target.name]
    if known.kind is FactKind.BOOLEAN:
        said = _word(cell, choice, {word: entry.value for entry in words.yes_no for word in entry.words})
        if said not in ("yes", "no"):
            raise ValueError("it is neither yes nor no; say in the mapping what the word means")
        return SaidFact(known.name, said == "yes")
    if known.kind is FactKind.CHOICE:
        said = _word(cell, choice, {value.replace("_", " "): value for value in known.choices} | {value: value for value in known.choices})
        if said not in known.choices:
            raise ValueError("it is none of the answers; say in the mapping what the word means")
        return SaidFact(known.name, said)
    if known.kind is FactKind.NUMBER:
        return _number(cell, choice, target, catalogue)
    value, as_given = read_value(known, cell[:400])
    return SaidFact(known.name, value, as_given)


def _number(cell: str, choice: Choice, target: Target, catalogue: FactCatalogue) -> SaidFact:
    known = catalogue.definitions[target.name]
    found = _WITH_UNIT.match(cell)
    text, in_cell = (found.group(1), found.group(2).strip()) if found else (cell, "")
    if choice.decimal == ",":
        text = text.replace(".", "").replace(",", ".") if text.count(",") == 1 else text
    number = parse_decimal(text)
    if not target.unit:
        if in_cell:
            raise ValueError("it carries a unit, and is a plain number")
        return SaidFact(known.name, read_value(known, number)[0])
    unit = choice.unit
    if in_cell:
        own = received_unit(in_cell)
        if own is None:
            raise ValueError("its unit is not known")
        if unit not in ("in the cells", own):
            raise ValueError("it carries another unit than the one chosen for its column; choose that each cell says its own")
        unit = own
    elif unit == "in the cells":
        raise ValueError("it carries no unit, and none was chosen for its column")
    value, as_given = read_value(known, number, unit)
    return SaidFact(known.name, value, as_given)


def _word(cell: str, choice: Choice, known: Plain[str, str]) -> str:
    return choice.words.get(cell) or known.get(cell.casefold(), "")


def _reason(problem: Exception) -> str:
    """A reason without the cell's own words: a report is kept, and holds no name and no free text."""
    if not isinstance(problem, FanlightError):
        text = str(problem)
        return re.sub(r"^'[^']*' ", "it ", text).rstrip(".") if not text.startswith("it ") else text
    return f"{problem.why or problem.what}. {problem.next_step}".rstrip(". ")

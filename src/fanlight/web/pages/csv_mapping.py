"""Rows of the mapping page: each column with samples, what it may be, and what has to be asked about it."""

from __future__ import annotations

from collections.abc import Mapping as Plain
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fanlight.core.quantities import Quantity
from fanlight.core.units import find_unit
from fanlight.exchange.csv_files import Choice, Column, CsvWords, Mapping, Target
from fanlight.exchange.csv_files.days import CHOICES, EACH, FORMATS, DaysFound

_FEW = 60
IN_THE_CELLS = "in the cells"


@dataclass(frozen=True, slots=True)
class WordRow:
    """One word of a column that is not understood by itself, and what it was said to mean."""

    at: int
    word: str
    means: str


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column on the page. `options` is None where the choices are filled in by the script, to keep a wide page light."""

    at: int
    name: str
    filled: int
    samples: tuple[str, ...]
    target: str
    target_label: str
    kind: str
    has_options: bool
    day_format: str
    day_formats: tuple[tuple[str, str], ...]
    days_said: str
    is_mixed: bool
    unit: str
    units: tuple[tuple[str, str], ...]
    decimal: str
    asks_decimal: bool
    words: tuple[WordRow, ...]
    meanings: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]


def grouped_targets(targets: Plain[str, Target]) -> list[tuple[str, list[tuple[Target, str]]]]:
    """Targets for a choice, by group; each with its units as one text for the script."""
    groups: dict[str, list[tuple[Target, str]]] = {}
    for target in targets.values():
        units = "|".join(f"{code}={unit_words(code)}" for code in target.units) if target.kind == "number" else ""
        groups.setdefault(target.group, []).append((target, units))
    return list(groups.items())


def column_rows(
    columns: Sequence[Column],
    mapping: Mapping,
    targets: Plain[str, Target],
    words: CsvWords,
    faults: Plain[str, Sequence[str]],
    *,
    all_options: bool,
) -> list[ColumnRow]:
    """Every column with its standing choice, those taken first asked about."""
    chosen = {choice.column: choice for choice in mapping.choices}
    return [
        _row(at, column, chosen.get(column.name), targets, words, tuple(faults.get(column.name, ())), len(columns) <= _FEW or all_options)
        for at, column in enumerate(columns)
    ]


def _row(
    at: int, column: Column, choice: Choice | None, targets: Plain[str, Target], words: CsvWords, errors: tuple[str, ...], has_options: bool
) -> ColumnRow:
    target = targets.get(choice.target) if choice else None
    kind = target.kind if target else ""
    meanings = _meanings(target)
    return ColumnRow(
        at=at,
        name=column.name,
        filled=column.filled,
        samples=column.samples,
        target=target.name if target else "",
        target_label=target.label if target else "",
        kind=kind,
        has_options=has_options,
        day_format=choice.day_format if choice else "",
        day_formats=tuple(CHOICES.items()),
        days_said=days_words(column.days) if column.days and kind in ("", "day") else "",
        is_mixed=bool(column.days and column.days.is_mixed and kind == "day" and (choice is None or choice.day_format != EACH)),
        unit=choice.unit if choice else "",
        units=tuple((code, unit_words(code)) for code in target.units) if target and kind == "number" else (),
        decimal=choice.decimal if choice else "",
        asks_decimal=kind == "number" and column.has_commas,
        words=_word_rows(column, choice, kind, meanings, words) if kind in ("boolean", "choice", "sex") else (),
        meanings=meanings,
        errors=errors,
    )


def _meanings(target: Target | None) -> tuple[tuple[str, str], ...]:
    if target is None:
        return ()
    if target.kind == "boolean":
        return (("yes", "yes"), ("no", "no"))
    return tuple((value, value.replace("_", " ")) for value in target.choices)


def _word_rows(
    column: Column, choice: Choice | None, kind: str, meanings: tuple[tuple[str, str], ...], words: CsvWords
) -> tuple[WordRow, ...]:
    entries = words.sex if kind == "sex" else words.yes_no if kind == "boolean" else ()
    understood = {word for entry in entries for word in entry.words}
    understood |= {value for value, _ in meanings} | {label for _, label in meanings} if kind == "choice" else set()
    said = choice.words if choice else {}
    return tuple(WordRow(at, word, said.get(word, "")) for at, word in enumerate(column.distinct) if word.casefold() not in understood)


def days_words(found: DaysFound) -> str:
    """What was found out about a column of days, in a sentence."""
    if found.is_mixed:
        parts = [f"{count} can only be {FORMATS[name]}, first in row {row}" for name, row, count in found.first_only]
        todo = (
            "Choose “more than one way”, or one of them: what is left is refused by row, and can be brought again when the file is mended."
        )
        return f"{len(parts)} date formats in one column: {'; '.join(parts)}. {todo}"
    if found.unreadable:
        short = " The year has two digits; the century is not said." if found.short_years else ""
        return f"{found.unreadable} cannot be read as a day, first in row {found.first_unreadable}.{short}"
    if len(found.fits) == 1:
        return f"All can only be {FORMATS[found.fits[0]]}."
    return f"Can be {' or '.join(FORMATS[name] for name in found.fits)}. Nothing in the file says which."


def unit_words(code: str) -> str:
    """A unit as people write it."""
    if find_unit(code) is None:
        return code
    return str(Quantity(Decimal(1), code)).removeprefix("1 ") or code

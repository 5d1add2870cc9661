"""A mapping: what each column of a file means, as a person settled it. Kept, and used again for the next file."""

from __future__ import annotations

import collections.abc as abc
import re
from dataclasses import dataclass, field
from typing import Any

from fanlight.core.errors import Fault
from fanlight.core.facts import FactCatalogue, FactKind
from fanlight.core.units import find_unit, known_units
from fanlight.exchange.csv_files.days import CHOICES

LISTS = ("medications", "allergy")
"""Facts that are lists: a cell may hold several, one to a line or parted by semicolons."""
_STAGES = ("screen", "order")


@dataclass(frozen=True, slots=True)
class TargetWords:
    """Words a head often uses for one target, in small letters."""

    target: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidWords:
    """Words that cells often use for one value."""

    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvWords:
    """One content file: the words of heads and cells that are understood without being asked."""

    title: str
    note: str
    heads: tuple[TargetWords, ...]
    yes_no: tuple[SaidWords, ...]
    sex: tuple[SaidWords, ...]
    nothing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may become. `kind` is name, day, sex, text, number, boolean, choice or list; `unit` is UCUM."""

    name: str
    label: str
    kind: str
    group: str
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """Units a column of this target may be in."""
        own = find_unit(self.unit) if self.unit else None
        return tuple(code for code in known_units() if own and (unit := find_unit(code)) and unit.dimension == own.dimension)


PERSON = (
    Target("number", "Their number there", "text", "Who it is"),
    Target("clinic_number", "Our record number", "text", "Who it is"),
    Target("family_name", "Family name", "name", "Who it is"),
    Target("given_names", "Given names", "name", "Who it is"),
    Target("birth_date", "Birth date", "day", "Who it is"),
    Target("sex", "Sex for dosing", "sex", "Who it is", choices=("female", "male", "other", "unknown")),
    Target("phone", "Telephone", "text", "Who it is"),
)
SAID_ON = Target("said_on", "Day the facts were true", "day", "When")
REQUIRED = ("family_name", "birth_date")
_KINDS = {
    FactKind.BOOLEAN: "boolean",
    FactKind.NUMBER: "number",
    FactKind.CHOICE: "choice",
    FactKind.DATE: "day",
    FactKind.TEXT: "text",
}


def targets_of(catalogue: FactCatalogue) -> dict[str, Target]:
    """Every target by name: who the person is, then each fact of the catalogue that screening or an order asks for.

    What Fanlight works out by itself is no target.
    """
    found = {target.name: target for target in (*PERSON, SAID_ON)}
    for known in catalogue.definitions.values():
        if known.name in found or known.stage not in _STAGES or known.derived.startswith("Worked out"):
            continue
        if known.name in LISTS:
            found[known.name] = Target(known.name, known.label, "list", "Lists")
        elif known.kind in _KINDS:
            found[known.name] = Target(known.name, known.label, _KINDS[known.kind], "Facts to be looked at", known.unit, known.choices)
    return found


@dataclass(frozen=True, slots=True)
class Choice:
    """What one column means. `words` says what a cell's word stands for; `decimal` is "." or "," where a comma occurs."""

    column: str
    target: str
    day_format: str = ""
    unit: str = ""
    decimal: str = ""
    words: abc.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """What every column taken means. `source` is the sender's name: numbers are unique only there."""

    source: str
    choices: tuple[Choice, ...]

    def of(self, target: str) -> tuple[Choice, ...]:
        """The columns of one target."""
        return tuple(choice for choice in self.choices if choice.target == target)


def check_mapping(mapping: Mapping, targets: abc.Mapping[str, Target], columns: abc.Sequence[str]) -> list[Fault]:
    """Everything a mapping leaves open or gets wrong, all at once; a fault's path is the column, or "" for the whole."""
    faults = [
        Fault("", f"No column gives the {targets[name].label.lower()}.", suggestion="Choose one.")
        for name in REQUIRED
        if not mapping.of(name)
    ]
    if not mapping.source.strip():
        faults.append(Fault("", "The sender is not named.", suggestion="Say where the file comes from; the same name each time."))
    seen: dict[str, str] = {}
    for choice in mapping.choices:
        target = targets.get(choice.target)
        if target is None:
            faults.append(Fault(choice.column, f"{choice.target!r} is no target."))
            continue
        if choice.column not in columns:
            faults.append(Fault(choice.column, "is not a column of this file.", suggestion="Map this file anew."))
        if target.kind != "list" and choice.target in seen:
            faults.append(
                Fault(choice.column, f"is mapped to {target.label.lower()}, as {seen[choice.target]!r} is.", suggestion="Keep one.")
            )
        seen.setdefault(choice.target, choice.column)
        if target.kind == "day" and choice.day_format not in CHOICES:
            faults.append(Fault(choice.column, "How its days are written is not said.", suggestion="Choose the format."))
        if target.kind == "number" and target.unit and choice.unit not in (*target.units, "in the cells"):
            faults.append(Fault(choice.column, "Its unit is not said.", suggestion="Choose the unit; it is never guessed."))
        if choice.decimal not in ("", ".", ","):
            faults.append(Fault(choice.column, "Its decimal mark is not known.", suggestion="Choose a point or a comma."))
    return faults


def mapping_json(mapping: Mapping) -> dict[str, Any]:
    """A mapping as plain values, as it is kept and as a file for the command."""
    return {
        "source": mapping.source,
        "columns": [
            {
                "column": choice.column,
                "target": choice.target,
                **{
                    name: value
                    for name, value in (
                        ("day_format", choice.day_format),
                        ("unit", choice.unit),
                        ("decimal", choice.decimal),
                        ("words", dict(choice.words)),
                    )
                    if value
                },
            }
            for choice in mapping.choices
        ],
    }


def mapping_from(values: abc.Mapping[str, Any]) -> Mapping:
    """A mapping out of plain values; what is no mapping raises ValueError."""
    try:
        return Mapping(
            str(values["source"]),
            tuple(
                Choice(
                    str(item["column"]),
                    str(item["target"]),
                    str(item.get("day_format", "")),
                    str(item.get("unit", "")),
                    str(item.get("decimal", "")),
                    {str(key): str(value) for key, value in dict(item.get("words", {})).items()},
                )
                for item in values["columns"]
            ),
        )
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"It is not a mapping: {problem}.") from problem


def head_words(name: str) -> str:
    """A head as it is compared: small letters and digits, parted by single blanks."""
    return " ".join(re.findall(r"[a-z0-9äöüßéèàçñ]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()))

"""What is known about a patient at one moment: named values, each with when and from whom.

A fact that was never asked is absent, and absent is unknown, never no. "Asked, denied" is a fact whose
value is false and whose source says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fanlight.core.answers import Missing
from fanlight.core.errors import Fault, InputError
from fanlight.core.quantities import Quantity

FactValue = bool | Decimal | Quantity | str | date | datetime | tuple[Mapping[str, object], ...]


class FactKind(StrEnum):
    """What sort of value a fact holds. `RECORDS` is a list of small records with named fields."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    INSTANT = "instant"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of the records in a fact of kind `RECORDS`; read as `FactDefinition` is."""

    name: str
    kind: FactKind
    unit: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class FromScale:
    """Rating scales whose answers say a fact, so that nobody types it again.

    `gives` is ``day`` (the date it was answered on), ``total``, or an item asked yes or no; a no to the item `no_without`
    leaves that item unasked, and is a no to it as well. `worst_in_days`: of the totals of so many days the highest counts, and a
    lower one after it takes nothing back. `stays`: a yes once given is not taken back by a later no.
    """

    scales: tuple[str, ...]
    gives: str
    no_without: str = ""
    worst_in_days: int = 0
    stays: bool = False


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """A fact the rules may ask for.

    `unit` is a UCUM code for numbers ("" for a count or score). `who` can supply it (a role, or "patient").
    `question` is asked of that person. `minimum` and `maximum` are the plausible range: a number outside is
    refused as a slip of the pen, not judged. `derived` says how Fanlight works it out when it is not given.
    `from_scale` names the rating scales that say it; of what they say and what was told, the later counts.
    """

    name: str
    label: str
    kind: FactKind
    who: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    stage: str = "screen"
    question: str = ""
    example: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    fields: tuple[FieldDefinition, ...] = ()
    derived: str = ""
    from_scale: FromScale | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactsFile:
    """One file of `content/facts`: a title and the facts it defines."""

    title: str
    facts: tuple[FactDefinition, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known. `source` says who said it or where it was read; `at` when it was true (UTC).

    `unit` is the UCUM code of a number; `as_given` what was written when Fanlight converted it.
    """

    name: str
    value: FactValue
    at: datetime | None = None
    source: str = ""
    unit: str = ""
    as_given: str = ""


class Facts(Mapping[str, Fact]):
    """All that is known, by name; never changed in place. `by_name` and `values_by_name` are for fast reading and are never written to."""

    __slots__ = ("by_name", "values_by_name")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.by_name: dict[str, Fact] = {fact.name: fact for fact in facts}
        self.values_by_name: dict[str, FactValue] = {name: fact.value for name, fact in self.by_name.items()}

    def __getitem__(self, name: str) -> Fact:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def value(self, name: str) -> FactValue | None:
        """The value of a fact, or None when nobody has said it."""
        return self.values_by_name.get(name)

    def merged(self, *facts: Fact) -> Facts:
        """These facts with others put over them; a later fact of the same name replaces an earlier."""
        both = Facts.__new__(Facts)
        both.by_name = self.by_name.copy()
        both.values_by_name = self.values_by_name.copy()
        for fact in facts:
            both.by_name[fact.name] = fact
            both.values_by_name[fact.name] = fact.value
        return both

    def without(self, *names: str) -> Facts:
        """These facts with some forgotten: what the answer would be had nobody asked."""
        return Facts(fact for fact in self.by_name.values() if fact.name not in names)

    def __repr__(self) -> str:
        return f"Facts({', '.join(self.by_name)})"


@dataclass(frozen=True, slots=True)
class FactCatalogue:
    """Every fact that may be given or asked for, by name."""

    definitions: Mapping[str, FactDefinition] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[FactsFile]) -> FactCatalogue:
        """The catalogue of several files; the same name twice is refused."""
        found: dict[str, FactDefinition] = {}
        faults: list[Fault] = []
        for file in files:
            for definition in file.facts:
                if definition.name in found:
                    faults.append(Fault(definition.name, "is defined twice", suggestion="Keep one definition."))
                found[definition.name] = definition
        if faults:
            raise InputError("FAN-FACT-002", "The facts cannot be loaded", faults)
        return cls(found)

    def __contains__(self, name: object) -> bool:
        return name in self.definitions

    def missing(self, name: str) -> Missing:
        """A fact nobody has given, with who can supply it."""
        return Missing(name, self.definitions[name].who)


def yes_or_no(facts: Facts, name: str) -> bool | None:
    """A boolean fact as true, false, or None when nobody has said."""
    value = facts.value(name)
    return value if isinstance(value, bool) else None


def number(facts: Facts, name: str) -> Decimal | None:
    """A number fact in its own unit, or None when nobody has said."""
    value = facts.value(name)
    return value.value if isinstance(value, Quantity) else value if isinstance(value, Decimal) else None


def text(facts: Facts, name: str) -> str | None:
    """A text or choice fact, or None when nobody has said."""
    value = facts.value(name)
    return value if isinstance(value, str) else None


def day(facts: Facts, name: str) -> date | None:
    """A date fact (the date of an instant fact is not guessed), or None when nobody has said."""
    value = facts.value(name)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def records(facts: Facts, name: str) -> tuple[Mapping[str, object], ...] | None:
    """A list of records, or None when nobody has said; an empty list means "asked, none"."""
    value = facts.value(name)
    return value if isinstance(value, tuple) else None

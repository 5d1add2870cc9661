"""The medicine dictionary: which class a medicine belongs to, and what nobody could classify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fanlight.core.errors import Fault, InputError
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Drug:
    """One medicine or treatment: its names and its classes.

    `floor_mg_per_day` is the least dose at which an antidepressant trial counts. `family` is its major antidepressant
    class (ssri, snri, tricyclic, maoi, ...). `enough_treatments` is the least number of ECT or TMS treatments.
    """

    name: str
    classes: tuple[str, ...]
    mark: Mark
    synonyms: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    family: str = ""
    floor_mg_per_day: Decimal | None = None
    enough_treatments: Decimal | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClassFact:
    """A fact that a class of medicines answers: `fact` is true when any medicine of `classes` is listed."""

    fact: str
    classes: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class DrugsFile:
    """One file of `content/drugs`. `trailing_words` are salts, forms and units that may follow a medicine's name."""

    title: str
    read_on: date
    drugs: tuple[Drug, ...] = ()
    class_facts: tuple[ClassFact, ...] = ()
    trailing_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrugDictionary:
    """Every medicine by each of its names and codes, in lower case."""

    by_name: Mapping[str, Drug] = field(default_factory=dict)
    class_facts: tuple[ClassFact, ...] = ()
    trailing_words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, files: Iterable[DrugsFile]) -> DrugDictionary:
        """The dictionary of several files; one name for two medicines is refused."""
        found: dict[str, Drug] = {}
        faults: list[Fault] = []
        class_facts: list[ClassFact] = []
        trailing: set[str] = set()
        for file in files:
            class_facts += file.class_facts
            trailing.update(file.trailing_words)
            for drug in file.drugs:
                for name in (drug.name, *drug.synonyms, *drug.codes):
                    key = _key(name)
                    if key in found and found[key].name != drug.name:
                        faults.append(Fault(name, f"names both {found[key].name} and {drug.name}.", suggestion="Keep it with one of them."))
                    found[key] = drug
        if faults:
            raise InputError("FAN-SCRN-001", "The medicine dictionary cannot be used", faults)
        return cls(found, tuple(class_facts), frozenset(trailing))

    def find(self, name: str, code: str = "") -> Drug | None:
        """The medicine of a name as written, or of a code; None when the dictionary does not know it.

        "Sertraline 50 MG Oral Tablet" is found by its first words: a name is known when the dictionary holds it whole, or
        holds its beginning up to a number, a form or a salt. A product of several medicines ("a / b") is not guessed.
        """
        if code and (known := self.by_name.get(_key(code))) is not None:
            return known
        key = _key(name)
        if key in self.by_name:
            return self.by_name[key]
        if "/" in key or "+" in key:
            return None
        words = key.split()
        for length in range(len(words) - 1, 0, -1):
            if self._may_follow(words[length]) and (known := self.by_name.get(" ".join(words[:length]))) is not None:
                return known
        return None

    def _may_follow(self, word: str) -> bool:
        return word in self.trailing_words or word[0].isdigit() or word[0] in "(["


def _key(name: str) -> str:
    return " ".join(name.lower().replace(",", " ").split())

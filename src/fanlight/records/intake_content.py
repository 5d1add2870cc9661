"""The files of `content/intake`: the patient's own form, the order of the interview, and how unknowns are settled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhoneQuestion:
    """One question of the patient's form. `kind`: yes_no, lines (a list; `none` is its answer "none"), or phone."""

    fact: str
    kind: str
    wording: str
    hint: str = ""
    none: str = ""


@dataclass(frozen=True, slots=True)
class PhoneGroup:
    """One screen of the form; left out for a sex in `not_for_sex`."""

    id: str
    title: str
    questions: tuple[PhoneQuestion, ...]
    not_for_sex: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhoneQuestions:
    """The patient's own form before the first visit."""

    version: str
    title: str
    note: str
    mark: str
    groups: tuple[PhoneGroup, ...]

    def for_sex(self, sex: str) -> tuple[PhoneGroup, ...]:
        """The screens for a person."""
        return tuple(group for group in self.groups if sex not in group.not_for_sex)


@dataclass(frozen=True, slots=True)
class InterviewGroup:
    """One screen of the interview: facts in the order asked."""

    id: str
    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedInstead:
    """Facts that nobody is asked for, because they follow from another answer (`by`: a fact, or whose record says it)."""

    facts: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class InterviewOrder:
    """The screens of the interview. What is asked is decided by the rules; this only orders it."""

    version: str
    title: str
    note: str
    mark: str
    groups: tuple[InterviewGroup, ...]
    instead: tuple[AskedInstead, ...] = ()

    def asked_by(self, fact: str) -> str:
        """What is asked in place of a fact; the fact itself where it is asked."""
        return next((entry.by for entry in self.instead if fact in entry.facts), fact)


@dataclass(frozen=True, slots=True)
class WayWords:
    """A way of settling an unknown, in words."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Settling:
    """How one fact is settled, and how long it takes, in minutes."""

    way: str
    minutes: int


@dataclass(frozen=True, slots=True)
class SettlingOf:
    """Some facts settled the same way, and how long that takes, in minutes."""

    facts: tuple[str, ...]
    way: str
    minutes: int


@dataclass(frozen=True, slots=True)
class SettlingFile:
    """How missing facts are settled; `default` is for every fact that is not named."""

    version: str
    title: str
    note: str
    mark: str
    default: Settling
    ways: tuple[WayWords, ...]
    facts: tuple[SettlingOf, ...]

    def of(self, fact: str) -> Settling:
        """How one fact is settled."""
        return next((Settling(entry.way, entry.minutes) for entry in self.facts if fact in entry.facts), self.default)

    def words(self, way: str) -> str:
        """A way in words."""
        return next((entry.words for entry in self.ways if entry.id == way), way)

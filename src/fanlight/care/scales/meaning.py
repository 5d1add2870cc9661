"""What a score means: bands, flags, suicide items, thresholds, and published definitions of change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.scales.conditions import Condition
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Level:
    """One band: a range of the score, or a condition over the answers."""

    label: str
    low: Decimal | None = None
    high: Decimal | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Named ranges of the score `of`, or levels tried from the gravest down. Descriptive, not diagnoses.

    With levels by condition, `otherwise` is the answer of a finished form for which none of them holds.
    """

    levels: tuple[Level, ...]
    source: str
    mark: Mark
    of: str = "total"
    otherwise: str = ""
    name: str = "default"


@dataclass(frozen=True, slots=True)
class Flag:
    """A word raised when its condition holds; `if_unknown` is raised instead while nobody can say."""

    id: str
    when: Condition
    meaning: str
    source: str
    mark: Mark
    if_unknown: str = ""


@dataclass(frozen=True, slots=True)
class Suicide:
    """The suicide items: never imputed, flagged before any arithmetic and whatever the total."""

    items: tuple[str, ...]
    positive: Condition
    urgent: Condition
    mark: Mark
    source: str = "reference 0.5"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A published cut that raises no flag: shown beside the score, with its source."""

    score: str
    meaning: str
    source: str
    mark: Mark
    at_least: Decimal | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """One published definition of a change or an end state.

    Exactly one of: fall of `percent` or more of baseline (under `below_percent`, if given); change of `points` or more;
    current score `at_most` or `at_least`. `id` tells definitions of the same kind apart; the first is the default.
    """

    id: str
    source: str
    mark: Mark
    percent: Decimal | None = None
    below_percent: Decimal | None = None
    points: Decimal | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """How change on this instrument is judged. Empty where the sources give no definition: the answer is then undefined."""

    of: str = "total"
    response: tuple[Cut, ...] = ()
    partial_response: tuple[Cut, ...] = ()
    remission: tuple[Cut, ...] = ()
    reliable: tuple[Cut, ...] = ()
    meaningful: tuple[Cut, ...] = ()
    worsening: tuple[Cut, ...] = ()

"""The parts of a form: licence, items and their answers, recall windows, codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanlight.care.scales.conditions import Condition
from fanlight.core.sources import Mark


class Tier(StrEnum):
    """What the repository may hold: A the full text; B, C topics in our own words and scoring; D totals only."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Respondent(StrEnum):
    """Who answers."""

    SELF = "self"
    CLINICIAN = "clinician"
    PARENT = "parent"
    OBSERVER = "observer"


class Direction(StrEnum):
    """Which way a higher score points."""

    HIGHER_IS_WORSE = "higher_is_worse"
    HIGHER_IS_BETTER = "higher_is_better"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Licence:
    """On what footing the text may ship. Three facts kept apart: the status, what it rests on, and the date it was read
    at the owner's own source (None: nobody re-checked there)."""

    tier: Tier
    status: str
    basis: str
    mark: Mark
    verified_at_source_on: date | None = None
    holder: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a value set. `label` is the licensed wording, or our own; empty where none may ship."""

    value: int
    label: str = ""
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The answers an item takes: `low` to `high` in whole steps, or only the values of `options`.

    `places` decimals are allowed (score entry of means). `counts_as` turns a recorded value into the scored one
    ("3, not assessed" scores 0). `not_assessed` values are kept and scored as missing.
    """

    low: int
    high: int
    options: tuple[Option, ...] = ()
    only_options: bool = False
    places: int = 0
    counts_as: tuple[tuple[int, int], ...] = ()
    not_assessed: tuple[int, ...] = ()
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `text` is the instrument's wording, only where it may ship; `topic` is always our own words.

    `asked_when`: the item belongs to the form only while this holds; skipped, it counts 0.
    """

    id: str
    topic: str
    answers: str
    text: str = ""
    loinc: str = ""
    reverse: bool = False
    is_optional: bool = False
    asked_when: Condition | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecallForm:
    """A recall window this instrument is used with; `carried` items keep their last full-window answer."""

    id: str
    recall: str
    mark: Mark
    carried: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """LOINC codes of the panel and of the total; empty where none is confirmed (then local codes are used)."""

    panel: str = ""
    total: str = ""
    level: str = ""
    mark: Mark = Mark.VERIFIED
    panel_mark: Mark | None = None

"""The parts of an instrument's definition: licence, items, scores, bands, flags, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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


class Method(StrEnum):
    """How a score is made. The first five from items, the rest from other scores."""

    SUM = "sum"
    MEAN = "mean"
    HIGHEST = "highest"
    PERCENT_OF_RANGE = "percent_of_range"
    ADD = "add"
    LINEAR = "linear"
    LOOKUP = "lookup"


class WhenMissing(StrEnum):
    """What happens to a score with missing answers within the number allowed."""

    PRORATE = "prorate"
    ZERO = "zero"


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
class MissingRule:
    """Up to `allow` of the items (`over`, else the score's own) may be missing; then the sum is prorated or they count 0."""

    allow: int
    then: WhenMissing
    source: str
    mark: Mark
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Published values of a lookup, from raw score `first` upwards in steps of one."""

    first: int
    values: tuple[Decimal, ...]
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """One score. `id` is ``total`` or a subscale's name; it is rounded half up to `places`.

    `weights` multiply the items in order. `needs_one_of`: of each group one item must be answered, unless one
    answered item already reaches `ceiling`. `of` names the scores that are added, scaled (`times` / `over` + `plus`) or
    looked up. `low` and `high` are its range.
    """

    id: str
    method: Method
    items: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    places: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    missing: MissingRule | None = None
    weights: tuple[int, ...] = ()
    needs_one_of: tuple[tuple[str, ...], ...] = ()
    ceiling: int | None = None
    times: int = 1
    over: int = 1
    plus: int = 0
    table: Table | None = None
    label: str = ""


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
class NotApplicable:
    """Items left out when the context says so; the others are prorated, or no total is given."""

    context: str
    items: tuple[str, ...]
    gives_total: bool
    source: str
    mark: Mark


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
class RecallForm:
    """A recall window this instrument is used with; `carried` items keep their last full-window answer."""

    id: str
    recall: str
    mark: Mark
    carried: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ContextKey:
    """Something the scorer needs besides answers: a word of `choices`, else a whole number, or yes and no."""

    key: str
    meaning: str
    choices: tuple[str, ...] = ()
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """Another published numbering of the same answers: each is moved by `shift` before scoring (context ``coding``)."""

    id: str
    shift: int
    source: str
    mark: Mark


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


@dataclass(frozen=True, slots=True)
class Codes:
    """LOINC codes of the panel and of the total; empty where none is confirmed (then local codes are used)."""

    panel: str = ""
    total: str = ""
    level: str = ""
    mark: Mark = Mark.VERIFIED
    panel_mark: Mark | None = None

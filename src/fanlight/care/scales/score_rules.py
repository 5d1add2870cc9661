"""How a score is made: methods, missing answers, tables, other codings, and what is needed besides answers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fanlight.core.sources import Mark


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
class NotApplicable:
    """Items left out when the context says so; the others are prorated, or no total is given."""

    context: str
    items: tuple[str, ...]
    gives_total: bool
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Coding:
    """Another published numbering of the same answers: each is moved by `shift` before scoring (context ``coding``)."""

    id: str
    shift: int
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ContextKey:
    """Something the scorer needs besides answers: a word of `choices`, else a whole number, or yes and no."""

    key: str
    meaning: str
    choices: tuple[str, ...] = ()
    is_number: bool = False

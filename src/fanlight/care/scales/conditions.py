"""Conditions over answers and scores, with three answers: true, false, or None while an answer is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fanlight.core.answers import all_of, any_of

ContextValue = str | int | bool
Values = Mapping[str, int | None]
Rates = Mapping[str, Fraction | int | Decimal | None]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of `items` were answered at or above `at_least`."""

    items: tuple[str, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, of exactly one kind: `all`, `any`, `count`, `answered`, `item`, `score` or `context`.

    `item`, `score`: compared by `at_least`, `at_most` or `below`. `unrounded` compares a score before rounding.
    `if_missing` is the answer where the item is missing; without it nobody can say (None).
    `rise_from` compares the rise of a score over an earlier total given in the context under that key.
    `count`: the sum of the counts lies in `at_least` .. `at_most`.
    `context`: the context value `equals` or `differs_from` a word; an absent value differs from every word.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    count: tuple[Count, ...] = ()
    answered: tuple[str, ...] = ()
    item: str = ""
    score: str = ""
    context: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    equals: str | None = None
    differs_from: str | None = None
    if_missing: bool | None = None
    unrounded: bool = False
    rise_from: str = ""

    @property
    def kind(self) -> str:
        """Which kind of condition this is; empty where none or several are given."""
        given = [name for name in ("all", "any", "count", "answered", "item", "score", "context") if getattr(self, name)]
        return given[0] if len(given) == 1 else ""

    def items(self) -> frozenset[str]:
        """Every item this condition looks at."""
        named = {self.item} if self.item else set()
        named |= {name for count in self.count for name in count.items} | set(self.answered)
        return frozenset(named).union(*(part.items() for part in self.all + self.any))

    def holds(self, value: Fraction | int | Decimal) -> bool:
        """Whether one number lies within `at_least`, `at_most` and `below`."""
        return not (
            (self.at_least is not None and value < self.at_least)
            or (self.at_most is not None and value > self.at_most)
            or (self.below is not None and value >= self.below)
        )


def compare_count(condition: Condition, known: int, missing: int) -> bool | None:
    """Whether a count lies in its limits, with `known` hits and `missing` answers that could yet be hits."""
    low = condition.at_least is None or _settled(known >= condition.at_least, known + missing < condition.at_least)
    high = condition.at_most is None or _settled(known + missing <= condition.at_most, known > condition.at_most)
    return all_of((low, high))


def _settled(is_true: bool, is_false: bool) -> bool | None:
    return True if is_true else False if is_false else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a condition is asked about: item values, scores rounded and not, and the context."""

    values: Values
    scores: Rates
    unrounded: Rates
    context: Mapping[str, ContextValue]

    def answer(self, condition: Condition) -> bool | None:
        """True, false, or None while nobody can say."""
        return _ANSWERS[condition.kind](self, condition)

    def _all(self, condition: Condition) -> bool | None:
        return all_of(self.answer(part) for part in condition.all)

    def _any(self, condition: Condition) -> bool | None:
        return any_of(self.answer(part) for part in condition.any)

    def _count(self, condition: Condition) -> bool | None:
        given = [(self.values.get(name), count.at_least) for count in condition.count for name in count.items]
        known = sum(1 for value, limit in given if value is not None and value >= limit)
        return compare_count(condition, known, sum(1 for value, _ in given if value is None))

    def _answered(self, condition: Condition) -> bool:
        return all(self.values.get(name) is not None for name in condition.answered)

    def _item(self, condition: Condition) -> bool | None:
        value = self.values.get(condition.item)
        return condition.if_missing if value is None else condition.holds(value)

    def _score(self, condition: Condition) -> bool | None:
        value = (self.unrounded if condition.unrounded else self.scores).get(condition.score)
        if value is not None and condition.rise_from:
            earlier = self.context.get(condition.rise_from)
            value = None if earlier is None or isinstance(earlier, str) else value - earlier
        return condition.if_missing if value is None else condition.holds(value)

    def _context(self, condition: Condition) -> bool:
        value = self.context.get(condition.context)
        return value != condition.differs_from if condition.differs_from is not None else value == condition.equals


_ANSWERS: dict[str, Callable[[Reading, Condition], bool | None]] = {
    "all": Reading._all,
    "any": Reading._any,
    "count": Reading._count,
    "answered": Reading._answered,
    "item": Reading._item,
    "score": Reading._score,
    "context": Reading._context,
}

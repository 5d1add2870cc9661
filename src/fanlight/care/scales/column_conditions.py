"""Conditions over many forms at once: for each form true, or not yet known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR

import numpy as np
import numpy.typing as npt

from fanlight.care.scales.column_scores import RateColumn
from fanlight.care.scales.columns import Column, Mask
from fanlight.care.scales.conditions import Condition, ContextValue, Count

Tally = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Truth:
    """Three-valued answers of N forms: `true` (N,), and `unknown` (N,) or None where all are settled. Never both."""

    true: Mask
    unknown: Mask | None = None


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What conditions are asked about, for N forms with the same context."""

    size: int
    columns: Mapping[str, Column]
    rates: Mapping[str, RateColumn]
    context: Mapping[str, ContextValue]
    _tallies: dict[tuple[Count, ...], tuple[Tally, Tally]] = field(default_factory=dict, repr=False)

    def answer(self, condition: Condition) -> Truth:
        """The answers of all forms."""
        return _ANSWERS[condition.kind](self, condition)

    def _constant(self, value: bool | None) -> Truth:
        return Truth(np.full(self.size, value is True), np.ones(self.size, np.bool_) if value is None else None)

    def _all(self, condition: Condition) -> Truth:
        return _every(self.answer(part) for part in condition.all)

    def _any(self, condition: Condition) -> Truth:
        parts = [self.answer(part) for part in condition.any]
        true = parts[0].true.copy()
        for part in parts[1:]:
            true |= part.true
        unknown = _union(part.unknown for part in parts)
        return Truth(true, None if unknown is None else unknown & ~true)

    def _count(self, condition: Condition) -> Truth:
        if condition.count not in self._tallies:  # flags of one instrument often share a count
            self._tallies[condition.count] = self._tally(condition.count)
        known, most = self._tallies[condition.count]
        limits = []
        if condition.at_least is not None:
            least = math.ceil(condition.at_least)
            limits.append(_settled(known >= least, most < least))
        if condition.at_most is not None:
            greatest = math.floor(condition.at_most)
            limits.append(_settled(most <= greatest, known > greatest))
        return _every(limits)

    def _tally(self, counts: tuple[Count, ...]) -> tuple[Tally, Tally]:
        """How many answers reach their limit in each form, and how many could if the missing ones did."""
        known = np.zeros(self.size, np.uint8)
        missing: Tally | None = None
        absent = 0
        for count in counts:
            for name in count.items:
                column = self.columns.get(name)
                if column is None:
                    absent += 1
                    continue
                hits = column.values >= count.at_least
                if column.missing is not None:
                    if count.at_least <= 0:  # a missing answer is held as 0, and reaches no limit above that
                        hits &= ~column.missing
                    missing = np.zeros(self.size, np.uint8) if missing is None else missing
                    missing += column.missing
                known += hits
        return known, known + np.uint8(absent) if missing is None else known + missing + np.uint8(absent)

    def _answered(self, condition: Condition) -> Truth:
        if any(name not in self.columns for name in condition.answered):
            return self._constant(False)
        blank = _union(self.columns[name].missing for name in condition.answered)
        return self._constant(True) if blank is None else Truth(~blank)

    def _item(self, condition: Condition) -> Truth:
        column = self.columns.get(condition.item)
        if column is None:
            return self._constant(condition.if_missing)
        return _where_known(_within(condition, column.values, 0), column.missing, condition.if_missing)

    def _score(self, condition: Condition) -> Truth:
        rate = self.rates.get(condition.score)
        if rate is None:
            return self._constant(condition.if_missing)
        if condition.unrounded and rate.exact:
            holds = np.fromiter((condition.holds(exact) for exact in rate.exact), np.bool_, len(rate.exact))[rate.index]
        elif condition.rise_from:
            earlier = self.context.get(condition.rise_from)
            if earlier is None or isinstance(earlier, str):
                return self._constant(condition.if_missing)
            holds = _within(_raised(condition, earlier), rate.scaled, rate.places)
        else:
            holds = _within(condition, rate.scaled, rate.places)
        return _where_known(holds, rate.lacking, condition.if_missing)

    def _context(self, condition: Condition) -> Truth:
        value = self.context.get(condition.context)
        return self._constant(value != condition.differs_from if condition.differs_from is not None else value == condition.equals)


def _every(parts: Iterable[Truth]) -> Truth:
    given = list(parts)
    true, possible = given[0].true, _possible(given[0])
    for part in given[1:]:
        true, possible = true & part.true, possible & _possible(part)
    return Truth(true, None if all(part.unknown is None for part in given) else possible & ~true)


def _possible(truth: Truth) -> Mask:
    return truth.true if truth.unknown is None else truth.true | truth.unknown


def _settled(is_true: Mask, is_false: Mask) -> Truth:
    return Truth(is_true, ~(is_true | is_false))


def _where_known(holds: Mask, missing: Mask | None, if_missing: bool | None) -> Truth:
    if missing is None:
        return Truth(holds)
    if if_missing is None:
        return Truth(holds & ~missing, missing)
    return Truth(np.where(missing, if_missing, holds))


def _raised(condition: Condition, earlier: int | bool) -> Condition:
    """The same limits on the score itself, once the earlier total is known."""
    moved = {
        name: None if limit is None else limit + earlier
        for name, limit in (("at_least", condition.at_least), ("at_most", condition.at_most), ("below", condition.below))
    }
    return replace(condition, rise_from="", **moved)  # type: ignore[arg-type]


def _within(condition: Condition, scaled: np.ndarray[tuple[int], np.dtype[np.integer]], places: int) -> Mask:
    """The limits of a condition on numbers held in steps of 10**-places; the limits need not be such steps."""
    holds: Mask | None = None
    for limit, rounding, compare in (
        (condition.at_least, ROUND_CEILING, np.greater_equal),
        (condition.at_most, ROUND_FLOOR, np.less_equal),
        (condition.below, ROUND_CEILING, np.less),
    ):
        if limit is not None:
            step = int(limit.scaleb(places).to_integral_value(rounding=rounding))
            kept: Mask = compare(scaled, step)
            holds = kept if holds is None else holds & kept
    return np.ones(len(scaled), np.bool_) if holds is None else holds


def _union(masks: Iterable[Mask | None]) -> Mask | None:
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask.copy() if found is None else np.logical_or(found, mask, out=found)
    return found


_ANSWERS: dict[str, Callable[[ColumnReading, Condition], Truth]] = {
    "all": ColumnReading._all,
    "any": ColumnReading._any,
    "count": ColumnReading._count,
    "answered": ColumnReading._answered,
    "item": ColumnReading._item,
    "score": ColumnReading._score,
    "context": ColumnReading._context,
}

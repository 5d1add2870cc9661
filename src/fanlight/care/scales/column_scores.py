"""Scores of many forms at once. The arithmetic itself is that of one form, tabulated over every sum that can occur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from fanlight.care.scales.arithmetic import rounded_steps, value_of_method
from fanlight.care.scales.columns import Column, Mask, whole_range
from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.score_rules import Method, NotApplicable, ScoreRule, WhenMissing

Steps = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class RateColumn:
    """One score over N forms: `scaled` (N,) in steps of 10**-places, 0 where `lacking` (N,) or None.

    `is_prorated` (N,) or None. `exact[index]` is the value before rounding, where conditions may ask for it.
    """

    scaled: Steps
    places: int
    lacking: Mask | None
    is_prorated: Mask | None
    exact: tuple[Fraction, ...] = ()
    index: Any = None


def rate_columns(
    instrument: Instrument,
    rule: ScoreRule,
    columns: Mapping[str, Column],
    before: Mapping[str, RateColumn],
    size: int,
    left_out: NotApplicable | None,
) -> RateColumn:
    """One score of N forms from item columns and the scores computed before it; a column absent is missing everywhere."""
    if rule.method in (Method.ADD, Method.LINEAR, Method.LOOKUP):
        return _from_scores(rule, before, size)
    if rule.method is Method.HIGHEST:
        return _highest(rule, columns, size)
    applicable = rule.items
    if left_out is not None and set(left_out.items) & set(rule.items):
        if not left_out.gives_total and len(rule.items) > 1:
            return _nothing(size)
        applicable = tuple(name for name in rule.items if name not in left_out.items)
        if not applicable:
            return _nothing(size)
    return _from_items(instrument, rule, columns, applicable, size)


def _nothing(size: int) -> RateColumn:
    return RateColumn(np.zeros(size, np.int32), 0, np.ones(size, np.bool_), None)


def _from_items(
    instrument: Instrument, rule: ScoreRule, columns: Mapping[str, Column], applicable: tuple[str, ...], size: int
) -> RateColumn:
    allowed = rule.missing.allow if rule.missing else 0
    over = rule.missing.over if rule.missing and rule.missing.over else applicable
    lacking_count, own_count = _blanks(columns, over, size), _blanks(columns, applicable, size)
    lacking = None if lacking_count is None else lacking_count > allowed
    fills_in = rule.missing is None or rule.missing.then is WhenMissing.PRORATE
    if own_count is not None and fills_in:
        all_blank = own_count == len(applicable)
        lacking = all_blank if lacking is None else lacking | all_blank
    total, lowest, highest = _sum(instrument, rule, columns, applicable, size)
    fewest = max(len(applicable) - allowed, 1 if fills_in else 0)
    table, exact = _table(instrument, rule, range(fewest, len(applicable) + 1), lowest, highest, fills_in)
    index = _index(total, lowest, highest, own_count, len(applicable), fewest)
    scaled = total if table is None else table[index]
    if lacking is not None:
        scaled = np.where(lacking, scaled.dtype.type(0), scaled)
    is_short: Mask | None = None
    if fills_in and len(applicable) < len(rule.items):
        is_short = np.ones(size, np.bool_)
    elif fills_in and own_count is not None:
        is_short = own_count > 0
    return RateColumn(scaled, rule.places, lacking, is_short, exact, index)


def _index(total: Steps, lowest: int, highest: int, blanks: npt.NDArray[np.uint8] | None, items: int, fewest: int) -> Steps:
    """Where each form's score stands in the table: by how many were answered (from `fewest` up), then by the sum."""
    span = highest - lowest + 1
    kind: Any = np.min_scalar_type((items - fewest + 1) * span)  # small tables want small indexes: they are memory-bound
    place: Steps = (total - lowest if lowest else total).astype(kind, copy=False)
    if blanks is None:
        return np.add(place, kind.type((items - fewest) * span)) if items > fewest else place
    answered = kind.type(items - fewest) - np.minimum(blanks, items - fewest).astype(kind, copy=False)
    offset: Steps = answered * kind.type(span)
    return offset + place


def _blanks(columns: Mapping[str, Column], names: tuple[str, ...], size: int) -> npt.NDArray[np.uint8] | None:
    """How many of the items are missing in each form; None where none is missing anywhere."""
    found: npt.NDArray[np.uint8] | None = None
    for name in names:
        column = columns.get(name)
        mask = np.ones(size, np.bool_) if column is None else column.missing
        if mask is not None:
            found = mask.astype(np.uint8) if found is None else np.add(found, mask, out=found)
    return found


def _sum(
    instrument: Instrument, rule: ScoreRule, columns: Mapping[str, Column], applicable: tuple[str, ...], size: int
) -> tuple[Steps, int, int]:
    """Weighted sum of what was answered, and the least and greatest it can be."""
    lowest = highest = 0
    parts: list[tuple[Steps, int]] = []
    for name in applicable:
        values, item = instrument.answers_of(name), instrument.item(name)
        low, high = whole_range(values)
        weight = rule.weights[rule.items.index(name)] if rule.weights else 1
        column = columns.get(name)
        if column is not None:
            answers = column.values
            if item.reverse:
                turned = (low + high) - answers.astype(np.int32)
                answers = turned if column.missing is None else np.where(column.missing, 0, turned)
            parts.append((answers, weight))
        lowest, highest = lowest + min(low * weight, 0), highest + max(high * weight, 0)
    kind: Any = np.uint8 if lowest >= 0 and highest <= 255 else np.int32
    total = np.zeros(size, kind)
    for answers, weight in parts:
        total += answers.astype(kind, copy=False) if weight == 1 else answers.astype(kind) * kind(weight)
    return total, lowest, highest


def _table(
    instrument: Instrument, rule: ScoreRule, counts: range, lowest: int, highest: int, fills_in: bool
) -> tuple[Steps | None, tuple[Fraction, ...]]:
    """Rounded and exact scores for every number answered and every sum; None where the sum is the score."""
    step = 10 ** instrument.answers_of(rule.items[0]).places
    needs_exact = rule.method is not Method.SUM
    if (
        not needs_exact
        and rule.places == instrument.answers_of(rule.items[0]).places
        and (not fills_in or counts == range(len(rule.items), len(rule.items) + 1))
    ):
        return None, ()
    exact = tuple(
        value_of_method(instrument, rule, Fraction(total, step), count, fills_in=fills_in)
        for count in counts
        for total in range(lowest, highest + 1)
    )
    steps = np.array([rounded_steps(value, rule.places) for value in exact], np.int64)
    return steps.astype(np.min_scalar_type(int(steps.max())) if steps.min() >= 0 else np.int32), exact


def _highest(rule: ScoreRule, columns: Mapping[str, Column], size: int) -> RateColumn:
    weights = rule.weights or (1,) * len(rule.items)
    top = np.zeros(size, np.uint8)
    for name, weight in zip(rule.items, weights, strict=True):
        if name in columns:
            values = columns[name].values
            np.maximum(top, values if weight == 1 else values * values.dtype.type(weight), out=top, casting="unsafe")
    lacking: Mask | None = None
    for group in rule.needs_one_of or tuple((name,) for name in rule.items):
        blank = _all_blank([columns.get(name) for name in group], size)
        if blank is not None:
            lacking = blank if lacking is None else lacking | blank
    if lacking is not None and rule.ceiling is not None:
        lacking = lacking & (top < rule.ceiling)
    if lacking is not None:
        top = np.where(lacking, np.uint8(0), top)
    return RateColumn(top, 0, lacking, None)


def _all_blank(group: list[Column | None], size: int) -> Mask | None:
    found = np.ones(size, np.bool_)
    for column in group:
        if column is not None:
            if column.missing is None:
                return None
            found &= column.missing
    return found


def _from_scores(rule: ScoreRule, before: Mapping[str, RateColumn], size: int) -> RateColumn:
    parts = [before[name] for name in rule.of]
    lacking = _union([part.lacking for part in parts])
    short = _union([part.is_prorated for part in parts])
    total = np.zeros(size, np.int32)
    for part in parts:
        total += part.scaled.astype(np.int32)
    places = max(part.places for part in parts)
    if rule.method is Method.LOOKUP and rule.table is not None:
        steps = np.array([int(value.scaleb(rule.places)) for value in rule.table.values], np.int32)
        index = total - rule.table.first
        outside = (index < 0) | (index >= len(steps))
        if outside.any():
            lacking = outside if lacking is None else lacking | outside
        scaled: Steps = steps[np.clip(index, 0, len(steps) - 1)]
    elif rule.method is Method.LINEAR:
        least, most = (int(total.min()), int(total.max())) if size else (0, 0)
        exact = [Fraction(value, 10**places) * rule.times / rule.over + rule.plus for value in range(least, most + 1)]
        scaled = np.array([rounded_steps(value, rule.places) for value in exact], np.int32)[total - least]
    else:
        scaled = total
    if lacking is not None:
        scaled = np.where(lacking, scaled.dtype.type(0), scaled)
    return RateColumn(scaled, rule.places, lacking, short)


def _union(masks: list[Mask | None]) -> Mask | None:
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def without(rate: RateColumn, rows: Mask) -> RateColumn:
    """The same score, given in none of `rows` (N,)."""
    return replace(
        rate, lacking=rows if rate.lacking is None else rate.lacking | rows, scaled=np.where(rows, rate.scaled.dtype.type(0), rate.scaled)
    )

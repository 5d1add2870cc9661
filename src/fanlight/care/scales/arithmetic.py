"""The arithmetic of scores, exact: sums, prorating half up, percentages, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.score_rules import Method, NotApplicable, ScoreRule, WhenMissing

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """One score before and after rounding; `value` None where it cannot be scored. `is_prorated`: made of fewer items."""

    value: Number | None = None
    exact: Fraction | None = None
    is_prorated: bool = False


NOT_SCORED = Rate()


def round_half_up(value: Fraction, places: int = 0) -> Number:
    """Nearest number of `places` decimals; a tie goes up (4.5 gives 5), unlike Python's `round`.

    >>> round_half_up(Fraction(9, 2)), round_half_up(Fraction(117, 8)), round_half_up(Fraction(1, 3), 2)
    (5, 15, Decimal('0.33'))
    """
    steps = rounded_steps(value, places)
    return steps if places == 0 else Decimal(steps).scaleb(-places)


def rounded_steps(value: Fraction, places: int) -> int:
    """The rounded number in whole steps of its last decimal."""
    scaled = value * 10**places
    return int((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))


def rate(
    instrument: Instrument, rule: ScoreRule, values: Mapping[str, int | None], before: Mapping[str, Rate], left_out: NotApplicable | None
) -> Rate:
    """One score from item values (`values`) and the scores computed before it."""
    if rule.method in (Method.ADD, Method.LINEAR, Method.LOOKUP):
        return _from_scores(rule, before)
    if rule.method is Method.HIGHEST:
        return _highest(rule, values)
    applicable = rule.items
    if left_out is not None and set(left_out.items) & set(rule.items):
        if not left_out.gives_total and len(rule.items) > 1:
            return NOT_SCORED
        applicable = tuple(name for name in rule.items if name not in left_out.items)
    return _from_items(instrument, rule, values, applicable)


def _from_items(instrument: Instrument, rule: ScoreRule, values: Mapping[str, int | None], applicable: tuple[str, ...]) -> Rate:
    answered = [name for name in applicable if values.get(name) is not None]
    lacking = len(applicable) - len(answered)
    allowed = rule.missing.allow if rule.missing else 0
    if rule.missing and rule.missing.over:
        lacking_over = sum(1 for name in rule.missing.over if values.get(name) is None)
        if lacking_over > allowed:
            return NOT_SCORED
    elif lacking > allowed:
        return NOT_SCORED
    if not answered and not (rule.missing and rule.missing.then is WhenMissing.ZERO):
        return NOT_SCORED
    total = sum(_weighted(instrument, rule, name, values[name] or 0) for name in answered)
    step = 10 ** (instrument.answers_of(rule.items[0]).places)
    fills_in = rule.missing is None or rule.missing.then is WhenMissing.PRORATE
    is_short = fills_in and len(answered) < len(rule.items)
    exact = value_of_method(instrument, rule, Fraction(total, step), len(answered), fills_in=fills_in)
    return Rate(round_half_up(exact, rule.places), exact, is_short)


def value_of_method(instrument: Instrument, rule: ScoreRule, total: Fraction, answered: int, *, fills_in: bool) -> Fraction:
    """The exact score of a sum over `answered` items; `fills_in` where the missing ones take the mean of the others."""
    if rule.method is Method.MEAN:
        return total / (answered if fills_in else len(rule.items))
    if rule.method is Method.PERCENT_OF_RANGE:
        values = instrument.answers_of(rule.items[0])
        return (total - answered * values.low) * 100 / (answered * (values.high - values.low))
    return total * len(rule.items) / answered if fills_in else total


def _weighted(instrument: Instrument, rule: ScoreRule, name: str, value: int) -> int:
    item = instrument.item(name)
    if item.reverse:
        values = instrument.value_sets[item.answers]
        value = (values.low + values.high) * 10**values.places - value
    return value * rule.weights[rule.items.index(name)] if rule.weights else value


def _highest(rule: ScoreRule, values: Mapping[str, int | None]) -> Rate:
    weights = rule.weights or (1,) * len(rule.items)
    answered = [(values[name] or 0) * weight for name, weight in zip(rule.items, weights, strict=True) if values.get(name) is not None]
    top = max(answered, default=0)
    groups = rule.needs_one_of or tuple((name,) for name in rule.items)
    is_settled = rule.ceiling is not None and top >= rule.ceiling
    if not is_settled and not all(any(values.get(name) is not None for name in group) for group in groups):
        return NOT_SCORED
    return Rate(top, Fraction(top))


def _from_scores(rule: ScoreRule, before: Mapping[str, Rate]) -> Rate:
    parts = [before[name] for name in rule.of]
    if any(part.value is None for part in parts):
        return NOT_SCORED
    total = sum((Fraction(part.value) for part in parts if part.value is not None), Fraction(0))
    is_prorated = any(part.is_prorated for part in parts)
    if rule.method is Method.LOOKUP and rule.table is not None:
        index = int(total) - rule.table.first
        if not 0 <= index < len(rule.table.values):
            return NOT_SCORED
        value = rule.table.values[index]
        return Rate(value, Fraction(value), is_prorated)
    exact = total * rule.times / rule.over + rule.plus if rule.method is Method.LINEAR else total
    return Rate(round_half_up(exact, rule.places), exact, is_prorated)

"""Is an instrument's definition consistent with itself? Asked once, when it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from fanlight.care.scales.conditions import Condition
from fanlight.care.scales.loinc import has_valid_check_digit
from fanlight.care.scales.meaning import Bands, Cut
from fanlight.care.scales.parts import Tier
from fanlight.care.scales.score_rules import Method, ScoreRule

if TYPE_CHECKING:
    from fanlight.care.scales.instrument import Instrument

_FROM_ITEMS = (Method.SUM, Method.MEAN, Method.HIGHEST, Method.PERCENT_OF_RANGE)
RESERVED_FLAGS = ("suicide_item_positive", "suicide_item_urgent", "suicide_item_missing", "prorated", "inconsistent_skip")


def faults_of(instrument: Instrument) -> list[str]:
    """Everything that contradicts itself, in words; empty when the definition is sound."""
    return [
        *_names(instrument),
        *_licence(instrument),
        *(fault for index, rule in enumerate(instrument.scores) for fault in _rule(instrument, rule, index)),
        *(fault for bands in (instrument.bands, *instrument.other_bands) if bands for fault in _bands(instrument, bands)),
        *(fault for condition in conditions_of(instrument) for fault in _condition(instrument, condition)),
        *_codes(instrument),
    ]


def conditions_of(instrument: Instrument) -> Iterator[Condition]:
    """Every outermost condition of a definition."""
    yield from (item.asked_when for item in instrument.items if item.asked_when)
    yield from (flag.when for flag in instrument.flags)
    yield from (level.when for level in (instrument.bands.levels if instrument.bands else ()) if level.when)
    if instrument.suicide:
        yield from (instrument.suicide.positive, instrument.suicide.urgent)


def _names(instrument: Instrument) -> Iterator[str]:
    ids = [item.id for item in instrument.items]
    yield from (f"item {name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1}))
    yield from (f"item {i.id} takes the unknown answers {i.answers!r}" for i in instrument.items if i.answers not in instrument.value_sets)
    for name, values in instrument.value_sets.items():
        if values.low > values.high:
            yield f"the answers {name} run from {values.low} down to {values.high}"
        yield from (
            f"the answers {name}: {o.value} lies outside {values.low} to {values.high}"
            for o in values.options
            if not values.low <= o.value <= values.high
        )
    yield from _unknown_items(instrument, instrument.requires, "requires")
    if instrument.suicide:
        yield from _unknown_items(instrument, instrument.suicide.items, "suicide.items")
    rules = [rule.id for rule in instrument.scores]
    if instrument.status_of and instrument.status_of not in rules:
        yield f"status_of names the unknown score {instrument.status_of!r}"
    yield from (f"score {name} stands twice" for name in sorted({name for name in rules if rules.count(name) > 1}))
    known = {source.id for source in instrument.sources}
    yield from (f"{flag.id} is a word of the scorer itself" for flag in instrument.flags if flag.id in RESERVED_FLAGS)
    cited = [*(flag.source for flag in instrument.flags), *(t.source for t in instrument.thresholds)]
    cited += [bands.source for bands in (instrument.bands, *instrument.other_bands) if bands]
    cited += [rule.missing.source for rule in instrument.scores if rule.missing]
    cited += [cut.source for cuts in _cuts(instrument) for cut in cuts]
    yield from (f"cites the unknown source {name!r}" for name in sorted(set(cited) - known))


def _cuts(instrument: Instrument) -> tuple[tuple[Cut, ...], ...]:
    change = instrument.change
    return (change.response, change.partial_response, change.remission, change.reliable, change.meaningful, change.worsening)


def _licence(instrument: Instrument) -> Iterator[str]:
    if instrument.licence.tier is Tier.D and not instrument.is_score_entry:
        yield "tier D may be entered as scores only"


def _rule(instrument: Instrument, rule: ScoreRule, index: int) -> Iterator[str]:
    where = f"score {rule.id}"
    yield from _unknown_items(instrument, rule.items, where)
    if rule.missing:
        yield from _unknown_items(instrument, rule.missing.over, f"{where}, missing.over")
    earlier = {before.id for before in instrument.scores[:index]}
    yield from (f"{where} is made of {name!r}, which is not computed before it" for name in rule.of if name not in earlier)
    if rule.method in _FROM_ITEMS and not rule.items:
        yield f"{where} names no items"
    if rule.method not in _FROM_ITEMS and not rule.of:
        yield f"{where} names no scores"
    if rule.weights and len(rule.weights) != len(rule.items):
        yield f"{where} has {len(rule.weights)} weights for {len(rule.items)} items"
    if rule.method is Method.LOOKUP and rule.table is None:
        yield f"{where} has no table"
    named = [instrument.item(name).answers for name in rule.items if instrument.has_item(name)]
    if len({instrument.value_sets[answers].places for answers in named if answers in instrument.value_sets}) > 1:
        yield f"{where} mixes items of different precision"


def _bands(instrument: Instrument, bands: Bands) -> Iterator[str]:
    ranged = [level for level in bands.levels if level.when is None]
    rule = instrument.score_rule(bands.of)
    if rule is None:
        yield f"bands of the unknown score {bands.of!r}"
        return
    if not ranged:
        return
    step = 1 if rule.places == 0 else 10**-rule.places
    for lower, upper in pairwise(ranged):
        if lower.high is None or upper.low is None or abs(float(upper.low - lower.high) - step) > 1e-9:
            yield f"band {upper.label} does not begin where {lower.label} ends"
    if rule.low is not None and ranged[0].low is not None and ranged[0].low > rule.low:
        yield f"no band holds a {bands.of} of {rule.low}"
    if rule.high is not None and ranged[-1].high is not None and ranged[-1].high < rule.high:
        yield f"no band holds a {bands.of} of {rule.high}"


def _condition(instrument: Instrument, condition: Condition) -> Iterator[str]:
    if not condition.kind:
        yield "a condition is of no kind, or of several"
    yield from _unknown_items(instrument, sorted(condition.items()), "a condition")
    if condition.score and instrument.score_rule(condition.score) is None:
        yield f"a condition asks for the unknown score {condition.score!r}"
    keys = {key.key for key in instrument.context}
    yield from (
        f"a condition asks for the undeclared context {key!r}"
        for key in (condition.context, condition.rise_from)
        if key and key not in keys
    )
    for part in (*condition.all, *condition.any):
        yield from _condition(instrument, part)


def _unknown_items(instrument: Instrument, names: Iterable[str], where: str) -> Iterator[str]:
    return (f"{where} names the unknown item {name!r}" for name in names if not instrument.has_item(name))


def _codes(instrument: Instrument) -> Iterator[str]:
    codes = [instrument.loinc.panel, instrument.loinc.total, instrument.loinc.level, *(item.loinc for item in instrument.items)]
    yield from (f"LOINC {code} has a wrong check digit" for code in codes if code and not has_valid_check_digit(code))

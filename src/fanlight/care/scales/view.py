"""An instrument as a form shows it: one line per question, its answers, and when it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.care.scales.conditions import Condition
from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.parts import Item, Option, ValueSet


@dataclass(frozen=True, slots=True)
class Needed:
    """The question is asked when `item` was answered with one of `values`."""

    item: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuestionnaireItem:
    """One question. `wording` is the instrument's where it may be shown, else the topic in our own words (`is_licensed_text`
    tells which). `options` holds every answer, in order, where they can be listed; else `low` to `high` in steps of
    10**-places. `asked_when_any`: it is asked when any of these holds; empty: always. `is_scored`: it enters a score."""

    id: str
    wording: str
    is_licensed_text: bool
    loinc: str
    options: tuple[Option, ...]
    low: int
    high: int
    places: int
    is_yes_no: bool
    is_required: bool
    is_scored: bool
    is_suicide_item: bool
    asked_when_any: tuple[Needed, ...]


_LONGEST_LIST = 11  # 0 to 10 are listed; longer ranges are typed


def questionnaire_items(instrument: Instrument) -> tuple[QuestionnaireItem, ...]:
    """Every question of the form, in its order."""
    scored = set(instrument.scored_items)
    risky = set(instrument.suicide.items) if instrument.suicide else set()
    return tuple(_line(instrument, item, item.id in scored, item.id in risky) for item in instrument.items)


def _line(instrument: Instrument, item: Item, is_scored: bool, is_risky: bool) -> QuestionnaireItem:
    values = instrument.value_sets[item.answers]
    return QuestionnaireItem(
        id=item.id,
        wording=item.text or item.topic,
        is_licensed_text=bool(item.text),
        loinc=item.loinc,
        options=_options(values),
        low=values.low,
        high=values.high,
        places=values.places,
        is_yes_no=values.yes_no,
        is_required=not item.is_optional,
        is_scored=is_scored,
        is_suicide_item=is_risky,
        asked_when_any=() if item.asked_when is None else _needed(instrument, item.asked_when),
    )


def _options(values: ValueSet) -> tuple[Option, ...]:
    if values.only_options or values.yes_no:
        return values.options
    if values.places or values.high - values.low >= _LONGEST_LIST:
        return ()
    known = {option.value: option for option in values.options}
    numbers = sorted({*range(values.low, values.high + 1), *values.not_assessed})
    return tuple(known.get(number, Option(number)) for number in numbers)


def _needed(instrument: Instrument, condition: Condition) -> tuple[Needed, ...]:
    """The answers that make a question asked: `item at_least` and "one or more of these items at least" are what forms use."""
    if condition.item and condition.at_least is not None:
        return (_at_least(instrument, condition.item, int(condition.at_least)),)
    if condition.count and condition.at_least == 1 and condition.at_most is None:
        return tuple(_at_least(instrument, name, count.at_least) for count in condition.count for name in count.items)
    return tuple(needed for part in condition.any for needed in _needed(instrument, part))


def _at_least(instrument: Instrument, name: str, least: int) -> Needed:
    values = instrument.answers_of(name)
    return Needed(name, tuple(option.value for option in _options(values) if option.value >= least))

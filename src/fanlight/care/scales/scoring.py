"""One answer set scored: safety first, then arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fanlight.care.scales.answers import AnswerSet, known_context, read_answers
from fanlight.care.scales.arithmetic import Number, Rate, rate
from fanlight.care.scales.conditions import ContextValue, Reading
from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.meaning import Bands
from fanlight.core.errors import Fault


class Status(StrEnum):
    """How complete a score is. `INVALID`: an answer outside its value set, or of a wrong kind, or to an unknown item."""

    COMPLETE = "complete"
    PRORATED = "prorated"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer set says.

    `total`: int, or Decimal where the instrument reports decimals; None unless complete or prorated.
    `subscales`: by name, None where one cannot be scored; empty when invalid.
    `band`: None where there is none, or nothing certain. `flags`: words of the instrument and of the scorer
    (``suicide_item_positive``, ``suicide_item_urgent``, ``suicide_item_missing``, ``prorated``, ``out_of_range:<item>``,
    ``inconsistent_skip``). `faults`: what was wrong with the answers, all at once.
    """

    instrument_id: str
    instrument_version: str
    status: Status
    total: Number | None
    subscales: Mapping[str, Number | None]
    band: str | None
    flags: frozenset[str]
    faults: tuple[Fault, ...] = ()


def score(instrument: Instrument, answers: Mapping[str, object], context: Mapping[str, ContextValue | None] | None = None) -> Score:
    """Score one answer set: item id to whole number, true or false for yes/no items, None (or absent) for missing.

    Nothing the answers hold raises: a wrong one makes the status `invalid` and stands in `faults`, and the suicide items
    are judged all the same. Context the instrument does not know raises `ScaleError` (FAN-SCALE-003).
    """
    known = known_context(instrument, context or {})
    found = read_answers(instrument, answers, known)
    safety = _safety(instrument, found)
    if found.faults:
        flags = safety | {f"out_of_range:{name}" for name in found.out_of_range}
        return Score(instrument.id, instrument.version, Status.INVALID, None, {}, None, frozenset(flags), found.faults)
    rates = _rates(instrument, found, known)
    status = _status(instrument, found, rates, known)
    if status is Status.INCOMPLETE and "total" in rates:
        rates["total"] = Rate()
    values: dict[str, Number | None] = {name: one.value for name, one in rates.items()}
    reading = Reading(found.values, {n: _fraction(v) for n, v in values.items()}, {n: one.exact for n, one in rates.items()}, known)
    flags = safety | _flags(instrument, reading)
    if status is Status.PRORATED:
        flags.add("prorated")
    if found.has_inconsistent_skip:
        flags.add("inconsistent_skip")
    band = _band(instrument.bands, reading, values, is_finished=status is not Status.INCOMPLETE) if instrument.bands else None
    total = values.pop("total", None)
    return Score(instrument.id, instrument.version, status, total, values, band, frozenset(flags))


def item_flags(instrument: Instrument, answers: Mapping[str, object]) -> frozenset[str]:
    """The suicide flags of the answers so far, finished form or not: asked whenever an item is saved.

    ``suicide_item_missing`` is left out, since the form may still be under way.
    """
    return frozenset(_safety(instrument, read_answers(instrument, answers, {})) - {"suicide_item_missing"})


def band_of(bands: Bands, value: Number) -> str | None:
    """The band a value falls in, by ranges."""
    ranged = [level for level in bands.levels if level.when is None]
    return next((level.label for level in reversed(ranged) if level.low is None or value >= level.low), None)


def _safety(instrument: Instrument, found: AnswerSet) -> set[str]:
    rule = instrument.suicide
    if rule is None:
        return set()
    reading = Reading(found.given, {}, {}, {})
    flags = set()
    if reading.answer(rule.positive):
        flags.add("suicide_item_positive")
    if reading.answer(rule.urgent):
        flags.add("suicide_item_urgent")
    if any(name not in found.given and name not in found.not_asked for name in rule.items):
        flags.add("suicide_item_missing")
    return flags


def _rates(instrument: Instrument, found: AnswerSet, context: Mapping[str, ContextValue]) -> dict[str, Rate]:
    left_out = instrument.not_applicable if instrument.not_applicable and context.get(instrument.not_applicable.context) is True else None
    rates: dict[str, Rate] = {}
    for rule in instrument.scores:
        rates[rule.id] = rate(instrument, rule, found.values, rates, left_out)
    return rates


def _status(instrument: Instrument, found: AnswerSet, rates: Mapping[str, Rate], context: Mapping[str, ContextValue]) -> Status:
    rule = instrument.not_applicable
    excused = rule.items if rule and context.get(rule.context) is True else ()
    if any(found.values[name] is None for name in instrument.requires if name not in excused):
        return Status.INCOMPLETE
    if not instrument.status_of:
        return Status.COMPLETE
    chief = rates[instrument.status_of]
    if chief.value is None:
        return Status.INCOMPLETE
    return Status.PRORATED if chief.is_prorated else Status.COMPLETE


def _flags(instrument: Instrument, reading: Reading) -> set[str]:
    flags = set()
    for flag in instrument.flags:
        answer = reading.answer(flag.when)
        if answer:
            flags.add(flag.id)
        elif answer is None and flag.if_unknown:
            flags.add(flag.if_unknown)
    return flags


def _band(bands: Bands, reading: Reading, values: Mapping[str, Number | None], *, is_finished: bool) -> str | None:
    reached = next((level.label for level in bands.levels if level.when and reading.answer(level.when)), None)
    if reached or bands.otherwise:
        return reached or (bands.otherwise if is_finished else None)
    value = values.get(bands.of)
    return None if value is None else band_of(bands, value)


def _fraction(value: Number | None) -> Fraction | None:
    return None if value is None else Fraction(value)

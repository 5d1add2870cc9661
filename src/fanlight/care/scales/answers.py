"""Answers read against an instrument: which are usable, which are missing, and every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.care.scales.conditions import ContextValue, Reading
from fanlight.care.scales.instrument import Instrument, ScaleError
from fanlight.care.scales.parts import Item, ValueSet
from fanlight.core.errors import Fault


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Usable answers by item, as scored numbers (in steps of the item's smallest decimal), and what was wrong.

    `given`: every item with a usable answer, before a question that should not have been asked is dropped.
    `values`: what the scores see. An item not asked and not answered is 0 there, a missing one is None.
    `out_of_range`: items whose answer is outside its value set or of a wrong type, in the form's order.
    `not_asked`: items whose condition for being asked does not hold.
    """

    given: dict[str, int]
    values: dict[str, int | None]
    out_of_range: tuple[str, ...]
    not_asked: frozenset[str]
    has_inconsistent_skip: bool
    faults: tuple[Fault, ...]


def read_answers(instrument: Instrument, answers: Mapping[str, object], context: Mapping[str, ContextValue]) -> AnswerSet:
    """Read answers by item id. A key absent, None or NaN is missing; text is never taken for a number."""
    shift = _shift(instrument, context)
    given: dict[str, int] = {}
    out_of_range: list[str] = []
    faults = [
        Fault(str(name), f"is not an item of {instrument.id}", None, _known(instrument))
        for name in answers
        if not instrument.has_item(name)
    ]
    for item in instrument.items:
        raw = answers.get(item.id)
        if raw is None or raw != raw:
            continue
        values = instrument.value_sets[item.answers]
        value = number_of(raw, values)
        if value is not None and shift:
            value += shift
        reason = _refusal(raw, value, values, shift)
        if reason:
            out_of_range.append(item.id)
            faults.append(Fault(item.id, reason))
        elif value is not None and value not in values.not_assessed:
            given[item.id] = dict(values.counts_as).get(value, value) if values.counts_as else value
    kept, not_asked, inconsistent = _asked(instrument, given)
    return AnswerSet(given, kept, tuple(out_of_range), not_asked, inconsistent, tuple(faults))


def _asked(instrument: Instrument, given: dict[str, int]) -> tuple[dict[str, int | None], frozenset[str], bool]:
    values: dict[str, int | None] = {item.id: given.get(item.id) for item in instrument.items}
    not_asked: set[str] = set()
    inconsistent = False
    reading = Reading(values, {}, {}, {})
    scored = None
    for item in instrument.items:
        if item.asked_when is None or reading.answer(item.asked_when) is not False:
            continue
        not_asked.add(item.id)
        answer = values[item.id]
        if answer:
            scored = scored or set(instrument.scored_items) | set(instrument.requires)
            inconsistent = inconsistent or item.id in scored
        if answer is None or not instrument.keeps_skipped:
            values[item.id] = 0
    return values, frozenset(not_asked), inconsistent


def number_of(raw: object, values: ValueSet) -> int | None:
    """The answer in steps of the smallest decimal, or None where it is not such a number."""
    if isinstance(raw, bool):
        return int(raw) if values.yes_no else None
    if isinstance(raw, int):
        return raw * _step(values)
    if getattr(raw, "shape", None) == ():  # a number of NumPy's; the shortest decimals stand for a narrow float
        plain: object = raw.item()  # type: ignore[attr-defined]
        return number_of(Decimal(str(raw)) if isinstance(plain, float) else plain, values)
    if isinstance(raw, float | Decimal):
        scaled = Decimal(str(raw)).scaleb(values.places)
        return int(scaled) if scaled.is_finite() and scaled == scaled.to_integral_value() else None
    return None


def _step(values: ValueSet) -> int:
    return int(10**values.places)


def _refusal(raw: object, value: int | None, values: ValueSet, shift: int) -> str:
    if value is None:
        if isinstance(raw, bool):
            return "is true or false, where a number is wanted"
        if not isinstance(raw, int | float | Decimal):
            return f"is not a number but {_kind(raw)}"
        return f"is not {'a whole number' if values.places == 0 else f'a number of at most {values.places} decimals'}"
    if allows(values, value):
        return ""
    return f"{raw} is outside {_words(values, shift)}"


def allows(values: ValueSet, value: int) -> bool:
    """Whether a value set holds a value (in steps of its smallest decimal)."""
    if value in values.not_assessed:
        return True
    if values.only_options:
        return any(option.value == value for option in values.options)
    step = _step(values)
    return values.low * step <= value <= values.high * step


def allowed_words(item: Item, instrument: Instrument) -> str:
    """The answers an item takes, in words."""
    return _words(instrument.value_sets[item.answers], 0)


def _words(values: ValueSet, shift: int) -> str:
    if values.only_options:
        return ", ".join(str(option.value - shift) for option in values.options)
    return f"{values.low - shift} to {values.high - shift}"


def _kind(raw: object) -> str:
    return {"str": "text", "list": "a list", "dict": "an object"}.get(type(raw).__name__, "something else")


def _known(instrument: Instrument) -> str:
    ids = [item.id for item in instrument.items]
    return f"Items: {', '.join(ids) if len(ids) <= 8 else f'{ids[0]} to {ids[-1]}'}."


def _shift(instrument: Instrument, context: Mapping[str, ContextValue]) -> int:
    chosen = context.get("coding")
    return next((coding.shift for coding in instrument.codings if coding.id == chosen), 0)


def known_context(instrument: Instrument, context: Mapping[str, ContextValue | None]) -> dict[str, ContextValue]:
    """The context the scorer reads: None and NaN are absent, 2.0 is 2.

    `coding` names one of its other published codings, `recall` one of its recall windows (kept with the score; which answers
    a shorter window carries is `carry_forward`'s). What the instrument does not know, or of a wrong kind, is refused, naming
    every fault (FAN-SCALE-003).
    """
    keys = {key.key: key for key in instrument.context}
    choices_of = {key.key: key.choices for key in instrument.context}
    if instrument.codings:
        choices_of["coding"] = tuple(coding.id for coding in instrument.codings)
    if instrument.recall_forms:
        choices_of["recall"] = tuple(form.id for form in instrument.recall_forms)
    known: dict[str, ContextValue] = {}
    faults = []
    for name, given in context.items():
        if name not in choices_of:
            faults.append(f"{name!r} is not context of {instrument.id} ({', '.join(choices_of) or 'it takes none'})")
            continue
        value: Any = given
        value = value.item() if hasattr(value, "item") else value
        if value is None or value != value:
            continue
        if isinstance(value, float | Decimal) and value == value // 1:
            value = int(value)
        choices = choices_of[name]
        is_number = name in keys and keys[name].is_number
        if choices and value not in choices:
            faults.append(f"{name} {value!r} is not one of {', '.join(choices)}")
        elif is_number and (isinstance(value, bool) or not isinstance(value, int)):
            faults.append(f"{name} is not a whole number")
        elif not choices and not is_number and not isinstance(value, bool):
            faults.append(f"{name} is not true or false")
        known[name] = value
    if faults:
        raise ScaleError("FAN-SCALE-003", f"Cannot score {instrument.id} with this context", "; ".join(faults))
    return known

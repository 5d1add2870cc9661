"""Facts as somebody wrote them, turned into exact values: every wrong name, type and unit named at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, localcontext
from fractions import Fraction

from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.core.facts import Fact, FactCatalogue, FactDefinition, FactKind, Facts, FactValue, FieldDefinition
from fanlight.core.instants import parse_instant
from fanlight.core.quantities import Quantity, parse_decimal, plain
from fanlight.core.units import received_unit

_KEYS = ("value", "unit", "at", "from")
_NOT_SAID = (None, "unknown", "not asked")


def parse_facts(raw: Mapping[str, object], catalogue: FactCatalogue, lines: Mapping[str, int] | None = None) -> Facts:
    """Read ``name: value`` or ``name: {value, unit, at, from}`` for every fact.

    A value of null, "unknown" or "not asked" leaves the fact absent. A number may carry a unit, which is
    converted exactly to the fact's own. Raises `InputError` (FAN-FACT-001) with every fault found.
    `lines` gives the line of each name in the file it came from.
    """
    faults: list[Fault] = []
    found: list[Fact] = []
    for name, given in raw.items():
        line = (lines or {}).get(name)
        definition = catalogue.definitions.get(name)
        if definition is None:
            near = difflib.get_close_matches(name, list(catalogue.definitions), n=1, cutoff=0.6)
            faults.append(Fault(name, "is not a fact Fanlight knows.", line, f'Did you mean "{near[0]}"?' if near else ""))
            continue
        try:
            fact = _fact(definition, given)
        except (FanlightError, ValueError) as problem:
            faults.append(Fault(name, _reason(problem), line, getattr(problem, "next_step", "")))
            continue
        if fact is not None:
            found.append(fact)
    if faults:
        raise InputError("FAN-FACT-001", "The facts cannot be used", faults)
    return Facts(found)


def read_value(definition: FactDefinition | FieldDefinition, value: object, unit: str = "") -> tuple[FactValue, str]:
    """One value as its definition asks, and what was written when it was converted ("" when it was not).

    Raises ValueError, or a `FanlightError` for units, saying what is wrong.
    """
    match definition.kind:
        case FactKind.BOOLEAN:
            if not isinstance(value, bool):
                raise ValueError(f"{value!r} is not true or false.")
            return value, ""
        case FactKind.NUMBER:
            return _number(definition, value, unit)
        case FactKind.DATE:
            return _date(value), ""
        case FactKind.INSTANT:
            return (value if isinstance(value, datetime) and value.tzinfo else parse_instant(str(value))), ""
        case FactKind.RECORDS:
            return _records(definition, value), ""
        case FactKind.CHOICE:
            return _choice(definition, value), ""
        case FactKind.TEXT:
            if not isinstance(value, str):
                raise ValueError(f"{value!r} is not a text.")
            return value, ""


def _fact(definition: FactDefinition, given: object) -> Fact | None:
    value, unit, at, source = given, "", None, ""
    if isinstance(given, Mapping):
        extra = [key for key in given if key not in _KEYS]
        if extra:
            raise ValueError(f"has the key {extra[0]!r}; a fact has {', '.join(_KEYS)}.")
        value, unit, source = given.get("value"), str(given.get("unit") or ""), str(given.get("from") or "")
        at = parse_instant(str(given["at"])) if given.get("at") is not None else None
    if value is None or (isinstance(value, str) and value in _NOT_SAID):
        return None
    read, as_given = read_value(definition, value, unit)
    return Fact(definition.name, read, at, source, definition.unit, as_given)


def _number(definition: FactDefinition | FieldDefinition, value: object, unit: str) -> tuple[Decimal, str]:
    if isinstance(value, str) and " " in value.strip() and not unit:
        text, _, unit = value.strip().partition(" ")
        value = text
    if isinstance(value, Quantity):
        number, unit = value.value, value.unit
    elif isinstance(value, str):
        number = parse_decimal(value)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        raise ValueError(f"{value!r} is not a number. Write it plainly, for example 72.4.")
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number.")
    as_given = ""
    if unit:
        code = received_unit(unit) or unit.strip()
        if code != definition.unit:
            if not definition.unit:
                raise ValueError(f"has the unit {unit!r}, but is a plain number.")
            as_given = str(Quantity(number, code))
            number = _decimal(Quantity(number, code).exact_in(definition.unit))
    _in_range(definition, number)
    return number, as_given


def _decimal(exact: Fraction) -> Decimal:
    """An exact rational as a decimal; exact where it has an end, else to 28 digits."""
    with localcontext() as context:
        context.prec = 28
        return Decimal(exact.numerator) / Decimal(exact.denominator)


def _in_range(definition: FactDefinition | FieldDefinition, number: Decimal) -> None:
    low = getattr(definition, "minimum", None)
    high = getattr(definition, "maximum", None)
    if (low is not None and number < low) or (high is not None and number > high):
        unit = f" {definition.unit}" if definition.unit else ""
        raise ValueError(
            f"{plain(number)}{unit} is outside {plain(low or Decimal(0))} to {plain(high or number)}{unit}. Check the number and its unit."
        )


def _date(value: object) -> date:
    if isinstance(value, datetime):
        raise ValueError(f"{value.isoformat()} is a time; give the date at the clinic.")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date. Write it as 2026-11-21.") from None


def _choice(definition: FactDefinition | FieldDefinition, value: object) -> str:
    if not isinstance(value, str) or value not in definition.choices:
        near = difflib.get_close_matches(str(value), definition.choices, n=1, cutoff=0.5)
        hint = f'Did you mean "{near[0]}"?' if near else f"Choose one of: {', '.join(definition.choices)}."
        raise ValueError(f"{value!r} is not one of its choices. {hint}")
    return value


def _records(definition: FactDefinition | FieldDefinition, value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("is not a list of records. Start each with a dash; write [] for none.")
    known = {field.name: field for field in getattr(definition, "fields", ())}
    read: list[Mapping[str, object]] = []
    problems: list[str] = []
    for index, record in enumerate(value):
        if not isinstance(record, Mapping):
            problems.append(f"[{index}] is not a record with the fields {', '.join(known)}.")
            continue
        row: dict[str, object] = {}
        for key, item in record.items():
            if key not in known:
                near = difflib.get_close_matches(str(key), list(known), n=1, cutoff=0.6)
                problems.append(
                    f"[{index}].{key} is not a field. " + (f'Did you mean "{near[0]}"?' if near else f"Fields: {', '.join(known)}.")
                )
            elif item is not None and item not in ("unknown", "not asked"):
                try:
                    row[str(key)] = read_value(known[key], item)[0]
                except (FanlightError, ValueError) as problem:
                    problems.append(f"[{index}].{key}: {_reason(problem)}")
        problems += [
            f"[{index}].{field.name} is required, missing." for field in known.values() if field.required and field.name not in row
        ]
        read.append(row)
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(read)


def _reason(problem: Exception) -> str:
    if isinstance(problem, FanlightError):
        return f"{problem.what}: {problem.why}.".replace(": .", ".")
    return str(problem)

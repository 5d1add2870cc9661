"""How the payload of an event is declared, read from plain values and written back, all faults at once."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fanlight.core.errors import FanlightError, Fault
from fanlight.core.instants import as_utc, format_instant, parse_instant
from fanlight.core.quantities import parse_decimal

_NEVER = object()


def entry(
    label: str,
    *,
    unit: str = "",
    low: str | None = None,
    high: str | None = None,
    default: Any = _NEVER,
    is_text: bool = False,
) -> Any:
    """Declare one field of a payload: its label on a page, its unit, and the ends of its scale.

    `low` and `high` are the ends of what can exist (a 0-10 rating, a percentage), both allowed; they are no
    judgement of what is normal. Without `default` the field must be given; text that must be given may not be blank.
    `is_text` marks free text, which never reaches a log.
    """
    metadata = {
        "label": label,
        "unit": unit,
        "low": None if low is None else Decimal(low),
        "high": None if high is None else Decimal(high),
        "is_text": is_text,
    }
    return field(metadata=metadata) if default is _NEVER else field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, slots=True)
class FieldForm:
    """One field as a form needs it: name, label, unit, whether it must be given, its kind and choices."""

    name: str
    label: str
    unit: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None


@functools.cache
def form_of(kind: type) -> tuple[FieldForm, ...]:
    """The fields of a payload, in order, for pages and for the manual."""
    hints = get_type_hints(kind)
    found = []
    for item in fields(kind):
        inner, origin = _unwrap(hints[item.name])
        among = get_args(inner)[0] if origin is tuple else inner
        choices = tuple(str(member.value) for member in among) if isinstance(among, type) and issubclass(among, Enum) else ()
        name = "list" if origin is tuple else "choice" if choices else getattr(inner, "__name__", "value").lower()
        meta = item.metadata
        found.append(
            FieldForm(
                item.name,
                meta.get("label", item.name),
                meta.get("unit", ""),
                name,
                _is_required(item),
                choices,
                meta.get("low"),
                meta.get("high"),
            )
        )
    return tuple(found)


def read_payload(kind: type[Any], raw: object, path: str, faults: list[Fault]) -> Any | None:
    """A frozen payload from a plain mapping; None, with the faults added, where it is not valid."""
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, "is not a set of named values."))
        return None
    slots = _slots(kind)
    before = len(faults)
    for key in raw:
        if key not in slots:
            near = difflib.get_close_matches(str(key), slots, n=1, cutoff=0.6)
            faults.append(Fault(f"{path}.{key}", "is not a known field.", None, f'Did you mean "{near[0]}"?' if near else ""))
    values: dict[str, Any] = {}
    for name, (hint, is_required, meta) in slots.items():
        given = raw.get(name)
        if given is None:
            if is_required:
                faults.append(Fault(f"{path}.{name}", "required, missing.", None, f"Give {meta.get('label', name)}."))
            continue
        try:
            values[name] = _value(hint, given, f"{path}.{name}", faults, meta)
        except (ValueError, FanlightError) as problem:
            faults.append(Fault(f"{path}.{name}", _words(problem)))
    if len(faults) > before:
        return None
    try:
        return kind(**values)
    except ValueError as problem:
        faults.append(Fault(path, _words(problem)))
        return None


def write_payload(payload: Any) -> dict[str, Any]:
    """The payload as plain JSON values: decimals and instants as text; what was not given is left out."""
    written: dict[str, Any] = {}
    for name in _slots(type(payload)):
        value = getattr(payload, name)
        if value is None or (value == () and type(payload).__dataclass_fields__[name].default == ()):
            continue
        written[name] = _plain_value(value)
    return written


def _plain_value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    if is_dataclass(value):
        return write_payload(value)
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items()}
    return value


_Slots = dict[str, tuple[Any, bool, Mapping[str, Any]]]
_known_slots: dict[type[Any], _Slots] = {}


def _slots(kind: type[Any]) -> _Slots:
    """Each field of a payload: its type, whether it must be given, what was declared of it. Worked out once: they never change."""
    if kind not in _known_slots:
        hints = get_type_hints(kind)
        _known_slots[kind] = {item.name: (hints[item.name], _is_required(item), item.metadata) for item in fields(kind)}
    return _known_slots[kind]


def _is_required(item: dataclasses.Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


@functools.cache
def _unwrap(hint: Any) -> tuple[Any, Any]:
    """The type without its None, and what it is a form of (`tuple`, `Mapping`), None where it is plain."""
    if get_origin(hint) in (Union, UnionType):
        inner = [arg for arg in get_args(hint) if arg is not NoneType]
        if len(inner) == 1:
            hint = inner[0]
    return hint, get_origin(hint)


def _value(hint: Any, given: Any, path: str, faults: list[Fault], meta: Mapping[str, Any]) -> Any:
    inner, origin = _unwrap(hint)
    if origin is tuple:
        if not isinstance(given, list | tuple):
            raise ValueError("is not a list.")
        item = get_args(inner)[0]
        return tuple(_value(item, each, f"{path}[{index}]", faults, meta) for index, each in enumerate(given))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(given, Mapping):
            raise ValueError("is not a set of named values.")
        return dict(given)
    if is_dataclass(inner):
        return read_payload(inner, given, path, faults)  # type: ignore[arg-type]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return _choice(inner, given)
    return _scalar(inner, given, meta)


def _choice(kind: type[Enum], given: Any) -> Enum:
    for member in kind:
        if given == member.value:
            return member
    choices = [str(member.value) for member in kind]
    near = difflib.get_close_matches(str(given), choices, n=1, cutoff=0.5)
    raise ValueError(f"is not one of its choices. {f'Did you mean {near[0]!r}?' if near else 'Choose one of: ' + ', '.join(choices) + '.'}")


def _scalar(kind: Any, given: Any, meta: Mapping[str, Any]) -> Any:
    if kind is bool:
        if not isinstance(given, bool):
            raise ValueError("is not true or false.")
        return given
    if kind is datetime:
        return as_utc(given) if isinstance(given, datetime) else parse_instant(str(given))
    if kind is str:
        if not isinstance(given, str):
            raise ValueError("is not text.")
        if not given.strip():
            raise ValueError("is blank.")
        return given
    number = _number(given)
    if kind is int and number != number.to_integral_value():
        raise ValueError("is not a whole number.")
    _within(number, meta)
    return int(number) if kind is int else number


def _number(given: Any) -> Decimal:
    if isinstance(given, bool | float) or not isinstance(given, int | Decimal | str):
        raise ValueError("is not an exact number. Send it as text.")
    number = parse_decimal(given) if isinstance(given, str) else Decimal(given)
    if not number.is_finite():
        raise ValueError("is not a number.")
    return number


def _within(number: Decimal, meta: Mapping[str, Any]) -> None:
    low, high = meta.get("low"), meta.get("high")
    if (low is not None and number < low) or (high is not None and number > high):
        unit = f" {meta['unit']}" if meta.get("unit") else ""
        ends = f"{low} to {high}{unit}" if high is not None and low is not None else f"{low}{unit} or more"
        raise ValueError(f"is outside {ends}.")


def _words(problem: Exception) -> str:
    if isinstance(problem, FanlightError):
        return f"{problem.why}. {problem.next_step}".strip()
    return str(problem)

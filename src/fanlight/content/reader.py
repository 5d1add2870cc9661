"""The one reader of content files: it checks a file against a type and names every fault at once."""

from __future__ import annotations

import difflib
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import cattrs
from cattrs.gen import make_dict_structure_fn

from fanlight.content.yaml_tree import load_tree
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.core.instants import parse_instant
from fanlight.core.quantities import Quantity

T = TypeVar("T")


class ContentError(InputError):
    """A content file that is not what it should be, with every fault, its line and its path."""

    def __init__(self, name: str, kind: str, faults: list[Fault]) -> None:
        ordered = sorted(faults, key=lambda fault: (fault.line or 0, fault.path))
        super().__init__("FAN-CONT-001", f"{name} is not a valid {kind}", ordered)


def content_folder() -> Path:
    """Where the shipped content stands."""
    return Path(__file__).parent


def read(path: Path, kind: type[T]) -> T:
    """Read one file as `kind` (a frozen dataclass), or raise `ContentError` naming every fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ContentError(path.name, _words(kind), [Fault("", f"cannot be read: {type(problem).__name__}")]) from problem
    return read_text(text, kind, path.name)


def read_folder(folder: Path, kind: type[T]) -> dict[str, T]:
    """Every ``*.yaml`` file of a folder by its stem, in name order; faults of all files are raised together."""
    found: dict[str, T] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = read(path, kind)
        except ContentError as problem:
            faults += [Fault(f"{path.name} {fault.path}".strip(), fault.reason, fault.line, fault.suggestion) for fault in problem.faults]
    if faults:
        raise ContentError(folder.name, f"folder of {_words(kind)} files", faults)
    return found


def read_text(text: str, kind: type[T], name: str = "input") -> T:
    """Read a YAML (or JSON) text as `kind`, or raise `ContentError` naming every fault."""
    values, lines, faults = load_tree(text)
    if faults:
        raise ContentError(name, _words(kind), faults)
    try:
        return _converter().structure(values, kind)
    except Exception as problem:
        found = list(_faults(problem, "", lines, values))
        if not found:
            raise
        raise ContentError(name, _words(kind), found) from problem


def content_hash(folder: Path | None = None) -> str:
    """SHA-256 over the names and bytes of all content files: the content version."""
    root = folder or content_folder()
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".yaml", ".csv", ".md", ".typ")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _words(kind: type) -> str:
    name = getattr(kind, "__name__", str(kind))
    return "".join(f" {c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _exactly(expected: type, words: str) -> Any:
    def structure(value: Any, kind: type) -> Any:
        if kind is not expected and issubclass(kind, Enum):  # a text enum is a str, and would arrive here
            return _enum(value, kind)
        if type(value) is not expected:
            raise ValueError(f"{value!r} is not {words}")
        return value

    return structure


def _decimal(value: Any, _: type) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"{value!r} is not a number")
    return Decimal(value)


def _quantity(value: Any, _: type) -> Quantity:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is not a quantity. Write a number and a unit, as "0.5 mg/kg"')
    return Quantity.parse(value)


def _date(value: Any, _: type) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date. Write it as 2026-11-21") from None


def _time(value: Any, _: type) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a time of day. Write it in quotes as '09:30'") from None


def _enum(value: Any, kind: type[Enum]) -> Enum:
    for member in kind:
        if value == member.value or value == member.name:
            return member
    choices = [str(member.value if isinstance(member.value, str) else member.name) for member in kind]
    near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
    hint = f'Did you mean "{near[0]}"?' if near else f"Choose one of: {', '.join(choices)}."
    raise ValueError(f'"{value}" is not a known value. {hint}')


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)
    converter.register_structure_hook(Enum, _enum)
    converter.register_structure_hook_factory(
        is_dataclass,
        lambda kind: _mapping_only(
            make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True), kind
        ),
    )
    converter.register_structure_hook_factory(_is_tuple_of, lambda kind: _tuple_hook(kind, converter))
    converter.register_structure_hook_func(_is_plain_union, _plain_union)
    converter.register_structure_hook(str, _exactly(str, "text"))
    converter.register_structure_hook(bool, _exactly(bool, "true or false"))
    converter.register_structure_hook(int, _exactly(int, "a whole number"))
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(Quantity, _quantity)
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(time, _time)
    converter.register_structure_hook(datetime, lambda value, _: parse_instant(str(value)))
    return converter


def _mapping_only(structure: Any, kind: type) -> Any:
    def hook(value: Any, _: type) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError(f"{value!r} is not a {_words(kind)}: it needs the keys {', '.join(f.name for f in fields(kind))}")
        return structure(value, kind)

    return hook


def _is_tuple_of(kind: Any) -> bool:
    args = get_args(kind)
    return get_origin(kind) is tuple and len(args) == 2 and args[1] is Ellipsis


def _tuple_hook(kind: Any, converter: cattrs.Converter) -> Any:
    item = get_args(kind)[0]
    as_list = converter.get_structure_hook(list[item])  # type: ignore[valid-type]

    def hook(value: Any, _: type) -> Any:
        if not isinstance(value, list):
            raise ValueError(f"{value!r} is not a list. Start each item with a dash, or write [a, b]")
        return tuple(as_list(value, list[item]))  # type: ignore[valid-type]

    return hook


_PLAIN = (str, int, bool, Decimal, type(None))


def _is_plain_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and len(get_args(kind)) > 2 and all(arg in _PLAIN for arg in get_args(kind))


def _plain_union(value: Any, kind: Any) -> Any:
    if type(value) not in get_args(kind):
        raise ValueError(f"{value!r} is not one of: {', '.join(arg.__name__ for arg in get_args(kind))}")
    return value


def _faults(problem: BaseException, path: str, lines: dict[str, int], values: Any) -> Iterator[Fault]:
    if isinstance(problem, cattrs.errors.ForbiddenExtraKeysError):
        known = [field.name for field in fields(problem.cl) if field.init]
        for key in sorted(problem.extra_fields):
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
            hint = f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."
            yield _fault(_join(path, key), "is not a known key", lines, hint)
        return
    if isinstance(problem, cattrs.errors.ClassValidationError | cattrs.errors.IterableValidationError):
        for inner in problem.exceptions:
            step = next((note for note in getattr(inner, "__notes__", []) if hasattr(note, "name") or hasattr(note, "index")), None)
            child = path
            if step is not None:
                child = (
                    _join(path, str(step.name))
                    if hasattr(step, "name")
                    else f"{path}[{step.index}]"
                    if isinstance(step.index, int)
                    else _join(path, str(step.index))
                )
            yield from _faults(inner, child, lines, values)
        return
    if isinstance(problem, KeyError):
        yield _fault(path, "required, missing.", lines, _expected(problem))
        return
    if isinstance(problem, InputError):  # a type that checks itself names its own faults, each with its place
        for fault in problem.faults:
            yield _fault(_join(path, fault.path), fault.reason, lines, fault.suggestion)
        return
    if isinstance(problem, FanlightError):
        yield _fault(path, f"{problem.what}: {problem.why}".rstrip(": ") + ".", lines, problem.next_step)
        return
    yield _fault(path, str(problem).rstrip(".") + "." if not str(problem).endswith("?") else str(problem), lines)


def _expected(problem: KeyError) -> str:
    return f"Give {str(problem.args[0]).replace('_', ' ')}." if problem.args else ""


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fault(path: str, reason: str, lines: dict[str, int], suggestion: str = "") -> Fault:
    place = path
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return Fault(path, reason, lines.get(place), suggestion)


def required_keys(kind: type) -> tuple[str, ...]:
    """Keys a file of this type must hold; for the generated reference."""
    get_type_hints(kind)
    return tuple(f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)

"""Rows of a table text as frozen dataclasses; every fault with its line. The text is handed in: this room opens no file."""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import MISSING, fields
from datetime import date
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from fanlight.core.errors import Fault, InputError

T = TypeVar("T")


def read_rows(text: str, kind: type[T], name: str) -> tuple[T, ...]:
    """Each line of a CSV `text` as a `kind`; columns are its fields.

    An empty cell is None (or empty text). Raises `InputError` FAN-EVID-030 with every unknown column, missing column and cell that
    cannot be read.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    header = list(reader.fieldnames or [])
    faults: list[Fault] = []
    for column in header:
        if column not in known:
            near = difflib.get_close_matches(column or "", list(known), n=1)
            faults.append(Fault(column or "(no name)", "is not a known column", 1, f'Did you mean "{near[0]}"?' if near else ""))
    needed = {name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING}
    faults += [Fault(column, "column missing", 1) for column in sorted(needed - set(header))]
    if faults:
        raise InputError("FAN-EVID-030", f"{name} is not a valid table", faults)
    rows: list[T] = []
    for record in reader:
        values: dict[str, Any] = {}
        for column in header:
            cell = (record.get(column) or "").strip()
            try:
                values[column] = _cell(cell, hints[column])
            except ValueError as problem:
                faults.append(Fault(column, str(problem), reader.line_num))
        if None in record:
            faults.append(Fault("row", "has more cells than the header", reader.line_num, "Put quotes round cells with commas."))
        elif len(values) == len(header) and not any(fault.line == reader.line_num for fault in faults):
            rows.append(kind(**values))
    if faults:
        raise InputError("FAN-EVID-030", f"{name} is not a valid table", faults)
    return tuple(rows)


def _cell(cell: str, hint: Any) -> Any:
    options = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if type(None) in options and cell in ("", "NA"):
        return None
    plain = next(option for option in options if option is not type(None))
    if plain is str:
        return cell
    if plain is int:
        if not cell.lstrip("-").isdigit():
            raise ValueError(f"{cell!r} is not a whole number")
        return int(cell)
    if plain is float:
        try:
            return float(cell)
        except ValueError:
            raise ValueError(f"{cell!r} is not a number") from None
    if plain is date:
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise ValueError(f"{cell!r} is not a date. Write it as 2026-11-21") from None
    if isinstance(plain, type) and issubclass(plain, Enum):
        for member in plain:
            if cell == member.value:
                return member
        raise ValueError(f"{cell!r} is not one of {', '.join(str(member.value) for member in plain)}")
    raise ValueError(f"no rule to read {hint!r}")


def write_rows(rows: tuple[Any, ...], kind: type[Any]) -> str:
    """The rows as CSV text, which `read_rows` reads back to the same values."""
    out = io.StringIO()
    names = [field.name for field in fields(kind)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_text(getattr(row, name)) for name in names])
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:.17g}" if float(f"{value:g}") != value else f"{value:g}"
    return str(value)

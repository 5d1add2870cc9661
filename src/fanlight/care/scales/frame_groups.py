"""Forms with a context of their own: forms of one context are scored together and put back in their rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fanlight.care.scales.column_scores import RateColumn
from fanlight.care.scales.columns import Column, Mask, read_columns
from fanlight.care.scales.conditions import ContextValue
from fanlight.care.scales.instrument import Instrument, ScaleError

if TYPE_CHECKING:
    from fanlight.care.scales.frame import ScoredColumns

Rows = npt.NDArray[np.intp]


def score_by_context(
    instrument: Instrument, frame: Any, shared: Mapping[str, ContextValue | None], per_form: Mapping[str, Any]
) -> ScoredColumns:
    """Scored columns of N forms whose context differs; a null context value is an absent one."""
    from fanlight.care.scales.answers import known_context
    from fanlight.care.scales.frame import NO_BAND, ScoredColumns, score_read_columns

    if "coding" in per_form:
        raise ScaleError(
            "FAN-SCALE-003",
            f"Cannot score {instrument.id} with this context",
            "coding holds for a whole frame",
            "Split the frame by coding.",
        )
    shared = known_context(instrument, shared)
    shift = next((coding.shift for coding in instrument.codings if coding.id == shared.get("coding")), 0)
    columns, size = read_columns(instrument, frame, shift)
    parts: list[tuple[Rows, ScoredColumns]] = []
    for own, rows in _groups(instrument, per_form, size):
        context = {**shared, **known_context(instrument, own)}
        parts.append(
            (rows, score_read_columns(instrument, {name: _take(column, rows) for name, column in columns.items()}, len(rows), context))
        )
    status, band = np.zeros(size, np.uint8), np.full(size, NO_BAND, np.uint8)
    flags: dict[str, Mask] = {}
    for rows, scored in parts:
        status[rows], band[rows] = scored.status, scored.band
        for name, mask in scored.flags.items():
            flags.setdefault(name, np.zeros(size, np.bool_))[rows] = mask
    names = list(parts[0][1].rates) if parts else []
    rates = {name: _put_back([(rows, scored.rates[name]) for rows, scored in parts], size) for name in names}
    return ScoredColumns(status, rates, band, parts[0][1].labels if parts else (), flags)


def _groups(instrument: Instrument, per_form: Mapping[str, Any], size: int) -> list[tuple[dict[str, ContextValue], Rows]]:
    keys = list(per_form)
    lists = [list(values.to_list() if hasattr(values, "to_list") else values) for values in per_form.values()]
    if any(len(values) != size for values in lists):
        raise ScaleError(
            "FAN-SCALE-003", f"Cannot score {instrument.id} with this context", f"it does not hold one value for each of {size} forms"
        )
    found: dict[tuple[Any, ...], list[int]] = {}
    for row, values in enumerate(zip(*lists, strict=True)):
        plain = (value.item() if isinstance(value, np.generic) else value for value in values)
        found.setdefault(tuple(None if value != value else value for value in plain), []).append(row)
    return [
        ({key: value for key, value in zip(keys, values, strict=True) if value is not None}, np.array(rows, np.intp))
        for values, rows in found.items()
    ]


def _take(column: Column, rows: Rows) -> Column:
    return Column(
        column.values[rows],
        None if column.missing is None else column.missing[rows],
        None if column.out_of_range is None else column.out_of_range[rows],
    )


def _put_back(parts: list[tuple[Rows, RateColumn]], size: int) -> RateColumn:
    scaled, lacking = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    for rows, rate in parts:
        scaled[rows] = rate.scaled
        if rate.lacking is not None:
            lacking[rows] = rate.lacking
    return RateColumn(scaled, max(rate.places for _, rate in parts), lacking, None)

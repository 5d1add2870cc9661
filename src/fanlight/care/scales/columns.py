"""Answers of many forms read into columns: small whole numbers, with masks of what is missing and what is out of range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fanlight.care.scales.answers import allows
from fanlight.care.scales.instrument import Instrument, ScaleError
from fanlight.care.scales.parts import ValueSet

if TYPE_CHECKING:
    import polars as pl

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.integer[Any]]
_PLAIN = ({int}, {float}, {int, float}, {bool})


@dataclass(frozen=True, slots=True)
class Column:
    """One item over N forms. `values` (N,) scored numbers, 0 where missing; the masks (N,) are None where nothing is marked."""

    values: Whole
    missing: Mask | None = None
    out_of_range: Mask | None = None


def read_columns(instrument: Instrument, frame: Any, shift: int) -> tuple[dict[str, Column], int]:
    """Columns by item id, and the number of forms N.

    `frame`: a Polars frame (lazy or not), another frame with named columns, or a mapping, with columns named by item (others
    are left alone); or a 2-D array whose columns are the instrument's items in order, or its scored items in order.
    Missing: null, NaN, masked, None; a column that is absent.
    """
    named = _named(instrument, frame)
    known = {name: column for name, column in named.items() if instrument.has_item(name)}
    if not known:
        first = ", ".join(item.id for item in instrument.items[:3])
        raise ScaleError(
            "FAN-SCALE-007", f"Cannot score {instrument.id}", "the frame holds none of its items", f"Name the columns {first}, ..."
        )
    sizes = {-1 if isinstance(column, str) or not hasattr(column, "__len__") else len(column) for column in known.values()}
    if len(sizes) != 1 or -1 in sizes:
        raise ScaleError(
            "FAN-SCALE-008",
            f"Cannot score {instrument.id}",
            "its columns differ in length, or are none",
            "Give every item one value per form.",
        )
    return {name: _column(column, instrument.answers_of(name), shift) for name, column in known.items()}, sizes.pop()


def _named(instrument: Instrument, frame: Any) -> Mapping[str, Any]:
    if isinstance(frame, Mapping):
        return frame
    if hasattr(frame, "collect"):  # a lazy Polars frame
        frame = frame.collect()
    if hasattr(frame, "get_columns"):
        return {column.name: column for column in frame.get_columns()}
    if hasattr(frame, "columns"):  # another kind of frame: its names count, never the order of its columns
        return {str(name): np.asarray(frame[name]) for name in frame.columns}
    # Rows in plain lists keep each answer as it is: NumPy would turn them all into text for the sake of one.
    array = frame if hasattr(frame, "dtype") else np.array(list(frame), dtype=object)
    names: Sequence[str] = [item.id for item in instrument.items]
    if array.ndim != 2 or array.shape[1] not in (len(names), len(instrument.scored_items)):
        raise ScaleError(
            "FAN-SCALE-009",
            f"Cannot score {instrument.id}",
            f"an array of shape {array.shape} has no column for each item",
            f"Give (forms, {len(instrument.scored_items)}), in the order {', '.join(instrument.scored_items[:3])}, ...",
        )
    names = names if array.shape[1] == len(names) else instrument.scored_items
    return {name: array[:, index] for index, name in enumerate(names)}


def _column(raw: Any, values: ValueSet, shift: int) -> Column:
    numbers, missing, odd = _numbers(raw, values)
    if shift:
        numbers = numbers.astype(np.int64) + shift
    numbers, odd = _in_range(numbers, missing, odd, values)
    if values.not_assessed:
        silent = np.isin(numbers, values.not_assessed)
        if missing is not None:
            silent &= ~missing
        missing = _either(missing, silent) if silent.any() else missing
    for recorded, scored in values.counts_as:
        numbers = np.where(numbers == recorded, numbers.dtype.type(scored), numbers)
    dull = _either(missing, odd)
    if dull is not None:
        numbers = np.where(dull, numbers.dtype.type(0), numbers)
    return Column(numbers, missing, odd)


def _numbers(raw: Any, values: ValueSet) -> tuple[Whole, Mask | None, Mask | None]:
    """Whole numbers in steps of the smallest decimal, what is missing, and what is no such number."""
    if hasattr(raw, "null_count") and hasattr(raw, "to_numpy"):
        return _from_polars(raw, values)
    missing = None
    if isinstance(raw, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(raw)
        raw = raw.filled(0)
    if not hasattr(raw, "dtype"):  # NumPy would turn a mixed list into text, or true into 1
        raw = list(raw)
        if {type(answer) for answer in raw} not in _PLAIN:
            return _one_by_one(raw, values, missing)
    array = np.asarray(raw)
    if array.dtype.kind not in "biuf":
        return _one_by_one(array.tolist(), values, missing)
    return _from_array(array, missing, values)


def _from_polars(series: pl.Series, values: ValueSet) -> tuple[Whole, Mask | None, Mask | None]:
    missing = None
    if series.dtype.is_integer() and "128" not in str(series.dtype):  # of which NumPy has none
        array, missing = _whole_of_polars(series)
        return _from_array(array, missing, values)
    if series.null_count():
        missing = series.is_null().to_numpy()
    if str(series.dtype) == "Boolean":
        return _from_array(series.fill_null(value=False).to_numpy(), missing, values)
    if series.dtype.is_float():
        return _from_array((series.fill_null(0) if missing is not None else series).to_numpy(), missing, values)
    return _one_by_one(series.to_list(), values, None)


def _whole_of_polars(series: pl.Series) -> tuple[npt.NDArray[Any], Mask | None]:
    """Whole numbers with their nulls. A null is read as the type's highest number, which is quicker than asking for it,
    where that number does not occur."""
    if not series.null_count():
        return series.to_numpy(), None
    highest: Any = series.upper_bound().item()
    if series.max() == highest:
        return series.fill_null(0).to_numpy(), series.is_null().to_numpy()
    array = series.fill_null(highest).to_numpy()
    missing = array == highest
    return np.where(missing, array.dtype.type(0), array), missing


def _from_array(array: npt.NDArray[Any], missing: Mask | None, values: ValueSet) -> tuple[Whole, Mask | None, Mask | None]:
    if array.dtype.kind == "b":
        if values.yes_no:
            return array.astype(np.uint8), missing, None
        return np.zeros(len(array), np.uint8), missing, np.ones(len(array), np.bool_) if missing is None else ~missing
    if array.dtype.kind in "iu":
        return _from_whole(array, missing, values)
    return _from_floats(array, missing, values)


def _from_whole(array: npt.NDArray[Any], missing: Mask | None, values: ValueSet) -> tuple[Whole, Mask | None, Mask | None]:
    if not values.places:
        return array, missing, None
    # A narrow whole number has no room for its decimals (90 in steps of 0.1 overflows 8 bits): widened before it is scaled.
    far = (array > 2**20) | (array < -(2**20)) if array.dtype.itemsize > 2 else np.zeros(len(array), np.bool_)
    odd = far if missing is None else far & ~missing
    return np.where(far, 0, array).astype(np.int64) * 10**values.places, missing, odd if odd.any() else None


def _from_floats(given: npt.NDArray[Any], missing: Mask | None, values: ValueSet) -> tuple[Whole, Mask | None, Mask | None]:
    array = given.astype(np.float64)
    nan = np.isnan(array)
    missing = _either(missing, nan) if nan.any() else missing
    array = np.where(nan, 0.0, array)
    nearest = np.rint(array * 10.0**values.places)
    # A decimal such as 61.3 is not exact in binary: it is taken as itself when it is the float nearest to its decimals, of
    # the width it was given in.
    far = np.abs(nearest) > 2.0**31
    nearest = np.where(far, 0.0, nearest)
    odd = far | ((nearest / 10.0**values.places).astype(given.dtype).astype(np.float64) != array)
    if missing is not None:
        odd &= ~missing
    whole = np.where(odd, 0.0, nearest).astype(np.int64)
    return whole, missing, odd if odd.any() else None


def _one_by_one(raw: list[Any], values: ValueSet, masked: Mask | None) -> tuple[Whole, Mask | None, Mask | None]:
    from fanlight.care.scales.answers import number_of  # the slow road, for text, objects and decimals

    whole = np.zeros(len(raw), np.int64)
    missing = np.zeros(len(raw), np.bool_) if masked is None else masked.copy()
    odd = np.zeros(len(raw), np.bool_)
    for index, answer in enumerate(raw):
        if missing[index] or answer is None or answer != answer:
            missing[index] = True
            continue
        value = number_of(answer, values)
        if value is None or abs(value) > 2**31:
            odd[index] = True
        else:
            whole[index] = value
    return whole, missing if missing.any() else None, odd if odd.any() else None


def _in_range(numbers: Whole, missing: Mask | None, odd: Mask | None, values: ValueSet) -> tuple[Whole, Mask | None]:
    """The numbers as small integers, those outside the value set marked and set to 0."""
    low, high = whole_range(values)
    fits: Any = np.uint8 if low >= 0 and high <= 255 else np.int32
    if len(numbers) == 0:
        return numbers.astype(fits), odd
    lowest, highest = int(numbers.min()), int(numbers.max())
    has_blanks = missing is not None or odd is not None  # their zeros may lie outside the range themselves
    if values.only_options or values.not_assessed or (has_blanks and low > 0) or lowest < low or highest > high:
        good = [value for value in range(low, high + 1) if allows(values, value)]
        wrong = ~np.isin(numbers, good)
        for mask in (missing, odd):
            if mask is not None:
                wrong &= ~mask
        odd = _either(odd, wrong) if wrong.any() else odd
        numbers = np.where(wrong, 0, numbers)
        numbers = numbers if low <= 0 else np.maximum(numbers, 0)
    return numbers.astype(fits, copy=False), odd


def whole_range(values: ValueSet) -> tuple[int, int]:
    """Lowest and highest recorded value of a value set, in steps of its smallest decimal."""
    step = int(10**values.places)
    return min(values.low * step, *values.not_assessed, values.high * step), max(
        values.high * step, *values.not_assessed, values.low * step
    )


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other

"""Many answer sets scored at once, each exactly as `score` would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fanlight.care.scales.answers import known_context
from fanlight.care.scales.column_conditions import ColumnReading
from fanlight.care.scales.column_scores import RateColumn, rate_columns, without
from fanlight.care.scales.columns import Column, Mask, read_columns
from fanlight.care.scales.conditions import ContextValue
from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.meaning import Bands
from fanlight.care.scales.scoring import Status

if TYPE_CHECKING:
    import polars as pl

STATUSES = (Status.COMPLETE, Status.PRORATED, Status.INCOMPLETE, Status.INVALID)
_COMPLETE, _PRORATED, _INCOMPLETE, _INVALID = range(4)
NO_BAND = 255


@dataclass(frozen=True, slots=True)
class ScoredColumns:
    """Scores of N forms as arrays: `status` (N,) codes of `STATUSES`, `rates` by score, `band` (N,) codes into `labels`
    (`NO_BAND` for none), `flags` (N,) by word; a flag nobody raised is absent."""

    status: npt.NDArray[np.uint8]
    rates: Mapping[str, RateColumn]
    band: npt.NDArray[np.uint8]
    labels: tuple[str, ...]
    flags: Mapping[str, Mask]


def score_frame(
    instrument: Instrument, frame: Any, context: Mapping[str, ContextValue | Sequence[ContextValue | None]] | None = None
) -> pl.DataFrame:
    """Score N forms; row for row what `score` answers.

    `frame`: a Polars frame or a mapping of columns named by item (q1, q2, ...), or an array (N, items) in the form's order;
    null, NaN, None, masked and absent are missing. `context` values hold for all forms, or are N values, one per form.
    Gives a Polars frame of N rows: `status`, `total`, each subscale, `band`, `flags` (a list of words). Whole scores are
    integers, others floats; null where `score` says None. Refuses a frame without any of the items (FAN-SCALE-007).
    """
    from fanlight.care.scales.polars_frame import as_polars

    return as_polars(instrument, score_columns(instrument, frame, context))


def score_columns(instrument: Instrument, frame: Any, context: Mapping[str, Any] | None = None) -> ScoredColumns:
    """`score_frame` without Polars: the same scores as arrays."""
    shared: dict[str, Any] = {}
    per_form: dict[str, Any] = {}
    for key, value in (context or {}).items():
        holds_for_all = isinstance(value, str) or not hasattr(value, "__len__") or getattr(value, "shape", None) == ()
        (shared if holds_for_all else per_form)[key] = value
    if per_form:
        from fanlight.care.scales.frame_groups import score_by_context

        return score_by_context(instrument, frame, shared, per_form)
    known = known_context(instrument, shared)
    shift = next((coding.shift for coding in instrument.codings if coding.id == known.get("coding")), 0)
    columns, size = read_columns(instrument, frame, shift)
    return score_read_columns(instrument, columns, size, known)


def score_read_columns(
    instrument: Instrument, columns: Mapping[str, Column], size: int, context: Mapping[str, ContextValue]
) -> ScoredColumns:
    """Score columns already read, with one context for all forms."""
    invalid = _union([column.out_of_range for column in columns.values()])
    given = {name: _unusable_as_missing(column) for name, column in columns.items()}
    values, skips, inconsistent = _asked(instrument, given, size)
    flags = _safety(instrument, given, skips, size)
    rule = instrument.not_applicable
    left_out = rule if rule and context.get(rule.context) is True else None
    rates: dict[str, RateColumn] = {}
    for score_rule in instrument.scores:
        rates[score_rule.id] = rate_columns(instrument, score_rule, values, rates, size, left_out)
    status = _status(instrument, values, rates, size, () if left_out is None else left_out.items)
    if "total" in rates and (unfinished := status == _INCOMPLETE).any():
        rates["total"] = without(rates["total"], unfinished)
    reading = ColumnReading(size, values, rates, context)
    raised = _flags(instrument, reading)
    raised["prorated"] = status == _PRORATED
    if inconsistent is not None:
        raised["inconsistent_skip"] = inconsistent
    labels, band = _bands(instrument.bands, reading, status)
    if invalid is not None:
        status = np.where(invalid, np.uint8(_INVALID), status)
        band = np.where(invalid, np.uint8(NO_BAND), band)
        rates = {name: without(rate, invalid) for name, rate in rates.items()}
        raised = {name: mask & ~invalid for name, mask in raised.items()}
        raised |= {f"out_of_range:{name}": c.out_of_range for name, c in columns.items() if c.out_of_range is not None}
    flags |= raised
    return ScoredColumns(status, rates, band, labels, {name: mask for name, mask in flags.items() if mask.any()})


def _unusable_as_missing(column: Column) -> Column:
    if column.out_of_range is None:
        return column
    return replace(column, missing=column.out_of_range if column.missing is None else column.missing | column.out_of_range)


def _asked(instrument: Instrument, given: Mapping[str, Column], size: int) -> tuple[dict[str, Column], dict[str, Mask], Mask | None]:
    """Columns after skipped questions, which forms skip which item, and which answered a question they should not have."""
    values = dict(given)
    skips: dict[str, Mask] = {}
    inconsistent: Mask | None = None
    counted = set(instrument.scored_items) | set(instrument.requires)
    for item in instrument.items:
        if item.asked_when is None or (item.id not in counted and item.id not in given):
            continue
        truth = ColumnReading(size, values, {}, {}).answer(item.asked_when)
        skipped = ~truth.true if truth.unknown is None else ~(truth.true | truth.unknown)
        skips[item.id] = skipped
        column = values.get(item.id, Column(np.zeros(size, np.uint8), np.ones(size, np.bool_)))
        if item.id in counted:
            odd = skipped & (column.values != 0)
            inconsistent = odd if inconsistent is None else inconsistent | odd
        kept = column.values if instrument.keeps_skipped else np.where(skipped, column.values.dtype.type(0), column.values)
        values[item.id] = Column(kept, None if column.missing is None else column.missing & ~skipped)
    return values, skips, inconsistent


def _safety(instrument: Instrument, given: Mapping[str, Column], skips: Mapping[str, Mask], size: int) -> dict[str, Mask]:
    rule = instrument.suicide
    if rule is None:
        return {}
    reading = ColumnReading(size, given, {}, {})
    blanks = []
    for name in rule.items:
        column = given.get(name)
        blank = np.ones(size, np.bool_) if column is None else column.missing
        blanks.append(blank if blank is None or name not in skips else blank & ~skips[name])
    flags = {"suicide_item_positive": reading.answer(rule.positive).true, "suicide_item_urgent": reading.answer(rule.urgent).true}
    missing = _union(blanks)
    return flags if missing is None else flags | {"suicide_item_missing": missing}


def _status(
    instrument: Instrument, values: Mapping[str, Column], rates: Mapping[str, RateColumn], size: int, excused: tuple[str, ...]
) -> npt.NDArray[np.uint8]:
    status = np.zeros(size, np.uint8)
    unfinished: list[Mask | None] = []
    for name in instrument.requires:
        if name not in excused:
            unfinished.append(values[name].missing if name in values else np.ones(size, np.bool_))
    if instrument.status_of:
        chief = rates[instrument.status_of]
        if chief.is_prorated is not None:
            status[chief.is_prorated] = _PRORATED
        unfinished.append(chief.lacking)
    incomplete = _union(unfinished)
    if incomplete is not None:
        status[incomplete] = _INCOMPLETE
    return status


def _flags(instrument: Instrument, reading: ColumnReading) -> dict[str, Mask]:
    raised: dict[str, Mask] = {}
    for flag in instrument.flags:
        truth = reading.answer(flag.when)
        raised[flag.id] = truth.true
        if flag.if_unknown and truth.unknown is not None:
            raised[flag.if_unknown] = truth.unknown
    return raised


def _bands(bands: Bands | None, reading: ColumnReading, status: npt.NDArray[np.uint8]) -> tuple[tuple[str, ...], npt.NDArray[np.uint8]]:
    band = np.full(reading.size, NO_BAND, np.uint8)
    if bands is None:
        return (), band
    labels = tuple(dict.fromkeys([level.label for level in bands.levels] + ([bands.otherwise] if bands.otherwise else [])))
    if bands.otherwise:
        band[status < _INCOMPLETE] = labels.index(bands.otherwise)
    for level in reversed(bands.levels):
        if level.when:
            band[reading.answer(level.when).true] = labels.index(level.label)
    rate = reading.rates.get(bands.of)
    ranged = [level for level in bands.levels if level.when is None and level.low is not None]
    if ranged and rate is not None:
        lows = np.array([int(level.low.scaleb(rate.places)) for level in ranged if level.low is not None])
        codes = np.array([NO_BAND, *(labels.index(level.label) for level in ranged)], np.uint8)
        band = _looked_up(rate, lows, codes)
        if rate.lacking is not None:
            band[rate.lacking] = NO_BAND
    return labels, band


def _looked_up(rate: RateColumn, lows: npt.NDArray[np.int64], codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if rate.scaled.dtype == np.uint8:  # a table of 256 is quicker than a search, and stays in cache
        table = codes[np.searchsorted(lows, np.arange(256), side="right")]
        return table[rate.scaled]
    return codes[np.searchsorted(lows, rate.scaled, side="right")]


def _union(masks: list[Mask | None]) -> Mask | None:
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask.copy() if found is None else np.logical_or(found, mask, out=found)
    return found

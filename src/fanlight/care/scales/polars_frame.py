"""Scored columns as a Polars frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from fanlight.care.scales.column_scores import RateColumn

if TYPE_CHECKING:
    from fanlight.care.scales.frame import ScoredColumns
    from fanlight.care.scales.instrument import Instrument


def as_polars(instrument: Instrument, scored: ScoredColumns) -> pl.DataFrame:
    """`status`, `total` (where the instrument has one), each subscale, `band` and `flags`, one row per form."""
    from fanlight.care.scales.frame import NO_BAND, STATUSES

    rates = [_numbers(name, scored.rates[name]) for name in sorted(scored.rates, key=lambda name: name != "total")]
    status = _words("status", scored.status, [status.value for status in STATUSES])
    band = _words("band", scored.band, list(scored.labels), NO_BAND)
    return pl.DataFrame([status, *rates, band, _flags(scored)])


def _words(name: str, codes: npt.NDArray[np.uint8], words: list[str], none: int | None = None) -> pl.Series:
    series = pl.Series(name, codes)
    if none is not None:
        absent = codes == none
        series = _with_nulls(series, absent) if absent.any() else series
    return series.cat.to(pl.Enum(words))


def _numbers(name: str, rate: RateColumn) -> pl.Series:
    series = pl.Series(name, rate.scaled.astype(np.int32) if rate.places == 0 else rate.scaled / 10**rate.places)
    return series if rate.lacking is None else _with_nulls(series, rate.lacking)


def _with_nulls(series: pl.Series, absent: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.select(pl.when(pl.Series(~absent)).then(series).alias(series.name)).to_series()


def _flags(scored: ScoredColumns) -> pl.Series:
    """Lists of words, made once for each combination that occurs."""
    words = sorted(scored.flags)
    kind = pl.List(pl.Enum(words))
    if not words:
        return pl.Series("flags", [[]], dtype=kind).new_from_index(0, len(scored.status))
    codes, combinations = _combinations([scored.flags[word] for word in words])
    lists = [[word for bit, word in enumerate(words) if combination[bit]] for combination in combinations]
    return pl.Series("flags", lists, dtype=kind).gather(pl.Series(codes))


def _combinations(masks: list[npt.NDArray[np.bool_]]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """For each row the number of its combination of flags, and what each combination holds."""
    codes = np.zeros(len(masks[0]), np.uint32)
    held = np.zeros((1, 0), np.bool_)
    for start in range(0, len(masks), 8):
        block = masks[start : start + 8]
        bits = np.zeros(len(codes), np.uint8)
        for index, mask in enumerate(block):
            bits |= mask.view(np.uint8) << np.uint8(index)
        joined = codes * np.uint32(256) + bits if start else bits
        seen = np.zeros(256 * len(held), np.bool_)
        seen[joined] = True
        present = np.flatnonzero(seen)
        number = np.zeros(256 * len(held), np.uint32)
        number[present] = np.arange(len(present))
        spread = (present[:, None] % 256 >> np.arange(len(block))) & 1
        held = np.concatenate([held[present // 256], spread.astype(np.bool_)], axis=1)
        codes = number[joined]
    return codes, held

"""Frames as they come: narrow and wide numbers, decimals, text, yes and no, gaps. Row for row what `score` answers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.care.scales import ScaleError, score, score_frame
from fanlight.records.instruments import shipped_instrument, shipped_instruments

# Every kind of column: what its values are made of, and the column they make. Odd numbers come with each.
KINDS = {
    "narrow": (st.integers(-128, 127), lambda values: pl.Series(values, dtype=pl.Int8)),
    "narrow, no sign": (st.integers(0, 255), lambda values: pl.Series(values, dtype=pl.UInt8)),
    "wide": (st.integers(-(2**63), 2**63 - 1), lambda values: pl.Series(values, dtype=pl.Int64)),
    "wide, no sign": (st.integers(0, 2**64 - 1), lambda values: pl.Series(values, dtype=pl.UInt64)),
    "widest": (st.integers(-(2**100), 2**100), lambda values: pl.Series(values, dtype=pl.Int128)),
    "floats": (st.sampled_from([2.5, 61.3, 1e300, float("inf"), float("nan"), -0.0]), lambda values: pl.Series(values, dtype=pl.Float64)),
    "decimals": (
        st.sampled_from([Decimal("2.50"), Decimal("61.30")]),
        lambda values: pl.Series([None if v is None else Decimal(v) for v in values], dtype=pl.Decimal(20, 2)),
    ),
    "text": (st.sampled_from(["2", "", "two"]), lambda values: pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)),
    "yes and no": (st.booleans(), lambda values: pl.Series([None if v is None else bool(v) for v in values], dtype=pl.Boolean)),
    "a plain list": (st.sampled_from(["2", True, 2.5, 2**70, Decimal(1)]), list),
    "masked": (st.integers(-9, 300), lambda values: np.ma.masked_array([v or 0 for v in values], mask=[v is None for v in values])),
}


@st.composite
def frames(draw):
    instrument = shipped_instrument(draw(st.sampled_from(sorted(shipped_instruments()))))
    size, columns = draw(st.integers(1, 5)), {}
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2))
    for item in draw(st.permutations(instrument.items)):
        values = instrument.answers_of(item.id)
        odd, column = KINDS[draw(st.sampled_from(kinds))]
        usual = st.integers(values.low, values.high) if values.low >= 0 else st.integers(0, values.high)
        answer = st.one_of(usual, usual, usual, usual, st.none(), odd)
        columns[item.id] = column(draw(st.lists(answer, min_size=size, max_size=size)))
    return instrument, columns


@settings(max_examples=150, deadline=None)
@given(frames())
def test_any_column_scores_as_its_rows_do(drawn):
    instrument, columns = drawn
    listed = {name: column.tolist() if isinstance(column, np.ndarray) else list(column) for name, column in columns.items()}
    rows = [dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)]
    for found, row in zip(score_frame(instrument, columns).to_dicts(), rows, strict=True):
        one = score(instrument, row)
        assert (found["status"], found["band"], set(found["flags"])) == (one.status.value, one.band, set(one.flags))
        for rule in instrument.scores:
            expected = one.total if rule.id == "total" else one.subscales.get(rule.id)
            assert found[rule.id] == (float(expected) if isinstance(expected, Decimal) else expected)


@pytest.mark.parametrize("kind", [pl.Int8, pl.UInt8, pl.Int16, pl.Int64, pl.Float32, pl.Float64])
def test_a_mean_up_to_100_fits_a_narrow_column(kind):
    scale = shipped_instrument("asc5d")
    found = score_frame(scale, pl.DataFrame({item.id: pl.Series([0, 12, 13, 90, 100], dtype=kind) for item in scale.items}))
    assert found["status"].to_list() == ["complete"] * 5
    assert found["vigilance_reduction"].to_list() == [0, 12, 13, 90, 100]


def test_rows_in_plain_lists_keep_each_answer_as_it_is():
    found = score_frame(shipped_instrument("phq9"), [[1] * 8 + ["2"], [2] * 9])
    assert found["status"].to_list() == ["invalid", "complete"]
    assert found["flags"][0].to_list() == ["out_of_range:q9", "suicide_item_missing"]


def test_numbers_of_numpy_are_numbers():
    phq9 = shipped_instrument("phq9")
    row = np.array([3, 0, 1, 2, 0, 0, 1, 0, 3])
    assert score(phq9, {f"q{i + 1}": value for i, value in enumerate(row)}).total == 10
    assert score(phq9, {f"q{i + 1}": value for i, value in enumerate(row > 0)}).status == "invalid"
    asc = shipped_instrument("asc5d")
    assert score(asc, {item.id: np.float32(61.3) for item in asc.items}).subscales["vigilance_reduction"] == Decimal("61.3")


@pytest.mark.parametrize("earlier", [2, 2.0, np.int64(2), np.float64(2)])
def test_an_earlier_total_may_come_as_any_whole_number(earlier):
    ymrs = shipped_instrument("ymrs")
    form = {f"q{i}": 1 for i in range(1, 12)}
    assert "mania_watch" in score(ymrs, form, {"previous_total": earlier}).flags
    assert "mania_watch" in score_frame(ymrs, {name: [1] for name in form}, {"previous_total": earlier})["flags"][0]


@pytest.mark.parametrize("absent", [None, float("nan")])
def test_an_absent_context_value_is_absent(absent):
    ymrs = shipped_instrument("ymrs")
    form = {f"q{i}": 1 for i in range(1, 12)}
    assert score(ymrs, form, {"previous_total": absent}).flags == frozenset()
    found = score_frame(ymrs, {name: [1, 1] for name in form}, {"previous_total": np.array([np.nan, 2.0])})
    assert [list(flags) for flags in found["flags"]] == [[], ["mania_watch"]]


@pytest.mark.parametrize(("value", "why"), [(2.5, "whole number"), ("2", "whole number"), (True, "whole number")])
def test_an_earlier_total_of_a_wrong_kind_is_refused(value, why):
    with pytest.raises(ScaleError, match=why):
        score(shipped_instrument("ymrs"), {}, {"previous_total": value})


@pytest.mark.parametrize("frame", [{"q1": 1}, {"q1": "12"}, {"q1": None}])
def test_a_column_that_is_none_is_refused(frame):
    with pytest.raises(ScaleError, match="one value per form"):
        score_frame(shipped_instrument("phq9"), frame)

"""`score_frame` answers row for row what `score` answers: every instrument, every kind of answer, real rows."""

from __future__ import annotations

import csv
import random
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from fanlight.care.scales import ScaleError, score, score_frame
from fanlight.records.instruments import shipped_instrument, shipped_instruments


def row_of_score(found, instrument):
    def plain(value):
        return float(value) if isinstance(value, Decimal) else value

    names = [rule.id for rule in instrument.scores if rule.id != "total"]
    row = {"status": found.status.value, "band": found.band, "flags": set(found.flags)}
    row |= {name: plain(found.subscales.get(name)) for name in names}
    return row | ({"total": plain(found.total)} if instrument.score_rule("total") else {})


def rows_of_frame(frame):
    return [{**row, "flags": set(row["flags"])} for row in frame.to_dicts()]


def random_answers(instrument, chance, *, is_tidy):
    answers = {}
    share_missing = chance.choice([0, 0.05, 0.2, 0.6])
    for item in instrument.items:
        values = instrument.answers_of(item.id)
        if chance.random() < share_missing:
            answers[item.id] = None
        elif not is_tidy and chance.random() < 0.05:
            answers[item.id] = chance.choice([values.high + 1, values.low - 1, 2.5, 2.0, float("nan"), 10**12, values.high, 0])
        elif values.options and values.only_options:
            answers[item.id] = chance.choice(values.options).value
        elif values.places:
            answers[item.id] = chance.randint(values.low * 10**values.places, values.high * 10**values.places) / 10**values.places
        else:
            answers[item.id] = chance.choice([*values.not_assessed, *([values.low] * 2), *range(values.low, values.high + 1)])
    return answers


@pytest.mark.parametrize("instrument_id", sorted(shipped_instruments()))
@pytest.mark.parametrize("is_tidy", [True, False], ids=["whole numbers", "anything"])
def test_every_instrument(instrument_id, is_tidy):
    instrument = shipped_instrument(instrument_id)
    chance = random.Random(f"{instrument_id}{is_tidy}")
    forms = [random_answers(instrument, chance, is_tidy=is_tidy) for _ in range(120)]
    frame = score_frame(instrument, {item.id: [form[item.id] for form in forms] for item in instrument.items})
    assert rows_of_frame(frame) == [row_of_score(score(instrument, form), instrument) for form in forms]


@pytest.mark.parametrize("instrument_id", sorted(shipped_instruments()))
def test_typed_columns_of_polars_give_the_same(instrument_id):
    instrument = shipped_instrument(instrument_id)
    chance = random.Random(instrument_id)
    forms = [random_answers(instrument, chance, is_tidy=True) for _ in range(60)]
    frame = pl.DataFrame({item.id: [form[item.id] for form in forms] for item in instrument.items}, strict=False)
    assert rows_of_frame(score_frame(instrument, frame)) == [row_of_score(score(instrument, form), instrument) for form in forms]


@pytest.mark.parametrize("instrument_id", ["phq9", "pcl5", "cssrs_screener", "audit_c", "psc17", "cgi_s", "rass"])
def test_columns_that_are_absent_are_missing_everywhere(instrument_id):
    instrument = shipped_instrument(instrument_id)
    chance = random.Random(7)
    kept = [item.id for item in instrument.items][:3]
    forms = [{name: answer for name, answer in random_answers(instrument, chance, is_tidy=True).items() if name in kept} for _ in range(40)]
    frame = score_frame(instrument, {name: [form[name] for form in forms] for name in kept})
    assert rows_of_frame(frame) == [row_of_score(score(instrument, form), instrument) for form in forms]


def test_a_context_for_each_form():
    audit, chance = shipped_instrument("audit_c"), random.Random(5)
    forms = [random_answers(audit, chance, is_tidy=True) for _ in range(60)]
    sexes = [chance.choice(["male", "female", None]) for _ in forms]
    frame = score_frame(audit, {item.id: [form[item.id] for form in forms] for item in audit.items}, {"sex": sexes})
    each = [score(audit, form, {"sex": sex} if sex else {}) for form, sex in zip(forms, sexes, strict=True)]
    assert rows_of_frame(frame) == [row_of_score(one, audit) for one in each]


@pytest.mark.parametrize(
    ("instrument_id", "context"),
    [
        ("wsas", {"work_not_applicable": True}),
        ("sds", {"work_not_applicable": True}),
        ("ymrs", {"previous_total": 9}),
        ("icsi", {"previous_total": 1}),
        ("bprs_positive4", {"coding": "1-7", "pre_dose_total": 2}),
        ("whodas12", {"coding": "1-5"}),
        ("audit_c", {"sex": "male"}),
    ],
)
def test_a_context_for_all_forms(instrument_id, context):
    instrument, chance = shipped_instrument(instrument_id), random.Random(instrument_id)
    forms = [random_answers(instrument, chance, is_tidy=True) for _ in range(120)]
    frame = score_frame(instrument, {item.id: [form[item.id] for form in forms] for item in instrument.items}, context)
    assert rows_of_frame(frame) == [row_of_score(score(instrument, form, context), instrument) for form in forms]


PHQ = [[3, 0, 1, 2, 0, 0, 1, 0, 3], [0, 0, 0, 0, 0, 0, 0, 0, 1], [2, 2, 2, 2, 2, 2, None, 1, 0], [9, 0, 0, 0, 0, 0, 0, 0, 2]]


@pytest.mark.parametrize(
    "frame",
    [
        np.array(PHQ, dtype=float),
        np.array(PHQ, dtype=object),
        np.ma.masked_invalid(np.array(PHQ, dtype=float)),
        np.ma.MaskedArray([[v or 0 for v in row] for row in PHQ], mask=[[v is None for v in row] for row in PHQ]),
        pl.DataFrame(PHQ, schema=[f"q{i}" for i in range(1, 10)], orient="row"),
        pl.DataFrame(PHQ, schema=[f"q{i}" for i in range(1, 10)], orient="row").cast(pl.UInt8),
        pl.DataFrame(PHQ, schema=[f"q{i}" for i in range(1, 10)], orient="row").cast(pl.Decimal(10, 2)),
        pl.LazyFrame(PHQ, schema=[f"q{i}" for i in range(1, 10)], orient="row"),
        pd.DataFrame(PHQ, columns=[f"q{i}" for i in range(1, 10)])[[f"q{i}" for i in range(9, 0, -1)]],
        {f"q{i + 1}": [row[i] for row in PHQ] for i in range(9)},
        {f"q{i + 1}": np.array([row[i] for row in PHQ], dtype=np.float32) for i in range(9)} | {"week": [1, 2, 3, 4]},
    ],
    ids=[
        "floats",
        "objects",
        "masked floats",
        "masked whole numbers",
        "polars",
        "polars u8",
        "polars decimal",
        "lazy polars",
        "pandas, columns in another order",
        "mapping",
        "float32 and another column",
    ],
)
def test_every_form_of_input_gives_the_same(frame):
    phq9 = shipped_instrument("phq9")
    each = [score(phq9, {f"q{i + 1}": value for i, value in enumerate(row)}) for row in PHQ]
    assert rows_of_frame(score_frame(phq9, frame)) == [row_of_score(one, phq9) for one in each]
    assert score_frame(phq9, frame)["total"].to_list() == [10, 1, 15, None]


def test_text_and_truth_values_are_never_numbers():
    phq9 = shipped_instrument("phq9")
    frame = pl.DataFrame({"q1": ["3", None], "q9": [1, 2], "q2": [True, False]})
    found = score_frame(phq9, frame)
    assert found["status"].to_list() == ["invalid", "invalid"]
    assert set(found["flags"][0]) == {"out_of_range:q1", "out_of_range:q2", "suicide_item_positive"}
    assert set(found["flags"][1]) == {"out_of_range:q2", "suicide_item_positive", "suicide_item_urgent"}


def test_an_empty_frame_has_no_rows():
    phq9 = shipped_instrument("phq9")
    found = score_frame(
        phq9, pl.DataFrame({f"q{i}": [] for i in range(1, 10)}, schema=dict.fromkeys([f"q{i}" for i in range(1, 10)], pl.Int8))
    )
    assert found.height == 0
    assert found.columns == ["status", "total", "band", "flags"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"week": [1]}, "FAN-SCALE-007"),
        ({"q1": [1], "q2": [1, 2]}, "FAN-SCALE-008"),
        (np.zeros((3, 4)), "FAN-SCALE-009"),
        (np.zeros(9), "FAN-SCALE-009"),
    ],
)
def test_a_frame_that_cannot_be_meant_is_refused(frame, code):
    with pytest.raises(ScaleError) as refused:
        score_frame(shipped_instrument("phq9"), frame)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("context", "why"),
    [({"sex": ["male"]}, "one value for each"), ({"age": 40}, "age"), ({"sex": "m"}, "male, female"), ({"coding": ["a", "b"]}, "coding")],
)
def test_context_of_a_frame_is_checked(context, why):
    with pytest.raises(ScaleError, match=why):
        score_frame(shipped_instrument("audit_c"), {"q1": [1, 2], "q2": [1, 2], "q3": [1, 2]}, context)


@pytest.mark.shared_data
def test_408_real_forms_of_qids_and_ybocs(shared_data):
    with (shared_data / "items-qids-ybocs" / "rogers.csv").open() as file:
        rows = [list(map(int, row)) for row in list(csv.reader(file))[1:]]
    qids = [row[1:17] for row in rows]
    ybocs = [row[17:27] for row in rows]
    assert len(rows) == 408
    for instrument_id, answers in (("qids_sr16", qids), ("ybocs", ybocs)):
        instrument = shipped_instrument(instrument_id)
        each = [score(instrument, {f"q{i + 1}": value for i, value in enumerate(form)}) for form in answers]
        assert rows_of_frame(score_frame(instrument, np.array(answers))) == [row_of_score(one, instrument) for one in each]
    # the slow obvious twin of the published rules
    plain = [max(f[0:4]) + f[4] + max(f[5:9]) + sum(f[9:14]) + max(f[14:16]) for f in qids]
    assert score_frame(shipped_instrument("qids_sr16"), np.array(qids))["total"].to_list() == plain
    assert score_frame(shipped_instrument("ybocs"), np.array(ybocs))["total"].to_list() == [sum(form) for form in ybocs]


@pytest.mark.shared_data
def test_120000_phq9_forms(shared_data):
    phq9 = shipped_instrument("phq9")
    source = pl.read_csv(shared_data / "weekly-phq9-synthetic" / "weekly_phq9.csv")
    frame = source.rename({f"DPQ{i}": f"q{i}" for i in range(1, 11)})
    found = score_frame(phq9, frame)
    assert found.height == 120_000
    assert found["total"].to_list() == source["PHQ9_Score"].to_list()
    assert found["status"].unique().to_list() == ["complete"]
    rows = frame.select([f"q{i}" for i in range(1, 11)]).to_dicts()
    scored = rows_of_frame(found)
    distinct = {tuple(row.values()): index for index, row in enumerate(rows)}
    for index in distinct.values():
        assert scored[index] == row_of_score(score(phq9, rows[index]), phq9)

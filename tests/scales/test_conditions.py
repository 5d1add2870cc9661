"""Conditions have three answers, and the same ones for one form and for many."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.care.scales.column_conditions import ColumnReading
from fanlight.care.scales.column_scores import RateColumn
from fanlight.care.scales.columns import Column
from fanlight.care.scales.conditions import Condition, Count, Reading

ITEMS = ("a", "b", "c", "absent")
LIMITS = st.none() | st.sampled_from([Decimal(n) / 4 for n in range(-2, 14)])
WHOLE = st.none() | st.sampled_from([Decimal(n) for n in range(4)])


def leaves():
    item = st.builds(
        Condition, item=st.sampled_from(ITEMS), at_least=LIMITS, at_most=LIMITS, below=LIMITS, if_missing=st.none() | st.booleans()
    )
    count = st.builds(
        Condition,
        count=st.lists(
            st.builds(Count, items=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3).map(tuple), at_least=st.integers(0, 3)),
            min_size=1,
            max_size=2,
        ).map(tuple),
        at_least=st.sampled_from([Decimal(n) for n in range(4)]),
        at_most=WHOLE,
    )
    answered = st.builds(Condition, answered=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3).map(tuple))
    score = st.builds(
        Condition,
        score=st.just("mean"),
        at_least=LIMITS,
        at_most=LIMITS,
        below=LIMITS,
        rise_from=st.sampled_from(["", "", "earlier", "never"]),
    )
    context = st.builds(Condition, context=st.just("sex"), equals=st.just("male")) | st.builds(
        Condition, context=st.just("sex"), differs_from=st.just("male")
    )
    return item | count | answered | score | context


def trees():
    return st.recursive(
        leaves(),
        lambda inner: (
            st.builds(Condition, all=st.lists(inner, min_size=1, max_size=3).map(tuple))
            | st.builds(Condition, any=st.lists(inner, min_size=1, max_size=3).map(tuple))
        ),
        max_leaves=6,
    )


FORMS = st.lists(st.fixed_dictionaries({name: st.none() | st.integers(0, 3) for name in ("a", "b", "c", "mean")}), min_size=1, max_size=6)


@given(condition=trees(), forms=FORMS, context=st.sampled_from([{}, {"sex": "male"}, {"sex": "female", "earlier": 1}]))
def test_many_forms_answer_as_one_does(condition, forms, context):
    one_by_one = []
    for form in forms:
        mean = None if form["mean"] is None else Fraction(form["mean"], 10)
        values = {name: form[name] for name in ("a", "b", "c")}
        one_by_one.append(Reading(values, {"mean": mean}, {"mean": mean}, context).answer(condition))
    columns = {}
    for name in ("a", "b", "c"):
        missing = np.array([form[name] is None for form in forms])
        columns[name] = Column(np.array([form[name] or 0 for form in forms], np.uint8), missing if missing.any() else None)
    lacking = np.array([form["mean"] is None for form in forms])
    rate = RateColumn(np.array([form["mean"] or 0 for form in forms], np.int32), 1, lacking if lacking.any() else None, None)
    truth = ColumnReading(len(forms), columns, {"mean": rate}, context).answer(condition)
    unknown = np.zeros(len(forms), bool) if truth.unknown is None else truth.unknown
    assert not (truth.true & unknown).any()
    assert [None if u else bool(t) for t, u in zip(truth.true, unknown, strict=True)] == one_by_one


@pytest.mark.parametrize(
    ("values", "answer"), [({"a": 2, "b": 2}, True), ({"a": 2}, None), ({"a": 0, "b": None}, False), ({"a": 0, "b": 2}, False)]
)
def test_one_false_decides_all_and_one_missing_leaves_it_open(values, answer):
    both = Condition(all=(Condition(item="a", at_least=Decimal(1)), Condition(item="b", at_least=Decimal(1))))
    assert Reading(values, {}, {}, {}).answer(both) is answer


def test_a_count_is_settled_as_soon_as_missing_answers_cannot_matter():
    two_of_three = Condition(count=(Count(("a", "b", "c"), 2),), at_least=Decimal(2))
    assert Reading({"a": 2, "b": 2, "c": None}, {}, {}, {}).answer(two_of_three) is True
    assert Reading({"a": 2, "b": 0, "c": None}, {}, {}, {}).answer(two_of_three) is None
    assert Reading({"a": 0, "b": 0, "c": None}, {}, {}, {}).answer(two_of_three) is False

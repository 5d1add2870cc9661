"""Conditions refuse nonsense when built, and answer true, false or unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fanlight.care.rules import Moment
from fanlight.care.rules.compiling import compile_condition, compile_operand
from fanlight.care.rules.errors import RuleError
from fanlight.care.rules.expressions import Comparison, Constant, CountOf, FactOperand, Product, Relation, Sum, facts_of
from fanlight.care.rules.parsing import ConditionParser
from fanlight.care.rules.scope import ProtocolScope
from fanlight.core.facts import FactCatalogue, FactDefinition, FactKind, FieldDefinition
from fanlight.core.session_plan import Drug, Route

SCOPE = ProtocolScope("p", "1", Drug.ESKETAMINE, Route.NASAL, "trd", "US", parameters={"limit": Decimal(9)})
CATALOGUE = FactCatalogue(
    {
        item.name: item
        for item in (
            FactDefinition("asked", "Asked", FactKind.BOOLEAN, "nurse"),
            FactDefinition("other", "Other", FactKind.BOOLEAN, "nurse"),
            FactDefinition("systolic", "Systolic", FactKind.NUMBER, "nurse", unit="mm[Hg]"),
            FactDefinition("before", "Before", FactKind.NUMBER, "nurse", unit="mm[Hg]"),
            FactDefinition("weight", "Weight", FactKind.NUMBER, "nurse", unit="kg"),
            FactDefinition("grade", "Grade", FactKind.CHOICE, "nurse", choices=("A", "B", "C")),
            FactDefinition("tested_on", "Tested", FactKind.DATE, "nurse"),
            FactDefinition("ate_at", "Ate", FactKind.INSTANT, "nurse"),
            FactDefinition(
                "doses",
                "Doses",
                FactKind.RECORDS,
                "nurse",
                fields=(
                    FieldDefinition("on", FactKind.DATE),
                    FieldDefinition("drug", FactKind.TEXT),
                    FieldDefinition("mg", FactKind.NUMBER),
                ),
            ),
        )
    }
)
TODAY = Moment(date(2026, 11, 23), datetime(2026, 11, 23, 12, tzinfo=UTC))


def parser(values: dict[str, object] | None = None) -> ConditionParser:
    return ConditionParser(CATALOGUE, {"limit": Decimal(5), "on": True, "ends_on": "2026-12-31", "bad_date": "soon"}, values or {})


def answer(raw: object, moment: Moment = TODAY, named: dict[str, object] | None = None, **values: Any) -> bool | None:
    reader = parser(named)
    tree = reader.condition(raw, "when")
    assert reader.faults == []
    parameters = {**reader.parameters, **{k: v for k, v in SCOPE.parameters.items() if k in reader.parameters}}
    return compile_condition(tree, parameters, SCOPE).answer(values, moment)


def wanting(raw: object, **values: Any) -> tuple[str, ...]:
    tree = parser().condition(raw, "when")
    return compile_condition(tree, {"limit": Decimal(5)}, SCOPE).wanting(values, TODAY)


def fault(raw: object) -> str:
    reader = parser()
    reader.condition(raw, "when")
    assert len(reader.faults) == 1
    return str(reader.faults[0])


@pytest.mark.parametrize("first", [True, False, None])
@pytest.mark.parametrize("second", [True, False, None])
def test_all_any_and_not_follow_the_three_valued_tables(first: bool | None, second: bool | None) -> None:
    values = {name: value for name, value in (("asked", first), ("other", second)) if value is not None}
    both = answer({"all": ["asked", "other"]}, **values)
    either = answer({"any": ["asked", "other"]}, **values)
    assert both == (False if False in (first, second) else None if None in (first, second) else True)
    assert either == (True if True in (first, second) else None if None in (first, second) else False)
    assert answer({"not": "asked"}, **values) == (None if first is None else not first)


def test_given_and_recorded_are_never_unknown() -> None:
    assert (answer({"given": "asked"}), answer({"given": "asked"}, asked=False)) == (False, True)
    assert [answer({"recorded": "asked"}, **v) for v in ({}, {"asked": False}, {"asked": True})] == [False, False, True]
    assert [answer({"recorded_false": "asked"}, **v) for v in ({}, {"asked": False}, {"asked": True})] == [False, True, False]
    assert wanting({"given": "asked"}) == ()


@pytest.mark.parametrize(
    ("relation", "below", "at", "above"),
    [
        ("above", False, False, True),
        ("at_least", False, True, True),
        ("below", True, False, False),
        ("at_most", True, True, False),
        ("equals", False, True, False),
        ("differs", True, False, True),
    ],
)
def test_a_limit_is_exact_on_both_sides(relation: str, below: bool, at: bool, above: bool) -> None:
    raw = {"value": "systolic", relation: 140}
    assert [answer(raw, systolic=Decimal(number)) for number in ("139.99", "140.00", "140.01")] == [below, at, above]
    assert answer(raw) is None
    assert wanting(raw) == ("systolic",)


def test_a_parameter_takes_the_protocols_number_over_the_rules_default() -> None:
    assert answer({"value": "systolic", "above": {"parameter": "limit"}}, systolic=Decimal(8)) is False
    assert answer({"value": "systolic", "above": {"parameter": "limit"}}, systolic=Decimal(10)) is True
    assert answer({"parameter": "on"}) is True


def test_sums_differences_and_products_are_exact() -> None:
    rise = {"value": {"difference": ["systolic", "before"]}, "at_least": 40}
    assert answer(rise, systolic=Decimal(150), before=Decimal("110.1")) is False
    assert answer(rise, systolic=Decimal(150), before=Decimal(110)) is True
    assert answer(rise, systolic=Decimal(150)) is None
    share = {"value": {"product": ["systolic", Decimal("0.1")]}, "equals": {"sum": ["before", 1]}}
    assert answer(share, systolic=Decimal(30), before=Decimal(2)) is True
    assert (
        answer({"value": "high", "above": 3}, named={"high": {"sum": ["systolic", "before"]}}, systolic=Decimal(2), before=Decimal(2))
        is True
    )


def test_choices() -> None:
    assert [answer({"value": "grade", "is": "B"}, **v) for v in ({}, {"grade": "A"}, {"grade": "B"})] == [None, False, True]
    assert answer({"value": "grade", "one_of": ["A", "B"]}, grade="B") is True
    assert answer({"value": "grade", "is_not": "B"}, grade="B") is False


@pytest.mark.parametrize(("day", "days"), [("2026-11-23", 0), ("2026-11-16", 7), ("2026-11-24", None)])
def test_days_are_calendar_days_and_the_future_has_not_happened(day: str, days: int | None) -> None:
    tree = parser()._operand({"days_since": "tested_on"}, "x")
    found = compile_operand(tree, {}, SCOPE)({"tested_on": date.fromisoformat(day)}, TODAY)
    assert found == (None if days is None else Decimal(days))


def test_a_date_still_to_come_is_wanted() -> None:
    assert wanting({"value": {"days_since": "tested_on"}, "above": 3}, tested_on=date(2026, 11, 30)) == ("tested_on",)


def test_days_since_a_dated_law() -> None:
    raw = {"value": {"days_since_date": {"parameter": "ends_on"}}, "above": 0}
    assert [answer(raw, Moment(date(2026, 12, 31))), answer(raw, Moment(date(2027, 1, 1)))] == [False, True]


@pytest.mark.parametrize(("minute", "fires"), [(0, False), (1, True), (59, True)])
def test_minutes_are_elapsed_from_an_instant_to_now(minute: int, fires: bool) -> None:
    raw = {"value": {"minutes_since": "ate_at"}, "below": 120}
    ate = datetime(2026, 11, 23, 10, minute, tzinfo=UTC)
    assert answer(raw, ate_at=ate) is fires
    assert answer(raw, Moment(date(2026, 11, 23)), ate_at=ate) is None, "without an instant of asking nobody can say"
    assert answer(raw) is None


def test_119_minutes_and_59_seconds_is_119() -> None:
    raw = {"value": {"minutes_since": "ate_at"}, "at_least": 120}
    assert answer(raw, ate_at=datetime(2026, 11, 23, 10, 0, 1, tzinfo=UTC)) is False
    assert answer(raw, ate_at=datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)) is True


def doses(*days: str, drug: str | None = "esketamine") -> tuple[dict[str, object], ...]:
    return tuple({"on": date.fromisoformat(day), **({"drug": drug} if drug else {})} for day in days)


SEVEN = {"value": {"count": "doses", "where": {"drug": {"protocol": "drug"}}, "in_last_days": 7}, "at_least": 2}


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (("2026-11-16", "2026-11-19"), False),  # Monday, Thursday, Monday: the window holds seven dates
        (("2026-11-17", "2026-11-19"), True),
        (("2026-11-23", "2026-11-17"), True),
        (("2026-11-24", "2026-11-25"), False),
        ((), False),
    ],
)
def test_a_window_is_seven_calendar_dates_ending_on_the_planned_date(days: tuple[str, ...], found: bool) -> None:
    assert answer(SEVEN, doses=doses(*days)) is found


def test_a_record_with_a_gap_counts_as_possible() -> None:
    assert answer(SEVEN, doses=(*doses("2026-11-20"), *doses("2026-11-21", drug=None))) is None
    assert answer(SEVEN, doses=(*doses("2026-11-20", "2026-11-21"), *doses("2026-11-22", drug=None))) is True
    assert answer(SEVEN, doses=doses("2026-11-21", drug=None)) is False
    assert answer(SEVEN) is None
    assert wanting(SEVEN) == ("doses",)
    exactly = {"value": {"count": "doses", "where": {"drug": "esketamine"}}, "equals": 2}
    assert answer(exactly, doses=(*doses("2026-11-20"), *doses("2026-11-21", drug=None), *doses("2026-11-22", drug=None))) is None


def test_records_are_tested_by_words_and_numbers() -> None:
    raw = {"value": {"count": "doses", "where": {"mg": {"at_least": 56}}}, "at_least": 1}
    assert [answer(raw, doses=({"mg": Decimal(mg)},)) for mg in (55, 56, 57)] == [False, True, True]
    assert answer(raw, doses=({},)) is None
    listed = {"value": {"count": "doses", "where": {"drug": ["a", "b"]}}, "at_least": 1}
    assert answer(listed, doses=({"drug": "b"},)) is True
    counted = parser()._operand({"count": "doses"}, "x")
    assert compile_operand(counted, {}, SCOPE)({"doses": ({}, {})}, TODAY) == Decimal(2)
    assert compile_operand(counted, {}, SCOPE)({}, TODAY) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("askd", 'Did you mean "asked"?'),
        ("systolic", "is a number, not a boolean"),
        (5, "is not a condition"),
        ({}, "is not a condition"),
        ({"al": ["asked"]}, 'Did you mean "all"?'),
        ({"all": "asked"}, "is not a list"),
        ({"all": [], "any": []}, "a condition has one"),
        ({"all": ["asked", "othr"]}, "when.all[1]"),
        ({"not": "nobody"}, "when.not"),
        ({"given": "nobody"}, "not a fact"),
        ({"recorded": "systolic"}, "not a boolean"),
        ({"parameter": "limt"}, 'Did you mean "limit"?'),
        ({"value": "systolic"}, "exactly one comparison"),
        ({"value": "systolic", "above": 1, "below": 2}, "exactly one comparison"),
        ({"value": "systolic", "abov": 1}, 'Did you mean "above"?'),
        ({"value": "systolic", "above": True}, "not something to compare"),
        ({"value": "systolic", "above": None}, "not something to compare"),
        ({"value": "systolic", "above": []}, "not something to compare"),
        ({"value": "systolic", "above": "weight"}, "the units are not the same"),
        ({"value": "systolic", "above": "tested_on"}, "unlike things"),
        ({"value": "asked", "above": 1}, "cannot be compared"),
        ({"value": "grade", "is": "D"}, "is not a choice"),
        ({"value": "systolic", "is": "B"}, "not a choice"),
        ({"value": {"sum": ["systolic"]}, "above": 1}, "needs a list of two"),
        ({"value": {"difference": ["systolic", "weight"]}, "above": 1}, "the units are not the same"),
        ({"value": {"product": ["grade", 2]}, "above": 1}, "not a number"),
        ({"value": {"summ": ["systolic", 1]}, "above": 1}, 'Did you mean "sum"?'),
        ({"value": {"days_since": "ate_at"}, "above": 1}, "not a date"),
        ({"value": {"minutes_since": "tested_on"}, "above": 1}, "not a instant"),
        ({"value": {"days_since_date": {"parameter": "bad_date"}}, "above": 1}, "is not a date"),
        ({"value": {"days_since_date": "2026-12-31"}, "above": 1}, "not a parameter"),
        ({"value": {"parameter": "nothing"}, "above": 1}, "not a parameter"),
        ({"value": {"count": "systolic"}, "above": 1}, "not a records"),
        ({"value": {"count": "doses", "wher": {}}, "above": 1}, 'Did you mean "where"?'),
        ({"value": {"count": "doses", "where": [1]}, "above": 1}, "not a set of fields"),
        ({"value": {"count": "doses", "where": {"drg": "x"}}, "above": 1}, 'Did you mean "drug"?'),
        ({"value": {"count": "doses", "where": {"drug": {"protocol": "colour"}}}, "above": 1}, "not a test of a field"),
        ({"value": {"count": "doses", "in_last_days": "7"}, "above": 1}, "whole number"),
        ({"value": {"count": "doses", "in_last_days": 7, "date_field": "onn"}, "above": 1}, 'Did you mean "on"?'),
        ({"value": 3, "above": {"count": "doses"}}, "a count stands on the left"),
    ],
)
def test_nonsense_is_refused_when_built_with_its_place(raw: object, said: str) -> None:
    assert said in fault(raw)


def test_nodes_refuse_nonsense_of_themselves() -> None:
    kilograms, pressure = FactOperand("weight", FactKind.NUMBER, "kg"), FactOperand("systolic", FactKind.NUMBER, "mm[Hg]")
    word = FactOperand("grade", FactKind.CHOICE)
    with pytest.raises(RuleError, match="FAN-RULE-003"):
        Comparison(kilograms, Relation.ABOVE, pressure)
    with pytest.raises(RuleError, match="FAN-RULE-003"):
        Sum(kilograms, pressure, 1)
    with pytest.raises(RuleError, match="FAN-RULE-002"):
        Product(word, kilograms)
    with pytest.raises(RuleError, match="FAN-RULE-002"):
        Comparison(Constant(Decimal(1)), Relation.ABOVE, CountOf("doses"))


def test_a_condition_names_the_facts_it_may_read_once_each() -> None:
    tree = parser().condition(
        {
            "any": [
                "asked",
                {"not": "asked"},
                {"given": "other"},
                {"value": {"sum": ["systolic", "before"]}, "above": {"product": ["weight", 2]}},
            ]
        },
        "when",
    )
    assert facts_of(tree) == ("asked", "other", "systolic", "before", "weight")

"""No rule without its table; no table without both answers and the unknown; no limit without both of its sides."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from fanlight.care.rules import Moment, Rule
from fanlight.care.rules.compiling import compile_operand
from fanlight.care.rules.counting import count_records
from fanlight.care.rules.expressions import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    CountOf,
    DaysSince,
    FactOperand,
    Not,
    Operand,
    ParameterOperand,
)
from fanlight.records.library import library
from spec.rule_cases import RuleTable, result_of, scope_of, tables

RULES = {rule.id: rule for rule in library().screening.rules.rules}
TABLES = {table.rule: table for table in tables()}


def test_every_rule_has_one_table() -> None:
    assert sorted(TABLES) == sorted(RULES)
    assert len(tables()) == len(TABLES)


@pytest.mark.parametrize("rule", list(RULES))
def test_table_shows_present_absent_and_unknown(rule: str) -> None:
    table = TABLES[rule]
    shown = {case.answer for case in table.cases}
    assert {"present", "absent", "unknown"} - set(table.never) <= shown
    if "unknown" in table.never:
        assert "unknown" not in shown


@pytest.mark.parametrize("rule", list(RULES))
def test_every_limit_is_tried_below_on_and_above(rule: str) -> None:
    for comparison in _comparisons(RULES[rule]):
        tried = set(_differences(TABLES[rule], RULES[rule], comparison))
        assert Decimal(0) in tried, f"{comparison} is never tried exactly on its limit"
        if _can_be_above(RULES[rule], comparison):
            assert any(0 < difference <= 1 for difference in tried), f"{comparison} is never tried just above"
        if _can_be_below(RULES[rule], comparison):
            assert any(-1 <= difference < 0 for difference in tried), f"{comparison} is never tried just below"


def _comparisons(rule: Rule) -> Iterator[Comparison]:
    conditions = [level.when for level in rule.levels] + ([rule.applies] if rule.applies else [])
    for condition in conditions:
        for found in _walk(condition):
            if isinstance(found.left, FactOperand | DaysSince | CountOf) and isinstance(found.right, Constant | ParameterOperand):
                yield found


def _walk(node: Condition) -> Iterator[Comparison]:
    match node:
        case Comparison():
            yield node
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _walk(part)
        case Not(part=part):
            yield from _walk(part)


def _differences(table: RuleTable, rule: Rule, comparison: Comparison) -> Iterator[Decimal]:
    """How far each case stands from the limit that its protocol holds it to."""
    for case in table.cases:
        if case.answer in ("not asked", "not due"):
            continue
        scope = scope_of(case.protocol, case.jurisdiction, case.setting)
        parameters = {**rule.parameters, **scope.parameters}
        facts = result_of(case).facts
        moment = Moment(case.on)
        value = _value(comparison.left, facts.values_by_name, moment, parameters, scope)
        limit = compile_operand(comparison.right, parameters, scope)(facts.values_by_name, moment)
        if value is not None and isinstance(limit, Decimal):
            yield value - limit


def _value(operand: Operand, values, moment, parameters, scope) -> Decimal | None:  # type: ignore[no-untyped-def]
    if isinstance(operand, CountOf):
        found = count_records(operand, scope)(values, moment)
        return None if found is None or found[0] != found[1] else Decimal(found[0])
    return compile_operand(operand, parameters, scope)(values, moment)


def _can_be_below(rule: Rule, comparison: Comparison) -> bool:
    return _limit(rule, comparison) != 0


def _can_be_above(rule: Rule, comparison: Comparison) -> bool:
    left = comparison.left
    return not isinstance(left, FactOperand) or rule.definitions[left.name].maximum != _limit(rule, comparison)


def _limit(rule: Rule, comparison: Comparison) -> object:
    right = comparison.right
    return right.value if isinstance(right, Constant) else rule.parameters[right.name] if isinstance(right, ParameterOperand) else None

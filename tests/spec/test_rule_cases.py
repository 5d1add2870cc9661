"""Every rule answers as its table says, on each side of every limit and exactly on it."""

from __future__ import annotations

import pytest

from spec.rule_cases import WORDS, RuleCase, ask, tables


@pytest.mark.parametrize("case", [case for table in tables() for case in table.cases], ids=str)
def test_rule_answers_as_its_table_says(case: RuleCase) -> None:
    answer = ask(case)
    wanted = WORDS[case.answer]
    assert (answer.answer.value if answer else None) == wanted, answer
    if answer is None:
        return
    assert (answer.severity.name if answer.severity else None) == case.severity, answer.message
    if case.missing:
        assert [item.fact for item in answer.missing] == list(case.missing)
    assert case.says in answer.message
    assert "{" not in answer.message

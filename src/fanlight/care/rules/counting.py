"""Counting records: fewest and most that pass, because a record with a gap may or may not."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fanlight.care.rules.expressions import CountOf, FieldTest, Relation
from fanlight.care.rules.moment import Moment, Values
from fanlight.care.rules.scope import ProtocolScope
from fanlight.core.instants import days_between

COMPARE: dict[Relation, Callable[[Any, Any], bool]] = {
    Relation.ABOVE: operator.gt,
    Relation.AT_LEAST: operator.ge,
    Relation.BELOW: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.EQUALS: operator.eq,
    Relation.DIFFERS: operator.ne,
}


def count_records(node: CountOf, protocol: ProtocolScope) -> Callable[[Values, Moment], tuple[int, int] | None]:
    """Fewest and most records that pass; None when nobody gave the list. They differ when a record has gaps."""
    tests = tuple(_field_test(test, protocol) for test in node.tests)

    def count(values: Values, moment: Moment) -> tuple[int, int] | None:
        records = values.get(node.name)
        if not isinstance(records, tuple):
            return None
        sure = possible = 0
        for record in records:
            passed = [test(record) for test in tests]
            if node.in_last_days is not None:
                passed.append(_in_window(record.get(node.date_field), moment.on, node.in_last_days))
            if False not in passed:
                possible += 1
                sure += None not in passed
        return sure, possible

    return count


def _in_window(value: object, on: date, days: int) -> bool | None:
    if not isinstance(value, date):
        return None
    return 0 <= days_between(value, on) < days


def _field_test(test: FieldTest, protocol: ProtocolScope) -> Callable[[Mapping[str, object]], bool | None]:
    if test.relation is not None:
        compare, limit = COMPARE[test.relation], test.value
        return lambda record: None if (x := record.get(test.field)) is None else compare(x, limit)
    wanted = frozenset([str(getattr(protocol, test.from_scope))] if test.from_scope else test.one_of)
    return lambda record: None if (x := record.get(test.field)) is None else x in wanted

"""Trees turned once into plain functions, with the protocol's own numbers already in them.

Each function takes the values by name and the moment asked about, and answers True, False or None (unknown).
Its companion names the facts that would settle an unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fanlight.care.rules.counting import COMPARE, count_records
from fanlight.care.rules.expressions import (
    All,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Constant,
    CountOf,
    DaysSince,
    DaysSinceDated,
    FactOperand,
    IsGiven,
    IsTrue,
    MinutesSince,
    Not,
    OneOf,
    Operand,
    ParameterIsTrue,
    ParameterOperand,
    Product,
    Relation,
    Sum,
    facts_of,
)
from fanlight.care.rules.moment import Moment, Values
from fanlight.care.rules.scope import ParameterValue, ProtocolScope
from fanlight.core.instants import days_between, elapsed_minutes

Truth = Callable[[Values, Moment], bool | None]
Wanting = Callable[[Values, Moment], tuple[str, ...]]
Reading = Callable[[Values, Moment], Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to ask: its answer, and the facts wanting; `wanting` is asked only while the answer is unknown."""

    answer: Truth
    wanting: Wanting


def compile_condition(node: Condition, parameters: Mapping[str, ParameterValue], protocol: ProtocolScope) -> Compiled:
    """The functions of one condition for one protocol."""
    match node:
        case IsTrue(name=name):
            return Compiled(lambda v, m: None if (x := v.get(name)) is None else x is True, _only(name))
        case IsGiven(name=name):
            return Compiled(lambda v, m: name in v, lambda v, m: ())
        case ParameterIsTrue(name=name):
            known = parameters[name] is True
            return Compiled(lambda v, m: known, lambda v, m: ())
        case Always():
            return Compiled(lambda v, m: True, lambda v, m: ())
        case OneOf(name=name, words=words):
            chosen = frozenset(words)
            return Compiled(lambda v, m: None if (x := v.get(name)) is None else x in chosen, _only(name))
        case Not(part=part):
            inner = compile_condition(part, parameters, protocol)
            ask = inner.answer
            return Compiled(lambda v, m: None if (x := ask(v, m)) is None else not x, inner.wanting)
        case All(parts=parts) | AnyOf(parts=parts):
            return _joined(tuple(compile_condition(part, parameters, protocol) for part in parts), isinstance(node, All))
        case Comparison():
            return _comparison(node, parameters, protocol)


def _joined(parts: tuple[Compiled, ...], every: bool) -> Compiled:
    asks = tuple(part.answer for part in parts)
    decisive = not every

    def answer(values: Values, moment: Moment) -> bool | None:
        unknown = False
        for ask in asks:
            found = ask(values, moment)
            if found is None:
                unknown = True
            elif found is decisive:
                return decisive
        return None if unknown else not decisive

    def wanting(values: Values, moment: Moment) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in parts:
            if part.answer(values, moment) is None:
                found.update(dict.fromkeys(part.wanting(values, moment)))
        return tuple(found)

    return Compiled(answer, wanting)


def _comparison(node: Comparison, parameters: Mapping[str, ParameterValue], protocol: ProtocolScope) -> Compiled:
    compare = COMPARE[node.relation]
    absent = _absent(facts_of(node))
    if isinstance(node.left, CountOf):
        return _count_comparison(node.left, node.relation, compile_operand(node.right, parameters, protocol), protocol)
    if isinstance(node.left, FactOperand) and isinstance(node.right, Constant | ParameterOperand):
        name = node.left.name
        limit = node.right.value if isinstance(node.right, Constant) else parameters[node.right.name]
        return Compiled(lambda v, m: None if (x := v.get(name)) is None else compare(x, limit), _only(name))
    left = compile_operand(node.left, parameters, protocol)
    right = compile_operand(node.right, parameters, protocol)

    def answer(values: Values, moment: Moment) -> bool | None:
        first, second = left(values, moment), right(values, moment)
        return None if first is None or second is None else compare(first, second)

    return Compiled(answer, absent)


def compile_operand(node: Operand, parameters: Mapping[str, ParameterValue], protocol: ProtocolScope) -> Reading:
    """The function of one operand; it gives None while unknown. A count gives its certain number."""
    match node:
        case FactOperand(name=name):
            return lambda v, m: v.get(name)
        case Constant(value=value):
            return lambda v, m: value
        case ParameterOperand(name=name):
            declared = parameters[name]
            return lambda v, m: declared
        case Sum(left=left, right=right, sign=sign):
            return _arithmetic(left, right, operator.add if sign > 0 else operator.sub, parameters, protocol)
        case Product(left=left, right=right):
            return _arithmetic(left, right, operator.mul, parameters, protocol)
        case DaysSince(name=name):
            return lambda v, m: _days_past(v.get(name), m.on)
        case DaysSinceDated(parameter=name):
            dated = date.fromisoformat(str(parameters[name]))
            return lambda v, m: Decimal(days_between(dated, m.on))
        case MinutesSince(name=name):
            return lambda v, m: None if (x := v.get(name)) is None or m.now is None else Decimal(elapsed_minutes(x, m.now))  # type: ignore[arg-type]
        case CountOf():
            count = count_records(node, protocol)
            return lambda v, m: None if (found := count(v, m)) is None else Decimal(found[0])


def _days_past(day: object, on: date) -> Decimal | None:
    """Days from a date to the planned date; unknown when it lies after it, because it has not happened by then."""
    if not isinstance(day, date) or day > on:
        return None
    return Decimal(days_between(day, on))


def _arithmetic(
    left: Operand, right: Operand, operate: Callable[[Any, Any], Any], parameters: Mapping[str, ParameterValue], protocol: ProtocolScope
) -> Reading:
    first, second = compile_operand(left, parameters, protocol), compile_operand(right, parameters, protocol)

    def read(values: Values, moment: Moment) -> Any:
        x, y = first(values, moment), second(values, moment)
        return None if x is None or y is None else operate(x, y)

    return read


def _count_comparison(node: CountOf, relation: Relation, right: Reading, protocol: ProtocolScope) -> Compiled:
    count, compare = count_records(node, protocol), COMPARE[relation]

    def answer(values: Values, moment: Moment) -> bool | None:
        found, limit = count(values, moment), right(values, moment)
        if found is None or limit is None:
            return None
        answers = {compare(possible, limit) for possible in range(found[0], found[1] + 1)}
        return answers.pop() if len(answers) == 1 else None

    return Compiled(answer, lambda v, m: (node.name,))


def _only(name: str) -> Wanting:
    """A leaf that reads one fact is unknown only while that fact is absent."""
    names = (name,)
    return lambda values, moment: names


def _absent(names: tuple[str, ...]) -> Wanting:
    return lambda values, moment: tuple(name for name in names if name not in values or _is_to_come(values[name], moment))


def _is_to_come(value: object, moment: Moment) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime) and value > moment.on

"""Conditions as a clinician writes them in YAML, turned into trees; every slip is named with its place.

A condition is the name of a yes-or-no fact, or a mapping with one of: ``all``, ``any``, ``not``, ``given``
(somebody has said), ``recorded`` (said to be so; false while nobody has said), ``recorded_false`` (said not to be
so), ``parameter``, ``always``, or ``value`` with one comparison (``above``, ``at_least``, ``below``, ``at_most``,
``equals``, ``differs``, ``is``, ``is_not``, ``one_of``).
An operand is a number, the name of a fact or of one of the rule's named values, or a mapping with one of:
``parameter``, ``sum``, ``difference``, ``product``, ``days_since``, ``days_since_date``, ``minutes_since``, ``count``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fanlight.care.rules.errors import RuleError
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
    FieldTest,
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
)
from fanlight.care.rules.scope import ParameterValue
from fanlight.core.errors import FanlightError, Fault
from fanlight.core.facts import FactCatalogue, FactDefinition, FactKind

_RELATIONS = {relation.value: relation for relation in Relation}
_CONDITIONS = ("all", "any", "not", "given", "recorded", "recorded_false", "parameter", "always", "value")
_SCOPE_FIELDS = ("drug", "route", "use", "jurisdiction")


@dataclass(slots=True)
class ConditionParser:
    """Reads the conditions of one rule. Slips are gathered in `faults`; a condition with a slip reads as `Always`."""

    catalogue: FactCatalogue
    parameters: Mapping[str, ParameterValue]
    values: Mapping[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def condition(self, raw: object, path: str) -> Condition:
        """The tree of one condition."""
        try:
            return self._condition(raw, path)
        except _Slip as slip:
            self.faults.append(Fault(slip.path, slip.reason, suggestion=slip.hint))
        except FanlightError as problem:
            self.faults.append(Fault(path, f"{problem.what}: {problem.why}.", suggestion=problem.next_step))
        return Always()

    def named_value(self, name: str, path: str) -> Operand | None:
        """The operand of one of the rule's named values; None when it has a slip."""
        try:
            return self._operand(self.values[name], path)
        except _Slip as slip:
            self.faults.append(Fault(slip.path, slip.reason, suggestion=slip.hint))
        except FanlightError as problem:
            self.faults.append(Fault(path, f"{problem.what}: {problem.why}.", suggestion=problem.next_step))
        return None

    def _condition(self, raw: object, path: str) -> Condition:
        if isinstance(raw, str):
            self._definition(raw, path, FactKind.BOOLEAN)
            return IsTrue(raw)
        if not isinstance(raw, Mapping) or not raw:
            raise _Slip(path, f"{raw!r} is not a condition.", "Write the name of a yes-or-no fact, or {value: ..., above: ...}.")
        if "value" in raw:
            return self._comparison(raw, path)
        if len(raw) != 1:
            raise _Slip(path, f"has the keys {', '.join(map(str, raw))}; a condition has one.", "Put several conditions under all or any.")
        ((key, inner),) = raw.items()
        match key:
            case "all" | "any":
                if not isinstance(inner, list) or not inner:
                    raise _Slip(f"{path}.{key}", "is not a list of conditions.", "Start each with a dash.")
                parts = tuple(self._condition(part, f"{path}.{key}[{index}]") for index, part in enumerate(inner))
                return All(parts) if key == "all" else AnyOf(parts)
            case "not":
                return Not(self._condition(inner, f"{path}.not"))
            case "given":
                self._definition(str(inner), f"{path}.given")
                return IsGiven(str(inner))
            case "recorded" | "recorded_false":
                self._definition(str(inner), f"{path}.{key}", FactKind.BOOLEAN)
                truth = IsTrue(str(inner))
                return All((IsGiven(str(inner)), truth if key == "recorded" else Not(truth)))
            case "parameter":
                self._parameter(str(inner), f"{path}.parameter")
                return ParameterIsTrue(str(inner))
            case "always":
                return Always()
        raise _Slip(f"{path}.{key}", "is not a kind of condition.", _near(str(key), _CONDITIONS))

    def _comparison(self, raw: Mapping[object, object], path: str) -> Condition:
        others = [str(key) for key in raw if key != "value"]
        if len(others) != 1:
            raise _Slip(path, "needs exactly one comparison beside value.", "For example above: 140.")
        key, right = others[0], raw[others[0]]
        if key in ("is", "is_not", "one_of"):
            words = tuple(str(word) for word in right) if isinstance(right, list) else (str(right),)
            name = str(raw["value"])
            definition = self._definition(name, f"{path}.value")
            if definition.kind not in (FactKind.CHOICE, FactKind.TEXT):
                raise _Slip(
                    f"{path}.value", f"{name} is a {definition.kind}, not a choice.", "Use above, at_least, below, at_most or equals."
                )
            for word in words:
                if definition.choices and word not in definition.choices:
                    raise _Slip(f"{path}.{key}", f"{word!r} is not a choice of {name}.", _near(word, definition.choices))
            return Not(OneOf(name, words)) if key == "is_not" else OneOf(name, words)
        if key not in _RELATIONS:
            raise _Slip(f"{path}.{key}", "is not a comparison.", _near(key, (*_RELATIONS, "is", "is_not", "one_of")))
        return Comparison(self._operand(raw["value"], f"{path}.value"), _RELATIONS[key], self._operand(right, f"{path}.{key}"))

    def _operand(self, raw: object, path: str) -> Operand:
        if isinstance(raw, bool) or raw is None:
            raise _Slip(path, f"{raw!r} is not something to compare.", "Name a yes-or-no fact by itself.")
        if isinstance(raw, int | Decimal):
            return Constant(Decimal(raw))
        if isinstance(raw, str):
            if raw in self.values:
                return self._operand(self.values[raw], path)
            definition = self._definition(raw, path)
            if definition.kind in (FactKind.RECORDS, FactKind.BOOLEAN):
                raise _Slip(
                    path, f"{raw} is a {definition.kind} and cannot be compared.", "Count records, or name the yes-or-no fact by itself."
                )
            return FactOperand(raw, definition.kind, definition.unit if definition.kind is FactKind.NUMBER else None)
        if not isinstance(raw, Mapping) or not raw:
            raise _Slip(path, f"{raw!r} is not something to compare.")
        return self._operation(raw, path)

    def _operation(self, raw: Mapping[object, object], path: str) -> Operand:
        key = str(next(iter(raw)))
        inner = raw[key]
        match key:
            case "parameter":
                self._parameter(str(inner), f"{path}.parameter")
                return ParameterOperand(str(inner))
            case "sum" | "difference" | "product":
                if not isinstance(inner, list) or len(inner) != 2:
                    raise _Slip(f"{path}.{key}", "needs a list of two.", "For example [systolic_mmhg, baseline_systolic_mmhg].")
                left, right = (self._operand(part, f"{path}.{key}[{index}]") for index, part in enumerate(inner))
                return Product(left, right) if key == "product" else Sum(left, right, 1 if key == "sum" else -1)
            case "days_since":
                self._definition(str(inner), f"{path}.days_since", FactKind.DATE)
                return DaysSince(str(inner))
            case "days_since_date":
                name = str(inner.get("parameter", "")) if isinstance(inner, Mapping) else ""
                self._parameter(name, f"{path}.days_since_date.parameter")
                _iso_date(self.parameters[name], f"{path}.days_since_date.parameter")
                return DaysSinceDated(name)
            case "minutes_since":
                self._definition(str(inner), f"{path}.minutes_since", FactKind.INSTANT)
                return MinutesSince(str(inner))
            case "count":
                return self._count(raw, path)
        known = ("parameter", "sum", "difference", "product", "days_since", "days_since_date", "minutes_since", "count")
        raise _Slip(f"{path}.{key}", "is not a kind of value.", _near(key, known))

    def _count(self, raw: Mapping[object, object], path: str) -> CountOf:
        name = str(raw["count"])
        definition = self._definition(name, f"{path}.count", FactKind.RECORDS)
        fields = {item.name: item for item in definition.fields}
        extra = [str(key) for key in raw if key not in ("count", "where", "in_last_days", "date_field")]
        if extra:
            raise _Slip(f"{path}.{extra[0]}", "is not known here.", _near(extra[0], ("where", "in_last_days", "date_field")))
        where = raw.get("where") or {}
        if not isinstance(where, Mapping):
            raise _Slip(f"{path}.where", "is not a set of fields.", "For example where: {drug: esketamine}.")
        for key in where:
            if str(key) not in fields:
                raise _Slip(f"{path}.where.{key}", f"is not a field of {name}.", _near(str(key), tuple(fields)))
        tests = tuple(_field_test(str(key), value, f"{path}.where.{key}") for key, value in where.items())
        days = raw.get("in_last_days")
        if days is not None and not isinstance(days, int):
            raise _Slip(f"{path}.in_last_days", "is not a whole number of days.")
        date_field = str(raw.get("date_field", "on"))
        if days is not None and date_field not in fields:
            raise _Slip(f"{path}.date_field", f"{date_field!r} is not a field of {name}.", _near(date_field, tuple(fields)))
        return CountOf(name, tests, days, date_field)

    def _definition(self, name: str, path: str, kind: FactKind | None = None) -> FactDefinition:
        definition = self.catalogue.definitions.get(name)
        if definition is None:
            raise _Slip(path, f"{name} is not a fact Fanlight knows.", _near(name, tuple(self.catalogue.definitions)))
        if kind is not None and definition.kind is not kind:
            raise _Slip(path, f"{name} is a {definition.kind}, not a {kind}.", "Use a fact of that kind.")
        return definition

    def _parameter(self, name: str, path: str) -> None:
        if name not in self.parameters:
            raise _Slip(
                path, f"{name} is not a parameter of this rule.", _near(name, tuple(self.parameters)) or "Declare it with its default."
            )


def _field_test(name: str, raw: object, path: str) -> FieldTest:
    if isinstance(raw, list):
        return FieldTest(name, tuple(raw))
    if isinstance(raw, str | bool):
        return FieldTest(name, (raw,))
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((key, value),) = raw.items()
        if key == "protocol" and value in _SCOPE_FIELDS:
            return FieldTest(name, from_scope=str(value))
        if key in _RELATIONS and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return FieldTest(name, relation=_RELATIONS[str(key)], value=Decimal(value))
    raise _Slip(path, f"{raw!r} is not a test of a field.", "Write a word, a list of words, {at_least: 3} or {protocol: drug}.")


def _iso_date(value: ParameterValue, path: str) -> None:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        raise _Slip(path, f"{value!r} is not a date.", 'Write it in quotes, as "2026-12-31".') from None


def _near(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""


class _Slip(Exception):
    """One slip in a condition, with its place."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(reason)


__all__ = ["ConditionParser", "RuleError"]

"""Conditions as frozen trees: what is compared with what. They refuse nonsense when built.

Every condition has three answers. A leaf is unknown while one of its facts is absent; *all* and *any*
follow the three-valued tables of `fanlight.core.answers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fanlight.care.rules.errors import RuleError
from fanlight.core.facts import FactKind


class Relation(StrEnum):
    """How two values are compared. A limit written `above` is not crossed by a value exactly on it."""

    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"
    EQUALS = "equals"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class FactOperand:
    """The value of a fact."""

    name: str
    kind: FactKind
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, text or date written in the rule."""

    value: Decimal | str | date
    kind: FactKind = FactKind.NUMBER
    unit: None = None


@dataclass(frozen=True, slots=True)
class ParameterOperand:
    """A number the protocol declares with its source; the rule gives the default that holds otherwise."""

    name: str
    kind: FactKind = FactKind.NUMBER
    unit: None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """`left` plus (`sign` 1) or minus (`sign` -1) `right`, in one unit."""

    left: Operand
    right: Operand
    sign: int
    kind: FactKind = FactKind.NUMBER

    def __post_init__(self) -> None:
        _like(self.left, self.right, "add or subtract")

    @property
    def unit(self) -> str | None:
        return self.left.unit if self.left.unit is not None else self.right.unit


@dataclass(frozen=True, slots=True)
class Product:
    """`left` times `right`; its unit is left open."""

    left: Operand
    right: Operand
    kind: FactKind = FactKind.NUMBER
    unit: None = None

    def __post_init__(self) -> None:
        if self.left.kind is not FactKind.NUMBER or self.right.kind is not FactKind.NUMBER:
            raise RuleError("FAN-RULE-002", "Cannot multiply", "one of the two is not a number", "Multiply two numbers.")


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Calendar days from a date fact to the planned date; unknown when the date is still to come by then."""

    name: str
    kind: FactKind = FactKind.NUMBER
    unit: str = "d"


@dataclass(frozen=True, slots=True)
class DaysSinceDated:
    """Calendar days from a dated parameter (the end of a law, say) to the planned date."""

    parameter: str
    kind: FactKind = FactKind.NUMBER
    unit: str = "d"


@dataclass(frozen=True, slots=True)
class MinutesSince:
    """Whole elapsed UTC minutes from an instant fact to now."""

    name: str
    kind: FactKind = FactKind.NUMBER
    unit: str = "min"


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One field of a record against a value: one of several texts, or a number compared."""

    field: str
    one_of: tuple[str | bool, ...] = ()
    relation: Relation | None = None
    value: Decimal | None = None
    from_scope: str = ""


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many records pass every test and fall in the window.

    The window is half-open: `in_last_days` dates ending on the planned date, by the field `date_field`. A record
    whose field is not known counts as possible, so that the count is between two numbers.
    """

    name: str
    tests: tuple[FieldTest, ...] = ()
    in_last_days: int | None = None
    date_field: str = "on"
    kind: FactKind = FactKind.NUMBER
    unit: None = None


Operand = FactOperand | Constant | ParameterOperand | Sum | Product | DaysSince | DaysSinceDated | MinutesSince | CountOf


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A boolean fact is true."""

    name: str


@dataclass(frozen=True, slots=True)
class IsGiven:
    """Somebody has given this fact; never unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class ParameterIsTrue:
    """A yes-or-no parameter of the protocol is yes."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` stands in `relation` to `right`. Unlike kinds and units are refused."""

    left: Operand
    relation: Relation
    right: Operand

    def __post_init__(self) -> None:
        _like(self.left, self.right, "compare")
        if isinstance(self.right, CountOf):
            raise RuleError("FAN-RULE-002", "Cannot compare with a count", "a count stands on the left", "Turn the comparison round.")


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice or text fact is one of several words."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Always:
    """True whatever is known: a sentence that belongs to the protocol itself."""


Condition = IsTrue | IsGiven | ParameterIsTrue | Comparison | OneOf | All | AnyOf | Not | Always


def _like(left: Operand, right: Operand, what: str) -> None:
    if left.kind is not right.kind:
        raise RuleError(
            "FAN-RULE-002", f"Cannot {what} a {left.kind} and a {right.kind}", "they are unlike things", "Compare like with like."
        )
    if left.unit is not None and right.unit is not None and left.unit != right.unit:
        raise RuleError(
            "FAN-RULE-003",
            f"Cannot {what} {left.unit or 'a count'} and {right.unit or 'a count'}",
            "the units are not the same",
            "Use facts of one unit.",
        )


def facts_of(node: Condition | Operand) -> tuple[str, ...]:
    """Names of the facts a condition may read, each once, in order of reading."""
    found: dict[str, None] = {}
    _collect(node, found)
    return tuple(found)


def _collect(node: Condition | Operand, found: dict[str, None]) -> None:
    match node:
        case FactOperand(name=name) | DaysSince(name=name) | MinutesSince(name=name) | CountOf(name=name):
            found[name] = None
        case IsTrue(name=name) | IsGiven(name=name) | OneOf(name=name):
            found[name] = None
        case Sum(left=left, right=right) | Product(left=left, right=right) | Comparison(left=left, right=right):
            _collect(left, found)
            _collect(right, found)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                _collect(part, found)
        case Not(part=part):
            _collect(part, found)
        case _:
            pass

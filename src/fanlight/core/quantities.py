"""Exact quantities: a decimal number and a UCUM unit. Doses that reach a person are never floats."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from fanlight.core.errors import FanlightError
from fanlight.core.units import Unit, find_unit, known_units, received_unit


class QuantityError(FanlightError):
    """A number or unit that cannot be used."""


class Rounding(StrEnum):
    """How a number is cut to a step: toward zero, half away from zero, or half to even."""

    DOWN = ROUND_DOWN
    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN


_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)\Z")
_MAX_DIGITS = 28


def parse_decimal(text: str) -> Decimal:
    """Read a number as written, keeping its digits.

    A comma is refused, because 1,250 and 1,25 mean different things to different people. So are
    exponents, blanks inside, NaN, infinity, and more than 28 digits.
    """
    cleaned = text.strip().replace("\u2212", "-")
    if "," in cleaned:
        raise QuantityError(
            "FAN-QTY-002",
            f"Cannot read the number {text.strip()!r}",
            "a comma can mean thousands or a decimal point",
            "Write it with a point, and without thousands marks: 1250 or 1.25.",
        )
    if not _PLAIN_NUMBER.match(cleaned) or sum(c.isdigit() for c in cleaned) > _MAX_DIGITS:
        raise QuantityError(
            "FAN-QTY-001",
            f"Cannot read {text.strip()[:40]!r} as a number",
            "it is not a plain decimal number",
            "Write digits with at most one point, for example 72.4.",
        )
    return Decimal(cleaned)


def plain(number: Decimal) -> str:
    """A number as a person reads a dose: no exponent, no trailing zero, always a leading zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def round_to_step(value: Fraction, step: Decimal, rounding: Rounding) -> Decimal:
    """Cut an exact value to a multiple of `step` (> 0), once, by a named rule."""
    if step <= 0:
        raise ValueError("step must be above zero")
    multiple = value / Fraction(step)
    whole = abs(multiple.numerator) // multiple.denominator
    rest = abs(multiple) - whole
    up = rest > Fraction(1, 2) or (
        rest == Fraction(1, 2) and (rounding is Rounding.HALF_UP or (rounding is Rounding.HALF_EVEN and whole % 2 == 1))
    )
    if rounding is not Rounding.DOWN and up:
        whole += 1
    return step * whole * (1 if multiple >= 0 else -1)


def _unit(code: str) -> Unit:
    unit = find_unit(code)
    if unit is None:
        near = difflib.get_close_matches(code, known_units(), n=1, cutoff=0.5)
        raise QuantityError(
            "FAN-QTY-003",
            f"Cannot use the unit {code!r}",
            "it is not a UCUM unit that Fanlight knows",
            f'Did you mean "{near[0]}"?' if near else "",
        )
    return unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number of a UCUM unit. Unlike units are refused, never coerced.

    `value` keeps the digits it was given (72.0 stays 72.0). Equality is of value and unit as written;
    use `same_as` to ask whether two quantities have the same size.
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal):
            raise TypeError("a Quantity holds a Decimal; convert text with Quantity.parse")
        if not self.value.is_finite():
            raise QuantityError("FAN-QTY-001", "Cannot make a quantity", "its number is not finite", "")
        _unit(self.unit)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read "0.5 mg/kg". Common spellings that are not UCUM ("mcg") are mapped; others refused.

        >>> Quantity.parse("12.5 mcg/kg/min")
        Quantity(value=Decimal('12.5'), unit='ug/kg/min')
        """
        number, _, unit = text.strip().partition(" ")
        if not unit.strip():
            raise QuantityError("FAN-QTY-004", f"Cannot read the quantity {text.strip()!r}", "it has no unit", "Write it as 0.5 mg/kg.")
        return cls(parse_decimal(number), received_unit(unit) or unit.strip())

    def exact_in(self, unit: str) -> Fraction:
        """The size in another unit of the same dimension, as an exact rational."""
        mine, other = _unit(self.unit), _unit(unit)
        if mine.dimension != other.dimension:
            raise QuantityError(
                "FAN-QTY-005",
                f"Cannot express {self.unit} in {unit}",
                "they measure different things",
                f"Give a quantity in {unit} or a unit like it.",
            )
        return (Fraction(self.value) * mine.factor + mine.offset - other.offset) / other.factor

    def to(self, unit: str, step: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Quantity:
        """The same size in another unit, cut once to `step` of that unit."""
        return Quantity(round_to_step(self.exact_in(unit), step, rounding), unit)

    def same_as(self, other: Quantity) -> bool:
        """True when both have exactly the same size. Unlike units are refused."""
        return self.exact_in(other.unit) == Fraction(other.value)

    def __add__(self, other: Quantity) -> Quantity:
        self._must_match(other)
        return Quantity(self.value + other.value, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        self._must_match(other)
        return Quantity(self.value - other.value, self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.exact_in(other.unit) < Fraction(other.value)

    def __le__(self, other: Quantity) -> bool:
        return self.exact_in(other.unit) <= Fraction(other.value)

    def __gt__(self, other: Quantity) -> bool:
        return self.exact_in(other.unit) > Fraction(other.value)

    def __ge__(self, other: Quantity) -> bool:
        return self.exact_in(other.unit) >= Fraction(other.value)

    def _must_match(self, other: Quantity) -> None:
        if self.unit != other.unit:
            raise QuantityError(
                "FAN-QTY-005",
                f"Cannot add or subtract {self.unit} and {other.unit}",
                "the units are not the same",
                "Convert one of them first.",
            )

    def __str__(self) -> str:
        """As a person reads it: "0.5 mg/kg", "12.5 mcg/kg/min", never "5.0" and never ".5"."""
        shown = {"mm[Hg]": "mmHg", "[lb_av]": "lb", "Cel": "°C", "1": "", "[degF]": "°F", "[in_i]": "in"}.get(self.unit)
        unit = shown if shown is not None else self.unit.replace("ug", "mcg").strip("{}")
        return f"{plain(self.value)} {unit}".rstrip()

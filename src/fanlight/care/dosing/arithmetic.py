"""Figures and working lines as a person would write them: no trailing zero, always a leading zero, one stated rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from fanlight.care.protocols import Cited
from fanlight.core.quantities import Rounding, plain, round_to_step

_SHOWN_DIGITS = 28


@dataclass(frozen=True, slots=True)
class Figure:
    """An exact value and how it is shown. `rounded` says how, or is empty where nothing was cut."""

    exact: Fraction
    shown: Decimal
    rounded: str

    def __str__(self) -> str:
        return plain(self.shown)


def figure(value: Fraction, step: Cited, rounding: Rounding = Rounding.HALF_UP) -> Figure:
    """A value cut once to a step, remembering whether anything was lost."""
    shown = round_to_step(value, step.value, rounding)
    if Fraction(shown) == value:
        return Figure(value, shown, "")
    way = "down" if rounding is Rounding.DOWN else "to the nearest"
    return Figure(value, shown, f"rounded {way} {plain(step.value)}")


def written(value: Fraction) -> str:
    """An exact rational as a person writes it: in full where its decimal ends within nine places, else with a mark."""
    with localcontext() as context:
        context.prec = _SHOWN_DIGITS
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
        if Fraction(decimal) == value and -int(decimal.as_tuple().exponent) <= 9:
            return plain(decimal)
        return f"{plain(decimal.quantize(Decimal('0.0001')))}..."


def line(label: str, working: str, result: Figure, unit: str) -> str:
    """One line of working: ``Volume: 61.5 mg / 100 mg/mL = 0.615 -> 0.61 mL (rounded down 0.01)``."""
    if result.rounded:
        return f"{label}: {working} = {written(result.exact)} -> {result} {unit} ({result.rounded})"
    return f"{label}: {working} = {result} {unit}".rstrip()

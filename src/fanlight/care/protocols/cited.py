"""Numbers and sentences of a protocol, each with the place it was read and how surely it was seen there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fanlight.core.quantities import Quantity
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Cited:
    """A number with a UCUM unit and its basis. An empty `source` is read, and `lint` then says so.

    `source` is an id of the source register; `mark` says how the number was established there.
    """

    value: Decimal
    unit: str
    mark: Mark
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        Quantity(self.value, self.unit)

    @property
    def quantity(self) -> Quantity:
        """The number with its unit."""
        return Quantity(self.value, self.unit)

    @property
    def exact(self) -> Fraction:
        """The number as an exact rational, in its own unit."""
        return Fraction(self.value)

    def __str__(self) -> str:
        return str(self.quantity)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a protocol with its basis: a stop rule, a staffing rule, a piece of equipment."""

    text: str
    mark: Mark
    source: str = ""
    id: str = ""

"""From milligrams to millilitres, containers and a rate: what is drawn, what the bag holds, how the pump is set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from fanlight.care.dosing.arithmetic import Figure, figure
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.products import Product
from fanlight.care.protocols import DosePart
from fanlight.core.quantities import Rounding


@dataclass(frozen=True, slots=True)
class Container:
    """What is taken from one container and what it still holds. `ml` for what is measured, `pieces` for what is counted."""

    product_id: str
    taken_mg: Fraction
    left_mg: Fraction
    taken_ml: Fraction | None = None
    left_ml: Fraction | None = None
    pieces: int | None = None


@dataclass(frozen=True, slots=True)
class PartRun:
    """One part of a dose given in parts: its share of the bag and the rate it runs at."""

    title: str
    mg: Fraction
    ml: Fraction
    minutes: Fraction
    rate_ml_h: Figure


@dataclass(frozen=True, slots=True)
class Preparation:
    """The dose as it is made up. `drawn_mg` is exactly concentration x volume after the one rounding of the volume.

    `volume` is drawn from the containers; an infusion is made up to `bag_ml` and run at `rate_ml_h` for `minutes`. A dose given
    in parts has a rate for each of its `parts`, and none for the whole.
    """

    product: Product
    drawn_mg: Fraction
    volume: Figure | None
    containers: tuple[Container, ...]
    pieces: int | None = None
    bag_ml: Fraction | None = None
    minutes: Fraction | None = None
    rate_ml_h: Figure | None = None
    parts: tuple[PartRun, ...] = ()

    @property
    def strength(self) -> Fraction | None:
        """mg/mL in the container, or None for what is counted by the piece."""
        return None if self.product.strength is None else self.product.strength.exact

    @property
    def bag_mg_per_ml(self) -> Fraction | None:
        """mg/mL in the made-up bag, or None where there is none."""
        return None if not self.bag_ml else self.drawn_mg / self.bag_ml

    @property
    def mg_per_min(self) -> Fraction | None:
        """mg each minute while it runs as planned; None where parts run at rates of their own."""
        return None if not self.minutes or self.parts else self.to_give_mg / self.minutes

    @property
    def to_give_mg(self) -> Fraction:
        """mg that the patient is to have: what is taken from the containers."""
        return sum((item.taken_mg for item in self.containers), Fraction(0))


def drawn(mg: Fraction, product: Product, policy: DosingPolicy) -> Preparation | None:
    """What is drawn or counted out for a dose, or None where the product's own strength is not known.

    A volume is cut down to the syringe mark, so that no more is drawn than was ordered. Pieces must come out whole; where they
    do not, `pieces` is None and nothing is counted out.
    """
    if product.kind.is_measured_by_volume:
        if product.strength is None or product.volume is None:
            return None
        volume = figure(mg / product.strength.exact, policy.syringe_step, Rounding.DOWN)
        taken = Fraction(volume.shown)
        return Preparation(product, taken * product.strength.exact, volume, _measured(taken, product))
    if product.piece is None:
        return None
    pieces = mg / product.piece.exact
    if pieces.denominator != 1:
        return Preparation(product, Fraction(0), None, ())
    count = int(pieces)
    each = Container(product.id, product.piece.exact, Fraction(0), pieces=1)
    return Preparation(product, mg, None, (each,) * count, pieces=count)


def whole_bags(mg: Fraction, product: Product) -> Preparation | None:
    """Ready-made bags for a long infusion: as many as hold the dose, the last one not emptied."""
    held = product.container_mg
    if held is None or held == 0 or product.strength is None or product.volume is None:
        return None
    count = math.ceil(mg / held)
    containers = []
    left = mg
    for _ in range(count):
        taken = min(left, held)
        containers.append(
            Container(product.id, taken, held - taken, taken / product.strength.exact, (held - taken) / product.strength.exact)
        )
        left -= taken
    return Preparation(product, held * count, None, tuple(containers))


def infusion_rate(bag_ml: Fraction, minutes: Fraction, policy: DosingPolicy) -> Figure:
    """Pump setting in mL/h for a bag run over some minutes, cut to what the pump can be set to."""
    return figure(bag_ml / minutes * 60, policy.pump_step)


def part_runs(parts: Sequence[DosePart], drawn_mg: Fraction, bag_ml: Fraction, policy: DosingPolicy) -> tuple[PartRun, ...]:
    """Each part's share of a bag, in proportion to its share of the dose, and its rate."""
    whole = sum((part.dose.exact for part in parts), Fraction(0))
    found = []
    for part in parts:
        share = part.dose.exact / whole
        ml = bag_ml * share
        found.append(PartRun(part.title, drawn_mg * share, ml, part.minutes.exact, infusion_rate(ml, part.minutes.exact, policy)))
    return tuple(found)


def _measured(taken: Fraction, product: Product) -> tuple[Container, ...]:
    assert product.strength is not None
    assert product.volume is not None
    full, strength = product.volume.exact, product.strength.exact
    found = []
    left = taken
    while left > 0:
        now = min(left, full)
        found.append(Container(product.id, now * strength, (full - now) * strength, now, full - now))
        left -= now
    return tuple(found)

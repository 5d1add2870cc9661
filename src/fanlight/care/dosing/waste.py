"""What is left over: what must be wasted before a witness, what stays in stock, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fanlight.care.dosing.arithmetic import figure
from fanlight.care.dosing.given import Given
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.products import ContainerKind
from fanlight.care.protocols import Cited


@dataclass(frozen=True, slots=True)
class Waste:
    """`bag_mg` left in a bag or line that was stopped; `vial_mg` left in opened containers; `mg` what of it is waste.

    What is left in a multiple-dose vial is stock, to be used within `beyond_use`; in a single-dose one it is waste.
    """

    mg: Fraction
    bag_mg: Fraction
    vial_mg: Fraction
    beyond_use: Cited | None

    @property
    def witness_needed(self) -> bool:
        """True when anything is wasted."""
        return self.mg > 0


def waste_of(made: Preparation | None, gave: Given | None, policy: DosingPolicy) -> Waste | None:
    """What is left of a preparation, given whole or stopped; None where nothing was made up.

    The infused amount is cut once to what is shown, and waste is the rest of what was drawn, so that the two always balance.
    """
    if made is None or not made.containers:
        return None
    opened = sum((item.left_mg for item in made.containers), Fraction(0))
    if gave is not None and made.product.kind is ContainerKind.BAG:
        opened = Fraction(0)
    kept = made.product.kind is ContainerKind.VIAL and not made.product.is_single_dose
    bag = Fraction(0) if gave is None else made.drawn_mg - shown_infused(gave, policy)
    return Waste(bag + (0 if kept else opened), bag, opened, made.product.beyond_use if opened else None)


def shown_infused(gave: Given, policy: DosingPolicy) -> Fraction:
    """Infused mg cut to what is shown (half up)."""
    return Fraction(figure(gave.infused_mg, policy.amount_shown).shown)

"""What was worked out for one dose, exact, with everything that stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.dosing.amount import Amount
from fanlight.care.dosing.findings import DoseFinding
from fanlight.care.dosing.given import Given
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.waste import Waste
from fanlight.care.dosing.weights import Weights
from fanlight.care.protocols import Phase, PlannedDose
from fanlight.core.quantities import Rounding, round_to_step


@dataclass(frozen=True, slots=True)
class DoseAnswer:
    """What was worked out, exact; None where it hangs on what is missing or refused, and `findings` says on what.

    `weight_as_given` is what was written where the weight came in another unit.
    `fanlight.care.dosing.dose_json` writes it in the shape of rule semantics 9.
    """

    protocol_id: str
    protocol_version: str
    phase: Phase
    policy: DosingPolicy
    weights: Weights | None
    amount: Amount | None
    preparation: Preparation | None
    given: Given | None
    waste: Waste | None
    findings: tuple[DoseFinding, ...]
    weight_as_given: str = ""

    @property
    def is_withheld(self) -> bool:
        """True where no figure may be shown."""
        return any(finding.withholds for finding in self.findings)

    def planned(self) -> PlannedDose | None:
        """The dose as a session plan takes it, or None where it could not be worked out."""
        if self.amount is None:
            return None
        made = self.preparation
        mg = self.amount.mg if made is None or made.volume is None else made.drawn_mg
        return PlannedDose(
            mg=round_to_step(mg, self.policy.amount_shown.value, Rounding.DOWN),
            devices=None if made is None or self.phase.dose.device is None else made.pieces,
            infusion_minutes=None if made is None or made.minutes is None else int(made.minutes),
            rate_ml_per_h=None if made is None or made.rate_ml_h is None else made.rate_ml_h.shown,
            bag_ml=None if made is None or made.bag_ml is None else round_to_step(made.bag_ml, Decimal("0.01"), Rounding.HALF_UP),
            concentration_mg_per_ml=None
            if made is None or made.bag_mg_per_ml is None
            else round_to_step(made.bag_mg_per_ml, Decimal("0.0001"), Rounding.HALF_UP),
        )

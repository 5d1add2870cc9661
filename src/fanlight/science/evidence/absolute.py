"""From a ratio to people: what a pooled effect means in a hundred of them, given the risk without treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import Measure


@dataclass(frozen=True, slots=True)
class OutOfHundred:
    """Natural frequencies: of 100 people, how many on the comparison and how many on treatment, with the ends of the interval.

    `extra` counts those who would not have been among them otherwise; negative where fewer are.
    """

    control: int
    treated: int
    treated_low: int
    treated_high: int

    @property
    def extra(self) -> int:
        """Treated less control."""
        return self.treated - self.control

    @property
    def extra_low(self) -> int:
        """At the low end of the interval."""
        return self.treated_low - self.control

    @property
    def extra_high(self) -> int:
        """At the high end."""
        return self.treated_high - self.control


def risk_on_treatment(measure: Measure, effect: float, control_risk: float) -> float:
    """The risk on treatment from `effect` (log scale for ratios) and the risk on the comparison (a fraction), kept within 0..1."""
    if not 0 <= control_risk <= 1:
        raise EvidenceError(
            "FAN-EVID-006", f"Cannot use the control risk {control_risk!r}", "a risk lies between 0 and 1", "Write 38 percent as 0.38."
        )
    if measure is Measure.RR:
        risk = control_risk * float(np.exp(effect))
    elif measure in (Measure.OR, Measure.PETO):
        odds = control_risk / (1 - control_risk) * float(np.exp(effect)) if control_risk < 1 else float("inf")
        risk = odds / (1 + odds) if np.isfinite(odds) else 1.0
    elif measure is Measure.RD:
        risk = control_risk + effect
    else:
        raise EvidenceError("FAN-EVID-003", f"Cannot turn {measure.value} into people", "only RR, OR, PETO and RD are about risks")
    return min(1.0, max(0.0, risk))


def out_of_hundred(measure: Measure, estimate: float, ci: tuple[float, float], control_risk: float) -> OutOfHundred:
    """Natural frequencies of a pooled effect."""
    risks = [risk_on_treatment(measure, value, control_risk) for value in (estimate, *ci)]
    treated, low, high = (round(100 * risk) for risk in risks)
    return OutOfHundred(round(100 * control_risk), treated, low, high)


def number_needed(risk_treated: float, risk_control: float) -> float:
    """How many to treat for one more; infinite where the risks are equal, negative where treatment does worse."""
    difference = risk_treated - risk_control
    return float("inf") if difference == 0 else 1.0 / difference

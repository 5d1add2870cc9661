"""A site's dosing policy: weight formulas and windows, what a syringe and a pump can deliver, how figures are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fanlight.care.protocols import Cited
from fanlight.core.session_plan import Route


class BasisChoice(StrEnum):
    """Which weight the site doses per kg on. `BY_BMI`: actual below the policy's BMI, ideal from it on, to start."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"
    BY_BMI = "by_bmi"


@dataclass(frozen=True, slots=True)
class DosingPolicy:
    """Numbers the arithmetic uses, each with its basis. The site's medical director signs or changes them.

    Weights are checked as HAZ-02 and HAZ-03 ask; `syringe_step` is the mark volumes are cut down to; `*_shown` is how far
    a figure that is not ordered or drawn is written out. `bioavailability` is what reaches the blood by route, in percent: for
    warnings only, because doses are never converted between routes.
    """

    title: str
    basis: BasisChoice
    ideal_from_bmi: Cited
    ideal_base_male: Cited
    ideal_base_female: Cited
    ideal_per_inch: Cited
    ideal_from_inches: Cited
    adjusted_share: Cited
    weight_minimum: Cited
    weight_maximum: Cited
    weight_change_percent: Cited
    bmi_minimum: Cited
    bmi_maximum: Cited
    weight_window_days: Cited
    first_weight_window_days: Cited
    syringe_step: Cited
    syringe_from: Cited
    pump_step: Cited
    bag_volume: Cited
    dose_shown: Cited
    kilograms_shown: Cited
    bmi_shown: Cited
    volume_shown: Cited
    amount_shown: Cited
    per_kg_shown: Cited
    per_minute_shown: Cited
    per_kg_minute_shown: Cited
    hours_shown: Cited
    bioavailability: dict[Route, Cited] = field(default_factory=dict)

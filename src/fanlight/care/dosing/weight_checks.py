"""Can this weight be dosed on? A slip of unit, a stale weight and a sudden change are answers that say what to do (HAZ-02, 03)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from fanlight.care.dosing.findings import DoseFinding, danger, unknown
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.weights import Weights, body_mass_index
from fanlight.core.answers import Severity
from fanlight.core.facts import Facts, day, number, yes_or_no
from fanlight.core.instants import days_between
from fanlight.core.quantities import plain


def weight_findings(facts: Facts, policy: DosingPolicy, on: date, *, is_first_dose: bool) -> tuple[DoseFinding, ...]:
    """Everything that stands against dosing per kg on the weight given; empty where nothing does."""
    weight = number(facts, "weight_kg")
    if weight is None:
        return (unknown("HAZ-02", "No weight is recorded, so a dose per kg cannot be worked out.", ("weight_kg", "nurse"), withholds=True),)
    low, high = policy.weight_minimum.value, policy.weight_maximum.value
    if not low <= weight <= high:
        message = (
            f"{plain(weight)} kg is outside {plain(low)} to {plain(high)} kg. Check the number and its unit; pounds are written as lb."
        )
        return (danger("HAZ-02", Severity.HOLD, message, withholds=True),)
    return (*_plausible(facts, policy), *_recent(facts, policy, on, is_first_dose))


def _plausible(facts: Facts, policy: DosingPolicy) -> tuple[DoseFinding, ...]:
    if yes_or_no(facts, "weight_confirmed") is True:
        return ()
    found = []
    weight, before = number(facts, "weight_kg"), number(facts, "previous_weight_kg")
    assert weight is not None
    limit = policy.weight_change_percent.value
    if before is not None and before > 0 and abs(weight - before) * 100 > limit * before:
        change = f"{plain(before)} to {plain(weight)} kg is a change of more than {plain(limit)}% since the last weight."
        found.append(danger("HAZ-02", Severity.HOLD, f"{change} Weigh again and enter it a second time."))
    height = number(facts, "height_cm")
    bmi = body_mass_index(Fraction(weight), height)
    if bmi is not None and not policy.bmi_minimum.exact <= bmi <= policy.bmi_maximum.exact:
        found.append(
            danger(
                "HAZ-02", Severity.HOLD, "Weight and height together are hardly possible. Check both and enter the weight a second time."
            )
        )
    return tuple(found)


def _recent(facts: Facts, policy: DosingPolicy, on: date, is_first_dose: bool) -> tuple[DoseFinding, ...]:
    measured = day(facts, "weight_measured_on")
    window = policy.first_weight_window_days if is_first_dose else policy.weight_window_days
    wanted = "on the day of the first dose" if is_first_dose and window.value == 0 else f"within {plain(window.value)} days"
    if measured is None:
        return (
            unknown("HAZ-03", f"The day the weight was measured is not recorded; it must be {wanted}.", ("weight_measured_on", "nurse")),
        )
    age = days_between(measured, on)
    if age < 0:
        return (danger("HAZ-03", Severity.HOLD, "The weight is dated after the planned day. Check the date.", withholds=True),)
    if age <= window.value:
        return ()
    told = f"The weight is {age} day{'' if age == 1 else 's'} old; it must be measured {wanted}."
    if yes_or_no(facts, "weight_accepted_by_prescriber") is True:
        return (danger("HAZ-03", Severity.WARN, f"{told} The prescriber accepted it."),)
    return (danger("HAZ-03", Severity.HOLD, f"{told} Weigh again, or let the prescriber accept it with a note.", withholds=True),)


def basis_findings(weights: Weights, policy: DosingPolicy) -> tuple[DoseFinding, ...]:
    """What stands against the weight basis in use: the basis that the site asks for cannot be worked out."""
    if not weights.basis_is_settled:
        reached = f"whether body mass index reaches {plain(policy.ideal_from_bmi.value)}, where the site starts on ideal weight"
        message = f"Height is not recorded, so {reached}, is not known. Shown on actual weight."
        return (unknown("HAZ-02", message, ("height_cm", "nurse")),)
    if weights.basis_kg is None:
        message = "Ideal weight needs height, and sex as male or female."
        return (unknown("HAZ-02", message, ("height_cm", "nurse"), ("sex", "front desk"), withholds=True),)
    return ()

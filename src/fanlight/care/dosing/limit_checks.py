"""Does the dose keep to its own protocol? And if not, is it the slip of a decimal point (HAZ-05)?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from fanlight.care.dosing.amount import Amount
from fanlight.care.dosing.arithmetic import written
from fanlight.care.dosing.findings import DoseFinding, danger, unknown
from fanlight.care.protocols import Cited, DoseBasis, DoseRule
from fanlight.core.answers import Severity
from fanlight.core.quantities import plain

_SLIPS = (Fraction(10), Fraction(100), Fraction(1000))


def limit_findings(dose: Amount, rule: DoseRule, *, is_first_dose: bool | None, last_mg_per_kg: Decimal | None) -> tuple[DoseFinding, ...]:
    """Every bound of the protocol's dose rule that this dose crosses, in the unit the bound is written in."""
    unit, value = _in_rule_unit(dose, rule)
    found = []
    if value is not None:
        if rule.maximum is not None and value > rule.maximum.exact:
            found.append(_above(value, unit, rule.maximum, "the most of this protocol", rule.start.exact))
        found += _first(value, unit, rule, is_first_dose)
        if rule.minimum is not None and value < rule.minimum.exact:
            found.append(danger("HAZ-05", Severity.WARN, f"{written(value)} {unit} is below {rule.minimum}, the least of this protocol."))
        if rule.allowed and value not in [choice.exact for choice in rule.allowed]:
            choices = ", ".join(plain(choice.value) for choice in rule.allowed)
            found.append(
                danger("HAZ-05", Severity.BLOCK, f"{written(value)} {unit} is not one of the doses of this protocol: {choices} {unit}.")
            )
        found += _step(value, rule, last_mg_per_kg)
    if rule.cap is not None and dose.mg > rule.cap.exact:
        usual_mg = rule.start.exact * (dose.mg / value) if value else rule.cap.exact
        message = f"{written(dose.mg)} mg is above {rule.cap}, the most of one session.{_slip(dose.mg, usual_mg)}"
        found.append(danger("HAZ-05", Severity.BLOCK, message))
    return tuple(found)


def _above(value: Fraction, unit: str, bound: Cited, name: str, usual: Fraction) -> DoseFinding:
    return danger("HAZ-05", Severity.BLOCK, f"{written(value)} {unit} is above {bound}, {name}.{_slip(value, usual)}")


def _first(value: Fraction, unit: str, rule: DoseRule, is_first_dose: bool | None) -> list[DoseFinding]:
    """The cap of a first dose; while nobody can say whether it is one, a dose above that cap waits for the answer."""
    if rule.first is None or is_first_dose is False or value <= rule.first.exact:
        return []
    if is_first_dose:
        return [_above(value, unit, rule.first, "the most of a first dose", rule.start.exact)]
    message = f"{written(value)} {unit} is above {rule.first}, the most of a first dose. Has this drug been given before?"
    return [unknown("HAZ-05", message, ("sessions_given", "prescriber"))]


def _in_rule_unit(dose: Amount, rule: DoseRule) -> tuple[str, Fraction | None]:
    if rule.basis is DoseBasis.PER_KG:
        return "mg/kg", dose.mg_per_kg
    if rule.basis in (DoseBasis.FIXED, DoseBasis.DEVICES):
        return "mg", dose.mg
    hours = None if rule.minutes is None else rule.minutes.exact / 60
    if not hours:
        return rule.start.unit, None
    if rule.basis is DoseBasis.PER_HOUR:
        return "mg/h", dose.mg / hours
    return "mg/kg/h", None if dose.mg_per_kg is None else dose.mg_per_kg / hours


def _step(value: Fraction, rule: DoseRule, last_mg_per_kg: Decimal | None) -> list[DoseFinding]:
    if rule.step is None or rule.basis is not DoseBasis.PER_KG or last_mg_per_kg is None:
        return []
    rise = value - Fraction(last_mg_per_kg)
    if rise <= rule.step.exact:
        return []
    return [danger("HAZ-05", Severity.BLOCK, f"A rise of {written(rise)} mg/kg over the last dose is more than one step of {rule.step}.")]


def _slip(value: Fraction, usual: Fraction) -> str:
    """A question back, where moving the point makes the figure a usual one: between half and twice the protocol's start."""
    for times in _SLIPS:
        if usual / 2 <= value / times <= usual * 2:
            return f" Was {written(value / times)} meant? The figure is {written(times)} times that."
    return ""

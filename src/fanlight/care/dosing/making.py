"""Making a dose up: from the shelf to the syringe, the bag and the pump; and what a stopped run gave."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from fanlight.care.dosing.amount import Amount
from fanlight.care.dosing.findings import DoseFinding, danger, unknown
from fanlight.care.dosing.given import Given, LineState, RunSegment, given, segments_of
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation, drawn, infusion_rate, part_runs, whole_bags
from fanlight.care.dosing.products import ContainerKind, Product
from fanlight.care.protocols import DoseRule
from fanlight.core.answers import Severity
from fanlight.core.facts import Facts, number, records, yes_or_no
from fanlight.core.session_plan import Route


def make_up(
    facts: Facts, dose: Amount, rule: DoseRule, product: Product, route: Route, policy: DosingPolicy
) -> tuple[Preparation | None, tuple[DoseFinding, ...]]:
    """The preparation of a dose from one product, and what stands against it."""
    if product.kind is ContainerKind.BAG:
        return _ready_made(facts, dose, rule, product, policy)
    made = drawn(dose.mg, product, policy)
    if made is None:
        return None, (unknown("HAZ-06", f"The strength of {product.name} is not in its file.", ("product", "pharmacy")),)
    if not product.kind.is_measured_by_volume and made.pieces is None:
        message = f"The dose is no whole number of {product.piece} pieces of {product.name}."
        return None, (danger("HAZ-05", Severity.BLOCK, message),)
    trouble = _measurable(made, policy)
    if route is not Route.INTRAVENOUS:
        return made, trouble
    minutes = _minutes(facts, rule)
    if minutes is None:
        return made, (*trouble, unknown("HAZ-05", "How long the infusion runs is not known.", ("infusion_minutes", "prescriber")))
    bag = number(facts, "bag_ml")
    bag_ml = policy.bag_volume.exact if bag is None else Fraction(bag)
    if made.volume is not None and bag_ml < Fraction(made.volume.shown):
        return made, (*trouble, danger("HAZ-05", Severity.HOLD, "The bag is smaller than the volume drawn. Check its volume."))
    if rule.parts:
        return replace(made, bag_ml=bag_ml, minutes=minutes, parts=part_runs(rule.parts, made.drawn_mg, bag_ml, policy)), trouble
    return replace(made, bag_ml=bag_ml, minutes=minutes, rate_ml_h=infusion_rate(bag_ml, minutes, policy)), trouble


def run_given(facts: Facts, made: Preparation | None, policy: DosingPolicy) -> tuple[Given | None, tuple[DoseFinding, ...]]:
    """What a recorded run gave: its segments, or the minutes at which the planned rate was stopped. None where no run is recorded."""
    if made is None or made.bag_ml is None:
        return None, ()
    rows, stopped = records(facts, "infusion_run"), number(facts, "stopped_after_minutes")
    rate = number(facts, "pump_rate_ml_h") or (None if made.rate_ml_h is None else made.rate_ml_h.shown)
    if rows is not None:
        run = segments_of(rows)
    elif stopped is not None and rate is not None:
        run = (RunSegment(stopped, rate),)
    elif stopped is not None:
        return None, (unknown("R25", "The parts run at rates of their own: record the run, rate by rate.", ("infusion_run", "nurse")),)
    else:
        return None, ()
    line = LineState(number(facts, "line_ml"), yes_or_no(facts, "line_flushed"), yes_or_no(facts, "line_primed_with_drug") is True)
    found = given(made.bag_ml, made.drawn_mg, run, line)
    if not found.is_upper_bound:
        return found, ()
    message = "Line volume and flush are not recorded, so the patient may have had less than the figure shown."
    return found, (unknown("R25", message, ("line_ml", "nurse"), ("line_flushed", "nurse")),)


def _ready_made(
    facts: Facts, dose: Amount, rule: DoseRule, product: Product, policy: DosingPolicy
) -> tuple[Preparation | None, tuple[DoseFinding, ...]]:
    made, minutes = whole_bags(dose.mg, product), _minutes(facts, rule)
    if made is None or product.strength is None or product.volume is None or minutes is None:
        return made, (unknown("HAZ-05", "The bag's strength or how long it runs is not known.", ("infusion_minutes", "prescriber")),)
    ml = dose.mg / product.strength.exact
    bags = Fraction(len(made.containers)) * product.volume.exact
    return replace(made, bag_ml=bags, minutes=minutes, rate_ml_h=infusion_rate(ml, minutes, policy)), ()


def _minutes(facts: Facts, rule: DoseRule) -> Fraction | None:
    ordered = number(facts, "infusion_minutes")
    if ordered is not None and ordered > 0:
        return Fraction(ordered)
    return None if rule.minutes is None else rule.minutes.exact


def _measurable(made: Preparation, policy: DosingPolicy) -> tuple[DoseFinding, ...]:
    if made.volume is None or Fraction(made.volume.shown) > policy.syringe_from.exact:
        return ()
    message = f"{made.volume} mL is too small to measure well: {policy.syringe_from} or less. Use a weaker product, or dilute first."
    return (danger("HAZ-05", Severity.WARN if made.volume.shown > 0 else Severity.BLOCK, message),)

"""Every line of working, as it would be written by hand beside the order."""

from __future__ import annotations

from fractions import Fraction

from fanlight.care.dosing.arithmetic import Figure, figure, line, written
from fanlight.care.dosing.dose import DoseAnswer
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.waste import shown_infused
from fanlight.care.dosing.weights import Weights
from fanlight.care.protocols import WeightBasis
from fanlight.core.quantities import Rounding, plain


def working(answer: DoseAnswer) -> tuple[str, ...]:
    """The arithmetic of an answer, line by line; empty where nothing could be worked out."""
    if answer.is_withheld or answer.amount is None:
        return ()
    lines = [] if answer.weights is None else _weight_lines(answer.weights, answer.policy)
    if answer.weight_as_given and answer.weights is not None:
        lines.insert(0, f"Weight: {answer.weight_as_given} = {written(answer.weights.actual_kg)} kg")
    lines += _dose_lines(answer)
    if answer.preparation is not None:
        lines += _made_lines(answer, answer.preparation)
    lines += _given_lines(answer)
    lines += _waste_lines(answer)
    return tuple(lines)


def _weight_lines(found: Weights, policy: DosingPolicy) -> list[str]:
    lines = []
    if found.bmi is not None:
        lines.append(
            line("Body mass index", f"{written(found.actual_kg)} kg / height in m squared", figure(found.bmi, policy.bmi_shown), "kg/m2")
        )
    if found.ideal_kg is not None and found.adjusted_kg is not None and found.inches is not None:
        actual, ideal, inches = written(found.actual_kg), written(found.ideal_kg), written(found.inches)
        per_inch, from_inches = plain(policy.ideal_per_inch.value), plain(policy.ideal_from_inches.value)
        base = written(found.ideal_kg - policy.ideal_per_inch.exact * (found.inches - policy.ideal_from_inches.exact))
        shown = figure(found.ideal_kg, policy.kilograms_shown)
        lines.append(line("Ideal weight (Devine)", f"{base} + {per_inch} x ({inches} in - {from_inches})", shown, "kg"))
        share = f"{ideal} + {plain(policy.adjusted_share.value)} x ({actual} - {ideal})"
        lines.append(line("Adjusted weight", share, figure(found.adjusted_kg, policy.kilograms_shown), "kg"))
    return lines


def _dose_lines(answer: DoseAnswer) -> list[str]:
    dose, policy, weighed = answer.amount, answer.policy, answer.weights
    assert dose is not None
    said = "Dose ordered" if dose.is_ordered else "Dose of the protocol"
    shown = dose_figure(dose.mg, policy)
    minutes = None if answer.phase.dose.minutes is None else answer.phase.dose.minutes.exact
    if dose.mg_per_hour is not None and minutes is not None:
        rate = f"{written(dose.mg_per_hour)} mg/h x {written(minutes / 60)} h"
        return [line(said, rate, shown, "mg"), *([] if weighed is None else _other_weights(answer, weighed))]
    if dose.per_kg_is_given and dose.mg_per_kg is not None and weighed is not None and weighed.basis_kg is not None:
        first = line(said, f"{written(dose.mg_per_kg)} mg/kg x {written(weighed.basis_kg)} kg ({weighed.basis.value} weight)", shown, "mg")
        return [first, *_other_weights(answer, weighed)]
    lines = [f"{said}: {shown} mg"]
    if dose.mg_per_kg is not None and weighed is not None and weighed.basis_kg is not None:
        per_kg = figure(dose.mg_per_kg, policy.per_kg_shown)
        lines.append(
            line("Per kg", f"{written(dose.mg)} mg / {written(weighed.basis_kg)} kg ({weighed.basis.value} weight)", per_kg, "mg/kg")
        )
    return lines


def _other_weights(answer: DoseAnswer, weighed: Weights) -> list[str]:
    dose = answer.amount
    assert dose is not None
    others = {WeightBasis.ACTUAL: weighed.actual_kg, WeightBasis.IDEAL: weighed.ideal_kg, WeightBasis.ADJUSTED: weighed.adjusted_kg}
    lines = []
    for basis, kilograms in others.items():
        mg = dose.on(kilograms)
        if basis is not weighed.basis and mg is not None and kilograms is not None and dose.mg_per_kg is not None:
            working_text = f"{written(dose.mg_per_kg)} mg/kg x {written(kilograms)} kg"
            lines.append(line(f"On {basis.value} weight", working_text, dose_figure(mg, answer.policy), "mg"))
    return lines


def dose_figure(mg: Fraction, policy: DosingPolicy) -> Figure:
    """An ordered amount as shown: cut down, so that the figure never stands above a limit that the dose keeps."""
    return figure(mg, policy.dose_shown, Rounding.DOWN)


def _made_lines(answer: DoseAnswer, made: Preparation) -> list[str]:
    policy, dose = answer.policy, answer.amount
    assert dose is not None
    product = made.product
    lines = []
    if made.volume is not None and made.strength is not None:
        lines.append(line("Volume", f"{written(dose.mg)} mg / {written(made.strength)} mg/mL", made.volume, "mL"))
        lines.append(
            f"Drawn: {made.volume} mL x {written(made.strength)} mg/mL = {written(made.drawn_mg)} mg{_change(made.drawn_mg, dose.mg)}"
        )
    elif made.pieces is not None and product.piece is not None:
        lines.append(f"{product.name}: {written(dose.mg)} mg / {product.piece} = {made.pieces}")
    elif product.container_mg is not None:
        bags = f"{len(made.containers)} ({written(made.drawn_mg)} mg)"
        lines.append(f"Bags: {written(dose.mg)} mg / {written(product.container_mg)} mg a bag -> {bags}")
    if len(made.containers) > 1 and made.volume is not None:
        lines.append(
            "From: " + ", ".join(f"{written(item.taken_ml or Fraction(0))} mL" for item in made.containers) + f" of {product.name}"
        )
    lines += _pump_lines(answer, made, policy)
    return lines


def _change(drawn: Fraction, ordered: Fraction) -> str:
    if drawn == ordered or ordered == 0:
        return ""
    percent = (drawn - ordered) / ordered * 100
    return f" ({'-' if percent < 0 else '+'}{abs(float(percent)):.1f}% of the order)"


def _pump_lines(answer: DoseAnswer, made: Preparation, policy: DosingPolicy) -> list[str]:
    if made.bag_ml is None or made.minutes is None:
        return []
    lines = []
    if made.parts and made.bag_mg_per_ml is not None:
        lines.append(f"In the bag: {written(made.drawn_mg)} mg in {written(made.bag_ml)} mL = {written(made.bag_mg_per_ml)} mg/mL")
        for part in made.parts:
            run = f"{written(part.mg)} mg in {written(part.ml)} mL / {written(part.minutes)} min x 60"
            lines.append(line(part.title, run, part.rate_ml_h, "mL/h"))
    if made.rate_ml_h is None:
        return lines
    minutes = written(made.minutes)
    if made.volume is not None and made.bag_mg_per_ml is not None:
        lines.append(f"In the bag: {written(made.drawn_mg)} mg in {written(made.bag_ml)} mL = {written(made.bag_mg_per_ml)} mg/mL")
        lines.append(line("Rate", f"{written(made.bag_ml)} mL / {minutes} min x 60", made.rate_ml_h, "mL/h"))
    elif made.strength is not None:
        lines.append(line("Rate", f"{written(made.to_give_mg / made.strength)} mL / {minutes} min x 60", made.rate_ml_h, "mL/h"))
        held = made.product.volume
        if held is not None and made.rate_ml_h.exact:
            lines.append(
                line("A bag lasts", f"{held} / {made.rate_ml_h} mL/h", figure(held.exact / made.rate_ml_h.exact, policy.hours_shown), "h")
            )
    per_minute = made.mg_per_min
    if per_minute is not None:
        lines.append(
            line("Each minute", f"{written(made.to_give_mg)} mg / {minutes} min", figure(per_minute, policy.per_minute_shown), "mg/min")
        )
        weighed = answer.weights
        if weighed is not None and weighed.basis_kg:
            per_kg = figure(per_minute * 1000 / weighed.basis_kg, policy.per_kg_minute_shown)
            working_text = f"{written(per_minute)} mg/min x 1000 / {written(weighed.basis_kg)} kg"
            lines.append(line("Each kg and minute", working_text, per_kg, "mcg/kg/min"))
    return lines


def _given_lines(answer: DoseAnswer) -> list[str]:
    gave, made, policy = answer.given, answer.preparation, answer.policy
    if gave is None or made is None or made.bag_mg_per_ml is None:
        return []
    lines = []
    if gave.in_line_ml:
        lines.append(f"Left in an unflushed line, counted as not given: {written(gave.in_line_ml)} mL")
    lines.append(f"Infused: {written(gave.infused_ml)} mL reached the patient")
    shown = figure(gave.infused_mg, policy.amount_shown)
    lines.append(line("Infused", f"{written(gave.infused_ml)} mL x {written(made.bag_mg_per_ml)} mg/mL", shown, "mg"))
    weighed = answer.weights
    if weighed is not None and weighed.basis_kg:
        per_kg = figure(gave.infused_mg / weighed.basis_kg, policy.per_kg_shown)
        lines.append(line("Infused per kg", f"{written(gave.infused_mg)} mg / {written(weighed.basis_kg)} kg", per_kg, "mg/kg"))
    return lines


def _waste_lines(answer: DoseAnswer) -> list[str]:
    made, waste = answer.preparation, answer.waste
    if made is None or waste is None:
        return []
    lines = []
    if answer.given is not None:
        infused = shown_infused(answer.given, answer.policy)
        lines.append(f"Bag and line: {written(made.drawn_mg)} mg - {written(infused)} mg = {written(waste.bag_mg)} mg to waste")
    if waste.vial_mg:
        fate = "to waste" if waste.mg > waste.bag_mg else "kept"
        until = f", use within {waste.beyond_use}" if waste.beyond_use is not None else ""
        lines.append(f"Left in {made.product.name}: {written(waste.vial_mg)} mg {fate}{until}")
    if waste.witness_needed:
        lines.append(f"Waste before a witness: {written(waste.mg)} mg")
    return lines

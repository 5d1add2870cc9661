"""Lines of working from the shelf to the pump, and of what was given and wasted."""

from __future__ import annotations

from fractions import Fraction

from fanlight.care.dosing.answer import DoseAnswer
from fanlight.care.dosing.arithmetic import figure, line, written
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.waste import shown_infused
from fanlight.care.protocols import number_words


def made_lines(answer: DoseAnswer, made: Preparation) -> list[str]:
    """Volume, what is drawn, containers, bag and pump."""
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


def given_lines(answer: DoseAnswer) -> list[str]:
    """What a recorded run gave; nothing where none is recorded."""
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


def waste_lines(answer: DoseAnswer) -> list[str]:
    """What is left, what of it is waste, and until when the rest may be kept."""
    made, waste = answer.preparation, answer.waste
    if made is None or waste is None:
        return []
    lines = []
    if answer.given is not None:
        infused = shown_infused(answer.given, answer.policy)
        lines.append(f"Bag and line: {written(made.drawn_mg)} mg - {written(infused)} mg = {written(waste.bag_mg)} mg to waste")
    if waste.vial_mg:
        fate = "to waste" if waste.mg > waste.bag_mg else "kept"
        until = f", use within {number_words(waste.beyond_use)}" if waste.beyond_use is not None else ""
        lines.append(f"Left in {made.product.name}: {written(waste.vial_mg)} mg {fate}{until}")
    if waste.witness_needed:
        lines.append(f"Waste before a witness: {written(waste.mg)} mg")
    return lines

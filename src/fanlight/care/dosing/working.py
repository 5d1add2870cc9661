"""Every line of working, as it would be written by hand beside the order."""

from __future__ import annotations

from fractions import Fraction

from fanlight.care.dosing.answer import DoseAnswer
from fanlight.care.dosing.arithmetic import Figure, figure, line, written
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.dosing.weights import Weights
from fanlight.care.dosing.working_preparation import given_lines, made_lines, waste_lines
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
        lines += made_lines(answer, answer.preparation)
    lines += given_lines(answer)
    lines += waste_lines(answer)
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

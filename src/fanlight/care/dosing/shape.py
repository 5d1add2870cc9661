"""The answer in the shape of rule semantics 9: decimal strings, each with its unit in the key."""

from __future__ import annotations

from fractions import Fraction

from fanlight.care.dosing.answer import DoseAnswer
from fanlight.care.dosing.arithmetic import figure, written
from fanlight.care.dosing.preparation import Container, Preparation
from fanlight.care.dosing.waste import Waste, shown_infused
from fanlight.care.dosing.working import dose_figure, working
from fanlight.care.protocols import Cited
from fanlight.core.quantities import plain


def dose_json(answer: DoseAnswer) -> dict[str, object]:
    """The answer as plain values. A figure that could not be worked out is null; ``rules`` then says why."""
    found: dict[str, object] = {
        "protocol": {"id": answer.protocol_id, "version": answer.protocol_version, "phase": answer.phase.id},
        "weights": _weights(answer),
        "dose": None if answer.is_withheld else _dose(answer),
        "preparation": None,
        "given": None,
        "waste": None,
        "arithmetic": list(working(answer)),
        "rules": [finding.as_json() for finding in answer.findings],
    }
    if not answer.is_withheld and answer.preparation is not None:
        found["preparation"] = _preparation(answer, answer.preparation)
        found["given"] = _given(answer)
        found["waste"] = None if answer.waste is None else _waste(answer.waste)
    return found


def _weights(answer: DoseAnswer) -> dict[str, str | None] | None:
    weighed, policy = answer.weights, answer.policy
    if weighed is None:
        return None
    return {
        "actual_kg": written(weighed.actual_kg) if not answer.weight_as_given else _cut(weighed.actual_kg, policy.kilograms_shown),
        "ideal_kg": _cut(weighed.ideal_kg, policy.kilograms_shown),
        "adjusted_kg": _cut(weighed.adjusted_kg, policy.kilograms_shown),
        "bmi": _cut(weighed.bmi, policy.bmi_shown),
        "basis": weighed.basis.value,
    }


def _dose(answer: DoseAnswer) -> dict[str, object] | None:
    dose, policy, weighed = answer.amount, answer.policy, answer.weights
    if dose is None:
        return None
    on_each = {
        "actual_mg": dose.on(None if weighed is None else weighed.actual_kg),
        "ideal_mg": dose.on(None if weighed is None else weighed.ideal_kg),
        "adjusted_mg": dose.on(None if weighed is None else weighed.adjusted_kg),
    }
    made = answer.preparation
    return {
        "mg": str(dose_figure(dose.mg, policy)),
        "mg_per_kg": _cut(dose.mg_per_kg, policy.per_kg_shown),
        **{name: None if mg is None else str(dose_figure(mg, policy)) for name, mg in on_each.items()},
        "devices": None if answer.phase.dose.device is None else _devices(answer),
        "is_ordered": dose.is_ordered,
        "pieces": None if made is None else made.pieces,
    }


def _devices(answer: DoseAnswer) -> int | None:
    assert answer.phase.dose.device is not None
    assert answer.amount is not None
    count = answer.amount.mg / answer.phase.dose.device.exact
    return int(count) if count.denominator == 1 else None


def _preparation(answer: DoseAnswer, made: Preparation) -> dict[str, object]:
    policy, weighed = answer.policy, answer.weights
    kilograms = None if weighed is None else weighed.basis_kg
    per_minute = made.mg_per_min
    per_kg = None if per_minute is None or not kilograms else per_minute * 1000 / kilograms
    return {
        "product": made.product.id,
        "product_name": made.product.name,
        "container_mg_per_ml": None if made.strength is None else written(made.strength),
        "concentration_mg_per_ml": _written(made.bag_mg_per_ml if made.bag_mg_per_ml is not None else made.strength),
        "volume_ml": None if made.volume is None else str(made.volume),
        "drawn_mg": written(made.drawn_mg),
        "bag_ml": _written(made.bag_ml),
        "minutes": _written(made.minutes),
        "rate_ml_h": None if made.rate_ml_h is None else str(made.rate_ml_h),
        "mg_per_min": _cut(per_minute, policy.per_minute_shown),
        "mcg_per_kg_min": _cut(per_kg, policy.per_kg_minute_shown),
        "vials": len(made.containers),
        "containers": [_container(item) for item in made.containers],
        "parts": [
            {
                "title": part.title,
                "mg": written(part.mg),
                "ml": written(part.ml),
                "minutes": written(part.minutes),
                "rate_ml_h": str(part.rate_ml_h),
            }
            for part in made.parts
        ],
    }


def _container(item: Container) -> dict[str, object]:
    return {
        "product": item.product_id,
        "taken_mg": written(item.taken_mg),
        "left_mg": written(item.left_mg),
        "taken_ml": _written(item.taken_ml),
        "left_ml": _written(item.left_ml),
    }


def _given(answer: DoseAnswer) -> dict[str, object] | None:
    gave, made, policy = answer.given, answer.preparation, answer.policy
    if gave is None or made is None:
        return None
    kilograms = None if answer.weights is None else answer.weights.basis_kg
    infused = shown_infused(gave, policy)
    return {
        "infused_ml": _cut(gave.infused_ml, policy.volume_shown),
        "infused_mg": written(infused),
        "infused_mg_per_kg": None if not kilograms else _cut(gave.infused_mg / kilograms, policy.per_kg_shown),
        "in_line_ml": _cut(gave.in_line_ml, policy.volume_shown),
        "bag_left_ml": _cut(gave.bag_left_ml, policy.volume_shown),
        "bag_left_mg": _cut(gave.bag_left_mg, policy.amount_shown),
        "is_upper_bound": gave.is_upper_bound,
    }


def _waste(waste: Waste) -> dict[str, object]:
    days, hours = _beyond_use(waste.beyond_use)
    return {
        "mg": _written(waste.mg),
        "vial_left_mg": _written(waste.vial_mg),
        "bag_mg": _written(waste.bag_mg),
        "witness_needed": waste.witness_needed,
        "beyond_use_days": days,
        "beyond_use_hours": hours,
    }


def _beyond_use(limit: Cited | None) -> tuple[str | None, str | None]:
    if limit is None:
        return None, None
    return (plain(limit.value), None) if limit.unit == "d" else (None, plain(limit.value))


def _cut(value: Fraction | None, step: Cited) -> str | None:
    return None if value is None else str(figure(value, step))


def _written(value: Fraction | None) -> str | None:
    return None if value is None else written(value)

"""What a model's shape is: the states a dose reaches, those an output needs, and whether sums of exponentials serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """A model that is a centre with up to two peripherals and at most one effect site: places of its rates among the flows (-1: none)."""

    centre: str
    effect: str
    compartments: int
    elimination: int
    out_and_back: tuple[tuple[int, int], ...]
    effect_rate: int


def reached(model: Model, entries: set[str]) -> Model:
    """The model without the states that nothing reaches from `entries`, but for those read off."""
    found = set(entries)
    while True:
        further = {f.target for f in model.flows if f.target and f.source in found} - found
        if not further:
            break
        found |= further
    kept = found | {o.state for o in model.outputs}
    return replace(
        model,
        states=tuple(s for s in model.states if s in kept),
        flows=tuple(f for f in model.flows if f.source in kept),
        routes=tuple(r for r in model.routes if all(arm.into in kept for arm in r.arms)),
    )


def leading_to(model: Model, outputs: Sequence[str]) -> Model:
    """The model with these outputs alone, without the states that nothing read off depends on: what flows there is lost."""
    read = tuple(o for o in model.outputs if o.name in outputs)
    needed = {o.state for o in read}
    while True:
        further = {f.source for f in model.flows if f.target in needed} - needed
        if not further:
            break
        needed |= further
    flows = tuple(
        f if f.target in needed else replace(f, target="")
        for f in model.flows
        if f.source in needed and not (f.keeps_source and f.target not in needed)
    )
    routes = tuple(replace(r, arms=tuple(arm for arm in r.arms if arm.into in needed)) for r in model.routes)
    return replace(model, states=tuple(s for s in model.states if s in needed), flows=flows, routes=routes, outputs=read)


def mammillary_shape(model: Model) -> Shape | None:
    """The model's shape where sums of exponentials in closed form serve, else None."""
    copies = [k for k, f in enumerate(model.flows) if f.keeps_source]
    if len(copies) > 1 or any(f.rise_percent_per_hour for f in model.flows):
        return None
    effect = model.flows[copies[0]].target if copies else ""
    effect_out = [k for k, f in enumerate(model.flows) if f.source == effect and effect]
    rest = [k for k in range(len(model.flows)) if k not in copies and k not in effect_out]
    losses = [k for k in rest if not model.flows[k].target]
    if len(losses) != 1 or len(effect_out) != len(copies):
        return None
    centre = model.flows[losses[0]].source
    if copies:
        there, back = model.flows[copies[0]], model.flows[effect_out[0]]
        if there.source != centre or back.target or parse_product(there.rate) != parse_product(back.rate):
            return None
    pairs = []
    for state in model.states:
        if state in (centre, effect):
            continue
        away = [k for k in rest if model.flows[k].source == centre and model.flows[k].target == state]
        home = [k for k in rest if model.flows[k].source == state and model.flows[k].target == centre]
        if len(away) != 1 or len(home) != 1:
            return None
        pairs.append((away[0], home[0]))
    if len(rest) != 1 + 2 * len(pairs) or len(pairs) > 2:
        return None
    reads = [o.state for o in model.outputs]
    scales = {(parse_product(o.volume), parse_product(o.factor)) for o in model.outputs}
    if reads not in ([centre], [centre, effect] if effect else [centre]) or len(scales) != 1:
        return None
    return Shape(centre, effect, 1 + len(pairs), losses[0], tuple(pairs), copies[0] if copies else -1)


def mammillary_rates(model: Model, shape: Shape, individuals: Individuals) -> tuple[Floats, Floats]:
    """(N, 6) rates k10 k12 k21 k13 k31 ke0 per hour, and the concentration per mg (N,)."""
    n = individuals.count
    rates = np.zeros((n, 6))
    flow = [parse_product(f.rate) for f in model.flows]
    rates[:, 0] = flow[shape.elimination].value(individuals.parameters, n)
    for k, (there, back) in enumerate(shape.out_and_back):
        rates[:, 1 + 2 * k] = flow[there].value(individuals.parameters, n)
        rates[:, 2 + 2 * k] = flow[back].value(individuals.parameters, n)
    if shape.effect_rate >= 0:
        rates[:, 5] = flow[shape.effect_rate].value(individuals.parameters, n)
    return rates, output_scales(model, individuals.parameters, n)[:, 0].copy()


def output_scales(model: Model, parameters: Mapping[str, Floats], count: int) -> Floats:
    """(N, O): what an amount in an output's state is multiplied by."""
    columns = [parse_product(o.factor).value(parameters, count) / parse_product(o.volume).value(parameters, count) for o in model.outputs]
    return np.stack(columns, axis=1)

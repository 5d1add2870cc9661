"""What keeps a model file from being a sound model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import PharmacologyError
from fanlight.science.pharmacology.expressions import parse_product

if TYPE_CHECKING:
    from fanlight.science.pharmacology.models import Model


def model_faults(model: Model) -> list[Fault]:
    """Sources, parameters and states that are named and not there, and parameters below zero."""
    known = {p.name for p in model.parameters}
    states = set(model.states)
    sources = {s.id for s in model.sources}
    faults = [
        Fault(f"parameters[{k}].source", f"{p.source!r} is not among the sources.")
        for k, p in enumerate(model.parameters)
        if p.source not in sources
    ]
    faults += [
        Fault(f"parameters[{k}].value", f"{p.name} is {p.value}, below zero.") for k, p in enumerate(model.parameters) if p.value.value < 0
    ]

    def product(path: str, text: str) -> None:
        try:
            missing = parse_product(text).names - known
        except PharmacologyError as problem:
            faults.append(Fault(path, problem.why))
            return
        faults.extend(Fault(path, f"{name!r} is not a parameter.") for name in sorted(missing))

    def state(path: str, name: str) -> None:
        if name and name not in states:
            faults.append(Fault(path, f"{name!r} is not a state."))

    for k, flow in enumerate(model.flows):
        product(f"flows[{k}].rate", flow.rate)
        state(f"flows[{k}].source", flow.source)
        state(f"flows[{k}].target", flow.target)
    for k, output in enumerate(model.outputs):
        product(f"outputs[{k}].volume", output.volume)
        product(f"outputs[{k}].factor", output.factor)
        state(f"outputs[{k}].state", output.state)
    for k, route in enumerate(model.routes):
        for j, arm in enumerate(route.arms):
            path = f"routes[{k}].arms[{j}]"
            product(f"{path}.fraction", arm.fraction)
            state(f"{path}.into", arm.into)
            faults.extend(Fault(path, f"{n!r} is not a parameter.") for n in (arm.over, arm.lag) if n and n not in known)
    named = [("covariances", name) for c in model.covariances for name in c.parameters]
    named += [("covariate_effects", effect.parameter) for effect in model.covariate_effects]
    named += [("device_effect", model.device_effect.parameter)] if model.device_effect else []
    faults += [Fault(path, f"{name!r} is not a parameter.") for path, name in named if name not in known]
    return faults

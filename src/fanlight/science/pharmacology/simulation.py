"""From a model, a regimen and persons to curves: which kernel, and with what numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import refuse
from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.grid import arithmetic_runs, drift_of, plan
from fanlight.science.pharmacology.linear_checks import numbers, time_faults
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, in_occasion, individual_faults
from fanlight.science.pharmacology.regimens import Dose, regimen_faults
from fanlight.science.pharmacology.segments import Segments, shared_segments, shared_segments_of
from fanlight.science.pharmacology.shapes import Shape, leading_to, mammillary_rates, mammillary_shape, output_scales, reached

__all__ = [
    "Segments",
    "Shape",
    "leading_to",
    "mammillary_rates",
    "mammillary_shape",
    "output_scales",
    "reached",
    "shared_segments",
    "simulate",
]

Floats = NDArray[np.float64]
WORKERS = 64


def simulate(
    model: Model, regimen: Sequence[Dose], times: ArrayLike, individuals: Individuals, out: Sequence[Floats] | None = None
) -> tuple[Floats, ...]:
    """See `Model.simulate`."""
    faults: list[Fault] = []
    at = numbers("times", times, faults)
    faults = faults or time_faults(at)
    faults += regimen_faults(regimen, float(at[-1]) if not faults else np.inf)
    faults += individual_faults(model, individuals) + route_faults(model, regimen)
    shape = (individuals.count, at.size)
    faults += out_faults(model, out, shape) if out is not None else []
    refuse(model.title, faults)
    if out is None:
        out = [np.empty(shape) for _ in model.outputs]
    if not regimen or not individuals.count:
        for array in out:
            array[:] = 0.0
        return tuple(out)
    routes = {dose.route: model.route(dose.route) for dose in regimen}
    model = reached(model, {arm.into for route in routes.values() for arm in route.arms})
    varies_within = individuals.seed is not None and any(p.within is not None for p in model.parameters)
    simple = mammillary_shape(model)
    segments = shared_segments_of(model, simple, regimen, individuals) if simple is not None else None
    if simple is not None and segments is not None and not varies_within:
        _by_exponentials(model, simple, segments, regimen, at, individuals, out)
    elif varies_within and len(regimen) > 1:
        _by_occasions(model, regimen, at, individuals, out)
    else:
        _by_steps(model, regimen, at, individuals, in_occasion(model, individuals, 0), np.arange(individuals.count), out)
    return tuple(out)


def route_faults(model: Model, regimen: Any) -> list[Fault]:
    """Routes the model does not have."""
    names = [route.name for route in model.routes]
    return [
        Fault(f"regimen[{k}]", f"the model has no route {dose.route!r}; it has {', '.join(names)}.")
        for k, dose in enumerate(regimen if isinstance(regimen, Sequence) else ())
        if isinstance(dose, Dose) and dose.route not in names
    ]


def out_faults(model: Model, out: Any, shape: tuple[int, int]) -> list[Fault]:
    """What keeps curves from being written into `out`."""
    if isinstance(out, (str, bytes)) or not isinstance(out, (Sequence, np.ndarray)):
        return [Fault("out", f"is not a list of {len(model.outputs)} arrays.")]
    faults = [
        Fault(f"out[{k}]", f"is not a writable, contiguous array of doubles of shape {shape}.")
        for k, array in enumerate(out)
        if not isinstance(array, np.ndarray)
        or array.shape != shape
        or array.dtype != np.float64
        or not array.flags.c_contiguous
        or not array.flags.writeable
    ]
    if len(out) != len(model.outputs):
        faults.append(Fault("out", f"has {len(out)} arrays; the model has {len(model.outputs)} outputs."))
    arrays = [array for array in out if isinstance(array, np.ndarray)]
    if any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2)):
        faults.append(Fault("out", "holds arrays that share memory: one output would write over another."))
    return faults


def _by_exponentials(
    model: Model, shape: Shape, s: Segments, regimen: Sequence[Dose], at: Floats, individuals: Individuals, out: Sequence[Floats]
) -> None:
    from fanlight.science.pharmacology.curve_kernel import curves

    rates, scale = mammillary_rates(model, shape, individuals)
    grid = plan(at, s.edges)
    left = np.zeros(individuals.count, dtype=np.bool_)
    effect = out[1] if len(out) > 1 else np.empty((individuals.count, 0))
    curves(
        rates, scale, individuals.people.weight_kg, shape.compartments, s.push, s.push_per_kg, s.drip, s.drip_per_kg, s.shortest_drip_h,
        grid.segment, grid.first, grid.count, grid.offset, grid.table, grid.steps, grid.lengths, grid.durations, grid.duration,
        at, s.edges, grid.drift, min(WORKERS, individuals.count), out[0], effect, left,
    )  # fmt: skip
    if left.any():
        _by_steps(model, regimen, at, individuals, individuals.parameters, np.flatnonzero(left), out)


def _by_occasions(model: Model, regimen: Sequence[Dose], at: Floats, individuals: Individuals, out: Sequence[Floats]) -> None:
    """Each dose is an occasion with its own parameters, which its drug keeps: curves of single doses add."""
    part = [np.empty_like(array) for array in out]
    for array in out:
        array[:] = 0.0
    for occasion, dose in enumerate(regimen):
        _by_steps(model, [dose], at, individuals, in_occasion(model, individuals, occasion), np.arange(individuals.count), part)
        for array, more in zip(out, part, strict=True):
            array += more


def dose_events(
    model: Model, regimen: Sequence[Dose], individuals: Individuals, parameters: Mapping[str, Floats]
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """start, duration and amount (N, D) and state (D,) of what enters the model: one column per arm of each dose."""
    n = individuals.count
    starts, durations, amounts, states = [], [], [], []
    for dose in regimen:
        known = dict(parameters)
        effect = model.device_effect
        if effect is not None and dose.devices > 1:
            known[effect.parameter] = known[effect.parameter] * ((1 + (dose.devices - 1) * float(effect.later)) / dose.devices)
        given = (dose.amount_mg + dose.amount_mg_per_kg * individuals.people.weight_kg) * dose.share_given
        for arm in model.route(dose.route).arms:
            starts.append(np.full(n, dose.at_h) + (known[arm.lag] if arm.lag else 0.0))
            durations.append(known[arm.over] if arm.over else np.full(n, dose.runs_h))
            amounts.append(given * parse_product(arm.fraction).value(known, n))
            states.append(model.states.index(arm.into))
    columns = [np.ascontiguousarray(np.stack(c, axis=1)) for c in (starts, durations, amounts)]
    return columns[0], columns[1], columns[2], np.array(states, dtype=np.int64)


def flow_table(
    model: Model, parameters: Mapping[str, Floats], count: int
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Rates (N, F) per hour, and source, target (F,) and keeps-its-source (F,) of each flow."""
    place = {name: k for k, name in enumerate(model.states)}
    rates = np.stack([parse_product(f.rate).value(parameters, count) for f in model.flows], axis=1)
    source = np.array([place[f.source] for f in model.flows], dtype=np.int64)
    target = np.array([place[f.target] if f.target else -1 for f in model.flows], dtype=np.int64)
    return rates, source, target, np.array([f.keeps_source for f in model.flows], dtype=np.bool_)


def _by_steps(
    model: Model,
    regimen: Sequence[Dose],
    at: Floats,
    individuals: Individuals,
    parameters: Mapping[str, Floats],
    who: NDArray[np.int64],
    out: Sequence[Floats],
) -> None:
    if any(f.rise_percent_per_hour for f in model.flows):
        from fanlight.science.pharmacology.nonlinear import time_varying_curves

        time_varying_curves(model, regimen, at, individuals, parameters, out)
        return
    from fanlight.science.pharmacology.stepping_kernel import curves

    n = individuals.count
    rates, source, target, keeps = flow_table(model, parameters, n)
    start, duration, amount, state = dose_events(model, regimen, individuals, parameters)
    run = np.full(at.size, -1, dtype=np.int64)
    steps: list[float] = []
    runs = arithmetic_runs(at)
    for first, count, step in runs:
        if step > 0.0 and count > 4 * len(model.states):
            run[first + 1 : first + count] = len(steps)
            steps.append(step)
    read = np.array([model.states.index(o.state) for o in model.outputs], dtype=np.int64)
    stacked = np.empty((len(out), n, at.size))
    curves(
        rates, source, target, keeps, len(model.states), start, duration, amount, state, at, run, np.array(steps, dtype=np.float64),
        drift_of(at, runs), who.astype(np.int64), read, output_scales(model, parameters, n), min(WORKERS, who.size), stacked,
    )  # fmt: skip
    for k, array in enumerate(out):
        array[who] = stacked[k, who]

"""Peak, time of peak, area and time above a level of each person's curve, without a grid of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import PharmacologyError, refuse
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, blocks, individual_faults
from fanlight.science.pharmacology.regimens import Dose, regimen_faults
from fanlight.science.pharmacology.segments import Segments, shared_segments_of
from fanlight.science.pharmacology.shapes import Shape, mammillary_rates, mammillary_shape, output_scales, reached
from fanlight.science.pharmacology.simulation import WORKERS, dose_events, flow_table, route_faults

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CurveSummary:
    """Per person, shape (N,): peak (the output's unit), its time (h), area from start to end (unit x h), hours above a level.

    `hours_above` holds NaN where no level was asked for this output.
    """

    peak: Floats
    time_of_peak_h: Floats
    area: Floats
    hours_above: Floats


def summaries(
    model: Model, regimen: Sequence[Dose], individuals: Individuals, until_h: float, above: Mapping[str, float] | None = None
) -> dict[str, CurveSummary]:
    """One `CurveSummary` per output name; `above` names the level for each output whose time above it is wanted.

    Raises `SimulationInputError` for bad input, `PharmacologyError` where the model's clearance changes with time, or
    varies between the occasions of more than one dose (use `simulate` on a grid there).
    """
    above = {} if above is None else above
    timed = isinstance(until_h, (int, float, np.integer, np.floating)) and bool(np.isfinite(until_h))
    faults = regimen_faults(regimen, until_h if timed else np.inf)
    faults += [] if timed else [Fault("until_h", f"{until_h!r} is not a time in hours.")]
    faults += individual_faults(model, individuals) + route_faults(model, regimen)
    faults += _level_faults(model, above)
    if not regimen:
        faults.append(Fault("regimen", "needs at least one dose."))
    refuse(model.title, faults)
    varies = individuals.seed is not None and len(regimen) > 1 and any(p.within is not None for p in model.parameters)
    if varies or any(f.rise_percent_per_hour for f in model.flows):
        raise PharmacologyError(
            "FAN-PHAR-008",
            f"Cannot summarise {model.title} without a grid",
            "its parameters change within a person",
            "Simulate it on a grid of times, or with typical persons.",
        )
    levels = np.array([above.get(name, np.nan) for name in model.output_names], dtype=np.float64)
    raw = np.zeros((individuals.count, len(model.outputs), 4))
    if not individuals.count:
        return {name: CurveSummary(raw[:, o, 0], raw[:, o, 1], raw[:, o, 2], raw[:, o, 3]) for o, name in enumerate(model.output_names)}
    routes = {dose.route: model.route(dose.route) for dose in regimen}
    small = reached(model, {arm.into for route in routes.values() for arm in route.arms})
    shape = mammillary_shape(small)
    segments = shared_segments_of(small, shape, regimen, individuals) if shape is not None else None
    if segments is not None:
        segments = until(segments, until_h)
    for begin, end in blocks(individuals.count):
        _fill(small, shape, segments, regimen, individuals.part(begin, end), until_h, levels, raw[begin:end])
    raw[:, np.isnan(levels), 3] = np.nan
    return {name: CurveSummary(raw[:, o, 0], raw[:, o, 1], raw[:, o, 2], raw[:, o, 3]) for o, name in enumerate(model.output_names)}


def _level_faults(model: Model, above: Any) -> list[Fault]:
    if not isinstance(above, Mapping):
        return [Fault("above", "is not a level for each output's name.")]
    faults = [Fault("above", f"{name!r} is not an output of {model.title}.") for name in above if name not in model.output_names]
    for level in above.values():
        if not (isinstance(level, (int, float, np.integer, np.floating)) and level > 0):
            faults.append(Fault("above", f"{level!r} is not a level above zero."))
    return faults


def _fill(
    small: Model, shape: Shape | None, segments: Segments | None, regimen: Sequence[Dose], persons: Individuals, until_h: float,
    levels: Floats, raw: Floats,
) -> None:  # fmt: skip
    """Fill raw (N, O, 4) for one block of persons: each by the fastest kernel that is exact for them."""
    left = np.arange(persons.count)
    if shape is not None and segments is not None:
        from fanlight.science.pharmacology.summary_kernel import summaries as one_by_one
        from fanlight.science.pharmacology.summary_lanes import summaries as side_by_side

        rates, scale = mammillary_rates(small, shape, persons)
        weight = persons.people.weight_kg
        lengths, which = np.unique(np.diff(np.append(segments.edges, until_h)), return_inverse=True)
        undone = np.zeros(persons.count, dtype=np.bool_)
        shared = (
            shape.compartments, segments.push, segments.push_per_kg, segments.drip, segments.drip_per_kg, segments.shortest_drip_h,
            segments.edges, until_h, lengths, which.astype(np.int64), levels,
        )  # fmt: skip
        side_by_side(rates, scale, weight, *shared, min(WORKERS, persons.count), raw, undone)
        again = np.flatnonzero(undone)
        if again.size:
            part, still = np.zeros((again.size, *raw.shape[1:])), np.zeros(again.size, dtype=np.bool_)
            one_by_one(rates[again], scale[again], weight[again], *shared, min(WORKERS, again.size), part, still)
            raw[again], undone[again] = part, still
        left = np.flatnonzero(undone)
    if left.size:
        from fanlight.science.pharmacology.summary_stepping_kernel import summaries as by_steps

        rates, source, target, keeps = flow_table(small, persons.parameters, persons.count)
        start, duration, amount, state = dose_events(small, regimen, persons, persons.parameters)
        read = np.array([small.states.index(o.state) for o in small.outputs], dtype=np.int64)
        by_steps(
            rates, source, target, keeps, len(small.states), start, duration, amount, state, until_h, left.astype(np.int64), read,
            output_scales(small, persons.parameters, persons.count), levels, min(WORKERS, left.size), raw,
        )  # fmt: skip


def until(segments: Segments, until_h: float) -> Segments:
    """The segments that begin by `until_h`: an infusion still running then is cut there."""
    kept = segments.edges <= until_h
    return Segments(
        segments.edges[kept],
        segments.push[kept],
        segments.push_per_kg[kept],
        segments.drip[kept],
        segments.drip_per_kg[kept],
        segments.shortest_drip_h,
    )

"""A regimen as stretches between dose edges, shared by all persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.shapes import Shape

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Dose segments shared by all persons: edges (S,) h; push and drip (S,) in mg and mg/h, and per kg."""

    edges: Floats
    push: Floats
    push_per_kg: Floats
    drip: Floats
    drip_per_kg: Floats
    shortest_drip_h: float


def shared_segments(regimen: Sequence[Dose]) -> Segments:
    """The regimen as segments between edges, for doses that go straight into one state.

    Long after time zero the end of a short infusion is rounded: what is given in the time that is left stays the amount.
    """
    edges = np.unique(np.array([d.at_h for d in regimen] + [d.at_h + d.runs_h for d in regimen if d.over_h > 0], dtype=np.float64))
    push, push_kg, drip, drip_kg = (np.zeros(edges.size) for _ in range(4))
    shortest = np.inf
    for dose in regimen:
        start = int(np.searchsorted(edges, dose.at_h))
        end = int(np.searchsorted(edges, dose.at_h + dose.runs_h))
        mg, mg_per_kg = dose.amount_mg * dose.share_given, dose.amount_mg_per_kg * dose.share_given
        if end > start:
            lasts = float(edges[end] - edges[start])
            drip[start:end] += mg / lasts
            drip_kg[start:end] += mg_per_kg / lasts
            shortest = min(shortest, lasts)
        else:
            push[start] += mg
            push_kg[start] += mg_per_kg
    return Segments(edges, push, push_kg, drip, drip_kg, shortest if np.isfinite(shortest) else 0.0)


def shared_segments_of(model: Model, shape: Shape, regimen: Sequence[Dose], individuals: Individuals) -> Segments | None:
    """Segments shared by all persons with the fraction absorbed worked in, or None where doses do not go straight
    into the centre, or their fraction differs between persons."""
    for dose in regimen:
        arms = model.route(dose.route).arms
        if len(arms) != 1 or arms[0].into != shape.centre or arms[0].over or arms[0].lag:
            return None
    scaled = []
    for dose in regimen:
        fraction = parse_product(model.route(dose.route).arms[0].fraction).value(individuals.parameters, individuals.count)
        if (fraction != fraction[0]).any():
            return None
        f = float(fraction[0])
        scaled.append(
            Dose(dose.at_h, dose.amount_mg * f, dose.amount_mg_per_kg * f, dose.over_h, dose.route, stopped_after_h=dose.stopped_after_h)
        )
    return shared_segments(scaled)

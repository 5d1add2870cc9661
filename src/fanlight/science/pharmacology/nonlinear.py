"""The general path: clearance that saturates or changes with time. Accurate to 1e-8 of each peak and better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import refuse
from fanlight.science.pharmacology.linear import asked_of, dose_edges
from fanlight.science.pharmacology.linear_checks import Bolus, Infusion, Output
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals
from fanlight.science.pharmacology.regimens import Dose

Floats = NDArray[np.float64]
TOLERANCE = 1e-11


class Saturable(NamedTuple):
    """A flow of `maximum_rate` x / (`half_amount` + x) mg/h from `source` to `target` (-1: out of the body)."""

    source: int
    target: int
    maximum_rate: float
    half_amount: float


class Rising(NamedTuple):
    """A flow of `rate` (1 + `per_hour` (t - `since`)) x mg/h from `source` to `target` (-1: out of the body)."""

    source: int
    target: int
    rate: float
    per_hour: float
    since: float = 0.0


def solve_nonlinear(
    matrix: ArrayLike,
    saturable: Sequence[Saturable],
    rising: Sequence[Rising],
    boluses: Sequence[Bolus],
    infusions: Sequence[Infusion],
    outputs: Sequence[Output | int],
    times: ArrayLike,
    tolerance: float = TOLERANCE,
) -> Floats:
    """As `solve`, with flows that saturate or change with time on top of the linear `matrix`.

    All rising flows share one `since`. Result (len(outputs), T). Raises `SimulationInputError` with every fault.
    """
    a, at, pushes, drips, reads, faults = asked_of(matrix, boluses, infusions, outputs, times)
    n = a.shape[0] if a.ndim == 2 else None
    for k, s in enumerate(saturable):
        faults += _flow_faults(f"saturable[{k}]", s.source, s.target, n)
        if not (np.isfinite(s).all() and s.maximum_rate >= 0 and s.half_amount > 0):
            faults.append(Fault(f"saturable[{k}]", "needs a largest rate not below zero and a half-saturating amount above zero."))
    first = min([*at[:1], *(p.time for p in pushes), *(d.start for d in drips)], default=0.0)
    for k, f in enumerate(rising):
        faults += _flow_faults(f"rising[{k}]", f.source, f.target, n)
        if not (np.isfinite(f).all() and f.rate >= 0):
            faults.append(Fault(f"rising[{k}]", "needs a rate that is finite and not below zero."))
        elif any(1.0 + f.per_hour * (t - f.since) < 0.0 for t in (first, *at[-1:])):
            faults.append(Fault(f"rising[{k}]", "falls below zero within the times asked for: a clearance below zero."))
    if not 0.0 < tolerance < 1.0:
        faults.append(Fault("tolerance", f"{tolerance!r} is not a share of each peak, between 0 and 1."))
    if len({f.since for f in rising}) > 1:
        faults.append(Fault("rising", "all flows must rise from one moment."))
    refuse("this nonlinear system", faults)
    from fanlight.science.pharmacology.taylor_kernel import integrate

    edges, added, rates = dose_edges(pushes, drips, a.shape[0])
    states = np.zeros((at.size, a.shape[0]))
    integrate(
        a,
        np.array([(s.source, s.target) for s in saturable], dtype=np.int64).reshape(-1, 2),
        np.array([s.maximum_rate for s in saturable], dtype=np.float64),
        np.array([s.half_amount for s in saturable], dtype=np.float64),
        np.array([(f.source, f.target) for f in rising], dtype=np.int64).reshape(-1, 2),
        np.array([f.rate for f in rising], dtype=np.float64),
        np.array([f.per_hour for f in rising], dtype=np.float64),
        float(rising[0].since) if rising else 0.0,
        edges,
        added,
        rates,
        at,
        tolerance,
        states,
    )
    return np.array([states[:, o.state] / o.volume * o.factor for o in reads]).reshape(len(reads), at.size)


def _flow_faults(path: str, source: int, target: int, n: int | None) -> list[Fault]:
    """States that a flow names and the matrix does not have."""
    faults = []
    for word, state, least in (("source", source, 0), ("target", target, -1)):
        if not isinstance(state, (int, np.integer)) or isinstance(state, bool) or (n is not None and not least <= state < n):
            faults.append(Fault(path, f"there is no {word} {state!r}; the matrix has {n if n is not None else 'none'}."))
    return faults


def time_varying_curves(
    model: Model,
    regimen: Sequence[Dose],
    at: Floats,
    individuals: Individuals,
    parameters: Mapping[str, Floats],
    out: Sequence[Floats],
) -> None:
    """Fill `out` for a model some of whose flows rise with time since the first dose."""
    from fanlight.science.pharmacology.shapes import output_scales
    from fanlight.science.pharmacology.simulation import WORKERS, dose_events, flow_table
    from fanlight.science.pharmacology.taylor_kernel import time_varying

    n = individuals.count
    rates, source, target, keeps = flow_table(model, parameters, n)
    rise = np.array([float(f.rise_percent_per_hour) / 100.0 for f in model.flows])
    start, duration, amount, state = dose_events(model, regimen, individuals, parameters)
    read = np.array([model.states.index(o.state) for o in model.outputs], dtype=np.int64)
    stacked = np.empty((len(out), n, at.size))
    time_varying(
        rates, source, target, keeps, rise, len(model.states), start, duration, amount, state, at, TOLERANCE, read,
        output_scales(model, parameters, n), min(WORKERS, n), stacked,
    )  # fmt: skip
    for k, array in enumerate(out):
        array[:] = stacked[k]

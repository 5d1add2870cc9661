"""The exact response of a linear system of compartments to pushes and infusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import refuse

Floats = NDArray[np.float64]


class Bolus(NamedTuple):
    """An amount (mg) put into a state at one moment (h)."""

    time: float
    state: int
    amount: float


class Infusion(NamedTuple):
    """A constant rate (mg/h) into a state from `start` to `end` (h). Stepped or aborted: one per step, ended when it ended."""

    start: float
    end: float
    state: int
    rate: float


class Output(NamedTuple):
    """What is read off: amount in `state` divided by `volume` (L) times `factor` (1000 turns mg/L into ng/mL)."""

    state: int
    volume: float = 1.0
    factor: float = 1.0


def solve(
    matrix: ArrayLike, boluses: Sequence[Bolus], infusions: Sequence[Infusion], outputs: Sequence[Output | int], times: ArrayLike
) -> Floats:
    """Outputs of x' = A x + input, starting empty: exact to the last digits of a double at any times.

    Shapes: matrix (n, n) in 1/h, where `matrix[i][j]` is the rate from state j to state i and the diagonal holds
    minus what leaves; times (T,) in h, strictly rising; result (len(outputs), T). Plain tuples in the order of
    `Bolus`, `Infusion` and `Output` will do; an output that is a whole number means that state's amount.
    At the moment of a push the value is the one just after it. No assumption is made about the rate constants:
    they may coincide, be zero, or differ by many decades.
    Raises `SimulationInputError` naming every fault: numbers that are not finite, transfer or clearance below
    zero, unknown states, times out of order or repeated, a dose after the last time, an infusion that ends before it starts.
    """
    a = np.array(matrix, dtype=np.float64)
    at = np.array(times, dtype=np.float64)
    pushes = [Bolus(*b) for b in boluses]
    drips = [Infusion(*i) for i in infusions]
    reads = [Output(o) if isinstance(o, int) else Output(*o) for o in outputs]
    refuse("this linear system", matrix_faults(a) + time_faults(at) + dose_faults(pushes, drips, reads, a, at))
    from fanlight.science.pharmacology.exact_kernel import walk

    edges, added, rates = dose_edges(pushes, drips, a.shape[0])
    start = min([at[0], *edges[:1]])
    h0, levels = base_step(a, float(at[-1] - start))
    states = walk(a, edges, added, rates, at, h0, levels)
    return np.array([states[:, o.state] / o.volume * o.factor for o in reads]).reshape(len(reads), at.size)


def base_step(matrix: Floats, longest: float) -> tuple[float, int]:
    """A power of two h0 with |A| h0 <= 1/2, and how many doublings cover `longest` hours."""
    norm = float(np.abs(matrix).sum(axis=0).max())
    span = max(longest, 1e-300)
    h0 = float(2.0 ** np.floor(np.log2(min(0.5 / norm, span) if norm > 0 else span)))
    return h0, max(1, int(np.floor(np.log2(max(span / h0, 1.0)))) + 2)


def matrix_faults(a: Floats) -> list[Fault]:
    """What keeps a matrix from being a system of compartments."""
    if a.ndim != 2 or a.shape[0] != a.shape[1] or a.size == 0:
        return [Fault("matrix", f"has shape {a.shape}, not (n, n).")]
    if not np.isfinite(a).all():
        return [Fault("matrix", "holds a number that is not finite (NaN or infinity).")]
    faults = [
        Fault(f"matrix[{i}][{j}]", f"the rate from state {j} to state {i} is {a[i, j]:g}, below zero.")
        for i, j in np.argwhere((a < 0) & ~np.eye(len(a), dtype=bool)).tolist()
    ]
    faults += [
        Fault(f"matrix[{i}][{i}]", f"state {i} grows by itself ({a[i, i]:g} per hour): a clearance is below zero.")
        for i in np.flatnonzero(np.diag(a) > 0).tolist()
    ]
    if not faults:
        norm = float(np.abs(a).sum(axis=0).max())
        if float(np.linalg.eigvals(a).real.max()) > 1e-9 * norm:
            faults.append(Fault("matrix", "the system grows without bound: a clearance is below zero."))
    return faults


def time_faults(at: Floats) -> list[Fault]:
    """What is wrong with a list of output times (h)."""
    if at.ndim != 1 or at.size == 0:
        return [Fault("times", "needs at least one time, in one list.")]
    if not np.isfinite(at).all():
        return [Fault("times", "holds a number that is not finite (NaN or infinity).")]
    wrong = np.flatnonzero(np.diff(at) <= 0)
    if wrong.size:
        k = int(wrong[0])
        word = "repeated" if at[k + 1] == at[k] else "before the one ahead of it"
        return [Fault(f"times[{k + 1}]", f"{at[k + 1]:g} h is {word}.", suggestion="Give times in rising order, each once.")]
    return []


def dose_faults(pushes: list[Bolus], drips: list[Infusion], reads: list[Output], a: Floats, at: Floats) -> list[Fault]:
    n = a.shape[0] if a.ndim == 2 else 0
    last = float(at[-1]) if at.ndim == 1 and at.size else np.inf
    faults = []

    def check(path: str, numbers: tuple[float, ...], state: int, start: float) -> None:
        if not np.isfinite(numbers).all():
            faults.append(Fault(path, "holds a number that is not finite (NaN or infinity)."))
        elif start > last:
            faults.append(Fault(path, f"starts at {start:g} h, after the last time ({last:g} h)."))
        if not 0 <= state < n:
            faults.append(Fault(path, f"there is no state {state}; the matrix has {n}."))

    for k, push in enumerate(pushes):
        check(f"boluses[{k}]", (push.time, push.amount), push.state, push.time)
        if push.amount < 0:
            faults.append(Fault(f"boluses[{k}]", f"the amount {push.amount:g} is below zero."))
    for k, drip in enumerate(drips):
        check(f"infusions[{k}]", (drip.start, drip.end, drip.rate), drip.state, drip.start)
        if drip.rate < 0:
            faults.append(Fault(f"infusions[{k}]", f"the rate {drip.rate:g} is below zero."))
        if drip.end <= drip.start:
            faults.append(Fault(f"infusions[{k}]", "ends before it starts, or lasts no time.", suggestion="Give a push as a bolus."))
    for k, read in enumerate(reads):
        check(f"outputs[{k}]", (read.volume, read.factor), read.state, -np.inf)
        if read.volume <= 0:
            faults.append(Fault(f"outputs[{k}]", f"the volume {read.volume:g} is not above zero."))
    return faults


def dose_edges(pushes: list[Bolus], drips: list[Infusion], n: int) -> tuple[Floats, Floats, Floats]:
    moments = sorted({p.time for p in pushes} | {d.start for d in drips} | {d.end for d in drips})
    edges = np.array(moments, dtype=np.float64)
    added = np.zeros((len(moments), n))
    rates = np.zeros((len(moments), n))
    place = {moment: k for k, moment in enumerate(moments)}
    for push in pushes:
        added[place[push.time], push.state] += push.amount
    for drip in drips:
        rates[place[drip.start] : place[drip.end], drip.state] += drip.rate
    return edges, added, rates

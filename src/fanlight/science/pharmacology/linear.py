"""The exact response of a linear system of compartments to pushes and infusions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import refuse
from fanlight.science.pharmacology.linear_checks import Bolus, Infusion, Output, dose_faults, matrix_faults, numbers, rows, time_faults

Floats = NDArray[np.float64]


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
    zero, unknown states, times out of order or repeated, a dose after the last time, an infusion that ends before
    it starts (one that lasts no time gives nothing), amounts beyond what a double holds.
    """
    a, at, pushes, drips, reads, faults = asked_of(matrix, boluses, infusions, outputs, times)
    refuse("this linear system", faults)
    from fanlight.science.pharmacology.exact_kernel import walk

    edges, added, rates = dose_edges(pushes, drips, a.shape[0])
    start = min([at[0], *edges[:1]])
    h0, levels = base_step(a, float(at[-1] - start))
    states = walk(a, np.zeros(a.shape[0]), edges, added, rates, at, h0, levels)
    found = np.array([states[:, o.state] / o.volume * o.factor for o in reads]).reshape(len(reads), at.size)
    if not np.isfinite(found).all():
        refuse("this linear system", [Fault("outputs", "pass the largest number that a double can hold: give smaller amounts or rates.")])
    return found


def asked_of(
    matrix: ArrayLike, boluses: Sequence[Bolus], infusions: Sequence[Infusion], outputs: Sequence[Output | int], times: ArrayLike
) -> tuple[Floats, Floats, list[Bolus], list[Infusion], list[Output], list[Fault]]:
    """Matrix, times, doses and outputs as they are worked with, and every fault they have."""
    faults: list[Fault] = []
    a, at = numbers("matrix", matrix, faults), numbers("times", times, faults)
    pushes = rows("boluses", Bolus, boluses, faults)
    drips = rows("infusions", Infusion, infusions, faults)
    reads = rows("outputs", Output, outputs, faults)
    unreadable = {fault.path for fault in faults}
    faults += [] if "matrix" in unreadable else matrix_faults(a)
    faults += [] if "times" in unreadable else time_faults(at)
    faults += dose_faults(pushes, drips, reads, a, at)
    return a, at, pushes, drips, reads, faults


def base_step(matrix: Floats, longest: float) -> tuple[float, int]:
    """A power of two h0 with |A| h0 <= 1/2, and how many doublings cover `longest` hours."""
    norm = float(np.abs(matrix).sum(axis=0).max())
    span = max(longest, 1e-300)
    h0 = float(2.0 ** np.floor(np.log2(min(0.5 / norm, span) if norm > 0 else span)))
    return h0, max(1, int(np.floor(np.log2(max(span / h0, 1.0)))) + 2)


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

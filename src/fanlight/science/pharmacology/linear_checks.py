"""What a linear system is asked with, read from whatever was given, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.errors import Fault

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


Row = TypeVar("Row", Bolus, Infusion, Output)


def numbers(path: str, given: ArrayLike, faults: list[Fault]) -> Floats:
    """An array of doubles; what is none (words, dates, truth values, complex or missing numbers) becomes an empty array and a fault."""
    try:
        raw = np.asarray(given)
        if raw.dtype.kind == "O" and all(isinstance(value, (Real, Decimal)) and not isinstance(value, bool) for value in raw.ravel()):
            raw = raw.astype(np.float64)
        if raw.dtype.kind in "fiu" and not (isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given)):
            return np.array(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    faults.append(Fault(path, "is not an array of numbers of one shape."))
    return np.empty(0)


def rows(path: str, kind: type[Row], given: Any, faults: list[Fault]) -> list[Row]:
    """The rows of `kind`; a row that is none becomes a fault. An output may be the number of a state alone."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        faults.append(Fault(path, f"is not a list of {', '.join(kind._fields)}.", suggestion="Give [] for none."))
        return []
    found: list[Row] = []
    for k, item in enumerate(given):
        try:
            row = kind(*((item,) if np.ndim(item) == 0 and kind is Output else item))
            values: dict[str, Any] = {name: _whole(value) if name == "state" else _number(value) for name, value in row._asdict().items()}
            found.append(kind(**values))
        except (TypeError, ValueError, OverflowError):
            words = ", ".join(kind._fields)
            faults.append(Fault(f"{path}[{k}]", f"is not {words}: numbers, with the state a whole number."))
    return found


def _number(value: Any) -> float:
    if isinstance(value, (str, bytes, bool, np.bool_)):
        raise TypeError(value)
    return float(value)


def _whole(value: Any) -> int:
    if _number(value) != int(value):
        raise ValueError(value)
    return int(value)


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
    """What is wrong with doses and outputs for this matrix and these times. An infusion that lasts no time gives nothing.

    Where the matrix or the times are none themselves, doses are not held against them.
    """
    n = a.shape[0] if a.ndim == 2 else None
    last = float(at[-1]) if at.ndim == 1 and at.size else np.inf
    faults = []

    def check(path: str, numbers: tuple[float, ...], state: int, start: float) -> None:
        if not np.isfinite(numbers).all():
            faults.append(Fault(path, "holds a number that is not finite (NaN or infinity)."))
        elif start > last:
            faults.append(Fault(path, f"starts at {start:g} h, after the last time ({last:g} h)."))
        if n is not None and not 0 <= state < n:
            faults.append(Fault(path, f"there is no state {state}; the matrix has {n}."))

    for k, push in enumerate(pushes):
        check(f"boluses[{k}]", (push.time, push.amount), push.state, push.time)
        if push.amount < 0:
            faults.append(Fault(f"boluses[{k}]", f"the amount {push.amount:g} is below zero."))
    for k, drip in enumerate(drips):
        check(f"infusions[{k}]", (drip.start, drip.end, drip.rate), drip.state, drip.start)
        if drip.rate < 0:
            faults.append(Fault(f"infusions[{k}]", f"the rate {drip.rate:g} is below zero."))
        if drip.end < drip.start:
            faults.append(Fault(f"infusions[{k}]", "ends before it starts."))
    for k, read in enumerate(reads):
        check(f"outputs[{k}]", (read.volume, read.factor), read.state, -np.inf)
        if read.volume <= 0:
            faults.append(Fault(f"outputs[{k}]", f"the volume {read.volume:g} is not above zero."))
    return faults

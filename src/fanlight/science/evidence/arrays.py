"""Arrays as they enter the evidence room: one dimension, floats, every fault named at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.science.evidence.errors import EvidenceError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MISSING_TEXT = ("", "NA", "na", "nan", "NaN")


def as_vector(name: str, values: Any) -> FloatArray:
    """`values` as a float vector `(k,)`; None and empty text become NaN, which means "not reported".

    Raises `EvidenceError` FAN-EVID-001 where an entry is no number or the shape is not a vector.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        array = values.astype(np.float64)
    else:
        listed = list(values) if isinstance(values, Iterable) and not isinstance(values, str | bytes) else [values]
        try:
            array = np.array([_number(item) for item in listed], dtype=np.float64)
        except (TypeError, ValueError) as problem:
            raise EvidenceError("FAN-EVID-001", f"Cannot read {name}", str(problem), "Give one number per study.") from problem
    array = np.atleast_1d(array)
    if array.ndim != 1:
        raise EvidenceError("FAN-EVID-001", f"Cannot read {name}", f"it has {array.ndim} dimensions", "Give one number per study.")
    return array


def _number(item: Any) -> float:
    if item is None or (isinstance(item, str) and item.strip() in _MISSING_TEXT):
        return float("nan")
    if isinstance(item, bool):
        raise TypeError(f"{item!r} is not a number")
    try:
        return float(item)
    except (TypeError, ValueError):
        raise ValueError(f"{item!r} is not a number") from None


def same_length(named: dict[str, FloatArray]) -> int:
    """The common length of the vectors, or `EvidenceError` FAN-EVID-002 naming each length."""
    lengths = {name: len(values) for name, values in named.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise EvidenceError("FAN-EVID-002", "Cannot match the studies", told, "Give one entry per study in every column.")
    return next(iter(lengths.values()), 0)


def faults_where(name: str, wrong: BoolArray, reason: str, suggestion: str = "") -> list[Fault]:
    """One fault for each study (1-based) where `wrong` is true."""
    return [Fault(f"{name}[{index + 1}]", reason, suggestion=suggestion) for index in np.flatnonzero(wrong)]

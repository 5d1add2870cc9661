"""Design matrices: an intercept and named moderators, refused where they cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fanlight.core.errors import Fault, InputError
from fanlight.science.evidence.arrays import FloatArray, as_vector


def design_matrix(moderators: Any, used: Sequence[int], k: int) -> tuple[tuple[str, ...], FloatArray]:
    """Column names and matrix `(len(used), p)`, intercept first, from a mapping or an array over all `k` studies.

    A moderator given as text becomes one column for each level after the first in alphabetical order. Raises FAN-EVID-021
    for a moderator without spread, a missing value, or columns of which one is a mix of the others.
    """
    names: list[str] = ["intercept"]
    columns: list[FloatArray] = [np.ones(k)]
    faults: list[Fault] = []
    for name, values in _named(moderators):
        listed = list(values)
        if len(listed) != k:
            faults.append(Fault(name, f"has {len(listed)} entries for {k} studies"))
            continue
        if any(isinstance(item, str) for item in listed):
            levels = sorted({str(item) for index, item in enumerate(listed) if index in set(used)})
            if len(levels) < 2:
                faults.append(Fault(name, "every study has the same value", suggestion="A moderator needs spread."))
            for level in levels[1:]:
                names.append(f"{name}: {level}")
                columns.append(np.array([1.0 if str(item) == level else 0.0 for item in listed]))
            continue
        column = as_vector(name, listed)
        kept = column[list(used)]
        if np.isnan(kept).any():
            faults.append(Fault(name, "a value is missing", suggestion="Leave the study out, or find the value."))
        elif np.ptp(kept) == 0:
            faults.append(Fault(name, "every study has the same value", suggestion="A moderator needs spread."))
        names.append(name)
        columns.append(column)
    if not faults:
        matrix = np.column_stack(columns)[list(used)]
        scaled = matrix / np.sqrt((matrix**2).sum(axis=0))
        if np.linalg.matrix_rank(scaled) < min(scaled.shape[1], scaled.shape[0]):
            faults.append(Fault("moderators", "one is a mix of the others", suggestion="Leave one out."))
        else:
            return tuple(names), matrix
    raise InputError("FAN-EVID-021", "The moderators cannot be used", faults)


def _named(moderators: Any) -> list[tuple[str, Any]]:
    if isinstance(moderators, Mapping):
        return [(str(name), values) for name, values in moderators.items()]
    array = np.asarray(moderators)
    if array.ndim == 1:
        return [("moderator", array.tolist())]
    return [(f"moderator_{index + 1}", array[:, index].tolist()) for index in range(array.shape[1])]

"""What a laboratory would have read: a simulated concentration with the model's residual error, as published.

The error is of assay, time and model together. Its draws are counted like all others: a person's error at the j-th time
is the same in any chunk, process or machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals

Floats = NDArray[np.float64]
FIRST_RESIDUAL = 1_000_000
"""Stream of the first output's share of error; its additive part is the next, and so on."""


def measured(model: Model, curves: Sequence[Floats], individuals: Individuals) -> tuple[Floats | None, ...]:
    """Each output (N, T) as it would be measured; None where nobody published an error for it, or nothing varies.

    Proportional: c (1 + p z); on the log scale: c exp(p z); additive: + a z', in the output's unit. A reading below zero is kept:
    cutting it off would bias the mean, and a limit of detection belongs to a laboratory.
    """
    from fanlight.science.pharmacology.elementary_arrays import exp_of
    from fanlight.science.pharmacology.streams import normals

    found: list[Floats | None] = []
    for k, (output, curve) in enumerate(zip(model.outputs, curves, strict=True)):
        if individuals.seed is None or (output.proportional_error is None and output.additive_error is None):
            found.append(None)
            continue
        read = np.array(curve, dtype=np.float64)
        persons, width = read.shape
        if output.proportional_error is not None:
            z = normals(individuals.seed, FIRST_RESIDUAL + 2 * k, individuals.first, persons, width)
            share = float(output.proportional_error) * z
            factor = exp_of(share.ravel()).reshape(share.shape) if output.has_log_error else 1.0 + share
            read = read * factor
        if output.additive_error is not None:
            z = normals(individuals.seed, FIRST_RESIDUAL + 2 * k + 1, individuals.first, persons, width)
            read = read + float(output.additive_error) * z
        found.append(read)
    return tuple(found)

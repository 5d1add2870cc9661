"""Effect sizes from two-by-two tables, with the rule for zero cells stated.

Letters as in the textbooks: `ai` events and `bi` non-events in the treated arm, `ci` and `di` in the control arm.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from fanlight.science.evidence.arrays import BoolArray, FloatArray
from fanlight.science.evidence.measures import Measure

ZeroRule = Literal["only0", "all", "if0all", "none"]
"""Where `add` goes: to studies with a zero cell, to all studies, to all when any study has one, or nowhere."""


def corrected(
    ai: FloatArray, bi: FloatArray, ci: FloatArray, di: FloatArray, add: float, to: ZeroRule
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, BoolArray]:
    """The cells after the continuity correction, and which studies it touched."""
    has_zero = (ai == 0) | (bi == 0) | (ci == 0) | (di == 0)
    touched = {
        "only0": has_zero,
        "all": np.ones(len(ai), dtype=bool),
        "if0all": np.full(len(ai), bool(has_zero.any())),
        "none": np.zeros(len(ai), dtype=bool),
    }[to]
    extra = np.where(touched, add, 0.0)
    return ai + extra, bi + extra, ci + extra, di + extra, touched


def is_double_zero(ai: FloatArray, bi: FloatArray, ci: FloatArray, di: FloatArray) -> BoolArray:
    """True where neither arm had an event, or everybody had one: a ratio learns nothing from such a study."""
    none = (ai == 0) & (ci == 0)
    everybody = (bi == 0) & (di == 0)
    return np.asarray(none | everybody)


def peto(ai: FloatArray, bi: FloatArray, ci: FloatArray, di: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Peto's one-step log odds ratio: observed less expected, over the hypergeometric variance. No correction is needed."""
    n1, n2, events, none = ai + bi, ci + di, ai + ci, bi + di
    total = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = n1 * events / total
        variance = n1 * n2 * events * none / (total**2 * (total - 1.0))
        return (ai - expected) / variance, 1.0 / variance


def from_cells(measure: Measure, ai: FloatArray, bi: FloatArray, ci: FloatArray, di: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log risk ratio, log odds ratio or risk difference, with its large-sample variance."""
    n1, n2 = ai + bi, ci + di
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.RR:
            return np.log(ai / n1) - np.log(ci / n2), 1 / ai - 1 / n1 + 1 / ci - 1 / n2
        if measure is Measure.OR:
            return np.log(ai * di) - np.log(bi * ci), 1 / ai + 1 / bi + 1 / ci + 1 / di
        risk1, risk2 = ai / n1, ci / n2
        return risk1 - risk2, risk1 * (1 - risk1) / n1 + risk2 * (1 - risk2) / n2

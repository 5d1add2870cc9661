"""Effects as a paper reports them: an estimate with a variance, a standard error or a confidence interval."""

from __future__ import annotations

import numpy as np

from fanlight.core.errors import Fault, InputError
from fanlight.science.evidence.arrays import FloatArray, faults_where
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import READINGS, Measure

_PROPORTION_LIKE = (Measure.PR, Measure.RD)
SYMMETRY_SHARE = 0.15
"""A printed interval further off its middle than this share of its half-width is named as not symmetric on the scale used."""


def from_reported(kind: Measure, vectors: dict[str, FloatArray], level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """`y, v` of reported effects.

    With `ci_lb`, `ci_ub` a ratio measure is read as printed (2.85, 1.14 to 7.15) and put on the log scale; with `vi` or `sei`
    the estimate is taken to be on the scale of the measure already. The standard error is the interval's width over twice the
    normal quantile of `level`. Refused (FAN-EVID-010): an interval that does not hold its estimate, ends the wrong way round,
    a variance that is negative or zero, a percent where a proportion is meant.
    """
    from scipy.special import ndtri

    if "yi" not in vectors:
        raise EvidenceError("FAN-EVID-011", f"Cannot read {kind.value} as reported", "yi is missing")
    yi = vectors["yi"]
    faults: list[Fault] = []
    if kind in _PROPORTION_LIKE:
        faults += faults_where("yi", np.abs(yi) > 1, "a percent where a proportion is meant", "Write 45 percent as 0.45.")
    if "vi" in vectors or "sei" in vectors:
        v = vectors["vi"] if "vi" in vectors else vectors["sei"] ** 2
        name = "vi" if "vi" in vectors else "sei"
        spread = vectors[name]
        faults += faults_where(name, spread < 0, "negative") + faults_where(
            name, spread == 0, "zero: a study without variance has no weight"
        )
        _refuse(kind, faults)
        return yi.copy(), v.copy()
    if "ci_lb" not in vectors or "ci_ub" not in vectors:
        why = "an effect alone has no weight"
        raise EvidenceError("FAN-EVID-011", f"Cannot read {kind.value} as reported", why, "Give vi, sei, or ci_lb and ci_ub.")
    low, high = vectors["ci_lb"], vectors["ci_ub"]
    faults += faults_where("ci_lb", low > high, "the interval's ends stand the wrong way round")
    outside = ((yi < low) | (yi > high)) & (low <= high)
    faults += faults_where("yi", outside, "the interval does not hold its estimate", "Check the sign and the decimal point.")
    faults += faults_where("ci_lb", low == high, "an interval without width")
    if READINGS[kind].is_log:
        faults += faults_where("yi", (yi <= 0) | (low <= 0), "a ratio and its interval are above zero")
        _refuse(kind, faults)
        yi, low, high = np.log(yi), np.log(low), np.log(high)
    _refuse(kind, faults)
    return yi, ((high - low) / (2.0 * float(ndtri(0.5 + level / 2.0)))) ** 2


def lopsidedness(estimate: float, low: float, high: float) -> float:
    """How far an estimate stands from the middle of its interval, as a share of the half-width (0 in the middle, 1 at an end)."""
    half = (high - low) / 2.0
    return abs(estimate - (low + high) / 2.0) / half if half > 0 else float("nan")


def _refuse(kind: Measure, faults: list[Fault]) -> None:
    if faults:
        raise InputError("FAN-EVID-010", f"The studies for {kind.value} are not possible", faults)

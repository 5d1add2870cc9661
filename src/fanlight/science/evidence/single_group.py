"""Effect sizes of one group: proportions, rates and correlations; two-group rates; and the ways back."""

from __future__ import annotations

import numpy as np

from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.measures import Measure


def proportion(measure: Measure, xi: FloatArray, ni: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A proportion `xi / ni` on the scale of `measure`, with its variance. Zero cells are corrected before."""
    p = xi / ni
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.PR:
            return p, p * (1 - p) / ni
        if measure is Measure.PLN:
            return np.log(p), 1 / xi - 1 / ni
        if measure is Measure.PLO:
            return np.log(p / (1 - p)), 1 / xi + 1 / (ni - xi)
        if measure is Measure.PAS:
            return np.arcsin(np.sqrt(p)), 1 / (4 * ni)
        return double_arcsine(xi, ni), 1 / (4 * ni + 2)


def double_arcsine(xi: FloatArray, ni: FloatArray) -> FloatArray:
    """Freeman and Tukey's double arcsine, halved, so that it lies near arcsin(sqrt(p))."""
    return np.asarray(0.5 * (np.arcsin(np.sqrt(xi / (ni + 1))) + np.arcsin(np.sqrt((xi + 1) / (ni + 1)))))


def proportion_from_double_arcsine(y: float, n: float) -> float:
    """The proportion whose double arcsine is `y` at sample size `n` (Miller 1978); `n` is the harmonic mean when pooled.

    Clipped to 0..1 outside the range a sample of that size can reach.
    """
    low = float(double_arcsine(np.array([0.0]), np.array([n]))[0])
    high = float(double_arcsine(np.array([n]), np.array([n]))[0])
    if y <= low:
        return 0.0
    if y >= high:
        return 1.0
    doubled = 2.0 * y
    sine = np.sin(doubled)
    inner = sine + (sine - 1.0 / sine) / n
    return float(0.5 * (1.0 - np.sign(np.cos(doubled)) * np.sqrt(max(0.0, 1.0 - inner**2))))


def rate(measure: Measure, xi: FloatArray, ti: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A rate of `xi` events in `ti` person-time on the scale of `measure`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.IR:
            return xi / ti, xi / ti**2
        if measure is Measure.IRLN:
            return np.log(xi / ti), 1 / xi
        if measure is Measure.IRS:
            return np.sqrt(xi / ti), 1 / (4 * ti)
        return 0.5 * (np.sqrt(xi / ti) + np.sqrt((xi + 1) / ti)), 1 / (4 * ti)


def two_rates(measure: Measure, x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log rate ratio, or rate difference."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.IRR:
            return np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2
        return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


def correlation(measure: Measure, ri: FloatArray, ni: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A correlation as it is, or by Fisher's z."""
    if measure is Measure.COR:
        return ri, (1 - ri**2) ** 2 / (ni - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arctanh(ri), 1 / (ni - 3)

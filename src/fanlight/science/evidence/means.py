"""Effect sizes from means and standard deviations: differences, standardised differences, ratios and changes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fanlight.science.evidence.arrays import FloatArray

VarianceType = Literal["LS", "LS2", "UB"]
"""Sampling variance of g: large sample at g (LS), at d and then times J squared (LS2), or unbiased (UB)."""


def hedges_correction(degrees: FloatArray) -> FloatArray:
    """Hedges' exact factor J that removes the small-sample bias of a standardised difference.

    J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)); NaN for m < 2, where it does not exist.
    Source: Hedges 1981, J Educ Stat 6:107, equation 6e.
    """
    from scipy.special import gammaln

    m = np.where(degrees > 1, degrees, np.nan)
    return np.asarray(np.exp(gammaln(m / 2) - 0.5 * np.log(m / 2) - gammaln((m - 1) / 2)))


def mean_difference(
    m1: FloatArray, sd1: FloatArray, n1: FloatArray, m2: FloatArray, sd2: FloatArray, n2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Treated mean less control mean; variances are not assumed equal."""
    return m1 - m2, sd1**2 / n1 + sd2**2 / n2


def standardised_difference(
    m1: FloatArray, sd1: FloatArray, n1: FloatArray, m2: FloatArray, sd2: FloatArray, n2: FloatArray, vtype: VarianceType = "LS"
) -> tuple[FloatArray, FloatArray]:
    """Hedges g: the difference in pooled standard deviations, exactly corrected for small samples."""
    degrees = n1 + n2 - 2
    pooled_sd = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / degrees)
    d = (m1 - m2) / pooled_sd
    return g_from_d(d, n1, n2, vtype)


def g_from_d(d: FloatArray, n1: FloatArray, n2: FloatArray, vtype: VarianceType = "LS") -> tuple[FloatArray, FloatArray]:
    """Hedges g and its variance from Cohen d and the arm sizes."""
    degrees = n1 + n2 - 2
    correction = hedges_correction(degrees)
    g = correction * d
    size = 1 / n1 + 1 / n2
    if vtype == "LS":
        return g, size + g**2 / (2 * (n1 + n2))
    if vtype == "LS2":
        return g, correction**2 * (size + d**2 / (2 * (n1 + n2)))
    return g, size + (1 - (degrees - 2) / (degrees * correction**2)) * g**2


def log_ratio_of_means(
    m1: FloatArray, sd1: FloatArray, n1: FloatArray, m2: FloatArray, sd2: FloatArray, n2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Log of treated mean over control mean; both means must lie on one side of zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(m1 / m2), sd1**2 / (n1 * m1**2) + sd2**2 / (n2 * m2**2)


def mean_change(
    m1: FloatArray, sd1: FloatArray, m2: FloatArray, sd2: FloatArray, r: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """First mean less second mean in the same people, whose two scores correlate `r`."""
    return m1 - m2, (sd1**2 + sd2**2 - 2 * r * sd1 * sd2) / n


def standardised_change_by_change(
    m1: FloatArray, sd1: FloatArray, m2: FloatArray, sd2: FloatArray, r: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean change in deviations of the change scores, corrected for small samples."""
    sd_change = np.sqrt(sd1**2 + sd2**2 - 2 * r * sd1 * sd2)
    g = hedges_correction(n - 1) * (m1 - m2) / sd_change
    return g, 1 / n + g**2 / (2 * n)


def standardised_change_by_before(
    m1: FloatArray, sd1: FloatArray, m2: FloatArray, r: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean change in deviations of the first score, corrected for small samples (Becker 1988)."""
    g = hedges_correction(n - 1) * (m1 - m2) / sd1
    return g, 2 * (1 - r) / n + g**2 / (2 * n)


def change_sd(sd_before: FloatArray, sd_after: FloatArray, r: FloatArray) -> FloatArray:
    """Standard deviation of change from those before and after and their correlation `r`."""
    return np.sqrt(sd_before**2 + sd_after**2 - 2 * r * sd_before * sd_after)

"""Quantiles and tail areas, from SciPy's special functions (its statistics module takes seconds to load)."""

from __future__ import annotations


def normal_quantile(share: float) -> float:
    """The point below which `share` of a standard normal lies."""
    from scipy import special

    return float(special.ndtri(share))


def t_quantile(share: float, degrees: float) -> float:
    """The same for Student's t."""
    from scipy import special

    return float(special.stdtrit(degrees, share))


def two_sided_z(z: float) -> float:
    """Probability of a standard normal at least `z` away from 0."""
    from scipy import special

    return float(2.0 * special.ndtr(-abs(z)))


def two_sided_t(t: float, degrees: float) -> float:
    """Probability of Student's t at least `t` away from 0."""
    from scipy import special

    return float(2.0 * special.stdtr(degrees, -abs(t)))


def chi2_upper(value: float, degrees: float) -> float:
    """Probability that chi-squared exceeds `value`."""
    from scipy import special

    return float(special.chdtrc(degrees, max(0.0, value))) if degrees > 0 else float("nan")


def chi2_quantile(share: float, degrees: float) -> float:
    """The chi-squared point below which `share` lies."""
    from scipy import special

    return float(special.chdtri(degrees, 1.0 - share))


def f_upper(value: float, numerator: float, denominator: float) -> float:
    """Probability that F exceeds `value`."""
    from scipy import special

    return float(special.fdtrc(numerator, denominator, max(0.0, value))) if numerator > 0 and denominator > 0 else float("nan")

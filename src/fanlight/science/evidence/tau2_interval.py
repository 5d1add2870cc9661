"""The Q-profile interval for tau2: the values at which Cochran's generalised Q is not surprising."""

from __future__ import annotations

from fanlight.science.evidence.heterogeneity import upper_bound
from fanlight.science.evidence.likelihood import Studies, view
from fanlight.science.evidence.quantiles import chi2_quantile
from fanlight.science.evidence.roots import falling_root


def q_profile(studies: Studies, level: float = 0.95) -> tuple[float, float]:
    """(lower, upper) at `level`; both 0 where even tau2 = 0 leaves less spread than chance would (an empty set).

    Source: Viechtbauer 2007, Stat Med 26:37. NaN where there are no degrees of freedom.
    """
    if studies.degrees < 1:
        return float("nan"), float("nan")
    tail = (1.0 - level) / 2.0
    return _where_q_is(studies, chi2_quantile(1.0 - tail, studies.degrees)), _where_q_is(studies, chi2_quantile(tail, studies.degrees))


def _where_q_is(studies: Studies, target: float) -> float:
    def equation(tau2: float) -> tuple[float, float]:
        seen = view(studies, tau2)
        return seen.q_residual - target, -seen.yppy

    if equation(0.0)[0] <= 0:
        return 0.0
    high = upper_bound(studies) + float(studies.v.max())
    while equation(high)[0] > 0:
        high *= 4.0
    return falling_root(equation, 0.0, high).x

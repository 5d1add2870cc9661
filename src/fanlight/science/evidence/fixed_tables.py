"""Pooling two-by-two tables without weighing each study first: Mantel and Haenszel, and Peto. Both assume one common effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fanlight.science.evidence import two_by_two
from fanlight.science.evidence.arrays import FloatArray, as_vector
from fanlight.science.evidence.effect_sizes import effect_sizes
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import Measure, parse_measure
from fanlight.science.evidence.quantiles import chi2_upper, normal_quantile, two_sided_z


@dataclass(frozen=True, slots=True)
class TablesPooled:
    """A common effect from tables: log odds ratio, log risk ratio or risk difference; `q` with `q_df` says how far they differ."""

    estimate: float
    se: float
    statistic: float
    p: float
    ci: tuple[float, float]
    q: float
    q_df: int
    q_p: float
    k: int
    method: str
    measure: Measure
    level: float
    notes: tuple[str, ...] = ()


def mantel_haenszel(measure: Measure | str, *, level: float = 0.95, **columns: Any) -> TablesPooled:
    """Mantel-Haenszel odds ratio (Robins, Breslow and Greenland's variance), risk ratio (Greenland and Robins) or risk difference (Sato).

    Columns as in `effect_sizes`. Studies with no event (or only events) in both arms drop out of the ratios by themselves and stay
    in the risk difference; no correction is added to zero cells.
    """
    kind = parse_measure(measure)
    if kind not in (Measure.OR, Measure.RR, Measure.RD):
        raise EvidenceError("FAN-EVID-011", f"Cannot pool {kind.value} by Mantel and Haenszel", "it is defined for OR, RR and RD")
    a, b, c, d = _cells(columns)
    n1, n2 = a + b, c + d
    n = n1 + n2
    if kind is Measure.OR:
        r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
        top, bottom = r.sum(), s.sum()
        _needs_events(top, bottom)
        variance = (p * r).sum() / (2 * top**2) + (p * s + q * r).sum() / (2 * top * bottom) + (q * s).sum() / (2 * bottom**2)
        estimate = float(np.log(top / bottom))
    elif kind is Measure.RR:
        r, s = a * n2 / n, c * n1 / n
        top, bottom = r.sum(), s.sum()
        _needs_events(top, bottom)
        variance = ((n1 * n2 * (a + c) - a * c * n) / n**2).sum() / (top * bottom)
        estimate = float(np.log(top / bottom))
    else:
        weight = n1 * n2 / n
        estimate = float((a * n2 / n - c * n1 / n).sum() / weight.sum())
        spread = (c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + (n1 / n) * (n2 / n) * (n2 - n1) / 2).sum()
        balance = (a * (n2 - c) / n + c * (n1 - a) / n).sum() / 2
        variance = (estimate * spread + balance) / weight.sum() ** 2
    return _told(kind, "MH", estimate, float(np.sqrt(variance)), columns, level)


def peto(*, level: float = 0.95, **columns: Any) -> TablesPooled:
    """Peto's odds ratio: observed less expected events over their hypergeometric variance, summed. For rare events, arms alike in size."""
    y, v = two_by_two.peto(*_cells(columns))
    whole = np.isfinite(y) & np.isfinite(v)
    if not whole.any():
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "no study had both events and people without one")
    information = (1 / v[whole]).sum()
    estimate = float((y[whole] / v[whole]).sum() / information)
    return _told(Measure.PETO, "Peto", estimate, float(information**-0.5), columns, level)


def _cells(columns: dict[str, Any]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    effect_sizes(Measure.RD, **columns)  # refuses what is impossible
    vectors = {name: as_vector(name, values) for name, values in columns.items()}
    if "n1i" in vectors:
        return vectors["ai"], vectors["n1i"] - vectors["ai"], vectors["ci"], vectors["n2i"] - vectors["ci"]
    return vectors["ai"], vectors["bi"], vectors["ci"], vectors["di"]


def _needs_events(top: float, bottom: float) -> None:
    if not (top > 0 and bottom > 0):
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "one arm had no event in any study", "Use the risk difference.")


def _told(kind: Measure, method: str, estimate: float, se: float, columns: dict[str, Any], level: float) -> TablesPooled:
    single = effect_sizes(kind, **columns)
    whole = np.isfinite(single.y) & np.isfinite(single.v)
    q = float((((single.y - estimate) ** 2) / single.v)[whole].sum())
    count = int(whole.sum())
    reach = normal_quantile(0.5 + level / 2) * se
    return TablesPooled(
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        p=two_sided_z(estimate / se),
        ci=(estimate - reach, estimate + reach),
        q=q,
        q_df=count - 1,
        q_p=chi2_upper(q, count - 1),
        k=count,
        method=method,
        measure=kind,
        level=level,
        notes=tuple(f"For Q alone: {note}" for note in single.notes),
    )

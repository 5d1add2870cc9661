"""What happened in an arm of a virtual trial, with the intervals that chance alone gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its 95 percent interval (Wilson): chance in the simulation alone, not in what is assumed."""

    percent: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True, eq=False)
class ArmOutcome:
    """What happened in one arm. `well_days` and `well_percent` are the share still well among all who entered, by visit day.

    `relapse_days`, `relapse_free` (and its bounds) are Kaplan-Meier among responders, days from the last induction session.
    """

    name: str
    response: Share
    remission: Share
    well_at_end: Share
    dropped_out: Share
    fall_after_a_day: float
    sessions: tuple[float, float, float]
    dose_mg: tuple[float, float, float]
    peak_ng_per_ml: tuple[float, float, float]
    area_ng_h_per_ml: tuple[float, float, float]
    median_days_to_relapse: float
    relapse_days: Floats
    relapse_free: Floats
    relapse_free_low: Floats
    relapse_free_high: Floats


def share(count: int, of: int) -> Share:
    """Wilson's interval of a proportion; NaN where there is nobody."""
    if of == 0:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    p = count / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * (p * (1 - p) / of + Z * Z / (4 * of * of)) ** 0.5 / (1 + Z * Z / of)
    return Share(100 * p, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half), of)


def outcome(name: str, results: Floats) -> ArmOutcome:
    """Sum up one arm's results (N, RESULTS).

    Response and remission count among all who entered: who left before they were judged did not respond.
    """
    persons = results.shape[0]
    responded = results[:, 0] == 1.0
    relapse = results[responded, 4]
    followed = np.where(np.isnan(relapse), results[responded, 10], relapse)
    days, free, low, high = kaplan_meier(followed, ~np.isnan(relapse))
    below = np.flatnonzero(free <= 0.5)
    return ArmOutcome(
        name,
        share(int(responded.sum()), persons),
        share(int((results[:, 1] == 1.0).sum()), persons),
        share(int((results[:, 5] == 1.0).sum()), persons),
        share(int((~np.isnan(results[:, 3])).sum()), persons),
        float(np.nanmean(results[:, 2])) if not np.isnan(results[:, 2]).all() else float("nan"),
        _middle_and_90(results[:, 6]),
        _middle_and_90(results[:, 7]),
        _middle_and_90(results[:, 8]),
        _middle_and_90(results[:, 9]),
        float(days[below[0]]) if below.size else float("inf"),
        days,
        free,
        low,
        high,
    )


def _middle_and_90(values: Floats) -> tuple[float, float, float]:
    kept = values[~np.isnan(values)]
    if not kept.size:
        return (float("nan"),) * 3
    low, middle, high = np.quantile(kept, (0.05, 0.5, 0.95))
    return float(middle), float(low), float(high)


def kaplan_meier(days: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """Share still free of the event, with its 95 percent interval (Greenwood, on the log-log scale).

    days (N,) until the event or the last sight; happened (N,). Returns days, share, low, high, starting at (0, 1).
    """
    if days.size == 0:
        return np.zeros(1), np.ones(1), np.ones(1), np.ones(1)
    moments, place = np.unique(days, return_inverse=True)
    events = np.bincount(place, weights=happened.astype(np.float64), minlength=moments.size)
    leaving = np.bincount(place, minlength=moments.size)
    at_risk = days.size - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    kept = events > 0
    free = np.cumprod(1.0 - events[kept] / at_risk[kept])
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events[kept] / (at_risk[kept] * (at_risk[kept] - events[kept])))
        theta = Z * np.sqrt(variance) / np.abs(np.log(free))
        low, high = free ** np.exp(theta), free ** np.exp(-theta)
    low, high = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, free)
    return (
        np.concatenate([[0.0], moments[kept]]),
        np.concatenate([[1.0], free]),
        np.concatenate([[1.0], low]),
        np.concatenate([[1.0], high]),
    )

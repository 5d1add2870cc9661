"""Virtual trials: what is asked, one chunk of it, and what the persons' results add up to.

A chunk is a fixed stretch of persons, the same however many processes or machines share the work, and its results
are kept whole until the end. Counts are therefore the same to the last bit wherever they were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.arms import TrialArm, TrialPopulation, draw_people, run_arm
from fanlight.science.pharmacology.errors import refuse
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.response import ResponseModel

Floats = NDArray[np.float64]
CHUNK = 20_000
MOST_PERSONS = 100_000_000
MOST_VISITS = 10_000
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Trial:
    """A virtual trial as its file says it. `model` names the pharmacokinetic model; `primary_day` is the day compared."""

    title: str
    model: str
    persons: int
    seed: int
    population: TrialPopulation
    arms: tuple[TrialArm, ...]
    follow_days: Decimal
    visit_every_days: Decimal
    drop_out_percent_per_week: Decimal
    tornado_persons: int = 20_000

    def __post_init__(self) -> None:
        faults = []
        if self.persons < 1 or self.tornado_persons < 1:
            faults.append(Fault("persons", "needs at least one."))
        if self.persons > MOST_PERSONS:
            faults.append(Fault("persons", f"{self.persons:,} is more than {MOST_PERSONS:,}, whose results no one machine holds."))
        if not 0 <= self.seed < 2**63:
            faults.append(Fault("seed", "must be a whole number from 0 to 2^63 - 1."))
        if len({a.name for a in self.arms}) != len(self.arms) or not self.arms:
            faults.append(Fault("arms", "needs at least one arm, each with a name of its own."))
        if self.visit_every_days <= 0 or not 0 <= self.drop_out_percent_per_week < 100:
            faults.append(Fault("visits", "visits must be above zero days apart, and drop-out a percentage below 100."))
        elif self.follow_days / self.visit_every_days > MOST_VISITS:
            faults.append(Fault("visit_every_days", f"gives more than {MOST_VISITS:,} visits."))
        if self.follow_days < 1:
            faults.append(Fault("follow_days", f"{self.follow_days} does not reach day 1, the first visit."))
        for k, arm in enumerate(self.arms):
            if arm.induction_days and arm.induction_days[-1] + 1 > self.follow_days:
                faults.append(Fault(f"arms[{k}]", "its last induction session is after the last day followed."))
        refuse(f"the trial {self.title!r}", faults)

    @property
    def visits(self) -> Floats:
        """Days of the visits: day 1, then every `visit_every_days` to the last day."""
        later = np.arange(float(self.visit_every_days), float(self.follow_days) + 1e-9, float(self.visit_every_days))
        return np.unique(np.concatenate([[1.0], later[later > 1.0]]))

    @property
    def drop_out_per_day(self) -> float:
        """Constant hazard of leaving."""
        return float(-np.log1p(-float(self.drop_out_percent_per_week) / 100.0) / 7.0)

    @property
    def chunks(self) -> tuple[tuple[int, int], ...]:
        """(first person, how many) of each chunk."""
        return tuple((first, min(CHUNK, self.persons - first)) for first in range(0, self.persons, CHUNK))


def run_chunk(
    trial: Trial, model: Model, response: ResponseModel, first: int, count: int, changed: Mapping[str, float] | None = None
) -> Floats:
    """Results (arms, count, RESULTS) of persons first, first + 1, ...: every arm gives every person its treatment."""
    people = draw_people(trial.population, trial.seed, first, count)
    visits, leaving = trial.visits, trial.drop_out_per_day
    return np.stack([run_arm(model, arm, response, people, trial.seed, first, visits, leaving, changed) for arm in trial.arms])


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


@dataclass(frozen=True, slots=True)
class Swing:
    """What one assumption does to the answer: the difference between two arms with it low and with it high (percentage points)."""

    name: str
    words: str
    low_value: float
    high_value: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the answer swings."""
        return abs(self.at_high - self.at_low)


def well_difference(trial: Trial, model: Model, response: ResponseModel, changed: Mapping[str, float] | None = None) -> float:
    """Share well at the end, last arm minus first arm (percentage points), among the tornado's persons."""
    results = run_chunk(trial, model, response, 0, min(trial.tornado_persons, trial.persons), changed)
    last, first = (100.0 * float((results[k, :, 5] == 1.0).mean()) for k in (-1, 0))
    return last - first


def tornado(trial: Trial, model: Model, response: ResponseModel) -> tuple[Swing, ...]:
    """Each assumption tried at both its bounds with everything else held, widest swing first."""
    swings = []
    for a in response.assumptions:
        low, high = (well_difference(trial, model, response, {a.name: float(bound)}) for bound in (a.low, a.high))
        swings.append(Swing(a.name, a.words, float(a.low), float(a.high), low, high))
    return tuple(sorted(swings, key=lambda s: (-s.width, s.name)))


def assumed_count(model: Model, response: ResponseModel) -> tuple[int, int]:
    """(how many numbers are assumed, recalled or fitted, how many in all), over model and response."""
    marks = [a.mark.needs_sign_off or a.is_fitted for a in response.assumptions]
    for p in model.parameters:
        marks.append(p.mark.needs_sign_off)
        marks += [v.is_placeholder or v.mark.needs_sign_off for v in (p.between, p.within) if v is not None]
    return sum(marks), len(marks)


def joined(parts: Sequence[Floats]) -> Floats:
    """Chunks' results (arms, n, RESULTS) put together in the order of persons."""
    return np.concatenate(list(parts), axis=1)

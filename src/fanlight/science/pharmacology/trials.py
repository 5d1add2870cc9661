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
from fanlight.science.pharmacology.outcomes import ArmOutcome, Share, kaplan_meier, outcome, share
from fanlight.science.pharmacology.response import ResponseModel

__all__ = [
    "ArmOutcome",
    "Share",
    "Swing",
    "Trial",
    "assumed_count",
    "joined",
    "kaplan_meier",
    "outcome",
    "run_chunk",
    "share",
    "tornado",
    "well_difference",
]
Floats = NDArray[np.float64]
CHUNK = 20_000
MOST_PERSONS = 100_000_000
MOST_VISITS = 10_000


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

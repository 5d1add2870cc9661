"""Arms of a virtual trial, and one arm simulated for a stretch of persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.core.sources import Mark
from fanlight.science.pharmacology.errors import PharmacologyError, refuse
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import COVARIATES, Individuals, People
from fanlight.science.pharmacology.response import ResponseModel
from fanlight.science.pharmacology.shapes import mammillary_rates, mammillary_shape, reached
from fanlight.science.pharmacology.simulation import WORKERS

Floats = NDArray[np.float64]
MOST_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Sessions after induction, for responders: every `every_days` until day `until_day`.

    With `lengthen_to_days`, the SUSTAIN-type rule: the interval becomes that long once MADRS is at most `lengthen_at_madrs`,
    and short again once it is above, never changed within `change_after_days` of the last change.
    """

    every_days: Decimal
    until_day: Decimal
    lengthen_to_days: Decimal | None = None
    lengthen_at_madrs: Decimal | None = None
    change_after_days: Decimal = Decimal(28)


@dataclass(frozen=True, slots=True)
class TrialArm:
    """A treatment: days of the induction sessions (the first is day 0), one dose for all of them, and maintenance."""

    name: str
    induction_days: tuple[Decimal, ...]
    over_minutes: Decimal
    dose_mg: Decimal | None = None
    dose_mg_per_kg: Decimal | None = None
    maintenance: Maintenance | None = None

    def __post_init__(self) -> None:
        faults = []
        if (self.dose_mg is None) == (self.dose_mg_per_kg is None):
            faults.append(Fault("dose", "needs one of dose_mg and dose_mg_per_kg, not both."))
        if any(d is not None and d <= 0 for d in (self.dose_mg, self.dose_mg_per_kg)):
            faults.append(Fault("dose", "is not above zero."))
        if self.over_minutes <= 0:
            faults.append(Fault("over_minutes", "is not above zero."))
        days = self.induction_days
        if not days or days[0] != 0 or any(b <= a for a, b in pairwise(days)):
            faults.append(Fault("induction_days", "must start at 0 and rise, each once."))
        if self.maintenance is not None:
            faults += _maintenance_faults(self.maintenance)
        refuse(f"the arm {self.name!r}", faults)


def _maintenance_faults(m: Maintenance) -> list[Fault]:
    faults = []
    if m.every_days <= 0:
        faults.append(Fault("maintenance.every_days", "is not above zero."))
    elif m.until_day / m.every_days > MOST_SESSIONS:
        faults.append(Fault("maintenance.every_days", f"gives more than {MOST_SESSIONS:,} sessions."))
    if (m.lengthen_to_days is None) != (m.lengthen_at_madrs is None):
        faults.append(Fault("maintenance.lengthen_to_days", "is given with lengthen_at_madrs, or not at all."))
    if m.lengthen_to_days is not None and m.lengthen_to_days < m.every_days:
        faults.append(Fault("maintenance.lengthen_to_days", f"{m.lengthen_to_days} is shorter than every_days."))
    if m.change_after_days < 0:
        faults.append(Fault("maintenance.change_after_days", "is below zero."))
    return faults


@dataclass(frozen=True, slots=True)
class Spread:
    """A covariate in the population: normal with these, drawn again as its own tail where it would pass a bound."""

    mean: Decimal
    sd: Decimal
    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not (self.low < self.mean < self.high and self.sd >= 0):
            raise ValueError("the mean must lie between low and high, and sd not be below zero")


@dataclass(frozen=True, slots=True)
class TrialPopulation:
    """Who enters: weights and ages. `mark` says whether anybody measured them."""

    weight_kg: Spread
    age_years: Spread
    mark: Mark = Mark.DEFAULT

    def __post_init__(self) -> None:
        faults = []
        if self.weight_kg.low <= 0:
            faults.append(Fault("weight_kg.low", f"{self.weight_kg.low} is not above zero."))
        if self.age_years.low < 0:
            faults.append(Fault("age_years.low", f"{self.age_years.low} is below zero."))
        refuse("this population", faults)


def draw_people(population: TrialPopulation, seed: int, first: int, count: int) -> People:
    """Persons first, first + 1, ...: covariates from the persons' own stream."""
    from fanlight.science.pharmacology.streams import normals

    z = normals(seed, COVARIATES, first, count, 2)
    columns = []
    for k, spread in enumerate((population.weight_kg, population.age_years)):
        value = float(spread.mean) + float(spread.sd) * z[:, k]
        # Beyond a bound, fold the tail back in: simple, exact in any chunk, and no pile of people on the bound.
        low, high = float(spread.low), float(spread.high)
        for _ in range(4):
            value = np.where(value < low, 2 * low - value, value)
            value = np.where(value > high, 2 * high - value, value)
        columns.append(np.clip(value, low, high))
    return People(columns[0], columns[1])


def run_arm(
    model: Model,
    arm: TrialArm,
    response: ResponseModel,
    people: People,
    seed: int,
    first: int,
    visits: Floats,
    drop_out_per_day: float,
    changed: Mapping[str, float] | None = None,
) -> Floats:
    """Results (N, RESULTS) of persons first, first + 1, ... in this arm; see `trial_kernel.RESULTS`.

    `changed` replaces assumptions of the response model by name. The model must be compartments around a centre
    with an effect site, dosed by infusion.
    """
    from fanlight.science.pharmacology.trial_kernel import RESULTS
    from fanlight.science.pharmacology.trial_kernel import arm as kernel

    small = reached(model, {a.into for a in model.route("iv").arms})
    shape = mammillary_shape(small)
    if shape is None or shape.effect_rate < 0:
        refuse(model.title, [Fault("model", "a virtual trial needs an intravenous model around one centre, with an effect site.")])
    assert shape is not None
    individuals = Individuals.draw(model, people, seed, first)
    rates, scale = mammillary_rates(small, shape, individuals)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    m = arm.maintenance
    out = np.empty((people.count, RESULTS))
    kernel(
        seed, first, rates, shape.compartments, scale, people.weight_kg, float(arm.dose_mg or 0), float(arm.dose_mg_per_kg or 0),
        float(arm.over_minutes) / 60.0, np.array([float(d) for d in arm.induction_days]),
        float(m.every_days) if m else 0.0,
        float(m.lengthen_to_days) if m and m.lengthen_to_days else float(m.every_days) if m else 0.0,
        float(m.lengthen_at_madrs) if m and m.lengthen_at_madrs is not None else -1.0,
        float(m.change_after_days) if m else 0.0, float(m.until_day) if m else 0.0, visits, drop_out_per_day,
        response.numbers(changed), float(response.response_percent) / 100.0, float(response.remission_madrs_at_most),
        0.5 * (nodes + 1.0), 0.5 * weights, min(WORKERS, people.count), out,
    )  # fmt: skip
    if np.isnan(out[:, 8]).any():
        raise PharmacologyError(
            "FAN-PHAR-009",
            f"Cannot simulate {int(np.isnan(out[:, 8]).sum())} persons of the arm {arm.name!r}",
            "their rates coincide too closely for sums of exponentials",
            "Use another seed, and say so.",
        )
    return out

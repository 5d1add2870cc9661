"""The response proposal beside the published points: what it predicts, and how its numbers were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.arms import Spread, TrialArm, TrialPopulation, draw_people, run_arm
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.response import PublishedPoint, ResponseModel

Floats = NDArray[np.float64]
SEED = 20_130_815
SIX = tuple(Decimal(d) for d in (0, 2, 4, 7, 9, 11))
FITTED = ("k_on_per_h", "k_off_per_day", "p50", "p50_sd", "responder_share")


@dataclass(frozen=True, slots=True)
class FitRow:
    """One published point and what the proposal gives for it."""

    point: PublishedPoint
    predicted: float


def predictions(
    model: Model, response: ResponseModel, population: TrialPopulation, count: int = 20_000, changed: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The published points as the proposal gives them, by name: percent, days or points of MADRS."""
    people = draw_people(population, SEED, 0, count)
    found: dict[str, float] = {}
    for name, day in (("single_24h", 1.0), ("single_72h", 3.0), ("single_7d", 7.0)):
        single = run_arm(model, _arm((Decimal(0),)), response, people, SEED, 0, np.array([day]), 0.0, changed)
        found[name] = 100.0 * float(single[:, 0].mean())
        if day == 1.0:
            found["fall_24h"] = float(single[:, 2].mean())
    visits = 12.0 + np.arange(0, 91, dtype=np.float64) * 3.5
    six = run_arm(model, _arm(SIX), response, people, SEED, 0, visits, 0.0, changed)
    found["six_end"] = found["phillips_six"] = 100.0 * float(six[:, 0].mean())
    responders = six[:, 0] == 1.0
    days = np.where(np.isnan(six[responders, 4]), np.inf, six[responders, 4])
    for name, share in (("six_relapse_q1", 0.25), ("six_relapse_median", 0.5), ("six_relapse_q3", 0.75)):
        found[name] = _crossing_day(days, visits - 11.0, share)
    return found


def _arm(days: tuple[Decimal, ...]) -> TrialArm:
    return TrialArm("half a milligram per kg over 40 min", days, Decimal(40), dose_mg_per_kg=Decimal("0.5"))


def _crossing_day(days: Floats, grid: Floats, share: float) -> float:
    """The day by which `share` have relapsed, straight between visits, so that a fit is smooth."""
    reached = np.array([float((days <= day + 1e-9).mean()) for day in grid])
    k = int(np.argmax(reached >= share))
    if reached[k] < share:
        return float(grid[-1])
    if k == 0:
        return float(grid[0])
    return float(grid[k - 1] + (share - reached[k - 1]) / (reached[k] - reached[k - 1]) * (grid[k] - grid[k - 1]))


def fit_table(model: Model, response: ResponseModel, population: TrialPopulation, count: int = 20_000) -> tuple[FitRow, ...]:
    """Every published point beside its prediction."""
    got = predictions(model, response, population, count)
    return tuple(FitRow(point, got[point.name]) for point in response.published)


def fit(model: Model, response: ResponseModel, population: TrialPopulation, count: int = 10_000) -> dict[str, float]:
    """Numbers for `FITTED` that bring the predictions closest to the points fitted to (squared relative error, Nelder-Mead)."""
    from scipy.optimize import minimize

    points = [p for p in response.published if p.is_fitted_to]
    start = np.log([float(next(a.value for a in response.assumptions if a.name == name)) for name in FITTED])

    def distance(x: Floats) -> float:
        changed = dict(zip(FITTED, np.exp(x).tolist(), strict=True))
        over = max(0.0, changed["responder_share"] - 0.98)
        got = predictions(model, response, population, count, changed)
        squares = [(got[p.name] / float(p.value) - 1.0) ** 2 for p in points]
        return float(sum(squares) + 100.0 * over)

    best = minimize(distance, start, method="Nelder-Mead", options={"maxfev": 400, "xatol": 1e-3, "fatol": 1e-6})
    return dict(zip(FITTED, np.exp(best.x).tolist(), strict=True)) | {"distance": float(best.fun)}


DEFAULT_POPULATION = TrialPopulation(
    Spread(Decimal(80), Decimal(16), Decimal(45), Decimal(150)), Spread(Decimal(45), Decimal(12), Decimal(18), Decimal(75))
)
"""For the fit alone; exposure matters little there. Assumed."""

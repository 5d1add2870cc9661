"""Antidepressant response that outlasts exposure: a proposed structure, not a published model.

A plasticity state P rises while drug is at the effect site and fades over days:
dP/dt = k_on f(Ce) (1 - P) - k_off P, with f = Ce / (Ce + EC50). The score is
MADRS = baseline x (1 - largest x P^2 / (P50^2 + P^2)) - placebo + noise. A share of people has no drug effect.
As drug lasts hours and P days, a session is taken as one lift of P: 1 - P becomes (1 - P) exp(-k_on I), where I is
the integral of f over the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from fanlight.core.errors import Fault
from fanlight.core.sources import Mark, Source
from fanlight.science.pharmacology.errors import refuse


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number of the response model: its value, the bounds tried in a sensitivity analysis, and where it stands from."""

    name: str
    words: str
    value: Decimal
    low: Decimal
    high: Decimal
    mark: Mark
    source: str
    is_fitted: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.name} is not between its bounds")


@dataclass(frozen=True, slots=True)
class PublishedPoint:
    """A published result the parameters were fitted to, or are only compared with (`is_fitted_to` false)."""

    name: str
    words: str
    value: Decimal
    unit: str
    mark: Mark
    source: str
    is_fitted_to: bool = True


NAMES = (
    "k_on_per_h", "k_off_per_day", "k_off_sd", "ec50_ng_per_ml", "p50", "p50_sd", "largest_effect", "responder_share",
    "baseline_mean", "baseline_sd", "placebo_mean", "placebo_sd", "placebo_fade_per_day", "noise_sd", "noise_correlation",
    "background_relapse_per_day",
)  # fmt: skip
"""Every number the kernel needs, in its order."""


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """The proposal with its numbers; `label` says on every page what it is."""

    title: str
    label: str
    assumptions: tuple[Assumption, ...]
    published: tuple[PublishedPoint, ...]
    sources: tuple[Source, ...]
    response_percent: Decimal
    remission_madrs_at_most: Decimal

    def __post_init__(self) -> None:
        given = [a.name for a in self.assumptions]
        faults = [Fault("assumptions", f"{name} is missing.") for name in NAMES if name not in given]
        faults += [Fault("assumptions", f"{name!r} is not known.") for name in given if name not in NAMES]
        refuse(self.title, faults)

    def numbers(self, changed: Mapping[str, float] | None = None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The values in the order of `NAMES`, some of them changed."""
        values = {a.name: float(a.value) for a in self.assumptions} | dict(changed or {})
        return np.array([values[name] for name in NAMES])

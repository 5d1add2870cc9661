"""A population model as its file says it: parameters with their marks, compartments, flows, routes and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fanlight.core.quantities import Quantity
from fanlight.core.sources import Mark, Source
from fanlight.science.pharmacology.errors import PharmacologyError, SimulationInputError
from fanlight.science.pharmacology.model_checks import model_faults

if TYPE_CHECKING:
    from fanlight.science.pharmacology.people import Individuals
    from fanlight.science.pharmacology.regimens import Dose


class Spread(StrEnum):
    """How a parameter varies: log-normally, or normally on the logit of a fraction."""

    LOG_NORMAL = "log_normal"
    LOGIT_NORMAL = "logit_normal"


class Site(StrEnum):
    """Where the concentration is: arterial and venous differ up to two-fold during an infusion."""

    ARTERIAL = "arterial"
    VENOUS = "venous"
    EFFECT_SITE = "effect site"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Variability:
    """Between persons or occasions. Give one of `cv_percent` (of the parameter), `omega2` (log variance) or `sd` (log or logit)."""

    mark: Mark
    cv_percent: Decimal | None = None
    omega2: Decimal | None = None
    sd: Decimal | None = None
    spread: Spread = Spread.LOG_NORMAL
    is_placeholder: bool = False

    def __post_init__(self) -> None:
        given = [v for v in (self.cv_percent, self.omega2, self.sd) if v is not None]
        if len(given) != 1 or given[0] < 0:
            raise ValueError("give exactly one of cv_percent, omega2 and sd, not below zero")

    @property
    def deviation(self) -> float:
        """Standard deviation on the log (or logit) scale: omega2 = ln(1 + CV^2)."""
        if self.cv_percent is not None:
            return float(np.sqrt(np.log1p((float(self.cv_percent) / 100.0) ** 2)))
        return float(self.omega2 or 0) ** 0.5 if self.omega2 is not None else float(self.sd or 0)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the typical person: 70 kg where weight matters. `value` keeps the published unit; "1" is a plain number."""

    name: str
    value: Quantity
    source: str
    mark: Mark
    weight_exponent: Decimal = Decimal(0)
    between: Variability | None = None
    within: Variability | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Covariance:
    """Covariance of two parameters' deviations between persons, on the log scale."""

    parameters: tuple[str, ...]
    value: Decimal
    mark: Mark


@dataclass(frozen=True, slots=True)
class CovariateEffect:
    """Multiply a parameter for a category, or add to it per unit of a number above a bound."""

    parameter: str
    covariate: str
    mark: Mark
    equals: str = ""
    times: Decimal = Decimal(1)
    above: Decimal | None = None
    add_per_unit: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What moves per hour: `rate` x amount in `source`, to `target` ("" is out of the body).

    `keeps_source` is an effect site: it follows the source and takes nothing from it.
    """

    source: str
    rate: str
    target: str = ""
    keeps_source: bool = False
    rise_percent_per_hour: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Arm:
    """Where a share of a dose goes: `fraction` (a product), `over` (a duration parameter) and `lag` (a delay parameter)."""

    into: str
    fraction: str = "1"
    over: str = ""
    lag: str = ""


@dataclass(frozen=True, slots=True)
class DoseRoute:
    """A route a model can be dosed by. `is_assumed` where its parameters are not a population estimate."""

    name: str
    arms: tuple[Arm, ...]
    is_assumed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """A concentration that can be read: amount in `state` / `volume` x `factor`, in `unit`.

    `proportional_error` is the residual SD as a share of the value (`has_log_error`: on the log scale), `additive_error` in `unit`.
    """

    name: str
    analyte: str
    state: str
    volume: str
    site: Site
    unit: str = "ng/mL"
    factor: str = "1000"
    proportional_error: Decimal | None = None
    additive_error: Decimal | None = None
    has_log_error: bool = False
    is_usable_for_auc: bool = True


@dataclass(frozen=True, slots=True)
class DeviceEffect:
    """Later devices of one dose are absorbed less: the parameter becomes p (1 + (n - 1) later) / n for n devices."""

    parameter: str
    later: Decimal
    mg_per_device: Decimal
    mark: Mark


@dataclass(frozen=True, slots=True)
class ModelPopulation:
    """Whom the model was made from; a person outside is answered with a plain warning."""

    words: str
    mark: Mark
    minimum_age_years: Decimal | None = None
    maximum_age_years: Decimal | None = None
    minimum_weight_kg: Decimal | None = None
    maximum_weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A population model. Amounts are mg of `dose_of` as base; time is h; volumes L."""

    title: str
    dose_of: str
    population: ModelPopulation
    parameters: tuple[Parameter, ...]
    states: tuple[str, ...]
    flows: tuple[Flow, ...]
    routes: tuple[DoseRoute, ...]
    outputs: tuple[ModelOutput, ...]
    sources: tuple[Source, ...]
    covariances: tuple[Covariance, ...] = ()
    covariate_effects: tuple[CovariateEffect, ...] = ()
    device_effect: DeviceEffect | None = None
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = model_faults(self)
        if faults:
            raise SimulationInputError("FAN-PHAR-003", f"{self.title} is not a sound model", faults)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names in the order in which curves are given."""
        return tuple(output.name for output in self.outputs)

    @property
    def has_placeholders(self) -> bool:
        """True where some variability is a stand-in, not an estimate."""
        return any(v.is_placeholder for p in self.parameters for v in (p.between, p.within) if v is not None)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name."""
        return next(p for p in self.parameters if p.name == name)

    def route(self, name: str) -> DoseRoute:
        """The route of that name, or `PharmacologyError`."""
        for route in self.routes:
            if route.name == name:
                return route
        names = ", ".join(route.name for route in self.routes)
        raise PharmacologyError("FAN-PHAR-004", f"Cannot dose {self.title} by {name!r}", f"the model knows {names} only", "")

    def simulate(
        self,
        regimen: Sequence[Dose],
        times: ArrayLike,
        individuals: Individuals,
        out: Sequence[NDArray[np.float64]] | None = None,
    ) -> tuple[NDArray[np.float64], ...]:
        """Concentrations: one array (N, T) per output, in the order of `output_names`, written into `out` when given.

        times (T,) in h, strictly rising. Raises `SimulationInputError` for what cannot be simulated.
        """
        from fanlight.science.pharmacology.simulation import simulate

        return simulate(self, regimen, times, individuals, out)

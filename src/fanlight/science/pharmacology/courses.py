"""The expected course of one person: median and 90 percent band from one model, and a second model beside it.

Pure functions for the planner, the session page and the command; nothing here reads a file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.effects import Band, EffectContent, ObservedRange, hill_band, linear_band, occupancy_band
from fanlight.science.pharmacology.models import Model, ModelOutput
from fanlight.science.pharmacology.people import Individuals, People, population_warnings
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.residual import measured

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CurveBand:
    """One output of one model: `middle` (T,), and `low` and `high` (T,), the 5th and 95th percentile of persons like this one.

    `low` and `high` are None where the model has no variability between persons: then no band may be drawn from it alone.
    `measured_low` and `measured_high` hold 90 percent of readings, residual error included, where one was asked for and published.
    """

    model: str
    output: ModelOutput
    middle: Floats
    low: Floats | None
    high: Floats | None
    is_placeholder_band: bool
    adds_arms: bool = False
    measured_low: Floats | None = None
    measured_high: Floats | None = None

    @property
    def label(self) -> str:
        """Model, analyte and site, as every curve must be named."""
        arms = " with the R arm as the S arm" if self.adds_arms else ""
        words = f"{self.output.analyte}{arms}, {self.output.site.value}: {self.model}"
        return f"{words} (spread assumed)" if self.is_placeholder_band else words


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Curves of one person over `times_h` (T,), with warnings to be shown beside them, worst first."""

    times_h: Floats
    bands: tuple[CurveBand, ...]
    warnings: tuple[str, ...]


def expected_course(
    model: Model,
    regimen: Sequence[Dose],
    times_h: Floats,
    *,
    weight_kg: float,
    age_years: float,
    categories: Mapping[str, str] | None = None,
    persons: int = 1000,
    seed: int = 0,
    adds_arms: bool = False,
    with_residual_error: bool = False,
) -> Course:
    """Simulate `persons` like this one, and give each output's median and 90 percent band.

    A model without variability gives its typical curve alone. Raises `SimulationInputError` for bad input; a person
    outside the model's population is answered, with a warning.
    """
    from fanlight.science.pharmacology.compiled import on_one_thread

    varies = any(p.between is not None or p.within is not None for p in model.parameters)
    count = persons if varies else 1
    words = {name: np.full(count, value) for name, value in (categories or {}).items() if value}
    people = People(np.full(count, float(weight_kg)), np.full(count, float(age_years)), words)
    one = People(people.weight_kg[:1], people.age_years[:1], {name: values[:1] for name, values in words.items()})
    with on_one_thread() if count <= 10_000 else contextlib.nullcontext():
        individuals = Individuals.draw(model, people, seed) if varies else Individuals.typical(model, people)
        curves = model.simulate(regimen, times_h, individuals)
    read = measured(model, curves, individuals) if with_residual_error else (None,) * len(curves)
    bands = []
    for output, curve, reading in zip(model.outputs, curves, read, strict=True):
        low, middle, high = middle_and_90(curve) if varies else (None, curve[0], None)
        least, _, most = middle_and_90(reading) if reading is not None else (None, None, None)
        bands.append(CurveBand(model.title, output, middle, low, high, varies and model.has_placeholders, adds_arms, least, most))
    return Course(np.asarray(times_h, dtype=np.float64), tuple(bands), (*population_warnings(model, one), *model.caveats))


def middle_and_90(curves: Floats) -> tuple[Floats, Floats, Floats]:
    """5th percentile, median and 95th percentile of persons (N, T) at each time: the nearest of them, not between two."""
    n = curves.shape[0]
    low, middle, high = (round(q * (n - 1)) for q in (0.05, 0.5, 0.95))
    ordered = np.ascontiguousarray(curves.T)
    ordered.sort(axis=1)  # faster than three partitions: the library sorts doubles by vector instructions
    return ordered[:, low].copy(), ordered[:, middle].copy(), ordered[:, high].copy()


def effects_of(band: CurveBand, content: EffectContent) -> dict[str, Band]:
    """Effects of the middle curve with the literature's bounds, for the analytes and sites the reference has parameters for.

    Keys read as titles. Receptor occupancy is of plasma; the others of the effect site where the model has one.
    """
    found: dict[str, Band] = {}
    concentration = np.maximum(band.middle, 0.0)
    for assumed in content.occupancies:
        if assumed.analyte == band.output.analyte and band.output.site.value != "effect site":
            found["NMDA receptors held (share)"] = occupancy_band(concentration, assumed)
    if content.dissociation.analyte == band.output.analyte and band.output.site.value == "effect site":
        found["dissociation (share of its largest)"] = hill_band(concentration, content.dissociation)
    for effect in content.linear:
        if effect.analyte == band.output.analyte and band.output.site.value == "effect site":
            found[f"{effect.effect} ({effect.unit})"] = linear_band(concentration, effect)
    return found


def beside_observed(band: CurveBand, observed: Sequence[ObservedRange]) -> tuple[str, ...]:
    """Where the median peak stands beside each range reported for its analyte, in plain words."""
    peak = float(band.middle.max())
    found = []
    for r in observed:
        if r.analyte != band.output.analyte:
            continue
        place = "below" if peak < float(r.low_ng_per_ml) else "above" if peak > float(r.high_ng_per_ml) else "within"
        bounds = f"{r.low_ng_per_ml} to {r.high_ng_per_ml} ng/mL"
        found.append(f"The median peak, {peak:.0f} ng/mL, is {place} the range of {r.words} ({bounds}).")
    return tuple(found)

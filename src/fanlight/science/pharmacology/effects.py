"""Links from concentration to effect, only where a published number stands behind them. All are pure formulas over arrays."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.core.sources import Mark, Source
from fanlight.science.pharmacology.errors import refuse

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Affinity:
    """A published inhibition constant at the NMDA receptor, in umol/L."""

    ligand: str
    ki_umol_per_l: Decimal
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How receptor occupancy is worked: unbound share of plasma, molar mass (g/mol), and the affinities in the literature."""

    analyte: str
    molar_mass: Decimal
    unbound_fraction: Decimal
    middle_ki_umol_per_l: Decimal
    affinities: tuple[Affinity, ...]


@dataclass(frozen=True, slots=True)
class HillEffect:
    """E = C^hill / (C50^hill + C^hill) on a scale from 0 to 1; `low` and `high` bound C50 (ng/mL)."""

    analyte: str
    c50_ng_per_ml: Decimal
    low_c50_ng_per_ml: Decimal
    high_c50_ng_per_ml: Decimal
    hill: Decimal
    mark: Mark
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LinearEffect:
    """A change in `unit` per ng/mL of the analyte; `low` and `high` bound the slope."""

    effect: str
    analyte: str
    unit: str
    slope: Decimal
    low_slope: Decimal
    high_slope: Decimal
    mark: Mark
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ObservedRange:
    """Concentrations (ng/mL) reported with an effect or a state, to draw beside a curve."""

    words: str
    analyte: str
    low_ng_per_ml: Decimal
    high_ng_per_ml: Decimal
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class EffectContent:
    """Everything in ``effects.yaml``."""

    occupancies: tuple[Occupancy, ...]
    dissociation: HillEffect
    linear: tuple[LinearEffect, ...]
    observed: tuple[ObservedRange, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A low, a middle and a high curve, each of the shape of what they were made from."""

    low: Floats
    middle: Floats
    high: Floats


def occupancy(concentration_ng_per_ml: Floats, unbound_fraction: float, ki_umol_per_l: float, molar_mass: float) -> Floats:
    """Share of receptors held: Cu / (Cu + Ki), with Cu the unbound concentration in umol/L.

    >>> round(float(occupancy(np.array([200.0]), 0.55, 0.5, 237.73)[0]), 2)
    0.48
    """
    _not_negative(concentration_ng_per_ml)
    unbound = concentration_ng_per_ml / molar_mass * unbound_fraction
    return unbound / (unbound + ki_umol_per_l)


def occupancy_band(concentration_ng_per_ml: Floats, assumed: Occupancy) -> Band:
    """Occupancy with the middle affinity, and between the weakest and the strongest published: the band is wide, and honest."""
    fu, mass = float(assumed.unbound_fraction), float(assumed.molar_mass)
    kis = [float(a.ki_umol_per_l) for a in assumed.affinities]
    low, middle, high = (
        occupancy(concentration_ng_per_ml, fu, ki, mass) for ki in (max(kis), float(assumed.middle_ki_umol_per_l), min(kis))
    )
    return Band(low, middle, high)


def hill_band(concentration_ng_per_ml: Floats, effect: HillEffect) -> Band:
    """The effect with the middle C50 and both its bounds (a high C50 gives the low curve)."""
    _not_negative(concentration_ng_per_ml)

    def curve(c50: float) -> Floats:
        raised = concentration_ng_per_ml ** float(effect.hill)
        result: Floats = raised / (c50 ** float(effect.hill) + raised)
        return result

    return Band(*(curve(float(c)) for c in (effect.high_c50_ng_per_ml, effect.c50_ng_per_ml, effect.low_c50_ng_per_ml)))


def linear_band(concentration_ng_per_ml: Floats, effect: LinearEffect) -> Band:
    """Slope times concentration, with the slope's bounds."""
    _not_negative(concentration_ng_per_ml)
    return Band(*(concentration_ng_per_ml * float(s) for s in (effect.low_slope, effect.slope, effect.high_slope)))


def _not_negative(concentration: Floats) -> None:
    if not np.isfinite(concentration).all() or (concentration < 0).any():
        refuse("an effect", [Fault("concentration", "holds a number that is not finite, or below zero.")])

"""How measures are named and written in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure

MEASURE_LABELS: Mapping[Measure, tuple[str, str]] = {
    Measure.SYSTOLIC_MMHG: ("Systolic", "mmHg"),
    Measure.DIASTOLIC_MMHG: ("Diastolic", "mmHg"),
    Measure.HEART_RATE_PER_MIN: ("Heart rate", "/min"),
    Measure.SPO2_PERCENT: ("SpO₂", "%"),
    Measure.RESPIRATORY_RATE_PER_MIN: ("Breaths", "/min"),
    Measure.TEMPERATURE_CEL: ("Temperature", "°C"),
    Measure.SEDATION_MOAAS: ("MOAA/S", ""),
    Measure.DISSOCIATION_0_10: ("Dissociation", "of 10"),
    Measure.DISTRESS_0_10: ("Distress", "of 10"),
}
"""Label and unit of each measure, as the page writes them."""


def label(measure: Measure) -> str:
    """The measure's name."""
    return MEASURE_LABELS[measure][0]


def with_unit(measure: Measure, value: Decimal) -> str:
    """A value and its unit: "93 %", "7 of 10", "5"."""
    return f"{plain(value)} {MEASURE_LABELS[measure][1]}".rstrip()


def listed(measures: tuple[Measure, ...] | list[Measure]) -> str:
    """Names of several measures in a row; both pressures read as one."""
    found = list(measures)
    names = []
    if Measure.SYSTOLIC_MMHG in found and Measure.DIASTOLIC_MMHG in found:
        names.append("blood pressure")
        found = [measure for measure in found if measure not in (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)]
    names += [label(measure) if label(measure)[1:2].isupper() else _lower(label(measure)) for measure in found]
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def _lower(text: str) -> str:
    return text if text.startswith("SpO") else text[:1].lower() + text[1:]


def ago(earlier: datetime, now: datetime) -> str:
    """How long ago, in whole minutes: "4 min ago"."""
    return f"{max(elapsed_minutes(earlier, now), 0)} min ago"


def amount(value: Fraction, places: int = 3) -> str:
    """An exact amount as it is read: cut half up to `places` decimals, no trailing zero."""
    scale = 10**places
    whole = (abs(value) * scale + Fraction(1, 2)) // 1
    return plain(Decimal(int(whole)) / scale * (-1 if value < 0 else 1))

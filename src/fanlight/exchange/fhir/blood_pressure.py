"""Blood pressure that arrives in halves: two observations of one moment are one reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fanlight.exchange.fhir.dates import FhirDate
from fanlight.exchange.fhir.values import ObservationValue

_HALVES = ("systolic_mmhg", "diastolic_mmhg")


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """One reading, whole or with a half missing; `origins` are the resources it came from."""

    systolic_mmhg: Decimal | None
    diastolic_mmhg: Decimal | None
    effective: FhirDate
    origins: tuple[str, ...]


def pair_blood_pressures(records: Iterable[tuple[str, ObservationValue]]) -> tuple[BloodPressure, ...]:
    """Join halves of the same time and device, given as (``Type/id``, value). A half that is alone stays alone.

    Two readings of the same half at one time are never joined crosswise: each stays as it came. Readings in another unit
    than mm[Hg] are left out, since joining is not converting.
    """
    halves: dict[tuple[str, str], list[tuple[str, dict[str, Decimal], FhirDate]]] = {}
    for name, value in records:
        found = {m.measure: m.value for m in value.measurements if m.measure in _HALVES and m.unit == "mm[Hg]"}
        if found:
            halves.setdefault((value.effective.text, value.device), []).append((name, found, value.effective))
    readings: list[BloodPressure] = []
    for parts in halves.values():
        singles = [part for part in parts if len(part[1]) == 1]
        measures = [next(iter(part[1])) for part in singles]
        if sorted(measures) == sorted(_HALVES):
            joined = {**singles[0][1], **singles[1][1]}
            readings.append(_reading(joined, singles[0][2], (singles[0][0], singles[1][0])))
            parts = [part for part in parts if len(part[1]) == 2]
        readings += [_reading(found, when, (name,)) for name, found, when in parts]
    return tuple(readings)


def _reading(found: dict[str, Decimal], when: FhirDate, origins: tuple[str, ...]) -> BloodPressure:
    return BloodPressure(found.get("systolic_mmhg"), found.get("diastolic_mmhg"), when, origins)

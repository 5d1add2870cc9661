"""The table beside the session chart: the same readings as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure

_TOGETHER = timedelta(seconds=90)
_MEASURES = (
    Measure.HEART_RATE_PER_MIN,
    Measure.SPO2_PERCENT,
    Measure.RESPIRATORY_RATE_PER_MIN,
    Measure.DISSOCIATION_0_10,
    Measure.DISTRESS_0_10,
    Measure.SEDATION_MOAAS,
)
COLUMNS = ("BP mmHg", "HR /min", "SpO₂ %", "Breaths", "Dissociation", "Distress", "MOAA/S")
"""Column heads, in the order of a row's cells."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the table; `label` is its column, for narrow screens. Empty words: not taken with this set."""

    label: str
    words: str
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Readings taken together."""

    minute: str
    at: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableReading:
    """One reading as the table needs it."""

    at: datetime
    measure: Measure
    value: Decimal
    is_past: bool = False


def readings_table(readings: Iterable[TableReading], zero: datetime | None) -> tuple[Row, ...]:
    """Rows in order of time; readings within a minute and a half of the first of a row stand together.

    `zero` is the first dose; minutes before it read "before". A measure read twice within a row starts a new one.
    """
    rows: list[tuple[datetime, dict[Measure, TableReading]]] = []
    for reading in sorted(readings, key=lambda item: item.at):
        if rows and reading.at - rows[-1][0] <= _TOGETHER and reading.measure not in rows[-1][1]:
            rows[-1][1][reading.measure] = reading
        else:
            rows.append((reading.at, {reading.measure: reading}))
    return tuple(Row(_minute(at, zero), at, _cells(found)) for at, found in rows)


def _minute(at: datetime, zero: datetime | None) -> str:
    if zero is None or at < zero:
        return "before"
    return str(int((at - zero).total_seconds() // 60))


def _cells(found: Mapping[Measure, TableReading]) -> tuple[Cell, ...]:
    high, low = found.get(Measure.SYSTOLIC_MMHG), found.get(Measure.DIASTOLIC_MMHG)
    pressure = ""
    if high is not None or low is not None:
        pressure = f"{plain(high.value) if high else '?'}/{plain(low.value) if low else '?'}"
    past = bool((high and high.is_past) or (low and low.is_past))
    cells = [Cell(COLUMNS[0], pressure, past)]
    for name, measure in zip(COLUMNS[1:], _MEASURES, strict=True):
        reading = found.get(measure)
        cells.append(Cell(name, plain(reading.value) if reading else "", bool(reading and reading.is_past)))
    return tuple(cells)

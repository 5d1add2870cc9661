"""One scale's score read on another's, for groups; a converted value never takes the place of a measured one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.scales.arithmetic import Number
from fanlight.care.scales.instrument import ScaleError
from fanlight.core.sources import Mark, Source


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """Matching intervals, lowest and highest score on each scale."""

    from_low: int
    from_high: int
    to_low: Decimal
    to_high: Decimal


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A published conversion: a table of intervals, or a line ``intercept + slope x`` with its standard error.

    `converts_a`: a ``score``, or the ``end_state`` of remission alone. `caution` is shown beside every converted value.
    """

    id: str
    from_instrument: str
    to_instrument: str
    method: str
    caution: str
    source: Source
    rows: tuple[CrosswalkRow, ...] = ()
    intercept: Decimal | None = None
    slope: Decimal | None = None
    standard_error: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CrosswalkFile:
    """All conversions a site may use."""

    crosswalks: tuple[Crosswalk, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """A derived, approximate value: an interval on the other scale, with the conversion it came by."""

    low: Decimal
    high: Decimal
    crosswalk: Crosswalk
    is_approximate: bool = True


def convert(crosswalk: Crosswalk, score: Number) -> Converted:
    """Read a score on the other scale. Only a verified conversion is used; a score off its table is refused."""
    if crosswalk.source.mark is not Mark.VERIFIED:
        raise ScaleError("FAN-SCALE-012", f"Cannot use the conversion {crosswalk.id}", "its table has not been verified at its source")
    if crosswalk.slope is not None and crosswalk.intercept is not None:
        value = crosswalk.intercept + crosswalk.slope * score
        return Converted(value, value, crosswalk)
    found = [row for row in crosswalk.rows if row.from_low <= score <= row.from_high]
    if not found:
        raise ScaleError("FAN-SCALE-013", f"Cannot convert {score} by {crosswalk.id}", "the published table does not hold it")
    return Converted(min(row.to_low for row in found), max(row.to_high for row in found), crosswalk)

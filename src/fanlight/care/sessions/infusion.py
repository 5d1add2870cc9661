"""How much drug left the pump, and how much of it reached the patient, exactly.

Amount delivered = the rate over the time it ran, pauses left out, never more than the bag held. The last
`line_volume_ml` of it is still in the line until it is flushed, and is counted as not given
(rule semantics, section 7: line and flush).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Segment:
    """The pump ran at one rate from `start` to `end` (None: still running). Rate in mL/h; None: nobody said."""

    start: datetime
    end: datetime | None
    rate_ml_per_h: Decimal | None


def delivered_ml(segments: Sequence[Segment], until: datetime, bag_ml: Decimal | None) -> Fraction | None:
    """Volume out of the bag by an instant, in mL; None where a rate that was run is not known.

    >>> from datetime import UTC, timedelta
    >>> start = datetime(2026, 11, 12, 10, 5, tzinfo=UTC)
    >>> delivered_ml([Segment(start, start + timedelta(minutes=25), Decimal(90))], start + timedelta(hours=1), Decimal(60))
    Fraction(75, 2)
    """
    total = Fraction(0)
    for segment in segments:
        end = until if segment.end is None else min(segment.end, until)
        ran = (end - segment.start) // timedelta(microseconds=1)
        if ran <= 0:
            continue
        if segment.rate_ml_per_h is None:
            return None
        total += Fraction(segment.rate_ml_per_h) * Fraction(ran, 1_000_000) / _SECONDS_PER_HOUR
    return total if bag_ml is None else min(total, Fraction(bag_ml))


def reached_ml(delivered: Fraction, line_ml: Decimal | None, flushed_ml: Fraction | None) -> Fraction | None:
    """Volume of drug that reached the patient: delivered, less what still fills the line.

    A line whose volume nobody gave leaves the answer unknown (None), unless nothing was delivered.
    """
    if delivered == 0:
        return Fraction(0)
    if line_ml is None:
        return None
    held = min(Fraction(line_ml), delivered)
    pushed = min(held, flushed_ml or Fraction(0))
    return delivered - held + pushed


def empty_at(segments: Sequence[Segment], bag_ml: Decimal | None) -> datetime | None:
    """When a running bag will be, or was, empty; None where it is not running or cannot be known."""
    if bag_ml is None or not segments or segments[-1].end is not None:
        return None
    running = segments[-1]
    before = delivered_ml(segments[:-1], running.start, None)
    if before is None or not running.rate_ml_per_h:
        return None
    left = max(Fraction(bag_ml) - before, Fraction(0))
    seconds = left / Fraction(running.rate_ml_per_h) * _SECONDS_PER_HOUR
    return running.start + timedelta(seconds=float(seconds))

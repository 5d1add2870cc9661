"""How much of an infusion reached the patient, and what is left to waste, when it was stopped, changed or paused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class RunSegment:
    """Minutes at one rate (mL/h); a pause is a rate of 0."""

    minutes: Decimal
    rate_ml_h: Decimal


@dataclass(frozen=True, slots=True)
class LineState:
    """The tubing at the end. None where nobody said.

    `primed_with_drug`: the tubing was filled from the bag before the start, so the bag gave up `line_ml` besides what ran.
    """

    line_ml: Decimal | None = None
    is_flushed: bool | None = None
    primed_with_drug: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What became of a bag, exact, in mL and mg. `infused` reached the patient; `in_line` did not, nor did `bag_left`.

    `is_upper_bound` is True where the line was not recorded: the patient may have had less.
    """

    infused_ml: Fraction
    infused_mg: Fraction
    in_line_ml: Fraction
    bag_left_ml: Fraction
    bag_left_mg: Fraction
    is_upper_bound: bool


def segments_of(rows: Sequence[Mapping[str, object]]) -> tuple[RunSegment, ...]:
    """Segments from fact records with ``minutes`` and ``rate_ml_h``."""
    found = []
    for row in rows:
        minutes, rate = row["minutes"], row["rate_ml_h"]
        assert isinstance(minutes, Decimal)
        assert isinstance(rate, Decimal)
        found.append(RunSegment(minutes, rate))
    return tuple(found)


def given(bag_ml: Fraction, drawn_mg: Fraction, run: Sequence[RunSegment], line: LineState) -> Given:
    """What a bag of `bag_ml` holding `drawn_mg` gave over its run; never more than it held.

    Source: rule semantics 7, line and flush: infused is what left the bag and reached the patient; an unflushed line is counted
    as not given. Without a line volume the figure is the most it can have been.
    """
    ran = sum((Fraction(s.rate_ml_h) * Fraction(s.minutes) / 60 for s in run), Fraction(0))
    tubing = Fraction(line.line_ml or 0)
    left_bag = min(ran + (tubing if line.primed_with_drug else 0), bag_ml)
    in_line = Fraction(0) if line.is_flushed else min(tubing, left_bag)
    infused = left_bag - in_line
    strength = drawn_mg / bag_ml
    unsure = line.is_flushed is not True and line.line_ml is None
    return Given(infused, infused * strength, in_line, bag_ml - left_bag, (bag_ml - left_bag) * strength, unsure)

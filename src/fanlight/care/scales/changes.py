"""What a change in score means, by each published definition: response, remission, reliable, meaningful, worse."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fanlight.care.scales.arithmetic import Number
from fanlight.care.scales.instrument import Instrument, ScaleError
from fanlight.care.scales.meaning import Cut
from fanlight.care.scales.parts import Direction
from fanlight.care.scales.scoring import Score


@dataclass(frozen=True, slots=True)
class Judgement:
    """One definition applied. `is_met` None: undefined (no baseline, a baseline of 0, or no current score)."""

    cut: Cut
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """Change from a baseline, counted as improvement: positive means better, whichever way the scale runs.

    `points` and `percent` (of baseline, unrounded) are None where they are undefined. Each kind holds one judgement per
    published definition, the instrument's default first; empty where no definition is published.
    """

    points: Number | None
    percent: Fraction | None
    response: tuple[Judgement, ...]
    partial_response: tuple[Judgement, ...]
    remission: tuple[Judgement, ...]
    reliable: tuple[Judgement, ...]
    meaningful: tuple[Judgement, ...]
    worsening: tuple[Judgement, ...]
    reliably_worse: tuple[Judgement, ...]

    def default(self, kind: str) -> bool | None:
        """The answer of the default definition of a kind (``response``); None where undefined or none is published."""
        judgements: tuple[Judgement, ...] = getattr(self, kind)
        return judgements[0].is_met if judgements else None


def percent_improvement(baseline: Number, current: Number) -> Fraction | None:
    """Fall from baseline as a percentage of it, exact and unrounded; negative when the score rose. None at baseline 0.

    >>> percent_improvement(32, 16)
    Fraction(50, 1)
    """
    return None if baseline == 0 else (Fraction(baseline) - Fraction(current)) * 100 / Fraction(baseline)


def change(instrument: Instrument, baseline: Number | None, current: Number | None) -> Change:
    """Judge a change between two scores of one instrument, by every definition it carries. Remission looks at the
    current score alone and does not require response; 50 percent exactly is a response."""
    if instrument.direction is Direction.NEITHER:
        raise ScaleError("FAN-SCALE-010", f"Cannot judge a change on {instrument.id}", "neither direction of its score is better")
    sign = 1 if instrument.direction is Direction.HIGHER_IS_WORSE else -1
    points = None if baseline is None or current is None else sign * (baseline - current)
    percent = None if baseline is None or current is None else percent_improvement(baseline, current)
    percent = None if percent is None else sign * percent
    rules = instrument.change

    def judged(cuts: tuple[Cut, ...], turned: int = 1) -> tuple[Judgement, ...]:
        moved, share = _turn(points, turned), None if percent is None else turned * percent
        return tuple(Judgement(cut, _is_met(cut, moved, share, current)) for cut in cuts)

    return Change(
        points,
        percent,
        judged(rules.response),
        judged(rules.partial_response),
        judged(rules.remission),
        judged(rules.reliable),
        judged(rules.meaningful),
        judged(rules.worsening, -1),
        judged(rules.reliable, -1),
    )


def judged_score(instrument: Instrument, found: Score) -> Number | None:
    """The number of a score that change is judged on: the total, or the subscale the instrument names (a percentage, a T score)."""
    if found.instrument_id != instrument.id:
        raise ScaleError("FAN-SCALE-011", f"Cannot compare {found.instrument_id} with {instrument.id}", "they are different instruments")
    return found.total if instrument.change.of == "total" else found.subscales.get(instrument.change.of)


def _turn(points: Number | None, turned: int) -> Number | None:
    return None if points is None else turned * points


def _is_met(cut: Cut, points: Number | None, percent: Fraction | None, current: Number | None) -> bool | None:
    if cut.at_most is not None:
        return None if current is None else current <= cut.at_most
    if cut.at_least is not None:
        return None if current is None else current >= cut.at_least
    if cut.points is not None:
        return None if points is None else points >= cut.points
    if cut.percent is None or percent is None:
        return None
    return percent >= cut.percent and (cut.below_percent is None or percent < cut.below_percent)


def is_comparable(baseline: Score, current: Score) -> bool:
    """Whether two scores may be compared: the same instrument in the same version."""
    return (baseline.instrument_id, baseline.instrument_version) == (current.instrument_id, current.instrument_version)

"""Roots of falling functions by Newton's step inside a bracket that only ever shrinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TOLERANCE = 1e-12
"""A root stands when its bracket or its last step is this share of the root (or absolutely, below 1e-12)."""
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Root:
    """Where the function crosses zero; `x` is NaN when it did not settle."""

    x: float
    converged: bool
    iterations: int


def falling_root(function: Callable[[float], tuple[float, float]], low: float, high: float) -> Root:
    """The x in [low, high] where `function` (value, slope) falls through zero; it must be > 0 at `low` and <= 0 at `high`.

    Newton from the middle; a step that leaves the bracket, or halves it too slowly, is replaced by bisection. Iterates until the
    step is below 1e-12 of x, then takes one more Newton step.
    """
    x = 0.5 * (low + high)
    for step in range(1, MOST_STEPS + 1):
        value, slope = function(x)
        if not (value == value and abs(value) != float("inf")):
            return Root(float("nan"), False, step)
        if value > 0:
            low = x
        else:
            high = x
        following = x - value / slope if slope < 0 else 0.5 * (low + high)
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - x) <= TOLERANCE * max(abs(x), TOLERANCE) or high - low <= TOLERANCE * max(high, TOLERANCE):
            return Root(following, True, step)
        x = following
    return Root(float("nan"), False, MOST_STEPS)

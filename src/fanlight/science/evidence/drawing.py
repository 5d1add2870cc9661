"""What the plots share: a scale, a tick, escaped text. Classes only; colour and type come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from values to places on the page."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Where a value stands; beyond the ends it stands at the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def holds(self, value: float) -> bool:
        """False where a value lies beyond the ends and must be marked so."""
        return self.low <= value <= self.high


def place(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def words(x: float, y: float, text: str, css: str = "") -> str:
    """A piece of text at a point, escaped."""
    named = f' class="{css}"' if css else ""
    return f'<text{named} x="{place(x)}" y="{place(y)}">{escape(text)}</text>'


def path(d: str, css: str) -> str:
    """A path."""
    return f'<path class="{css}" d="{d}"/>'


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return path(f"M{place(x1)} {place(y1)}L{place(x2)} {place(y2)}", css)


def disc(x: float, y: float, radius: float, css: str) -> str:
    """A filled circle."""
    return f'<circle class="{css}" cx="{place(x)}" cy="{place(y)}" r="{place(radius)}"/>'


def box(x: float, y: float, side: float, css: str) -> str:
    """A square about a point."""
    return f'<rect class="{css}" x="{place(x - side / 2)}" y="{place(y - side / 2)}" width="{place(side)}" height="{place(side)}"/>'


def picture(width: float, height: float, body: Sequence[str], label: str, css: str = "chart chart-xwide") -> str:
    """A whole picture whose label states the finding."""
    inside = "".join(body)
    return f'<svg class="{css}" viewBox="0 0 {place(width)} {place(height)}" role="img" aria-label="{escape(label)}">{inside}</svg>'


def minus(value: float, decimals: int = 2) -> str:
    """A number as it is printed, with a true minus sign."""
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) != 0 else text.lstrip("-")


def span(low: float, high: float, decimals: int = 2) -> str:
    """An interval as it is printed."""
    return f"{minus(low, decimals)} to {minus(high, decimals)}"


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two ends, at most about `most` of them."""
    raw = (high - low) / most
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw - 1e-12)
    first = np.ceil(low / step - 1e-9) * step
    return [float(round(value, 10)) + 0.0 for value in np.arange(first, high + step * 1e-6, step)]


_RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def ratio_ticks(low: float, high: float) -> list[float]:
    """Logs of the ratios people know, between two logs; thinned where there are many."""
    inside = [float(np.log(ratio)) for ratio in _RATIOS if low - 1e-9 <= np.log(ratio) <= high + 1e-9]
    return (
        inside if len(inside) <= 8 else [tick for index, tick in enumerate(inside) if index % 2 == inside.index(min(inside, key=abs)) % 2]
    )

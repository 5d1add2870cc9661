"""Where things stand across a course chart: one time axis for every lane, and words only where they have room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

from fanlight.web.drawing.svg import number, shape, text

LETTER = 8.4
"""Width of one letter in the chart's own units, on the wide side."""
_MANY_MONTHS, _FEW_DAYS = 14, 50


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot lies between `left` and `right`; `first` and `last` day stand a little inside it."""

    width: float
    left: float
    right: float
    first: date
    last: date

    def x(self, on: date) -> float:
        """Where a day stands."""
        days = max((self.last - self.first).days, 1)
        return self.left + 12 + (on - self.first).days / days * (self.right - self.left - 24)


@dataclass(slots=True)
class Words:
    """Words in rows: a new one goes to the first row where nothing stands in its way."""

    rows: int
    _ends: list[list[tuple[float, float]]] = field(default_factory=list)

    def place(self, x: float, words: str, anchor: str = "mid") -> int | None:
        """The row that has room, or None."""
        self._ends = self._ends or [[] for _ in range(self.rows)]
        wide = len(words) * LETTER
        start = x - wide / 2 if anchor == "mid" else x - wide if anchor == "end" else x
        for row, taken in enumerate(self._ends):
            if all(start > end + 5 or start + wide < begin - 5 for begin, end in taken):
                taken.append((start, start + wide))
                return row
        return None


def marked(key: str, told: str, *parts: str) -> str:
    """A mark of one row: it carries the row's key, and its words for whoever points at it."""
    return f'<g data-row="{escape(key)}"><title>{escape(told)}</title>{"".join(parts)}</g>'


def ticks(first: date, last: date) -> Iterator[tuple[date, str]]:
    """The days that are written under the axis: weeks, months or quarters, as they fit."""
    days = (last - first).days
    if days <= _FEW_DAYS:
        monday = first + timedelta(days=-first.weekday() % 7)
        yield from ((monday + timedelta(days=n), f"{monday + timedelta(days=n):%-d %b}") for n in range(0, (last - monday).days + 1, 7))
        return
    step = 1 if days <= _MANY_MONTHS * 31 else 3
    year, month = first.year, first.month
    has_year = False
    while (on := date(year, month, 1)) <= last:
        if on >= first and (month - 1) % step == 0:
            yield on, f"{on:%b %Y}" if month == 1 or not has_year else f"{on:%b}"
            has_year = True
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def time_axis(frame: Frame, today: date, y: float) -> Iterator[str]:
    """The axis with its days, and today."""
    taken = Words(1)
    if frame.first <= today <= frame.last:
        x = frame.x(today)
        taken.place(x, "today ")
        yield shape("path", "now-flag", d=f"M{number(x - 27)} {number(y + 3)}h54v20h-54z")
        yield text(x, y + 18, "today", "t-now mid")
    for on, words in ticks(frame.first, frame.last):
        yield shape("path", "axis", d=f"M{number(frame.x(on))} {number(y)}v5")
        if frame.x(on) + len(words) * LETTER / 2 < frame.right + 40 and taken.place(frame.x(on), words) is not None:
            yield text(frame.x(on), y + 18, words, "mid")

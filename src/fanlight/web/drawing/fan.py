"""The fan: a semicircle of panes on a sill. Panes are things that come in sequence."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from html import escape
from math import cos, pi, sin

from fanlight.web.drawing.svg import Svg, number, shape


class Pane(StrEnum):
    """What one pane says. `PLAIN` is clear glass: gone out, or not lit."""

    PLAIN = ""
    LIT = "lit"
    NOW = "now"
    NEXT = "next"
    DONE = "done"
    TO_COME = "off"
    MISSED = "missed"
    LATE = "late"


_RADIUS = 60.0
_HUB = 20.0
_DRAWN_LAST = (Pane.NOW, Pane.NEXT)
MOST_PANES = 14
"""More panes than this are too thin to tell apart: the fan then shows the last of them."""


def fan(panes: Sequence[Pane], label: str = "", *, hub: float = _HUB, css: str = "fan") -> Svg:
    """Draw panes from left to right. Without a label the fan is decoration and is hidden from readers."""
    order = sorted(range(len(panes)), key=lambda index: panes[index] in _DRAWN_LAST)
    body = "".join(_pane(panes[index], index, len(panes), hub) for index in order)
    body += shape("path", "pane", d=f"M{-hub:g} 0 A{hub:g} {hub:g} 0 0 1 {hub:g} 0") + shape("path", "sill", d="M-64 0H64")
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Svg(f'<svg class="{css}" viewBox="-64 -62 128 64" {named}>{body}</svg>')


def mark() -> Svg:
    """The mark of the house."""
    return fan((Pane.PLAIN, Pane.LIT, Pane.LIT, Pane.LIT, Pane.PLAIN), hub=19, css="fan fan-mark")


def course_fan(states: Sequence[Pane], label: str) -> Svg:
    """One pane a session. A long course shows its last panes, and the label says so."""
    shown = list(states)
    if len(shown) > MOST_PANES:
        label = f"{label}. The last {MOST_PANES} of {len(shown)} are drawn"
        shown = shown[-MOST_PANES:]
    return fan(shown, label)


def countdown_fan(left: int, of: int, label: str) -> Svg:
    """One pane a step; panes go out from the left. `left` of `of` steps remain, the first of them bold."""
    of = max(1, min(of, MOST_PANES))
    left = max(0, min(left, of))
    lit = [Pane.NOW if index == of - left else Pane.LIT if index > of - left else Pane.PLAIN for index in range(of)]
    return fan(lit, label)


def overdue_fan(label: str, panes: int = 10) -> Svg:
    """All panes in stop: the time is past."""
    return fan([Pane.LATE] * panes, label)


def _pane(pane: Pane, index: int, count: int, hub: float) -> str:
    start, end = pi - pi * index / count, pi - pi * (index + 1) / count
    a, b = _point(hub, start), _point(_RADIUS, start)
    c, d = _point(_RADIUS, end), _point(hub, end)
    path = f"M{a} L{b} A{_RADIUS:g} {_RADIUS:g} 0 0 1 {c} L{d} A{hub:g} {hub:g} 0 0 0 {a}Z"
    return shape("path", f"pane {pane.value}".strip(), d=path)


def _point(radius: float, angle: float) -> str:
    return f"{number(radius * cos(angle) + 0.0)} {number(-radius * sin(angle) + 0.0)}".replace("-0 ", "0 ")

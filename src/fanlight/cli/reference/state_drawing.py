"""A drawing of states: the open ones in the order they are reached, their moves as arrows, their ends beneath them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _GAP, _TOP, _LINE = 116, 40, 44, 96, 22
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#2b2620}.end{font-size:12px}rect{fill:#faf6ee;stroke:#2b2620;stroke-width:1.2}"
    "path{fill:none;stroke:#8a5a2b;stroke-width:1.4}.tip{fill:#8a5a2b;stroke:none}"
)


def state_drawing(open_states: Sequence[tuple[str, str]], ends: Sequence[tuple[str, str]], moves: Mapping[str, Sequence[str]]) -> str:
    """An SVG of states given as (name, label), with `moves` from name to names. Forward arrows run above, backward ones below."""
    place = {name: number for number, (name, _) in enumerate(open_states)}
    labels = dict(ends)
    most_ends = max((sum(1 for to in moves[name] if to in labels) for name, _ in open_states), default=0)
    width = len(open_states) * (_WIDTH + _GAP) + _GAP
    height = _TOP + _HEIGHT + 40 + most_ends * _LINE + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'aria-label="Session states and their moves">',
        f"<style>{_STYLE}</style>",
        f'<rect x="0" y="0" width="{width}" height="{height}" style="stroke:none"/>',
    ]
    for name, label in open_states:
        left = _left(place[name])
        parts.append(f'<rect x="{left}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>')
        parts.append(f'<text x="{left + _WIDTH // 2}" y="{_TOP + 25}" text-anchor="middle">{escape(label)}</text>')
        parts += [_arrow(place[name], place[to]) for to in moves[name] if to in place]
        reached = [labels[to] for to in moves[name] if to in labels]
        parts += [
            f'<text class="end" x="{left}" y="{_TOP + _HEIGHT + 40 + row * _LINE}">■ {escape(label)}</text>'
            for row, label in enumerate(reached)
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _left(place: int) -> int:
    return _GAP // 2 + place * (_WIDTH + _GAP)


def _arrow(start: int, end: int) -> str:
    middle = _TOP + _HEIGHT // 2
    if end == start + 1:
        x1, x2 = _left(start) + _WIDTH, _left(end)
        return f'<path d="M{x1} {middle - 6} H{x2 - 7}"/>{_tip(x2, middle - 6, "right")}'
    if end == start - 1:
        x1, x2 = _left(start), _left(end) + _WIDTH
        return f'<path d="M{x1} {middle + 8} H{x2 + 7}"/>{_tip(x2, middle + 8, "left")}'
    x1, x2 = _left(start) + _WIDTH // 2, _left(end) + _WIDTH // 2
    top = _TOP - 22 - 12 * abs(end - start)
    return f'<path d="M{x1} {_TOP} C{x1} {top} {x2} {top} {x2} {_TOP - 7}"/>{_tip(x2, _TOP, "down")}'


def _tip(x: int, y: int, towards: str) -> str:
    points = {
        "right": f"{x},{y} {x - 8},{y - 4} {x - 8},{y + 4}",
        "left": f"{x},{y} {x + 8},{y - 4} {x + 8},{y + 4}",
        "down": f"{x},{y} {x - 4},{y - 8} {x + 4},{y - 8}",
    }
    return f'<polygon class="tip" points="{points[towards]}"/>'

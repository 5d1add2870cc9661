"""A shape for every status, so that it reads without colour. A word always stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fanlight.web.drawing.svg import Svg

_RING = '<circle cx="12" cy="12" r="9.6" fill="none" stroke="currentColor" stroke-width="2"{}/>'
_TICK = '<path class="cut" d="M7 12.4l3.4 3.4L17 8.9" fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>'
_WAVES = (
    '<path d="M2 9.5C5 7 8.4 5.6 12 5.6s7 1.4 10 3.9M6 14c1.8-1.4 3.8-2.2 6-2.2s4.2.8 6 2.2" fill="none" '
    'stroke="currentColor" stroke-width="2" stroke-linecap="round"/><circle cx="12" cy="18.5" r="1.6" fill="currentColor"/>'
)
_LINE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'

SHAPES: Mapping[str, str] = {
    "met": '<circle cx="12" cy="12" r="10" fill="currentColor"/>' + _TICK,
    "unknown": _RING.format(' stroke-dasharray="3.6 2.43"')
    + '<path d="M9.3 9.7a2.8 2.8 0 1 1 4 2.6c-.9.4-1.3 1-1.3 1.9" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round"/><circle cx="12" cy="17" r="1.2" fill="currentColor"/>',
    "not": '<rect x="3" y="3" width="18" height="18" rx="1.5" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M8 8l8 8M16 8l-8 8" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>',
    "stop": '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" fill="currentColor"/>'
    '<path class="cut" d="M7 12h10" stroke-width="3" stroke-linecap="round"/>',
    "hold": _RING.format("") + '<path d="M9.5 8v8M14.5 8v8" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/>',
    "warn": '<path d="M12 3l10 18H2z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M12 9.5v5.2" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
    '<circle cx="12" cy="17.8" r="1.25" fill="currentColor"/>',
    "info": _RING.format("") + '<path d="M12 11v6" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
    '<circle cx="12" cy="7.6" r="1.3" fill="currentColor"/>',
    "now": '<path class="glow" d="M2 18a10 10 0 0 1 20 0z" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/>'
    '<path d="M12 18V8M12 18L5 11M12 18l7-7" stroke="currentColor" stroke-width="1.4"/>'
    '<path d="M1 18h22" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/>',
    "server": _WAVES,
    "no-server": _WAVES + '<path d="M4 3l16 18" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>',
    "pause": '<path d="M8 4v16M16 4v16" stroke="currentColor" stroke-width="4" stroke-linecap="round"/>',
    "resume": '<path d="M7 4l13 8-13 8z" fill="currentColor" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>',
    "rate": f'<path d="M4 18a8.5 8.5 0 1 1 16 0M12 14l4-5" {_LINE}/>',
    "medicine": f'<rect x="3" y="8.5" width="18" height="7" rx="3.5" transform="rotate(-40 12 12)" {_LINE}/><path d="M9.5 9l5 6" {_LINE}/>',
    "note": f'<path d="M5 3h10l4 4v14H5zM8 11h8M8 15h6" {_LINE}/>',
    "more": '<circle cx="5" cy="12" r="2" fill="currentColor"/><circle cx="12" cy="12" r="2" fill="currentColor"/>'
    '<circle cx="19" cy="12" r="2" fill="currentColor"/>',
    "erase": f'<path d="M8 5h13v14H8l-6-7zM12 9l5 6M17 9l-5 6" {_LINE}/>',
    "sound": f'<path d="M4 10v4h3.5L12 18V6L7.500 10z" {_LINE}/>'
    f'<path class="wave" d="M15 9.500a4 4 0 0 1 0 5M17.500 7a7.500 7.500 0 0 1 0 10" {_LINE}/>',
    "lamp": f'<path d="M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.6.5.9 1 .9 1.8h5.200c0-.8.300-1.300.9-1.800A6 6 0 0 0 12 3z" {_LINE}/>',
}
"""Shape name to what is drawn inside a 24 by 24 box."""


def shape(name: str, css: str = "") -> Svg:
    """One shape, hidden from readers because the word beside it says the same."""
    return Svg(f'<svg class="{escape(("shape " + css).strip())}" viewBox="0 0 24 24" aria-hidden="true">{SHAPES[name]}</svg>')

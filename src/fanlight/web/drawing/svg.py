"""The few things needed to write SVG: text that is escaped, numbers that are short, and a mark that it is finished."""

from __future__ import annotations

from html import escape


class Svg(str):
    """Finished SVG. Templates print it as it is; every piece of text went through `text` on the way in."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def shape(name: str, css: str = "", /, **attributes: object) -> str:
    """One element without content; underscores in attribute names become hyphens."""
    return f"<{name}{_attributes(css, attributes)}/>"


def text(x: float, y: float, words: str, css: str = "") -> str:
    """A piece of text at a point."""
    return f"<text{_attributes(css, {'x': number(x), 'y': number(y)})}>{escape(words)}</text>"


def picture(width: float, height: float, body: str, *, label: str, css: str, **attributes: object) -> Svg:
    """A whole picture with the sentence that says what it shows."""
    box = f"0 0 {number(width)} {number(height)}"
    return Svg(f'<svg viewBox="{box}" role="img" aria-label="{escape(label)}"{_attributes(css, attributes)}>{body}</svg>')


def _attributes(css: str, attributes: dict[str, object]) -> str:
    named = {"class": css, **attributes} if css else attributes
    written = ((name.replace("_", "-"), number(value) if isinstance(value, float) else str(value)) for name, value in named.items())
    return "".join(f' {name}="{escape(value)}"' for name, value in written)

"""Plots as files that stand alone: the same picture with its colours inside."""

from __future__ import annotations

STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#454138}.t-ink{fill:#1c1a16}.t-b{font-weight:650}.t-l{font-size:15px}.end{text-anchor:end}"
    ".mid{text-anchor:middle}.axis,.gridline{stroke:#8d8676;fill:none}.sill{stroke:#1c1a16;stroke-width:2;fill:none}"
    ".gap{stroke:#8d8676;stroke-dasharray:2 4;fill:none}.s-main{stroke:#1c1a16;stroke-width:2;fill:none}"
    ".s-alt{stroke:#454138;stroke-dasharray:6 4;fill:none}"
    ".box,.diamond,.m-main,.person-a{fill:#1c1a16}.pi{stroke:#1c1a16;stroke-width:2;fill:none}.band,.band-2,.person{fill:#d9d3c3}.wash-fill{fill:#f2eee3}"
    ".person-b{fill:#f2b84b;stroke:#a36a00}"
)
"""Plain print colours for a plot outside the product's pages."""


WIDTHS_MM = {"phone": 90, "page": 180, "poster": 800}
"""How wide a plot is made: for a phone, for a sheet of paper, for a poster with its margins."""


def standing_alone(svg: str, width_mm: int) -> str:
    """The same picture as a file of its own, this wide where it is printed."""
    start = svg.index(">") + 1
    opened = svg[:start].replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" ', 1)
    return f"{opened}<style>{STYLE}</style>{svg[start:]}\n"


def as_pdf(svg: str, width_mm: int) -> bytes:
    """A standing picture as one PDF page of its own size, this wide."""
    import tempfile
    from pathlib import Path

    import typst

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plot.svg").write_text(svg, encoding="utf-8")
        page = Path(folder, "plot.typ")
        sheet = f'#set page(width: auto, height: auto, margin: 8mm)\n#image("plot.svg", width: {width_mm}mm)\n'
        page.write_text(sheet, encoding="utf-8")
        return bytes(typst.compile(str(page), format="pdf"))

"""Figures of a virtual trial and of one person's curve, as SVG text. Matplotlib is imported inside.

Words and shapes carry what colour carries: lines differ in dash as well as hue, and every figure has a table beside it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.outcomes import ArmOutcome

Floats = NDArray[np.float64]
INK, PAPER, FAINT = "#22252b", "#ffffff", "#d9d5cc"
HUES = ("#a4501f", "#20586e", "#5d6b2f", "#6b4a7c", "#8a6d1d", "#3d3d3d", "#9b3d4f")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 3)), (0, (7, 2)))


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=PAPER, layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: Any) -> str:
    import matplotlib as mpl

    target = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "fanlight", "svg.fonttype": "path"}):
        figure.savefig(target, format="svg", metadata={"Date": None})
    text = target.getvalue()
    return text[text.index("<svg") :]


def relapse_figure(outcomes: Sequence[ArmOutcome]) -> str:
    """Responders still well by day since induction, each with its 95 percent interval."""
    figure, axes = _figure(7.2, 3.8)
    for k, outcome in enumerate(outcomes):
        hue = HUES[k % len(HUES)]
        axes.fill_between(
            outcome.relapse_days, 100 * outcome.relapse_free_low, 100 * outcome.relapse_free_high, step="post", color=hue, alpha=0.15, lw=0
        )
        axes.step(
            outcome.relapse_days,
            100 * outcome.relapse_free,
            where="post",
            color=hue,
            ls=DASHES[k % len(DASHES)],
            lw=1.6,
            label=outcome.name,
        )
    axes.set_ylim(0, 100)
    axes.set_xlim(left=0)
    axes.set_xlabel("Days since the last induction session", color=INK)
    axes.set_ylabel("Responders not relapsed (%)", color=INK)
    axes.legend(frameon=False, fontsize=8)
    return _svg(figure)


def outcome_figure(outcomes: Sequence[ArmOutcome]) -> str:
    """Response, remission and still well at the end, with 95 percent intervals of chance alone."""
    figure, axes = _figure(7.2, 0.62 * len(outcomes) + 1.3)
    axes.grid(visible=False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    kinds = (("response", "response", "o"), ("remission", "remission", "s"), ("well_at_end", "well at the end", "D"))
    for k, outcome in enumerate(outcomes):
        for j, (name, label, marker) in enumerate(kinds):
            value = getattr(outcome, name)
            y = k + (j - 1) * 0.22
            axes.plot([value.low, value.high], [y, y], color=HUES[j], lw=2, clip_on=False)
            axes.plot([value.percent], [y], marker, color=HUES[j], ms=5, label=label if k == 0 else None, clip_on=False, zorder=3)
    axes.set_yticks(range(len(outcomes)), [o.name for o in outcomes])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("Percent of all who entered", color=INK)
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return _svg(figure)


def tornado_figure(swings: Sequence[Mapping[str, Any]], centre: float) -> str:
    """How far the answer moves when one assumption moves between its bounds; widest first."""
    figure, axes = _figure(7.2, 0.34 * len(swings) + 1.1)
    axes.grid(visible=False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    reach = max((abs(s[end] - centre) for s in swings for end in ("at_low", "at_high")), default=1.0)
    for k, swing in enumerate(swings):
        ends = (("at_low", "low_value", HUES[1]), ("at_high", "high_value", HUES[0]))
        for end, _, hue in sorted(ends, key=lambda e: -abs(swing[e[0]] - centre)):  # the shorter bar in front of the longer
            axes.barh(k, swing[end] - centre, left=centre, color=hue, height=0.62)
        apart = (swing["at_low"] - centre) * (swing["at_high"] - centre) < 0 and abs(swing["at_high"] - swing["at_low"]) > 0.08 * reach
        labels = [(swing[end], f"{swing[bound]:g}") for end, bound, _ in ends]
        if not apart:  # two numbers would lie on one another: one label, the lower bound first
            labels = [(max(swing["at_low"], swing["at_high"], centre), f"{swing['low_value']:g}, {swing['high_value']:g}")]
        for at, words in labels:
            side = "left" if at >= centre else "right"
            axes.annotate(
                words, (at, k), xytext=(3 if side == "left" else -3, 0), textcoords="offset points",
                ha=side, va="center", fontsize=7, color=INK,
            )  # fmt: skip
    axes.axvline(centre, color=INK, lw=0.8)
    axes.set_yticks(range(len(swings)), [s["words"] for s in swings], fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("Still well: last arm minus first, percentage points", color=INK)
    return _svg(figure)


def curve_figure(times_h: Floats, bands: Sequence[Mapping[str, Any]], unit: str, observed: Sequence[Mapping[str, Any]] = ()) -> str:
    """Median and 90 percent band of each model (`label`, `low`, `middle`, `high`), and ranges observed (`words`, `low`, `high`)."""
    figure, axes = _figure(7.2, 3.6)
    for item in observed:
        axes.axhspan(item["low"], item["high"], color=FAINT, alpha=0.35, lw=0)
        axes.annotate(item["words"], (times_h[-1], item["high"]), ha="right", va="bottom", fontsize=7, color=INK)
    for k, band in enumerate(bands):
        hue = HUES[k % len(HUES)]
        if band.get("low") is not None:
            axes.fill_between(times_h, band["low"], band["high"], color=hue, alpha=0.16, lw=0)
        axes.plot(times_h, band["middle"], color=hue, ls=DASHES[k % len(DASHES)], lw=1.7, label=band["label"])
    axes.set_xlim(float(times_h[0]), float(times_h[-1]))
    top = max(float(np.max(b["high"] if b.get("high") is not None else b["middle"])) for b in bands)
    axes.set_ylim(0, 1.08 * top)
    axes.set_xlabel("Hours from the start", color=INK)
    axes.set_ylabel(unit, color=INK)
    axes.legend(frameon=False, fontsize=8)
    return _svg(figure)

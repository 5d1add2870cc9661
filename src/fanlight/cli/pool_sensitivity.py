"""What a pooled result hangs on, as lines of text: for `fanlight pool --sensitivity`."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from fanlight.science.evidence.diagnostics import influence, leave_one_out
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.selection import selection_model
from fanlight.science.evidence.small_studies import begg, egger, trim_and_fill


def sensitivity_text(values: dict[str, Any], table: dict[str, list[str]], method: str, test: str) -> str:
    """Leave-one-out with influence, the tests of asymmetry, trim and fill and a selection model; what cannot be had says why."""
    y, v = values["y"], values["v"]
    used = np.isfinite(y) & np.isfinite(v)
    names = next((table[key] for key in ("study", "slab", "author", "trial") if key in table), [str(i + 1) for i in range(len(y))])
    kept = [name for name, keep in zip(names, used, strict=True) if keep]
    lines = ["", "Sensitivity"]
    parts = (
        lambda: _left_out(y, v, kept, method, test),
        lambda: _asymmetry(y, v),
        lambda: _filled(y, v, method),
        lambda: _selected(y, v, values),
    )
    for part in parts:
        try:
            lines += part()
        except EvidenceError as problem:
            lines.append(f"  {problem}")
    return "\n".join(lines)


def _left_out(y: Any, v: Any, names: list[str], method: str, test: str) -> list[str]:
    without, found = leave_one_out(y, v, method, cast(Any, test)), influence(y, v, method, cast(Any, test))
    return [
        f"  without {name}: {without.estimate[i]:.4f} ({without.ci[i, 0]:.4f} to {without.ci[i, 1]:.4f}), tau2 {without.tau2[i]:.4f}, "
        f"Cook {found.cook_d[i]:.4f}, residual {found.rstudent[i]:.2f}"
        for i, name in enumerate(names)
    ]


def _asymmetry(y: Any, v: Any) -> list[str]:
    slope, ranks = egger(y, v), begg(y, v)
    told = [f"  Egger: t {slope.statistic:.4f} on {slope.df:g}, p {slope.p:.4f}; limit {slope.limit:.4f}"]
    told.append(f"  Begg: tau {ranks.tau:.4f}, p {ranks.p:.4f}{' (exact)' if ranks.exact else ''}")
    return told + [f"  {note}" for note in slope.notes]


def _filled(y: Any, v: Any, method: str) -> list[str]:
    found = trim_and_fill(y, v, method)
    low, high = found.pooled.ci
    return [f"  trim and fill: {found.k0} on the {found.side}; with them {found.pooled.estimate:.4f} ({low:.4f} to {high:.4f})"]


def _selected(y: Any, v: Any, values: dict[str, Any]) -> list[str]:
    side = "greater" if float(np.atleast_1d(values["estimate"])[0]) > 0 else "less"
    found = selection_model(y, v, (0.025,), cast(Any, side))
    if not found.converged:
        return [f"  selection model: {found.notes[-1]}"]
    return [
        f"  selection model, one-sided p at 0.025: {found.estimate:.4f} ({found.ci[0]:.4f} to {found.ci[1]:.4f}); "
        f"weight of the rest {found.delta[1]:.2f}, p {found.lrt_p:.4f}"
    ]

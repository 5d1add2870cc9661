"""A planned dose as a case for the curve worker, and its answer as what the panel shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Route
from fanlight.web.drawing.expected_curve import Curve, Range, draw_expected_curve
from fanlight.web.drawing.svg import Svg

_ROUTES = {
    Route.INTRAVENOUS: "iv",
    Route.INTRAMUSCULAR: "im",
    Route.SUBCUTANEOUS: "sc",
    Route.NASAL: "nasal",
    Route.ORAL: "oral",
    Route.SUBLINGUAL: "sublingual",
}
"""A route of the plan by the name the models give it."""
_HOURS, _EVERY_MINUTES = 6, 2.5
_TABLE_MINUTES = (15, 30, 40, 60, 90, 120, 240, 360)


@dataclass(frozen=True, slots=True)
class Panel:
    """What is shown: the picture, each curve in words, the table, and everything that must be said beside it."""

    picture: Svg
    curves: tuple[tuple[str, str], ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    statements: tuple[str, ...]
    observed: tuple[str, ...]
    warnings: tuple[str, ...]
    is_assumed: bool
    persons: int


def planned_case(
    *, drug: Drug, route: Route, mg: Decimal, minutes: int | None, devices: int | None, weight_kg: Decimal, age_years: int
) -> dict[str, Any]:
    """The case of one planned dose in mg of base, for a person of this weight and age."""
    dose: dict[str, Any] = {"drug": drug.value, "form": "base", "amount": f"{plain(mg)} mg", "route": _ROUTES[route]}
    if minutes:
        dose["over_minutes"] = minutes
    if devices:
        dose["devices"] = devices
    return {
        "person": {"weight_kg": float(weight_kg), "age_years": age_years},
        "doses": [dose],
        "until_hours": _HOURS,
        "every_minutes": _EVERY_MINUTES,
        "parent_only": True,
    }


def panel_of(answer: dict[str, Any]) -> Panel:
    """The panel of a worker's answer: the parent drug of each model, the first with its band."""
    said = answer["curves"]
    hours = said["times_h"]
    shown = _parents(said["curves"])
    is_assumed = any(words.startswith("ASSUMED") for words in said["warnings"])
    curves = [_curve(item, is_assumed=is_assumed and not item["is_second"]) for item in shown]
    first = shown[0]
    peak = _amount(first["summary"]["peak"])
    label = f"Expected course: the median peak of {first['analyte']} is about {peak} {first['unit']}"
    return Panel(
        picture=draw_expected_curve(hours, curves, [_range(item) for item in said.get("ranges", ())], first["unit"], label),
        curves=tuple((item["label"], _peak_words(item)) for item in shown),
        header=("After", *(_column(item) for item in shown)),
        rows=tuple(_rows(hours, shown)),
        statements=tuple(said["statements"]),
        observed=tuple(said["observed"]),
        warnings=tuple(said["warnings"]),
        is_assumed=is_assumed,
        persons=said["persons"],
    )


def _parents(curves: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first output of each model: the drug itself where it is measured, not a metabolite or a site no one can sample."""
    found: dict[str, dict[str, Any]] = {}
    for item in curves:
        found.setdefault(item["model"], item)
    return list(found.values())


def _curve(item: dict[str, Any], *, is_assumed: bool) -> Curve:
    return Curve(item["label"], item["middle"], item["low"], item["high"], item["is_second"], is_assumed)


def _range(item: dict[str, Any]) -> Range:
    return Range(item["words"], item["low"], item["high"])


def _peak_words(item: dict[str, Any]) -> str:
    s = item["summary"]
    band = f", {_amount(s['peak_low'])} to {_amount(s['peak_high'])} in the middle 90 of 100" if s["peak_low"] is not None else ""
    return f"median peak {_amount(s['peak'])} {item['unit']}{band}"


def _column(item: dict[str, Any]) -> str:
    return f"{'Second model' if item['is_second'] else 'Median (5th to 95th)'}, {item['unit']}"


def _rows(hours: Sequence[float], shown: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows = []
    for minutes in _TABLE_MINUTES:
        k = min(range(len(hours)), key=lambda i: abs(hours[i] * 60 - minutes))
        cells = []
        for item in shown:
            band = (
                f" ({_amount(item['low'][k])} to {_amount(item['high'][k])})" if item["low"] is not None and not item["is_second"] else ""
            )
            cells.append(f"{_amount(item['middle'][k])}{band}")
        rows.append((f"{round(hours[k] * 60)} min", *cells))
    return rows


def _amount(value: float) -> str:
    """Two figures that a model can carry."""
    return f"{max(value, 0.0):.0f}" if value >= 10 else f"{max(value, 0.0):.1f}"

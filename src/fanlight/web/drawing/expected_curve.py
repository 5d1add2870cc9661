"""The expected course of a planned dose: the median, the middle 90 % of persons like this one, a second model, observed ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanlight.web.drawing.svg import Svg, number, picture, shape, text

_LEFT, _RIGHT, _TOP, _BASE, _WIDTH, _HEIGHT = 56.0, 684.0, 30.0, 250.0, 700.0, 300.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One model's curve over the times (hours). `low` and `high` are None where the model says nothing of persons."""

    label: str
    middle: Sequence[float]
    low: Sequence[float] | None
    high: Sequence[float] | None
    is_second: bool = False
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Concentrations somebody reported for something."""

    words: str
    low: float
    high: float


def draw_expected_curve(hours: Sequence[float], curves: Sequence[Curve], ranges: Sequence[Range], unit: str, label: str) -> Svg:
    """The picture. An assumed curve is dashed and says so; the second model is dashed and has no band."""
    top = max([max(curve.high or curve.middle) for curve in curves] + [1e-9]) * 1.08
    last = max(hours[-1], 1e-9)

    def x(hour: float) -> float:
        return _LEFT + hour / last * (_RIGHT - _LEFT)

    def y(value: float) -> float:
        return _BASE - min(max(value, 0.0), top) / top * (_BASE - _TOP)

    body = [text(0, 14, unit, "t-b")]
    for item in ranges:
        if item.low < top:
            body.append(shape("rect", "wash-fill", x=_LEFT, y=y(item.high), width=_RIGHT - _LEFT, height=y(item.low) - y(item.high)))
            body.append(text(_RIGHT, y(min(item.high, top)) + 14, item.words, "end"))
    step = _step(top)
    for tick in (step * n for n in range(1, int(top / step) + 1)):
        body += [shape("path", "gridline", d=f"M{number(_LEFT)} {number(y(tick))}H{number(_RIGHT)}")]
        body.append(text(_LEFT - 8, y(tick) + 4.5, f"{tick:g}", "end"))
    for curve in curves:
        if curve.low is not None and curve.high is not None and not curve.is_second:
            there = " L".join(f"{number(x(h))} {number(y(v))}" for h, v in zip(hours, curve.high, strict=True))
            back = " L".join(f"{number(x(h))} {number(y(v))}" for h, v in reversed(list(zip(hours, curve.low, strict=True))))
            body.append(shape("path", "band", d=f"M{there} L{back}z"))
    for curve in curves:
        path = " L".join(f"{number(x(h))} {number(y(v))}" for h, v in zip(hours, curve.middle, strict=True))
        body.append(shape("path", "s-alt" if curve.is_second or curve.is_assumed else "s-main", d=f"M{path}"))
    body.append(shape("path", "sill", d=f"M{number(_LEFT)} {number(_BASE)}H{number(_RIGHT)}"))
    for hour in range(0, int(last) + 1, max(1, round(last / 6))):
        body.append(text(x(hour), _BASE + 20, f"{hour} h", "mid" if hour else ""))
    body.append(text(_RIGHT, _BASE + 42, "hours from the start of the dose", "end"))
    edges = {"data_left": _LEFT, "data_right": _RIGHT, "data_top": _TOP, "data_base": _BASE}
    return picture(_WIDTH, _HEIGHT, "".join(body), label=label, css="chart chart-mid", **edges)


def _step(top: float) -> float:
    """A round distance between lines that gives four or five of them."""
    size: float = 10.0 ** len(str(int(top)))
    return next(size / part for part in (1, 2, 4, 5, 10, 20, 40, 50, 100) if top / (size / part) >= 3)

"""A line without axes: how a number went, with its last value written beside it."""

from __future__ import annotations

from collections.abc import Sequence

from fanlight.web.drawing.svg import Svg, number, picture, shape, text


def sparkline(values: Sequence[float | None], label: str, *, goal: float | None = None, goal_words: str = "") -> Svg:
    """Draw values left to right; None is a gap the line does not cross. `goal` is dashed, with its words."""
    known = [value for value in values if value is not None]
    ends = [*known, *([goal] if goal is not None else [])]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    spread = (high - low) or 1.0
    step = 180 / max(len(values) - 1, 1)

    def y(value: float) -> float:
        return 38 - (value - low) / spread * 28

    body = []
    if goal is not None:
        body += [shape("path", "goal", d=f"M4 {number(y(goal))}H190"), text(194, y(goal) + 4.5, goal_words, "t-goal")]
    run: list[str] = []
    for index, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{number(4 + index * step)} {number(y(value))}")
            continue
        if len(run) > 1:
            body.append(shape("path", "s-main", d="M" + " L".join(run)))
        elif run:
            spot = run[0].split()
            body.append(shape("circle", "m-main", cx=spot[0], cy=spot[1], r=3.5))
        run = []
    last = next((index for index in range(len(values) - 1, -1, -1) if values[index] is not None), None)
    if last is not None:
        body.append(shape("circle", "m-main", cx=4 + last * step, cy=y(values[last] or 0.0), r=5))
    body.append(shape("path", "axis", d="M4 46H190"))
    return picture(250, 52, "".join(body), label=label, css="chart chart-spark")

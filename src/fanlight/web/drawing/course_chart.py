"""A scale over a course, small: sessions as arches on the sill, scores as discs, due and unanswered as a dashed question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanlight.web.drawing.svg import Svg, number, picture, shape, text

_LEFT, _RIGHT, _TOP, _BASE = 40.0, 524.0, 26.0, 190.0


@dataclass(frozen=True, slots=True)
class Score:
    """One answer on a date; `value` None: due and never answered."""

    on: date
    value: float | None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A dashed line at a value that is worth reaching, with its word."""

    value: float
    word: str


@dataclass(frozen=True, slots=True)
class CourseChart:
    """A scale from `low` to `high` with its scores, the session dates, and today. `bands` are (from, word) of its severity bands;
    `goals` the values of response and remission."""

    title: str
    low: float
    high: float
    scores: tuple[Score, ...]
    sessions: tuple[tuple[date, bool], ...]
    today: date
    bands: tuple[tuple[float, str], ...] = ()
    goals: tuple[GoalLine, ...] = ()


def draw_course_chart(chart: CourseChart) -> Svg:
    """The chart with the sentence that says what it shows."""
    days = sorted([*(score.on for score in chart.scores), *(on for on, _ in chart.sessions), chart.today])
    first, last = days[0], days[-1]
    span = max((last - first).days, 1)

    def x(on: date) -> float:
        return _LEFT + (on - first).days / span * (_RIGHT - _LEFT)

    def y(value: float) -> float:
        return _BASE - (value - chart.low) / (chart.high - chart.low) * (_BASE - _TOP)

    body = [text(0, 14, chart.title, "t-ink t-b")]
    edges = [*(start for start, _ in chart.bands), chart.high]
    for index, (start, word) in enumerate(chart.bands):
        if index % 2:
            body.append(
                shape("rect", "wash-fill", x=_LEFT, y=y(edges[index + 1]), width=_RIGHT - _LEFT, height=y(start) - y(edges[index + 1]))
            )
        body.append(text(_RIGHT + 8, (y(start) + y(edges[index + 1])) / 2 + 4, word))
    body += [text(_LEFT - 8, y(value) + 4.5, f"{value:g}", "end") for value in (chart.low, chart.high)]
    for index, goal in enumerate(chart.goals):  # their words stand side by side: the lines may lie close together
        body.append(shape("path", "goal", d=f"M{number(_LEFT)} {number(y(goal.value))}H{number(_RIGHT)}"))
        body.append(text(_RIGHT - 4 - 120 * index, y(goal.value) - 4, f"{goal.word} {goal.value:g}", "t-goal end"))
    for run in _runs(chart.scores):
        if len(run) > 1:
            body.append(shape("path", "s-main", d="M" + " L".join(f"{number(x(s.on))} {number(y(s.value or 0))}" for s in run)))
    for score in chart.scores:
        if score.value is None:
            body += [shape("circle", "absent", cx=x(score.on), cy=_BASE - 9, r=7), text(x(score.on), _BASE - 4.5, "?", "t-absent mid")]
        else:
            body.append(shape("circle", "m-main", cx=x(score.on), cy=y(score.value), r=5.5))
    answered = [score for score in chart.scores if score.value is not None]
    for score in (answered[0], answered[-1]) if answered else ():
        body.append(text(x(score.on) + 9, y(score.value or 0) - 6, f"{score.value:g}", "t-ink t-b t-l"))
    body.append(shape("path", "sill", d=f"M{number(_LEFT)} {number(_BASE)}H{number(_RIGHT)}"))
    for on, is_given in chart.sessions:
        body.append(shape("path", "slot" if is_given else "due-next", d=f"M{number(x(on) - 7)} {number(_BASE + 24)}a7 7 0 0 1 14 0z"))
    if chart.sessions:
        body.append(text(0, _BASE + 24, "given"))
    body.append(shape("path", "now-line", d=f"M{number(x(chart.today))} {number(_TOP)}V{number(_BASE)}"))
    body.append(text(x(chart.today), _BASE + 42, "today", "mid t-ink"))
    return picture(640, 236, "".join(body), label=finding(chart), css="chart chart-mid")


def finding(chart: CourseChart) -> str:
    """The sentence that says what the chart shows."""
    answered = [score for score in chart.scores if score.value is not None]
    missing = len(chart.scores) - len(answered)
    if not answered:
        return f"{chart.title}: no answer yet"
    first, last = answered[0], answered[-1]
    words = f"{chart.title}: {last.value:g} on {last.on:%-d %b}"
    if first is not last:
        words += f", from {first.value:g} on {first.on:%-d %b}"
    return words + (f"; {missing} due and unanswered" if missing else "")


def _runs(scores: tuple[Score, ...]) -> list[list[Score]]:
    runs: list[list[Score]] = [[]]
    for score in scores:
        if score.value is None:
            runs.append([])
        else:
            runs[-1].append(score)
    return runs

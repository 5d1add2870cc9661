"""One scale of a course chart: bands, lines of response and remission, its scores, and what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from itertools import pairwise

from fanlight.core.quantities import plain
from fanlight.web.drawing.course_frame import LETTER, Frame, Words, marked
from fanlight.web.drawing.svg import number, shape, text
from fanlight.web.pages.course_chart.rows import Lane, ScoreRow, Standing

_ROOM = (15.0, 13.0)
"""How far a figure stays from the next mark, across and up."""
_MANY = 60
"""More scores than this are drawn smaller."""
Up = Callable[[Decimal | int], float]
"""Where a value stands up the lane."""
HEAD, FOOT, BARE_FOOT = 32.0, 30.0, 14.0
"""Room over a lane for its title, and under it for the words of what is missing, or for none."""
_TALL, _LOW, _FEW_STEPS = 126.0, 92.0, 10


def lane_height(lane: Lane, lanes: int) -> float:
    """How tall a lane's plot is: lower where there are many lanes, and half that for a scale of few steps."""
    height = _TALL if lanes <= 3 else _LOW
    return height / 2 if lane.high - lane.low <= _FEW_STEPS else height


def foot(lane: Lane) -> float:
    """How much room a lane needs under its plot."""
    return BARE_FOOT if all(row.is_drawn for row in lane.rows) else FOOT


@dataclass(frozen=True, slots=True)
class _GoalWords:
    """The words of a goal: they end at `end`, on a baseline beside the goal's `line`."""

    words: str
    line: float
    end: float
    baseline: float
    is_on_line: bool


def lane_marks(lane: Lane, frame: Frame, top: float, height: float, today: date) -> Iterator[str]:
    """One lane, its plot from `top` down to `top + height`."""
    base = top + height
    span = float(lane.high - lane.low) or 1.0

    def y(value: Decimal | int) -> float:
        share = (float(value) - float(lane.low)) / span
        return base - min(max(share, 0.0), 1.0) * height

    spots = _goal_words(lane, frame, y, today)
    better = f'<tspan class="t-better" dx="10">{escape(lane.better)}</tspan>' if lane.better else ""
    title = f'<tspan class="t-title">{escape(lane.title)}</tspan>'
    yield f'<text class="t-ink" x="{number(frame.left)}" y="{number(top - 12)}">{title}{better}</text>'
    beside = ", ".join(spot.words for spot in spots if not spot.is_on_line)
    if beside:
        yield text(frame.right, top - 12, f"dashed: {beside}", "t-goal end")
    yield from _bands(lane, frame, y)
    for value in (lane.low, lane.high):
        yield text(frame.left - 8, y(value) + 4.5, plain(value), "end")
    yield from _goals(spots, frame)
    yield shape("path", "sill", d=f"M{number(frame.left)} {number(base)}H{number(frame.right)}")
    for run in _runs(lane.rows):
        if len(run) > 1:
            yield shape("path", "s-main", d="M" + " L".join(f"{number(frame.x(r.on))} {number(y(r.value or 0))}" for r in run))
    under = Words(1)
    size = 5.0 if sum(row.is_drawn for row in lane.rows) <= _MANY else 3.5
    for row in lane.rows:
        if row.is_drawn:
            yield marked(row.key, told(row, lane), *_point(row, frame.x(row.on), y(row.value or 0), size, top))
        else:
            yield marked(row.key, told(row, lane), *_open_mark(row, frame.x(row.on), base, under))
    yield from _figures(lane, frame, y, base, spots)


def told(row: ScoreRow, lane: Lane) -> str:
    """What a mark says in words."""
    figure = "" if row.value is None else f" {plain(Decimal(row.value))} of {plain(lane.high)}"
    parts = [
        f"{row.on:%-d %b %Y}: {row.title}{figure}",
        row.band,
        "" if row.is_drawn and row.standing is Standing.ANSWERED else row.standing,
    ]
    return ", ".join(part for part in (*parts, row.risk) if part)


def _bands(lane: Lane, frame: Frame, y: Up) -> Iterator[str]:
    edges = [*(start for start, _ in lane.bands), lane.high]
    for index, (start, name) in enumerate(lane.bands):
        upper, lower = y(edges[index + 1]), y(start)
        if index % 2:
            yield shape("rect", "wash-fill", x=frame.left, y=upper, width=frame.right - frame.left, height=lower - upper)
        if lower - upper >= 11:
            yield text(frame.right + 9, (upper + lower) / 2 + 4.5, name)


def _goals(spots: list[_GoalWords], frame: Frame) -> Iterator[str]:
    """Dashed lines, each with its words where they have room; else they stand over the lane."""
    for spot in spots:
        yield shape("path", "goal", d=f"M{number(frame.left)} {number(spot.line)}H{number(frame.right)}")
        if spot.is_on_line:
            yield text(spot.end, spot.baseline, spot.words, "t-goal end halo")


def _goal_words(lane: Lane, frame: Frame, y: Up, today: date) -> list[_GoalWords]:
    """Where the words of each goal stand: where the fewest scores are in the way, the upper over its line, the lower under its own."""
    drawn = [(frame.x(row.on), y(row.value or 0)) for row in lane.rows if row.is_drawn]
    absent = [(frame.x(row.on), y(lane.low) - 11) for row in lane.rows if not row.is_drawn]
    points = [*drawn, *absent, *(spot for one, other in pairwise(drawn) for spot in _between(one, other))]
    lowest = max((y(goal.value) for goal in lane.goals), default=0.0)
    found: list[_GoalWords] = []
    for goal in lane.goals:
        line = y(goal.value)
        is_under = len(lane.goals) > 1 and line == lowest and line + 17 < y(lane.low)
        baseline = line + 15 if is_under else line - 5
        now = [(frame.x(today), baseline - 5.0)]
        taken = [(spot.end - step, spot.baseline - 5) for spot in found for step in range(0, int(len(spot.words) * LETTER), 20)]
        crowd, end = _quiet_place(goal.words, [*points, *now, *taken], baseline, frame)
        found.append(_GoalWords(goal.words, line, end, baseline, is_on_line=crowd == 0))
    return found


def _between(one: tuple[float, float], other: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Points on the line from one score to the next, every 25 units."""
    steps = int((other[0] - one[0]) / 25)
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        yield one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _quiet_place(words: str, points: list[tuple[float, float]], baseline: float, frame: Frame) -> tuple[int, float]:
    """How many marks are in the way of words at the best place for them, and where that ends."""
    wide = len(words) * LETTER
    near = [x for x, at in points if baseline - 18 < at < baseline + 7]
    places = [frame.right - 4 - step * 30 for step in range(int((frame.right - frame.left - wide) / 30))] or [frame.right - 4]
    crowd, end = min((sum(end - wide - 7 < x < end + 7 for x in near), -end) for end in places)
    return crowd, -end


def _runs(rows: tuple[ScoreRow, ...]) -> list[list[ScoreRow]]:
    """Stretches without a gap: nothing is joined through what is missing, nor from one version of a scale to another."""
    runs: list[list[ScoreRow]] = [[]]
    for row in rows:
        if not row.is_drawn:
            runs.append([])
        elif runs[-1] and runs[-1][-1].version != row.version:
            runs.append([row])
        else:
            runs[-1].append(row)
    return runs


def _point(row: ScoreRow, x: float, y: float, size: float, top: float) -> Iterator[str]:
    if row.standing is Standing.PRORATED:
        yield shape("path", "m-open", d=f"M{number(x)} {number(y - 7)}l7 7l-7 7l-7-7z")
    else:
        yield shape("circle", "m-main", cx=x, cy=y, r=size)
    if row.is_danger and y - 19 < top - 6:  # under the point, where over it there is the title
        yield shape("path", "bad", d=f"M{number(x)} {number(y + 9)}l6 10h-12z")
    elif row.is_danger:
        yield shape("path", "bad", d=f"M{number(x)} {number(y - 19)}l6 10h-12z")
    elif row.risk:
        yield text(x, y - 10, "?", "t-absent mid t-b")


def _open_mark(row: ScoreRow, x: float, base: float, under: Words) -> Iterator[str]:
    y = base - 11
    if row.standing is Standing.ANSWERED or row.standing is Standing.PRORATED:  # a level without a number
        yield shape("circle", "m-main", cx=x, cy=y, r=5.0)
    elif row.standing is Standing.OWED:
        yield shape("circle", "due-next", cx=x, cy=y, r=6.0)
    elif row.standing is Standing.MISSED:
        yield shape("circle", "absent", cx=x, cy=y, r=7.0)
        yield text(x, y + 4.5, "?", "t-absent mid t-b")
    else:
        yield shape("rect", "absent", x=x - 6, y=y - 6, width=12.0, height=12.0)
    word = {Standing.MISSED: "missed", Standing.ANSWERED: row.band, Standing.PRORATED: row.band}.get(row.standing, row.standing.value)
    if under.place(x, word) is not None:
        yield text(x, base + 17, word, "t-absent mid")


def _figures(lane: Lane, frame: Frame, y: Up, base: float, goals: list[_GoalWords]) -> Iterator[str]:
    """The numbers beside the points that have room for them; the first and the last before the others."""
    rows = [row for row in lane.rows if row.is_drawn]
    spots = [(frame.x(row.on), y(row.value or 0)) for row in rows]
    order = [*dict.fromkeys([len(rows) - 1, 0, *range(len(rows))])] if rows else []
    placed: list[tuple[float, float]] = []
    for index in order:
        x, at = spots[index]
        words = plain(Decimal(rows[index].value or 0))
        near = [spot for spot in spots[max(index - 3, 0) : index + 4] if spot != (x, at)]
        lift = 22.0 if rows[index].risk else 10.0
        beside = x + 12 + len(words) * LETTER / 2
        for across, baseline in ((x, at - lift), (beside, at + 4.5), (x, at + 21)):
            middle = baseline - 5
            if baseline - 9 < y(lane.high) - 8 or (across == beside and index != 0):
                continue
            others = [*near, *placed[:2], *placed[-4:]]
            is_free = all(abs(ox - across) > _ROOM[0] or abs(oy - middle) > _ROOM[1] for ox, oy in others)
            is_free = is_free and not any(_is_on(goal, across, middle) for goal in goals)
            crosses = any(abs(goal.line - middle) < 9 for goal in goals)
            if baseline < base - 3 and is_free and (not crosses or index in (0, len(rows) - 1)):
                yield text(across, baseline, words, "t-ink t-b mid halo")
                placed.append((across, middle))
                break


def _is_on(goal: _GoalWords, x: float, middle: float) -> bool:
    """Whether a figure at this spot would lie on a goal's words."""
    return goal.is_on_line and abs(goal.baseline - 5 - middle) < _ROOM[1] and goal.end - len(goal.words) * LETTER - 8 < x < goal.end + 8

"""The course chart as one picture: a lane for each scale over one time axis, sessions and medicines under it, and its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from fanlight.core.quantities import plain
from fanlight.web.drawing.course_frame import LETTER, Frame, time_axis
from fanlight.web.drawing.course_lanes import HEAD, foot, lane_height, lane_marks
from fanlight.web.drawing.course_tracks import MEDICINE, TRACK, medicine_lanes, medicine_marks, session_marks, session_tracks
from fanlight.web.drawing.svg import Svg, number, shape, text
from fanlight.web.pages.course_chart.rows import CourseRows, Given, Lane, MedicineChange, Standing

_LEFT, _RIGHT = 66.0, 150.0
_TITLE, _TOLD = "course-chart-title", "course-chart-told"


def draw_course(rows: CourseRows, *, width: float = 880.0, style: str = "") -> Svg:
    """The whole chart, `width` units wide. `style`: a style sheet of its own, for where none lies beside it (a PDF)."""
    frame = Frame(width, _LEFT, width - _RIGHT, rows.first, rows.last)
    body: list[str] = []
    y = 4.0
    for lane in rows.lanes:
        height = lane_height(lane, len(rows.lanes))
        body += lane_marks(lane, frame, y + HEAD, height, rows.today)
        y += HEAD + height + foot(lane)
    axis = y
    body += time_axis(frame, rows.today, y)
    y += 34
    for treatment, visits in session_tracks(rows.sessions):
        body += session_marks(treatment, visits, frame, y)
        y += TRACK + 12
    for name, changes in medicine_lanes(rows.medicines):
        body += medicine_marks(name, changes, frame, y, rows.today)
        y += MEDICINE
    under = list(_upright(rows, frame, axis))
    key, y = _key(rows, frame, y + 16)
    inner = f"<style>{style}</style>" if style else ""
    head = f'<title id="{_TITLE}">Course chart</title><desc id="{_TOLD}">{escape(finding(rows))}</desc>'
    box = f'viewBox="0 0 {number(width)} {number(y)}"'
    size = f' width="{number(width)}" height="{number(y)}"' if style else ""
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}{size} role="img" aria-labelledby="{_TITLE} {_TOLD}" class="chart chart-lanes">'
        f"{head}{inner}{''.join(under)}{''.join(body)}{''.join(key)}</svg>"
    )


def in_sheets(rows: CourseRows, first: float, other: float) -> list[CourseRows]:
    """The rows in parts that are at most `first`, then `other` units tall, for paper: lanes one after the other, the sessions under
    each part, the medicines under the last."""
    track = len(session_tracks(rows.sessions)) * (TRACK + 12) + 150
    parts: list[list[Lane]] = [[]]
    left = first - track
    for lane in rows.lanes:
        tall = HEAD + lane_height(lane, len(rows.lanes)) + foot(lane)
        if parts[-1] and left < tall:
            parts.append([])
            left = other - track
        parts[-1].append(lane)
        left -= tall
    if parts[-1] and left < len(medicine_lanes(rows.medicines)) * MEDICINE:
        parts.append([])
    return [replace(rows, lanes=tuple(part), medicines=rows.medicines if part is parts[-1] else ()) for part in parts]


def _upright(rows: CourseRows, frame: Frame, axis: float) -> Iterator[str]:
    """A thin line up from each dose that was given, and today's."""
    for day in sorted({row.on for row in rows.sessions if row.given is Given.GIVEN}):
        yield shape("path", "gridline", d=f"M{number(frame.x(day))} {number(HEAD)}V{number(axis)}")
    if frame.first <= rows.today <= frame.last:
        yield shape("path", "now-line", d=f"M{number(frame.x(rows.today))} {number(HEAD)}V{number(axis)}")


def finding(rows: CourseRows) -> str:
    """What the chart shows, in sentences: each scale from its first score to its last, what is missing, doses, medicines."""
    said = [_lane_finding(lane) for lane in rows.lanes]
    given = [row for row in rows.sessions if row.given is Given.GIVEN]
    said.append(f"{len(given)} of {len(rows.sessions)} sessions given." if rows.sessions else "No session is planned.")
    if rows.medicines:
        said.append(f"{len(rows.medicines)} changes of medicine." if len(rows.medicines) > 1 else "1 change of medicine.")
    return " ".join(said) + " The values are in the table."


def _lane_finding(lane: Lane) -> str:
    drawn = [row for row in lane.rows if row.is_drawn and row.value is not None]
    missing = sum(row.standing in (Standing.MISSED, Standing.INCOMPLETE, Standing.NOT_SCORED) for row in lane.rows)
    owed = sum(row.standing is Standing.OWED for row in lane.rows)
    if not drawn:
        words = f"{lane.title}: no score"
    else:
        last = drawn[-1]
        words = f"{lane.title}: {last.value} on {last.on:%-d %b %Y}"
        if len(drawn) > 1:
            words += f", from {drawn[0].value} on {drawn[0].on:%-d %b %Y}"
        words += f", {last.band}" if last.band else ""
    words += f"; {missing} missing" if missing else ""
    words += f"; {owed} owed" if owed else ""
    words += "; " + ", ".join(f"{goal.word} {goal.sign} {plain(goal.value)}" for goal in lane.goals) if lane.goals else ""
    return words + "."


def _key(rows: CourseRows, frame: Frame, y: float) -> tuple[list[str], float]:
    """The marks that occur, each with its word; gives where it ends."""
    parts: list[str] = []
    x = frame.left
    for mark, words in _used(rows):
        wide = len(words) * LETTER + 40
        if x + wide > frame.width and x > frame.left:
            x, y = frame.left, y + 24
        parts += [f'<g transform="translate({number(x + 9)} {number(y)})">{mark}</g>', text(x + 24, y + 4.5, words)]
        x += wide
    return parts, y + 18


def _used(rows: CourseRows) -> Iterator[tuple[str, str]]:
    scores = [row for lane in rows.lanes for row in lane.rows]
    has = {row.standing for row in scores}
    if any(row.is_drawn and row.standing is Standing.ANSWERED for row in scores):
        yield shape("circle", "m-main", cx=0.0, cy=0.0, r=5.0), "answered"
    if Standing.PRORATED in has:
        yield shape("path", "m-open", d="M0-7l7 7l-7 7l-7-7z"), "prorated: some items missing"
    if any(row.is_danger for row in scores):
        yield shape("path", "bad", d="M0-6l6 10h-12z"), "suicide item answered above none"
    if any(row.risk and not row.is_danger and row.is_drawn for row in scores):
        yield text(0, 4.5, "?", "t-absent mid t-b"), "suicide item not answered"
    if Standing.MISSED in has:
        mark = shape("circle", "absent", cx=0.0, cy=0.0, r=7.0) + text(0, 4.5, "?", "t-absent mid t-b")
        yield mark, "due, never answered; no line is drawn through it"
    if Standing.OWED in has:
        yield shape("circle", "due-next", cx=0.0, cy=0.0, r=6.0), "owed"
    if has & {Standing.INCOMPLETE, Standing.NOT_SCORED}:
        yield shape("rect", "absent", x=-6.0, y=-6.0, width=12.0, height=12.0), "no score: the form is incomplete"
    for given, css in ((Given.GIVEN, "slot"), (Given.NOT_GIVEN, "due-missed"), (Given.TO_COME, "due-next")):
        if any(row.given is given for row in rows.sessions):
            yield shape("path", css, d="M-8 5a8 8 0 0 1 16 0z"), f"session {given.value}"
    if any(row.change is MedicineChange.TOLD for row in rows.medicines):
        yield shape("circle", "due-next", cx=0.0, cy=0.0, r=6.0), "medicine first told of, its begin not known"

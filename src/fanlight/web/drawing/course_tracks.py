"""Under the lanes of a course chart, on the same axis: each session with its dose, and each change of medicine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fanlight.web.drawing.course_frame import LETTER, Frame, Words, marked
from fanlight.web.drawing.svg import number, shape, text
from fanlight.web.pages.course_chart.rows import Given, MedicineChange, MedicineRow, SessionRow

TRACK, MEDICINE = 74.0, 40.0
"""Height of one track of sessions, and of one medicine."""


def session_tracks(rows: tuple[SessionRow, ...]) -> list[tuple[str, list[SessionRow]]]:
    """The sessions of each treatment together, in the order they began."""
    found: dict[str, list[SessionRow]] = {}
    for row in rows:
        found.setdefault(row.treatment, []).append(row)
    return list(found.items())


def session_marks(treatment: str, rows: list[SessionRow], frame: Frame, top: float) -> Iterator[str]:
    """A track: an arch for each session on a sill, its number over it and its dose under it where there is room."""
    sill = top + 44
    yield text(frame.left, top + 12, treatment, "t-ink t-b")
    yield text(frame.left - 8, sill + 4, "Session", "end")
    yield text(frame.left - 8, sill + 22, "Dose", "end")
    yield shape("path", "sill", d=f"M{number(frame.left)} {number(sill)}H{number(frame.right)}")
    over = Words(1)
    for row in rows:
        x = frame.x(row.on)
        css = {Given.GIVEN: "slot", Given.NOT_GIVEN: "due-missed", Given.TO_COME: "due-next"}[row.given]
        parts = [shape("path", css, d=f"M{number(x - 8)} {number(sill)}a8 8 0 0 1 16 0z")]
        if over.place(x, str(row.number)) is not None:
            parts.append(text(x, sill - 13, str(row.number), "t-ink mid"))
        yield marked(row.key, session_told(row), *parts)
    yield from _doses(rows, frame, sill)


def session_told(row: SessionRow) -> str:
    """What an arch says in words."""
    said = row.dose if row.given is Given.GIVEN else row.given.value
    return f"{row.on:%-d %b %Y}: session {row.number}, {row.treatment}, {said}, {row.status}"


def _doses(rows: list[SessionRow], frame: Frame, sill: float) -> Iterator[str]:
    """Doses under the sill. Neighbours of one dose that stand close are said once: "6 × 36 mg"."""
    places = Words(2)
    for group in _alike(rows, frame):
        words = group[0].dose or group[0].given.value
        words = words if len(group) == 1 else f"{len(group)} × {words}"
        x = max((frame.x(group[0].on) + frame.x(group[-1].on)) / 2, frame.left + len(words) * LETTER / 2)
        row = places.place(x, words)
        if row is not None:
            yield text(x, sill + 18 + 15 * row, words, "t-ink mid" if group[0].given is Given.GIVEN else "mid")


def _alike(rows: list[SessionRow], frame: Frame) -> list[list[SessionRow]]:
    groups: list[list[SessionRow]] = []
    for row in rows:
        said = row.dose or row.given.value
        last = groups[-1] if groups else None
        if last and (last[-1].dose or last[-1].given.value) == said and frame.x(row.on) - frame.x(last[-1].on) < (len(said) + 1) * LETTER:
            last.append(row)
        else:
            groups.append([row])
    return groups


def medicine_lanes(rows: tuple[MedicineRow, ...]) -> list[tuple[str, list[MedicineRow]]]:
    """The changes of each medicine together."""
    found: dict[str, list[MedicineRow]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return list(found.items())


def medicine_marks(name: str, rows: list[MedicineRow], frame: Frame, top: float, today: date) -> Iterator[str]:
    """One medicine: a line while it is known to be taken, up to today, with a mark and words at each change."""
    y = top + 26
    yield text(frame.left, top + 12, name, "t-ink t-b")
    yield from _taken(rows, frame, y, min(frame.right, frame.x(today)))
    places = Words(1)
    places.place(frame.left, name + "  ", "start")
    for row in rows:
        x = frame.x(row.on)
        to = "to " if row.change is MedicineChange.CHANGED and row.dose else ""
        words = f"{row.change.value} {to}{row.dose}".strip()
        is_late = x + len(words) * LETTER > frame.right
        parts = [_mark(row.change, x, y)]
        if places.place(x, words, "end" if is_late else "start") is not None:
            parts.append(text(x, top + 12, words, "end" if is_late else ""))
        yield marked(row.key, medicine_told(row), *parts)


def medicine_told(row: MedicineRow) -> str:
    """What a mark says in words."""
    return f"{row.on:%-d %b %Y}: {row.name}, {row.change.value}{f' {row.dose}' if row.dose else ''}"


def _taken(rows: list[MedicineRow], frame: Frame, y: float, end: float) -> Iterator[str]:
    """From each begin to its stop. Before a stop or a change whose begin is not on this chart the line comes from the left."""
    since: float | None = frame.left if rows[0].change in (MedicineChange.STOPPED, MedicineChange.CHANGED) else None
    for row in rows:
        x = frame.x(row.on)
        if row.change is MedicineChange.STOPPED and since is not None:
            yield shape("path", "s-medicine", d=f"M{number(since)} {number(y)}H{number(x)}")
            since = None
        elif row.change is not MedicineChange.STOPPED and since is None:
            since = x
    if since is not None and since < end:
        yield shape("path", "s-medicine", d=f"M{number(since)} {number(y)}H{number(end)}")


def _mark(change: MedicineChange, x: float, y: float) -> str:
    at = f"M{number(x)} {number(y)}"
    if change is MedicineChange.STARTED:
        return shape("path", "slot", d=f"{at}m-4-7l10 7l-10 7z")
    if change is MedicineChange.STOPPED:
        return shape("path", "slot", d=f"{at}m-6-6h12v12h-12z")
    if change is MedicineChange.CHANGED:
        return shape("path", "slot", d=f"{at}m0-7l7 7l-7 7l-7-7z")
    return shape("circle", "due-next", cx=x, cy=y, r=6.0)

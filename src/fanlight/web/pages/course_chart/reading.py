"""A person's record as the rows of the course chart, whole or of one window of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fanlight.core.instants import clinic_date
from fanlight.records.library import library
from fanlight.records.models import Course, Patient
from fanlight.records.owed_scales import CourseOwed, standings
from fanlight.web.pages.course_chart.medicines import medicine_rows
from fanlight.web.pages.course_chart.rows import CourseRows
from fanlight.web.pages.course_chart.scores import answered_rows, lanes_of, owed_rows
from fanlight.web.pages.course_chart.sessions import session_rows

WHOLE, RECENT = "whole", "recent"
RECENT_DAYS, LEAD_DAYS, AHEAD_DAYS = 90, 14, 28
"""Choices of the page, no clinical windows: what "Last 90 days" shows, how far before a course its chart looks for the scores it
began with, and how far ahead sessions are drawn where the past is short."""


@dataclass(frozen=True, slots=True)
class Window:
    """One choice of what is shown: its name in the address, its words, and from which day to which; None: as far as it goes."""

    id: str
    label: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class CourseChart:
    """The rows of one window, the windows there are to choose from, and which it is. `whole` holds every row."""

    rows: CourseRows
    whole: CourseRows
    windows: tuple[Window, ...]
    window: Window


def course_chart(patient: Patient, now: datetime, wanted: str = WHOLE) -> CourseChart:
    """The chart of a person; a window that does not exist is the whole."""
    zone = patient.site.zone
    today = clinic_date(now, zone)
    visits, asked = session_rows(patient, now)
    responses = patient.scale_responses.filter(amended_by__isnull=True).defer("answers")
    answered = answered_rows(responses, zone) + asked
    courses = standings(patient.site, library(), now, patient)
    owed = owed_rows([one for course in courses for one in course.standings], answered, today)
    medicines, unchanged = medicine_rows(patient)
    lanes = lanes_of([*answered, *owed])
    days = [*(row.on for lane in lanes for row in lane.rows), *(row.on for row in visits if row.on <= today), today]
    ahead = today + max((today - min(days)) / 3, timedelta(days=AHEAD_DAYS))
    shown = tuple(row for row in visits if row.on <= ahead)
    last = max([today, *(row.on for row in shown)])
    whole = CourseRows(min(days), last, today, lanes, shown, tuple(medicines), tuple(unchanged), len(visits) - len(shown))
    whole = whole.within(whole.first, whole.last)
    windows = _windows(patient, courses, today, whole)
    window = next((one for one in windows if one.id == wanted), windows[0])
    rows = whole.within(window.first or whole.first, window.last or whole.last)
    return CourseChart(rows, whole, windows, window)


def _windows(patient: Patient, owed: Iterable[CourseOwed], today: date, whole: CourseRows) -> tuple[Window, ...]:
    found = [Window(WHOLE, "Whole record")]
    asks = {one.course.pk: [standing.ask for standing in one.standings] for one in owed}
    courses = list(Course.objects.filter(patient=patient).order_by("starts_on", "pk"))
    for number, course in enumerate(courses):
        lead = course.starts_on - timedelta(days=LEAD_DAYS)
        before = [row.on for lane in whole.lanes for row in lane.rows if lead <= row.on < course.starts_on]
        first = min([course.starts_on, *before, *(ask.first for ask in asks.get(course.pk, ()))])
        later = courses[number + 1].starts_on - timedelta(days=1) if number + 1 < len(courses) else None
        is_running = later is None and course.ending is None
        label = "This course" if is_running else f"Course from {course.starts_on:%-d %b %Y}"
        found.append(Window(f"course-{course.pk}", label, first, later))
    found.append(Window(RECENT, f"Last {RECENT_DAYS} days", today - timedelta(days=RECENT_DAYS), today))
    return tuple(found)

"""The dates of a running course as the planner sees them, and what a moved or missed visit would do. Nothing is changed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from fanlight.care.protocols import Change, ClinicCalendar, CoursePlan, Protocol, if_missed, if_moved
from fanlight.care.protocols import plan as plan_course
from fanlight.care.sessions.status import SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.knowledge import sessions_given
from fanlight.records.library import Library
from fanlight.records.models import Course, CourseEnding, Patient, Site, TreatmentSession

LONGEST_PLAN_DAYS = 366
"""A course is planned at most a year ahead: past that, nobody knows the calendar."""
_NOT_HELD = (SessionStatus.DID_NOT_ATTEND.value, SessionStatus.CANCELLED_BEFORE_DOSE.value)


class CourseDatesError(FanlightError):
    """A change of dates that cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class CourseDates:
    """A course on the calendar. `rows` are its sessions in the plan's order, given ones first; a visit not held is in `not_held`."""

    course: Course
    protocol: Protocol
    calendar: ClinicCalendar
    plan: CoursePlan
    rows: tuple[TreatmentSession, ...]
    not_held: tuple[TreatmentSession, ...]
    booked: Mapping[date, int]
    elsewhere: tuple[date, ...]

    def slot_of(self, number: int) -> int:
        """The place in the plan of the session with this number; 0 where it has none."""
        return next((n for n, row in enumerate(self.rows, start=1) if row.number == number), 0)

    def row_of(self, slot: int) -> TreatmentSession | None:
        """The session in a place of the plan; None past those that were opened."""
        return self.rows[slot - 1] if 1 <= slot <= len(self.rows) else None


@dataclass(frozen=True, slots=True)
class ProposedDates:
    """What one move would do. `moves` pairs each session that changes with its new date; `mark` names exactly this proposal."""

    kind: str
    session: TreatmentSession
    change: Change
    moves: tuple[tuple[TreatmentSession, date], ...]
    mark: str


def chairs_taken(site: Site, since: date, *, but: Course | None = None) -> Counter[date]:
    """Sessions by date at a site from a date on, without those of one course and without visits not held."""
    rows = TreatmentSession.objects.filter(planned_on__gte=since).exclude(state__in=_NOT_HELD)
    # A visit that was still to come when its course ended will not be held: its chair is free.
    rows = rows.exclude(state=SessionStatus.PLANNED.value, course__in=CourseEnding.objects.values("course"))
    if but is not None:
        rows = rows.exclude(course=but)
    # The site is asked of each date's sum: put into the condition, it is read through every patient of the site.
    sums = rows.values_list("planned_on", "course__patient__site_id").annotate(visits=Count("pk")).order_by()
    return Counter({day: visits for day, at, visits in sums if at == site.pk})


def dates_of(course: Course, library: Library, *, at: datetime) -> CourseDates:
    """The course as it is booked, with the windows its pinned protocol gives each session. FAN-COURSE-011 without a calendar."""
    site, signature = course.patient.site, course.protocol_signature
    calendar = library.calendars.get(site.calendar_id)
    if calendar is None:
        raise CourseDatesError("FAN-COURSE-011", "Cannot plan", "this clinic has no calendar", "Its opening days are needed first.")
    protocol = library.pinned_protocol(signature.protocol_id, signature.content_text)
    every = list(course.sessions.order_by("number"))
    held = sorted((row for row in every if row.state not in (*_NOT_HELD, SessionStatus.PLANNED.value)), key=lambda row: row.planned_on)
    coming = [row for row in every if row.state == SessionStatus.PLANNED.value]
    dates = [row.planned_on for row in held]
    elsewhere = given_elsewhere(course.patient, library, protocol, at=at, but=dates)
    booked = chairs_taken(site, clinic_date(at, site.zone), but=course)  # nobody is placed on a day that has passed
    fixed = {len(held) + n: row.planned_on for n, row in enumerate(coming, start=1)}
    found = plan_course(
        protocol,
        course.starts_on,
        calendar,
        library.ceilings,
        booked=booked,
        held=dates,
        fixed=fixed,
        elsewhere=elsewhere,
        sessions_at_least=len(held) + len(coming),
    )
    missed = tuple(row for row in every if row.state in _NOT_HELD)
    return CourseDates(course, protocol, calendar, found, (*held, *coming), missed, booked, elsewhere)


def given_elsewhere(patient: Patient, library: Library, protocol: Protocol, *, at: datetime, but: Sequence[date] = ()) -> tuple[date, ...]:
    """Dates of the drug outside this course, whose own are `but`: they count towards the frequency ceiling."""
    here = Counter(but)
    found = []
    for line in sessions_given(patient, library, at=at):
        on = line.get("on")
        if not isinstance(on, date) or line.get("drug") not in (protocol.drug.value, None):
            continue
        if here[on]:
            here[on] -= 1
        else:
            found.append(on)
    return tuple(sorted(found))


def propose(dates: CourseDates, library: Library, *, number: int, to: date | None, at: datetime, is_worse: bool = False) -> ProposedDates:
    """What moving a session to a date does to all later ones; without a date, what missing it does.

    Errors: FAN-COURSE-012 where there is no such session still to come.
    """
    slot = dates.slot_of(number)
    row = dates.row_of(slot)
    if row is None or row.state != SessionStatus.PLANNED.value:
        raise CourseDatesError("FAN-COURSE-012", f"Cannot move session {number}", "it is not still to come", "Choose one that is.")
    if to is not None:
        change = if_moved(
            dates.plan,
            dates.protocol,
            dates.calendar,
            library.ceilings,
            number=slot,
            to=to,
            booked=dates.booked,
            elsewhere=dates.elsewhere,
        )
    else:
        today = clinic_date(at, dates.course.patient.site.zone)
        change = if_missed(
            dates.plan,
            dates.protocol,
            dates.calendar,
            library.ceilings,
            number=slot,
            today=max(today, row.planned_on) if row.planned_on <= today else row.planned_on,
            is_worse=is_worse,
            booked=dates.booked,
            elsewhere=dates.elsewhere,
        )
    moves = tuple(
        (found, item.to_date) for item in change.changes if item.to_date is not None and (found := dates.row_of(item.number)) is not None
    )
    said = [[item.pk, item.row_version, item.planned_on.isoformat()] for item in dates.rows]
    mark = sha256(canonical_json([said, number, [[item.pk, day.isoformat()] for item, day in moves], list(change.problems)]))
    return ProposedDates("moved" if to is not None else "missed", row, change, moves, mark)

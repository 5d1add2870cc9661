"""Dates of a course changed together: accepted in one transaction, kept with their reasons, and taken back while nothing has happened."""

from __future__ import annotations

from datetime import date, datetime

from fanlight.care.sessions.status import SessionStatus
from fanlight.records.audit import change
from fanlight.records.course_dates import CourseDatesError, ProposedDates
from fanlight.records.models import Course, DatesChange, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may


def accept_dates(*, proposal: ProposedDates, seen: str, reason: str, by: StaffMember, at: datetime) -> DatesChange:
    """Move every session the proposal changes, all or none.

    `seen` is the mark of the proposal the person looked at. Errors: FAN-COURSE-013 where the proposal is another one by now;
    FAN-COURSE-014 where it breaks the protocol and no reason is given; FAN-COURSE-015 where nothing would change.
    """
    session = proposal.session
    course = session.course
    check_may(by, Permission.PLAN_DATES, at=at, patient=course.patient)
    if seen != proposal.mark:
        raise CourseDatesError(
            "FAN-COURSE-013", "Cannot change the dates", "the course changed after you looked at it", "Look at what it does now."
        )
    if not proposal.moves:
        raise CourseDatesError("FAN-COURSE-015", "Cannot change the dates", "nothing would change", "Choose another date.")
    if proposal.change.problems and not reason.strip():
        raise CourseDatesError(
            "FAN-COURSE-014", "Cannot change the dates yet", "they leave what the protocol asks", "Say why in a sentence, or choose others."
        )
    with change("change_dates", at=at, by=by, patient=course.patient, course=course.pk, kind=proposal.kind) as entry:
        kept = DatesChange(
            course=course,
            session=session,
            kind=proposal.kind,
            before={row.reference: row.planned_on.isoformat() for row, _ in proposal.moves},
            after={row.reference: to.isoformat() for row, to in proposal.moves},
            problems=list(proposal.change.problems),
            reason=reason.strip(),
            made_by=by,
            made_at=at,
        )
        entry.add(kept)
        for row, to in proposal.moves:
            entry.update(row, planned_on=to)
    return kept


def last_change(course: Course) -> DatesChange | None:
    """The latest change of dates that stands: neither taken back nor itself a taking back."""
    found = course.dates_changes.filter(undoes__isnull=True, undone_by__isnull=True).order_by("-made_at", "-pk").first()
    return found if isinstance(found, DatesChange) else None


def may_be_undone(found: DatesChange) -> bool:
    """True while every session it moved is still to come, on the date it was given."""
    rows = {row.reference: row for row in TreatmentSession.objects.filter(reference__in=list(found.after))}
    return all(
        reference in rows and rows[reference].state == SessionStatus.PLANNED.value and rows[reference].planned_on.isoformat() == day
        for reference, day in found.after.items()
    )


def undo_dates(*, found: DatesChange, by: StaffMember, at: datetime) -> DatesChange:
    """Put the dates back as they were before the latest change. FAN-COURSE-016 where it is not the latest, or a session has begun."""
    course = found.course
    check_may(by, Permission.PLAN_DATES, at=at, patient=course.patient)
    latest = last_change(course)
    if latest is None or latest.pk != found.pk or not may_be_undone(found):
        raise CourseDatesError(
            "FAN-COURSE-016", "Cannot take the change back", "a session was begun or moved since", "Move the session itself."
        )
    rows = {row.reference: row for row in course.sessions.filter(reference__in=list(found.after))}
    with change("undo_dates", at=at, by=by, patient=course.patient, course=course.pk, change=found.pk) as entry:
        kept = DatesChange(
            course=course,
            session=found.session,
            kind="undone",
            before=found.after,
            after=found.before,
            undoes=found,
            made_by=by,
            made_at=at,
        )
        entry.add(kept)
        for reference, day in found.before.items():
            entry.update(rows[reference], planned_on=date.fromisoformat(day))
    return kept

"""Courses: plan the dates, see them, move a session, end a course."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.care.protocols import ClinicCalendar, CoursePlan, Protocol, open_ended_phase, plan_until
from fanlight.care.protocols import plan as plan_course
from fanlight.care.sessions import SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import CourseError, current_signature, end_course, move_session, open_course, who_may_sign
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.course_dates import LONGEST_PLAN_DAYS, chairs_taken, given_elsewhere
from fanlight.records.library import library
from fanlight.records.models import Course, Patient, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person, session_or_404
from fanlight.web.forms import DayField, KeyedForm, do_once
from fanlight.web.pages.course_calendar import Dose, draw_weeks, in_day_words
from fanlight.web.pages.course_panes import session_fan
from fanlight.web.pages.dose_sum import dose_sum
from fanlight.web.pages.protocol_choice import chosen_protocol
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.words import counted, day_words, listed

_MAY_BE_ORDERED = (SessionStatus.PLANNED.value, SessionStatus.ARRIVED.value, SessionStatus.CHECKED.value)


class StartForm(KeyedForm):
    """When the course begins."""

    start = DayField(label="First session on")
    until = DayField(label="Plan as far as", required=False)
    seen = forms.CharField(max_length=64)


@page(Permission.OPEN_COURSE)
def course_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the dates on the clinic's calendar, then open the course. It stays on the protocol version signed now."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    content = library()
    protocol = chosen_protocol(request, row, content)
    signature = current_signature(row.site, protocol.id, content)
    decision = row.decisions.filter(intention="screen", protocol_id=protocol.id, is_passed=True).order_by("-decided_at").first()
    today = clinic_date(now, row.site.zone)
    form = StartForm(request.POST or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = said.get("start") or _day(request.GET.get("start")) or today
    until = said.get("until") or _day(request.GET.get("until"))
    open_phase = open_ended_phase(protocol)
    planned, problem = _planned(row, protocol, wanted, until if open_phase else None, now)
    mark = sha256(canonical_json([session.on.isoformat() for session in planned.sessions])) if planned is not None else ""
    stands = [
        words
        for words, is_true in (
            ("nobody has decided yet that this person may begin", decision is None),
            (f"nobody has signed this version here; {_who_may_sign(row)}", signature is None),
        )
        if is_true
    ]
    if (
        request.method == "POST"
        and form.is_valid()
        and not form.errors
        and planned is not None
        and signature is not None
        and decision is not None
    ):
        days = [session.on for session in planned.sessions]

        def do() -> dict[str, int]:
            if said["seen"] != mark:
                why = "a chair was taken after you looked, and the dates are others now"
                raise CourseError("FAN-COURSE-017", "Cannot open the course with these dates", why, "Look at the new ones first.")
            made = open_course(
                patient=row,
                signature=signature,
                decision=decision,
                starts_on=days[0] if days else wanted,
                planned=days,
                plan={"calendar": planned.calendar_id, "start": wanted.isoformat(), "sessions": [day.isoformat() for day in days]},
                by=user,
                at=now,
            )
            return {"course": made.pk}

        answer = do_once(request, form, f"course_new:{pk}:{protocol.id}", do)
        if answer is not None:
            messages.success(request, "The course is open. Next: order the first dose.")
            return redirect("course", answer["course"])
    calendar = content.calendars.get(row.site.calendar_id)
    marks = {session.on: [Dose(session.number, "planned")] for session in planned.sessions} if planned is not None else {}
    context = {
        "weeks": draw_weeks(planned, calendar, marks, today) if planned is not None and calendar is not None else (),
        "calendar": calendar,
        "sum": dose_sum(row, protocol, signature, content, phase_id=protocol.phases[0].id, at=now, on=wanted),
        "patient": who_of(row, today),
        "pk": pk,
        "protocol": protocol,
        "signature": signature,
        "form": form,
        "planned": planned,
        "wanted": wanted,
        "until": until if open_phase else None,
        "open_phase": open_phase,
        "mark": mark,
        "rows": _planned_rows(planned, protocol),
        "unplaced": [in_day_words(why, today) for why in planned.unplaced.why] if planned is not None and planned.unplaced else [],
        "known_until": _known_until(calendar, planned),
        "problem": problem,
        "stands": stands,
        "headline": _plan_headline(planned),
    }
    return render(request, "course_new.html", context, status=422 if form.is_bound and form.errors else 200)


def _who_may_sign(row: Any) -> str:
    names = who_may_sign(row.site)
    return f"{listed(names, 'or')} may" if names else "it needs a medical director"


def _planned_rows(planned: CoursePlan | None, protocol: Protocol) -> list[dict[str, Any]]:
    """Each session with its phase and, where it could not keep the date of its rhythm, that date and why."""
    if planned is None:
        return []
    moves = {move.number: move for move in planned.moved}
    titles = {phase.id: phase.title for phase in protocol.phases}
    return [{"session": item, "phase": titles.get(item.phase_id, ""), "move": moves.get(item.number)} for item in planned.sessions]


def _known_until(calendar: ClinicCalendar | None, planned: CoursePlan | None) -> date | None:
    """The last day the clinic's calendar says it is shut, where the plan goes past it: of later holidays nothing is known."""
    if calendar is None or planned is None or not planned.sessions:
        return None
    known = max((shut.last for shut in calendar.closures), default=None)
    return known if known is not None and planned.sessions[-1].on > known else None


def _planned(row: Patient, protocol: Protocol, wanted: date, until: date | None, now: datetime) -> tuple[CoursePlan | None, str]:
    content = library()
    calendar = content.calendars.get(row.site.calendar_id)
    if calendar is None:
        return None, "This clinic has no calendar yet: its opening days are needed before a course can be planned."
    if until is not None and not wanted <= until <= wanted + timedelta(days=LONGEST_PLAN_DAYS):
        return None, f"A course is planned at most a year ahead: choose a last day from {wanted:%-d %b %Y} to a year after it."
    booked, elsewhere = chairs_taken(row.site, wanted), given_elsewhere(row, content, protocol, at=now)
    try:
        if until is not None:
            return plan_until(protocol, wanted, calendar, content.ceilings, until=until, booked=booked, elsewhere=elsewhere), ""
        return plan_course(protocol, wanted, calendar, content.ceilings, booked=booked, elsewhere=elsewhere), ""
    except FanlightError as trouble:
        return None, f"{trouble.what}: {trouble.why}. {trouble.next_step}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _plan_headline(planned: Any) -> str:
    if planned is None:
        return "No dates yet."
    if planned.unplaced is not None:
        return f"{counted(len(planned.sessions), 'session').capitalize()} fit; the next finds no date."
    moved = f" {counted(len(planned.moved), 'date').capitalize()} had to move." if planned.moved else ""
    return f"{counted(len(planned.sessions), 'session').capitalize()} fit.{moved}"


class EndCourseForm(KeyedForm):
    """How and why a course ends."""

    kind = forms.ChoiceField(
        label="How it ends",
        choices=[("completed", "Completed"), ("stopped", "Stopped"), ("transferred", "Transferred")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    reason = forms.CharField(label="Why", widget=forms.Textarea, error_messages={"required": "Say it in a sentence."}, max_length=240)


@page(Permission.SEE_COURSE)
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """A course: its dates, what was given, what is to be ordered."""
    user, now = person(request), clock.now()
    row = Course.objects.for_user(user).filter(pk=pk).select_related("patient__site", "protocol_signature").first()
    if not isinstance(row, Course):
        raise Http404
    today = clinic_date(now, row.patient.site.zone)
    ending = row.ending
    form = EndCourseForm(request.POST or None) if user.may(Permission.OPEN_COURSE) and ending is None else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = form.cleaned_data

        def do() -> dict[str, int]:
            return {"ending": end_course(course=row, kind=given["kind"], reason=given["reason"], by=user, at=now).pk}

        if do_once(request, form, f"end_course:{pk}", do) is not None:
            messages.success(request, "The course has ended.")
            return redirect("patient", row.patient_id)
    sessions = list(row.sessions.order_by("number"))
    states = {session.number: session.state for session in sessions}
    coming = next((session for session in sessions if session.state == SessionStatus.PLANNED.value), None)
    protocol = library().pinned_protocol(row.protocol_signature.protocol_id, row.protocol_signature.content_text)
    begun = sum(state != SessionStatus.PLANNED.value for state in states.values())
    sentence = f"{counted(begun, 'session').capitalize()} of {len(sessions)} begun."
    if ending is not None:
        sentence = f"{ending.kind.capitalize()}, {day_words(ending.ended_at.date(), today)}."
    elif coming is not None:
        sentence += f" The next is {day_words(coming.planned_on, today)}."
    context = {
        "patient": who_of(row.patient, today),
        "facts": [KeyFact("Protocol", protocol.title), KeyFact("Version", row.protocol_signature.protocol_version, "pinned")],
        "fan": session_fan(coming.number if coming else max(states, default=1), states, len(states)) if states else None,
        "course": row,
        "sentence": sentence,
        "rows": [_session_row(session, protocol, today) for session in sessions],
        "ending": ending,
        "form": form,
    }
    return render(request, "course.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


def _session_row(session: TreatmentSession, protocol: Any, today: date) -> dict[str, Any]:
    dose = (session.dose or {}).get("dose") or {}
    phase = protocol.phase_of_session(session.number)
    return {
        "session": session,
        "href": reverse("session", args=[session.reference]),
        "phase": phase.title if phase else "",
        "dose": f"{dose.get('mg')} mg" if dose.get("mg") else "",
        "per_kg": f"{dose.get('mg_per_kg')} mg/kg" if dose.get("mg_per_kg") else "",
        "is_planned": session.state == SessionStatus.PLANNED.value,
        "is_today": session.planned_on == today,
        "may_order": session.state in _MAY_BE_ORDERED,
    }


class MoveForm(KeyedForm):
    """Another date, another chair."""

    to = DayField(label="New date")
    chair = forms.CharField(label="Chair", max_length=24, required=False)


@page(Permission.PLAN_DATES)
def session_move(request: HttpRequest, reference: str) -> HttpResponse:
    """Move a session that has not begun."""
    user, now = person(request), clock.now()
    row = session_or_404(request, reference)
    form = MoveForm(request.POST or None, initial={"to": row.planned_on, "chair": row.chair})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        seen = request.POST.get("seen_version", "")
        version = int(seen) if seen.isdigit() else 0

        def do() -> dict[str, str]:
            move_session(session=row, to=given["to"], chair=given["chair"] or None, seen_version=version, by=user, at=now)
            return {"moved": given["to"].isoformat()}

        if do_once(request, form, f"move:{reference}", do) is not None:
            messages.success(request, "Moved.")
            return redirect("course", row.course_id)
        row.refresh_from_db()
    today = clinic_date(now, row.patient.site.zone)
    context = {"patient": who_of(row.patient, today), "session": row, "form": form}
    return render(request, "session_move.html", context, status=422 if form.is_bound and form.errors else 200)

"""The planner of a running course: its dates on the clinic's calendar, and what a move would do, drawn before it is accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fanlight.care.protocols import CoursePlan
from fanlight.care.sessions import SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.course_dates import accept_dates, last_change, may_be_undone, undo_dates
from fanlight.records.course_dates import CourseDates, ProposedDates, dates_of, propose
from fanlight.records.library import library
from fanlight.records.models import Course, DatesChange, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.course_calendar import Dose, draw_weeks, in_day_words
from fanlight.web.pages.dose_sum import dose_sum
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.words import counted, day_words


class AcceptForm(KeyedForm):
    """The proposal somebody looked at, and why where it leaves the protocol."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    to = forms.DateField(widget=forms.HiddenInput, required=False)
    worse = forms.BooleanField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(label="Why", max_length=240, required=False, widget=forms.Textarea(attrs={"rows": "2", "class": "textarea"}))


class UndoForm(KeyedForm):
    """The change to take back."""


def _course(request: HttpRequest, pk: int) -> Course:
    found = Course.objects.for_user(person(request)).filter(pk=pk).select_related("patient__site", "protocol_signature").first()
    if not isinstance(found, Course):
        raise Http404
    return found


@page(Permission.SEE_COURSE)
@require_GET
def course_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The course on the calendar; with ?move= or ?missed=, what that would do to every later date."""
    return _answer(request, _course(request, pk), clock.now())


def _answer(request: HttpRequest, row: Course, now: datetime, form: AcceptForm | None = None) -> HttpResponse:
    today = clinic_date(now, row.patient.site.zone)
    content = library()
    base = {"patient": who_of(row.patient, today), "course": row}
    try:
        dates = dates_of(row, content, at=now)
    except FanlightError as trouble:
        return render(request, "course_plan.html", base | {"headline": "No plan.", "problem": f"{trouble.what}: {trouble.why}."})
    given = form.cleaned_data if form is not None else {}
    number = given.get("number") or _number(request.GET.get("move")) or _number(request.GET.get("missed"))
    to = given.get("to") or _day(request.GET.get("to"))
    worse = bool(given.get("worse") or request.GET.get("worse"))
    is_missed = not to and ("missed" in request.GET or form is not None)
    may_move = person(request).may(Permission.PLAN_DATES) and row.ending is None
    proposal, problem = None, ""
    if number and may_move and (to or is_missed):
        try:
            proposal = propose(dates, content, number=number, to=to, at=now, is_worse=worse)
        except FanlightError as trouble:
            problem = f"{trouble.what}: {trouble.why}. {trouble.next_step}"
    choosing = number if may_move and number and dates.slot_of(number) and not problem else 0
    here = reverse("course_plan", args=[row.pk])

    def refuses(on: date) -> str:
        return "it has passed" if on < today else dates.calendar.why_not(on, dates.booked) or ""

    def chosen(on: date) -> str:
        return "" if refuses(on) else f"{here}?{urlencode({'move': choosing, 'to': on.isoformat()})}#change"

    def lifted(of: int) -> str:
        may_be = may_move and bool(dates.slot_of(of)) and (proposal is None or of == number)
        return f"{here}?{urlencode({'move': of})}#choose" if may_be else ""

    if proposal is not None and form is None:
        start = {"number": number, "to": to.isoformat() if to else "", "worse": "on" if worse else "", "seen": proposal.mark}
        form = AcceptForm(initial=start)
    if form is not None and proposal is not None:
        form.fields["reason"].required = bool(proposal.change.problems)
    upcoming = next((item for item in dates.plan.sessions if not item.held), None)
    latest = last_change(row)
    context = base | {
        "facts": [KeyFact("Protocol", dates.protocol.title), KeyFact("Version", row.protocol_signature.protocol_version, "pinned")],
        "headline": _headline(dates, proposal, today),
        "weeks": draw_weeks(
            proposal.change.after if proposal else dates.plan,
            dates.calendar,
            _doses(dates, proposal, lifted),
            today,
            chosen=chosen if choosing else None,
            refuses=refuses if may_move else None,
        ),
        "rows": _rows(dates, today),
        "choosing": choosing,
        "to": to,
        "today": today,
        "may_move": may_move,
        "proposal": proposal,
        "is_missed": proposal is not None and proposal.kind == "missed",
        "changes": _changes(dates, proposal, today) if proposal else [],
        "problems": [in_day_words(said, today) for said in proposal.change.problems] if proposal else [],
        "form": form,
        "problem": problem,
        "not_held": dates.not_held,
        "therapy": _therapy(dates, proposal.change.after if proposal else dates.plan, today),
        "sum": dose_sum(
            row.patient, dates.protocol, row.protocol_signature, content, phase_id=upcoming.phase_id, at=now, on=max(upcoming.on, today)
        )
        if upcoming
        else None,
        "latest": latest,
        "latest_dates": _dates_words(latest, today) if latest else [],
        "undo": UndoForm() if latest is not None and may_move and may_be_undone(latest) else None,
        "calendar": dates.calendar,
    }
    return render(request, "course_plan.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


@page(Permission.PLAN_DATES)
@require_POST
def course_plan_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a proposal: all its dates, or none."""
    row, user, now = _course(request, pk), person(request), clock.now()
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _answer(request, row, now, form)
    given = form.cleaned_data

    def do() -> dict[str, int]:
        content = library()
        proposal = propose(dates_of(row, content, at=now), content, number=given["number"], to=given["to"], at=now, is_worse=given["worse"])
        return {"change": accept_dates(proposal=proposal, seen=given["seen"], reason=given["reason"], by=user, at=now).pk}

    answer = do_once(request, form, f"course_dates:{pk}", do)
    if answer is None:
        return _answer(request, row, now, form)
    kept = DatesChange.objects.get(pk=answer["change"])
    messages.success(request, f"{counted(len(kept.after), 'date').capitalize()} changed. It can be taken back until one of them begins.")
    return redirect("course_plan", pk)


@page(Permission.PLAN_DATES)
@require_POST
def course_plan_undo(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """Take the latest change of dates back."""
    row, user, now = _course(request, pk), person(request), clock.now()
    found = row.dates_changes.filter(pk=change_pk).first()
    if found is None:
        raise Http404
    form = UndoForm(request.POST)
    if form.is_valid() and do_once(
        request, form, f"course_dates_undo:{change_pk}", lambda: {"change": undo_dates(found=found, by=user, at=now).pk}
    ):
        messages.success(request, "The dates are as they were before.")
    else:
        messages.error(request, " ".join(fault.words for fault in form.faults))
    return redirect("course_plan", pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 5 else 0


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _headline(dates: CourseDates, proposal: ProposedDates | None, today: date) -> str:
    if proposal is None:
        late = sum(not item.held and item.on < today for item in dates.plan.sessions[: len(dates.rows)])
        if late:
            return f"{counted(late, 'visit').capitalize()} should have been held by now."
        to_come = sum(not item.held for item in dates.plan.sessions[: len(dates.rows)])
        return f"{counted(to_come, 'session').capitalize()} to come." if to_come else "Every session of this course was held."
    words = f"If session {proposal.session.number} {'was missed' if proposal.kind == 'missed' else 'moves'}"
    if not proposal.moves:
        return f"{words}, no date changes."
    verb = "changes" if len(proposal.moves) == 1 else "change"
    broken = f" {counted(len(proposal.change.problems), 'thing').capitalize()} to look at." if proposal.change.problems else ""
    return f"{words}, {counted(len(proposal.moves), 'date')} {verb}.{broken}"


def _doses(dates: CourseDates, proposal: ProposedDates | None, lifted: Callable[[int], str]) -> dict[date, list[Dose]]:
    moved = {row.pk: to for row, to in proposal.moves} if proposal else {}
    found: dict[date, list[Dose]] = {}
    for item, row in zip(dates.plan.sessions, dates.rows, strict=False):
        if row.pk in moved:
            found.setdefault(row.planned_on, []).append(Dose(row.number, "was"))
            found.setdefault(moved[row.pk], []).append(Dose(row.number, "new", lifted(row.number)))
        else:
            found.setdefault(row.planned_on, []).append(
                Dose(row.number, _held_word(row)) if item.held else Dose(row.number, "planned", lifted(row.number))
            )
    for row in dates.not_held:
        found.setdefault(row.planned_on, []).append(Dose(row.number, "missed"))
    return found


def _held_word(row: TreatmentSession) -> str:
    """A visit that has begun is no dose given yet."""
    return "begun" if row.state in (SessionStatus.ARRIVED.value, SessionStatus.CHECKED.value) else "given"


def _rows(dates: CourseDates, today: date) -> list[dict[str, Any]]:
    titles = {phase.id: phase.title for phase in dates.protocol.phases}
    return [
        {
            "number": row.number,
            "on": row.planned_on,
            "first": item.first,
            "last": item.last,
            "held": _held_word(row) if item.held else "",
            "is_late": not item.held and row.planned_on < today,
            "is_outside": not item.held and not item.first <= row.planned_on <= item.last,
            "shut": "" if item.held else dates.calendar.why_not(row.planned_on, dates.booked) or "",
            "phase": titles.get(item.phase_id, ""),
            "is_next": not item.held and not any(not other.held for other in dates.plan.sessions[:slot]),
        }
        for slot, (item, row) in enumerate(zip(dates.plan.sessions, dates.rows, strict=False))
    ]


def _changes(dates: CourseDates, proposal: ProposedDates, today: date) -> list[dict[str, Any]]:
    """Every session still to come, before and after, with the engine's reason where its date changes."""
    after = {item.number: item for item in proposal.change.after.sessions}
    why = {move.number: f"its rhythm wants {day_words(move.from_date, today)}: {move.why}" for move in proposal.change.after.moved}
    moved_slot = dates.slot_of(proposal.session.number)
    phases = {phase.id: phase for phase in dates.protocol.phases}
    found = []
    for slot, (item, row) in enumerate(zip(dates.plan.sessions, dates.rows, strict=False), start=1):
        if item.held:
            continue
        new = after.get(slot)
        before_it = after.get(slot - 1)
        reason = ""
        if new is None:
            reason = "it would find no date"
        elif slot == moved_slot:
            reason = "you move it" if proposal.kind == "moved" else "it was missed: the next date that fits"
        elif new.on != row.planned_on and slot in why:
            reason = why[slot]
        elif new.on != row.planned_on and before_it is not None:
            reason = f"{counted((new.on - before_it.on).days, 'day')} after the session before, as {phases[new.phase_id].title} asks"
        found.append(
            {
                "number": row.number,
                "before": row.planned_on,
                "after": new.on if new else None,
                "is_changed": new is None or new.on != row.planned_on,
                "first": new.first if new else None,
                "last": new.last if new else None,
                "why": reason,
            }
        )
    return found


def _therapy(dates: CourseDates, plan: CoursePlan, today: date) -> list[dict[str, Any]]:
    zone = dates.course.patient.site.zone
    return [
        {
            "kind": slot.kind.value.replace("_", " "),
            "after": slot.after_session,
            "opens": slot.opens_at.astimezone(zone),
            "closes": slot.closes_at.astimezone(zone),
            "at": slot.suggested_at.astimezone(zone) if slot.suggested_at else None,
            "problem": slot.problem,
        }
        for slot in plan.therapy
        if slot.closes_at.astimezone(zone).date() >= today
    ][:12]


def _dates_words(found: DatesChange, today: date) -> list[str]:
    numbers = dict(found.course.sessions.values_list("reference", "number"))
    moved = sorted((numbers.get(reference, 0), day, found.after[reference]) for reference, day in found.before.items())
    return [
        f"session {number}: {day_words(date.fromisoformat(was), today)} to {day_words(date.fromisoformat(now), today)}"
        for number, was, now in moved
    ]

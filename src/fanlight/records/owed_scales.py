"""Owed scales: what the protocols of running courses ask for, how it stands, and the task that owns what is not answered.

How an ask stands is worked out anew each time from what is on record (`fanlight.care.scales.asking`); nothing here remembers it.
Messages are sent by `fanlight.records.actions.reminders`; from the due day on a nurse owns the asking besides, then the call list, then
the person the course names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from fanlight.care.protocols import Protocol
from fanlight.care.protocols.course import PlannedSession
from fanlight.care.protocols.windows import due_measures
from fanlight.care.scales.asking import Ask, Closure, Completeness, Form, History, Message, Owed, Stage, completeness, owed
from fanlight.care.sessions import EventKind, SessionStatus
from fanlight.core.instants import clinic_date, clinic_day
from fanlight.records.actions.scales import patient_account
from fanlight.records.audit import change
from fanlight.records.contact import channels_of, messages_to
from fanlight.records.duty import person_for
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import Library
from fanlight.records.merged import name_survivors, with_merged
from fanlight.records.models import (
    Course,
    CourseEnding,
    DatesChange,
    Patient,
    ScaleForm,
    ScaleResponse,
    SessionEvent,
    Site,
    StaffMember,
    Task,
    TreatmentSession,
)

KINDS = {Stage.MESSAGES: "owed_scale", Stage.CALL_LIST: "owed_scale_call", Stage.NAMED_PERSON: "owed_scale_named"}
"""The kind of the task by stage: it changes when the next person takes it on."""
_NOT_HELD = (SessionStatus.CANCELLED_BEFORE_DOSE.value, SessionStatus.DID_NOT_ATTEND.value)
_IS_WHOLE = Case(
    *(When(score__contains=f'"status":"{status}","subscales":', then=Value(True)) for status in ("complete", "prorated")),
    default=Value(False),
    output_field=BooleanField(),
)
"""Whether a score is whole, asked of its canonical text in the database: the rows of a long past are not read for one word each."""


_FEW = 50


@dataclass(frozen=True, slots=True)
class CourseOwed:
    """A course and how each of its asks stands."""

    course: Course
    standings: tuple[Owed, ...]


_ASKS: dict[tuple[str, str, tuple[Any, ...]], tuple[Ask, ...]] = {}
_ASKS_AT_MOST = 20_000


def asks_of(course: Course, sessions: Iterable[TreatmentSession], content: Library) -> tuple[Ask, ...]:
    """What a course's protocol, as signed, asks for on its dates; a scale wanted twice on a day is asked once.

    Points counted from the last dose come only when every session has been held or has fallen away.
    """
    rows = sorted((row for row in sessions if row.state not in _NOT_HELD), key=lambda row: row.number)
    held = tuple((row.number, row.planned_on, row.state == SessionStatus.PLANNED.value) for row in rows)
    signature = course.protocol_signature
    key = (
        signature.protocol_id,
        signature.content_hash,
        held,
    )  # the same dates are asked many times a day
    found = _ASKS.get(key)
    if found is None:
        if len(_ASKS) >= _ASKS_AT_MOST:
            _ASKS.clear()
        protocol = content.pinned_protocol(signature.protocol_id, signature.content_text)
        found = _ASKS[key] = _worked_out(protocol, held, content.asking_policy.baseline_counts_from_days_before)
    return found


def _worked_out(protocol: Protocol, held: Iterable[tuple[int, date, bool]], baseline_days: int) -> tuple[Ask, ...]:
    planned, is_whole = [], True
    for number, on, is_planned in held:
        phase = protocol.phase_of_session(number)
        planned.append(PlannedSession(number, phase.id if phase else "", on, on, on, 0))
        is_whole = is_whole and not is_planned
    found: dict[tuple[str, date], Ask] = {}
    measures = due_measures(protocol, planned, is_whole=is_whole)
    on_the_day = {(measure.scale, measure.due_on) for measure in measures if not measure.is_baseline}
    for measure in measures:
        first = measure.first
        if measure.is_baseline and (measure.scale, measure.due_on) not in on_the_day:
            first = min(first, measure.due_on - timedelta(days=baseline_days))
        ask = Ask(measure.scale, measure.due_on, first, measure.last)
        held_ask = found.setdefault((ask.scale, ask.due_on), ask)
        found[(ask.scale, ask.due_on)] = Ask(ask.scale, ask.due_on, min(held_ask.first, ask.first), max(held_ask.last, ask.last))
    return tuple(found.values())


def standings(site: Site, content: Library, now: datetime, patient: Patient | None = None) -> list[CourseOwed]:
    """Every course of a site (or of one patient) with how its asks stand; a course transferred elsewhere owes nothing here."""
    courses = Course.objects.filter(patient__site=site).select_related("patient__site", "protocol_signature", "opened_by")
    if patient is not None:
        courses = courses.filter(patient=patient)
    found = list(courses)
    by_course: dict[int, list[TreatmentSession]] = defaultdict(list)
    for session in TreatmentSession.objects.filter(course__in=found).only("course_id", "number", "state", "planned_on"):
        by_course[session.course_id].append(session)
    stands = with_merged(site, [course.patient_id for course in found])
    channels = channels_of(stands, site.zone)
    name_survivors(stands, [course.patient for course in found])
    forms = _forms(stands)
    closures = _closures(site, None if patient is None else list(stands))
    endings = dict(CourseEnding.objects.filter(course__in=found).values_list("course_id", "kind"))
    messages: dict[int, list[Message]] = defaultdict(list)
    for key, sent in messages_to(stands, content.message_texts).items():
        messages[stands[key]] += sent
    answers = []
    for course in found:
        if endings.get(course.pk) == "transferred":
            continue
        here = stands[course.patient_id]
        visits = by_course[course.pk]
        if course.pk in endings:  # what was still to come fell away with the course: only what was held is asked about, and after
            visits = [visit for visit in visits if visit.state != SessionStatus.PLANNED.value]
        asks = asks_of(course, visits, content)
        closed = tuple(_closed(asks, closures[course.pk]))
        history = History(tuple(forms[here]), tuple(messages[here]), closed)
        answers.append(CourseOwed(course, owed(asks, history, channels[here], course.opened_by.name, content.asking_policy, now)))
    return answers


def _forms(stands: Mapping[int, int]) -> dict[int, list[Form]]:
    """What each person filled in, by the record that stands for them, on whichever of their records it was written."""
    patients = list(stands)
    found: dict[int, list[Form]] = defaultdict(list)
    rows = ScaleResponse.objects.filter(patient__in=patients).annotate(is_whole=_IS_WHOLE)
    for patient_id, instrument, answered_at, is_whole in rows.values_list("patient_id", "instrument_id", "answered_at", "is_whole"):
        found[stands[patient_id]].append(Form(instrument, answered_at, is_whole))
    for form in (
        ScaleForm.objects.filter(patient__in=patients, finish__isnull=True, taps__isnull=False).select_related("edition").distinct()
    ):
        found[stands[form.patient_id]].append(Form(form.edition.instrument_id, form.opened_at, False))
    visits = dict(TreatmentSession.objects.filter(course__patient_id__in=patients).values_list("pk", "course__patient_id"))
    for visit, taken_at in _asked_at_the_chair(visits):
        found[stands[visits[visit]]].append(Form("cssrs_screener", taken_at, True))
    return found


def _asked_at_the_chair(visits: Mapping[int, int]) -> list[tuple[int, datetime]]:
    """When the C-SSRS was asked in these visits: of few, all that was said is read; of many, all that was ever asked."""
    kind = EventKind.CSSRS_ASKED.value
    if len(visits) <= _FEW:
        said = SessionEvent.objects.filter(session_id__in=visits).values_list("session_id", "kind", "taken_at")
        return [(visit, taken_at) for visit, of, taken_at in said if of == kind]
    asked = SessionEvent.objects.filter(kind=kind).values_list("session_id", "taken_at")
    return [(visit, taken_at) for visit, taken_at in asked if visit in visits]


def _closures(site: Site, patients: list[int] | None) -> dict[int, dict[str, tuple[datetime, str, str]]]:
    """By course and due day: when the asking was closed, by whom, and why."""
    whose = {"site": site} if patients is None else {"patient_id__in": patients}
    rows = Task.objects.filter(**whose, kind__in=KINDS.values(), key__startswith="scales:", closed_at__isnull=False)
    found: dict[int, dict[str, tuple[datetime, str, str]]] = defaultdict(dict)
    for key, at, by, note in rows.order_by("pk").values_list("key", "closed_at", "closed_by__name", "closing_note"):
        _, course, due_on = key.split(":")
        if at is not None and by:
            found[int(course)][due_on] = (at, by, note)
    return found


def _closed(asks: Iterable[Ask], closures: Mapping[str, tuple[datetime, str, str]]) -> Iterable[Closure]:
    for ask in asks:
        closed = closures.get(ask.due_on.isoformat())
        if closed is not None:
            yield Closure(ask.scale, ask.due_on, *closed)


def task_key(course: Course, due_on: date) -> str:
    """The key of the task that owns what a course owes on one day."""
    return f"scales:{course.pk}:{due_on.isoformat()}"


def keep_asking(*, site: Site, content: Library, at: datetime) -> int:
    """Open, pass on and close the tasks of what is owed at a site; how many stand open afterwards. Doing it again changes nothing."""
    count, owners = 0, _People(site, at)
    rows = Task.objects.filter(site=site, key__startswith="scales:", closed_at__isnull=True)
    gone = {row.key: row for row in rows.select_related("owner", "patient")}
    for one in standings(site, content, at):
        days: dict[date, list[Owed]] = defaultdict(list)
        for standing in one.standings:
            days[standing.ask.due_on].append(standing)
        for due_on, of_day in days.items():
            task = gone.pop(task_key(one.course, due_on), None)
            count += _keep_day(one.course, due_on, of_day, task, content, owners)
    for task in gone.values():
        _close_unasked(task, at)
    return count


def _close_unasked(task: Task, at: datetime) -> None:
    """The day is asked about no more: the visits moved, or the course ended. Whoever did that closed it."""
    course = Course.objects.select_related("opened_by").filter(pk=int(task.key.split(":")[1])).first()
    if course is None:
        return
    ending = CourseEnding.objects.filter(course=course).select_related("ended_by").first()
    moved = DatesChange.objects.filter(course=course).select_related("made_by").order_by("-pk").first()
    by = ending.ended_by if ending is not None else moved.made_by if moved is not None else course.opened_by
    words = "No longer asked: the course has ended." if ending is not None else "No longer asked on this day: the dates changed."
    with change("unask_scales", at=at, by=None, patient=task.patient, task=task.pk) as entry:
        entry.update(task, closed_at=at, closed_by=by, closing_note=words)


class _People:
    """Who answers to a word at one site and moment, each word looked up once."""

    def __init__(self, site: Site, at: datetime) -> None:
        self.site, self.at = site, at
        self._found: dict[str, StaffMember | None] = {}

    def of(self, word: str) -> StaffMember | None:
        if word not in self._found:
            self._found[word] = person_for(word, self.site, self.at)
        return self._found[word]


def _keep_day(course: Course, due_on: date, of_day: list[Owed], task: Task | None, content: Library, people: _People) -> int:
    site, at = people.site, people.at
    wanted = [one for one in of_day if one.stage in KINDS]
    if not wanted:
        if task is not None:
            _close_answered(task, course, site, at)
        return 0
    stage = max((one.stage for one in wanted), key=list(KINDS).index)
    because = next(one.because for one in wanted if one.stage is stage)
    titles = _titles([one.ask.scale for one in wanted])
    owner, next_owner, escalates_at = _owners(stage, course, due_on, content, people)
    standing = {
        "kind": KINDS[stage],
        "title": f"Ask for {titles}"[:200],
        "why": f"Due {due_on:%-d %b}. {because.capitalize()}."[:400],
        "next_owner": next_owner,
        "escalates_at": escalates_at,
    }
    if task is None:
        with change("owe_scales", at=at, by=None, patient=course.patient, course=course.pk) as entry:
            due_at = clinic_day(due_on, site.zone)[1] - timedelta(minutes=1)
            entry.add(
                Task(site=site, patient=course.patient, key=task_key(course, due_on), owner=owner, due_at=due_at, opened_at=at, **standing)
            )
    elif task.kind != KINDS[stage]:
        with change("pass_owed_scales", at=at, by=None, patient=course.patient, task=task.pk, to=owner.pk) as entry:
            entry.update(task, owner=owner, escalated_at=None, **standing)
    elif task.title != standing["title"]:
        with change("owe_scales", at=at, by=None, patient=course.patient, task=task.pk) as entry:
            entry.update(task, title=standing["title"])
    return 1


def _owners(
    stage: Stage, course: Course, due_on: date, content: Library, people: _People
) -> tuple[StaffMember, StaffMember | None, datetime | None]:
    policy, site = content.asking_policy, people.site
    opener = course.opened_by
    named = opener if opener.is_active and opener.site_id == site.pk else people.of("named person") or opener
    caller = people.of(policy.call_list_owner) or named
    asker = people.of("nurse or therapist") or named
    call_at = clinic_day(due_on + timedelta(days=policy.call_list_on_day), site.zone)[0]
    named_at = clinic_day(due_on + timedelta(days=policy.named_person_on_day), site.zone)[0]
    if stage is Stage.MESSAGES:
        return asker, caller, call_at
    return (caller, named, named_at) if stage is Stage.CALL_LIST else (named, None, None)


def _close_answered(task: Task, course: Course, site: Site, at: datetime) -> None:
    last = course.patient.scale_responses.order_by("-entered_at").select_related("entered_by").first()
    by = last.entered_by if last is not None else patient_account(site, at)
    with change("answered_owed_scales", at=at, by=None, patient=course.patient, task=task.pk) as entry:
        entry.update(task, closed_at=at, closed_by=by, closing_note="Answered.")


def _titles(scales: list[str]) -> str:
    names = [shipped_instruments()[scale].title if scale in shipped_instruments() else scale for scale in dict.fromkeys(scales)]
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]


def completeness_of(found: Iterable[CourseOwed]) -> Completeness:
    """Due, answered, open and missing over several courses."""
    return completeness(standing for one in found for standing in one.standings)


def missing_of(patient: Patient, content: Library, now: datetime) -> dict[str, list[date]]:
    """The due days of one patient that passed without an answer, by scale."""
    today = clinic_date(now, patient.site.zone)
    found: dict[str, list[date]] = defaultdict(list)
    for one in standings(patient.site, content, now, patient):
        for standing in one.standings:
            if standing.stage not in (Stage.ANSWERED, Stage.NOT_DUE) and standing.ask.due_on < today:
                found[standing.ask.scale].append(standing.ask.due_on)
    return dict(found)

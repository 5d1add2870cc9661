"""The rest of the sample clinic: one person at each other point of the way, from the referral to a course that was stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random
from textwrap import shorten

from fanlight.care.rules import Stage
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date, clinic_day, local_to_utc
from fanlight.records.actions.courses import end_course
from fanlight.records.actions.gates import GateRefusedError, decide
from fanlight.records.actions.session_owed import keep_sessions_owed
from fanlight.records.actions.tasks import escalate_late_tasks, open_task
from fanlight.records.judging import screen_patient
from fanlight.records.models import Course, Patient
from fanlight.sample.answers import fill_madrs, fill_phq9
from fanlight.sample.course import consent_to, on_open_days, open_for, order_for
from fanlight.sample.fill import Cast, Say, come_in, enter_person, work_up
from fanlight.sample.past import enter_sheet, weigh, whole_visit, words_of
from fanlight.sample.people import SamplePerson
from fanlight.sample.visits import Body, Word, readings

_HOME = "home-sublingual-racemic"
_WEIGHT = "74"
_MORNING = time(10, 0)


def fill_neighbours(cast: Cast, say: Say = lambda text: None) -> None:
    """Enter everybody of the file's `neighbours`, each as far along as their stage says."""
    for person in cast.clinic.neighbours:
        say(f"  {person.given_names} {person.family_name} (made up): {person.stage.replace('_', ' ')}")
        _STAGES[person.stage](cast, person)
    escalate_late_tasks(site=cast.site, at=cast.now)


def _enter(cast: Cast, person: SamplePerson, days_ago: int) -> Patient:
    """Referred, worked up and consented some days ago."""
    at = cast.now - timedelta(days=days_ago)
    patient = enter_person(cast, person, at=at)
    work_up(cast, patient, person, at=at, today=clinic_date(at, cast.site.zone))
    consent_to(cast, patient, person.protocol, at=at)
    return patient


def _course(cast: Cast, patient: Patient, person: SamplePerson, offsets: tuple[int, ...], given: int) -> Course:
    """A course with its visits on days counted from today, of which the first `given` were held."""
    today = clinic_date(cast.now, cast.site.zone)
    days = on_open_days(cast, [today + timedelta(days=offset) for offset in offsets])
    begun = cast.now + (days[0] - today) - timedelta(days=1)
    course = open_for(cast, patient, person.protocol, days, at=begun)
    asked = list(person.phq9)
    if asked:
        fill_phq9(cast, patient, asked[0], at=begun, lot=Random(person.key))
        fill_madrs(cast, patient, asked.pop(0), at=begun, lot=Random(f"{person.key}/madrs"))
    for session in course.sessions.order_by("number")[:given]:
        start = local_to_utc(datetime.combine(session.planned_on, _MORNING), cast.site.zone, fold=0)
        come_in(cast, start - timedelta(minutes=30))
        if asked:
            fill_madrs(cast, patient, asked.pop(0), at=start - timedelta(minutes=20), lot=Random(f"{person.key}/{session.number}"))
        whole_visit(cast, session, person.product, start, Body(124, 140, 5), _WEIGHT)
    return course


def _referred(cast: Cast, person: SamplePerson) -> None:
    enter_person(cast, person, at=cast.now - timedelta(days=1))


def _consented(cast: Cast, person: SamplePerson) -> None:
    _enter(cast, person, 6)


def _mid_induction(cast: Cast, person: SamplePerson) -> None:
    _course(cast, _enter(cast, person, 17), person, (-10, -6, -3, 1, 4, 8), 3)


def _maintenance(cast: Cast, person: SamplePerson) -> None:
    _course(cast, _enter(cast, person, 27), person, (-21, -14, -7, 1), 3)


def _lapsed(cast: Cast, person: SamplePerson) -> None:
    """Two visits held, the third said nothing of for weeks: it has become work."""
    _course(cast, _enter(cast, person, 47), person, (-40, -36, -33, -29), 2)
    keep_sessions_owed(site=cast.site, at=cast.now - timedelta(days=1))


def _stopped(cast: Cast, person: SamplePerson) -> None:
    course = _course(cast, _enter(cast, person, 19), person, (-12, -8, -5, -1, 2, 6), 2)
    reason = "Stopped at the patient's wish: the experience was unpleasant (sample)."
    end_course(course=course, kind="stopped", reason=reason, by=cast.staff["prescriber"], at=cast.now - timedelta(days=6))


def _home_refused(cast: Cast, person: SamplePerson) -> None:
    """In maintenance here, she asks to take it at home; the rules of home use refuse, and somebody owes her the answer."""
    patient = _enter(cast, person, 23)
    _course(cast, patient, person, (-17, -10, 3), 2)
    at, prescriber = cast.now - timedelta(hours=3), cast.staff["prescriber"]
    protocol = cast.library.protocols[_HOME]
    result = screen_patient(patient, protocol, None, cast.library, stage=Stage.SCREEN, at=at)
    try:
        decide(patient=patient, intention="screen", result=result, by=prescriber, at=at)
    except GateRefusedError as refused:
        why = shorten(" ".join(fault.reason for fault in refused.faults), 300, placeholder=" …")
    else:
        raise FanlightError("FAN-SAMPLE-004", "Cannot play the refusal of home use", "the rules let it pass", "")
    open_task(
        site=cast.site,
        key=f"home_request:{patient.pk}",
        kind="answer_request",
        title="Tell the patient why it cannot be taken at home",
        why=why,
        owner=prescriber,
        next_owner=cast.staff["director"],
        due_at=cast.now + timedelta(days=1),
        escalates_at=cast.now + timedelta(days=2),
        patient=patient,
        at=at,
        by=prescriber,
    )


def _alert(cast: Cast, person: SamplePerson) -> None:
    """The spray was taken; at forty minutes the pressure is past the limit, and nobody has said yet that they saw it."""
    start = cast.now - timedelta(minutes=64)
    _in_the_room(cast, person, start, lambda minute: minute <= 63, Body(128, 172, 6))


def _hold(cast: Cast, person: SamplePerson) -> None:
    """Here for the dose, with a pressure before it that holds it."""
    start = cast.now - timedelta(minutes=12)
    _in_the_room(cast, person, start, lambda minute: minute < 6, Body(166, 180, 5), [*readings(6, 166, 102, 88, 98, 5, 0)])


def _in_the_room(
    cast: Cast, person: SamplePerson, start: datetime, until: Callable[[int], bool], body: Body, more: list[Word] | None = None
) -> None:
    patient = _enter(cast, person, 5)
    today = clinic_date(cast.now, cast.site.zone)
    days = on_open_days(cast, [today + timedelta(days=offset) for offset in (0, 4, 7, 11, 14, 18)])
    session = open_for(cast, patient, person.protocol, days, at=cast.now - timedelta(days=2)).sessions.get(number=1)
    earliest, _ = clinic_day(today, cast.site.zone)  # a demo begun soon after midnight
    weigh(cast, session, _WEIGHT, max(start - timedelta(minutes=15), earliest))
    order_for(cast, session, person.product, at=max(start - timedelta(minutes=10), earliest))
    words = [word for word in words_of(session, start, person.product, body) if until(word.minute)]
    enter_sheet(cast, session, start, [*words, *(more or ())])


_STAGES: dict[str, Callable[[Cast, SamplePerson], None]] = {
    "referred": _referred,
    "consented": _consented,
    "mid_induction": _mid_induction,
    "alert": _alert,
    "hold": _hold,
    "maintenance": _maintenance,
    "lapsed": _lapsed,
    "home_refused": _home_refused,
    "stopped": _stopped,
}

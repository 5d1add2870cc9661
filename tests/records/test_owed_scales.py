"""Owed scales: what a course's protocol asks for becomes a task with an owner, passed on day by day, closed when answered."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from fanlight.care.scales.asking import Completeness
from fanlight.records.actions.courses import end_course, open_course, sign_protocol
from fanlight.records.actions.rounds import how_complete, keep_owed
from fanlight.records.actions.scales import finish_form, open_form, save_answer
from fanlight.records.actions.tasks import close_task
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Decision, Task, TreatmentSession
from fanlight.records.owed_scales import asks_of, completeness_of, keep_asking, missing_of, standings
from fanlight.records.session_path import keep_transitions

pytestmark = pytest.mark.django_db
PROTOCOL = "iv-racemic-induction"
DAY = date(2026, 11, 12)


def noon(days: int) -> datetime:
    return datetime(2026, 11, 12, 17, 0, tzinfo=UTC) + timedelta(days=days)


@pytest.fixture
def course(clinic):
    """Two sessions, on days 0 and 4; nothing is held yet."""
    keep_transitions()
    signature = sign_protocol(site=clinic.site, protocol_id=PROTOCOL, library=library(), by=clinic.medical_director, at=clinic.at)
    decision = Decision(
        patient=clinic.patient,
        intention="screen",
        protocol_id=PROTOCOL,
        stage="screen",
        outcome="PROCEED",
        is_passed=True,
        result={},
        decided_by=clinic.prescriber,
        decided_at=clinic.at,
    )
    decision.save()
    return open_course(
        patient=clinic.patient,
        signature=signature,
        decision=decision,
        starts_on=DAY,
        planned=[DAY, DAY + timedelta(days=4)],
        plan={},
        by=clinic.prescriber,
        at=clinic.at,
    )


def answer(clinic, instrument, at, items):
    rater = clinic.therapist if instrument == "madrs" else None
    form = open_form(patient=clinic.patient, instrument_id=instrument, way="rated", rater=rater, by=clinic.nurse, at=at)
    for item in items:
        save_answer(form=form, answer_id=uuid.uuid4(), item=item, value=0, answered_at=at, content=library(), by=clinic.nurse, at=at)
    return finish_form(form=form, content=library(), by=clinic.nurse, at=at)


def keep(clinic, days):
    return keep_asking(site=clinic.site, content=library(), at=noon(days))


def test_the_protocols_points_come_on_their_days_and_after_the_last_dose_only_when_it_is_held(clinic, course):
    due = {(ask.scale, (ask.due_on - DAY).days) for ask in asks_of(course, course.sessions.all(), library())}
    assert due == {("madrs", 0), ("phq9", 0), ("cssrs_screener", 0), ("madrs", 4), ("cssrs_screener", 4), ("madrs", 28), ("bpic_ss", 90)}
    TreatmentSession.objects.filter(course=course).update(state="arrived")
    after = {(ask.scale, (ask.due_on - DAY).days) for ask in asks_of(course, course.sessions.all(), library())}
    assert after - due == {("phq9", 11), ("phq9", 32), ("phq9", 94)}
    TreatmentSession.objects.filter(course=course, number=2).update(state="checked")
    cancelled = [s for s in course.sessions.all() if s.number == 1]
    assert {(a.scale, (a.due_on - DAY).days) for a in asks_of(course, cancelled, library())} >= {("phq9", 7)}


def test_a_baseline_may_be_answered_a_fortnight_before_and_what_is_wanted_before_a_dose_only_on_its_day(clinic, course):
    windows = {ask.scale: ((ask.first - DAY).days, (ask.last - DAY).days) for ask in asks_of(course, course.sessions.all(), library())[:3]}
    assert windows == {"madrs": (0, 0), "phq9": (-14, 0), "cssrs_screener": (0, 0)}


@pytest.mark.parametrize(("days_before", "is_open"), [(14, False), (15, True)])
def test_both_sides_of_the_fortnight(clinic, course, days_before, is_open):
    answer(clinic, "phq9", noon(-days_before), {f"q{n}": 1 for n in range(1, 10)})
    keep(clinic, 0)
    assert ("PHQ-9" in Task.objects.get(key__endswith="2026-11-12").title) is is_open


def test_one_task_a_day_with_an_owner_and_a_second_look_changes_nothing(clinic, course):
    assert keep(clinic, 0) == 1
    task = Task.objects.get()
    assert "PHQ-9" in task.title
    assert "MADRS" in task.title
    assert task.owner == clinic.nurse
    assert task.next_owner == clinic.front_desk
    links = AuditEvent.objects.count()
    assert keep(clinic, 0) == 1
    assert AuditEvent.objects.count() == links


def test_unanswered_it_goes_to_the_call_list_on_day_3_and_to_a_named_person_on_day_4(clinic, course):
    keep(clinic, 0)
    keep(clinic, 2)
    assert Task.objects.get().kind == "owed_scale"
    keep(clinic, 3)
    task = Task.objects.get()
    assert (task.kind, task.owner, task.next_owner) == ("owed_scale_call", clinic.front_desk, clinic.prescriber)
    keep(clinic, 4)
    task.refresh_from_db()
    assert (task.kind, task.owner) == ("owed_scale_named", clinic.prescriber)
    keep(clinic, 30)
    task.refresh_from_db()
    assert task.closed_at is None
    assert all(one.owner_id for one in Task.objects.filter(closed_at__isnull=True))


def test_answered_it_closes_by_itself_and_half_an_answer_does_not_count(clinic, course):
    keep(clinic, 0)
    answer(clinic, "phq9", noon(0), ["q1", "q2"])
    assert completeness_of(standings(clinic.site, library(), noon(0))) == Completeness(3, 0, 3, 0)
    answer(clinic, "phq9", noon(0), [f"q{n}" for n in range(1, 10)])
    answer(clinic, "madrs", noon(0), [f"q{n}" for n in range(1, 11)])
    keep(clinic, 0)
    assert Task.objects.get().title == "Ask for C-SSRS screener (recent)"
    answer(clinic, "cssrs_screener", noon(0), ["q1", "q2", "q6"])
    assert keep(clinic, 0) == 0
    task = Task.objects.get()
    assert (task.closing_note, task.closed_by) == ("Answered.", clinic.nurse)
    assert completeness_of(standings(clinic.site, library(), noon(0))) == Completeness(3, 3, 0, 0)


def test_a_persons_word_closes_it_and_the_point_stays_missing(clinic, course):
    keep(clinic, 0)
    close_task(task=Task.objects.get(), note="Was in hospital.", by=clinic.nurse, at=noon(1))
    assert keep(clinic, 1) == 0
    assert completeness_of(standings(clinic.site, library(), noon(1))) == Completeness(3, 0, 0, 3)
    assert missing_of(clinic.patient, library(), noon(1)) == {"madrs": [DAY], "phq9": [DAY], "cssrs_screener": [DAY]}


def test_a_course_transferred_elsewhere_owes_nothing_here(clinic, course):
    end_course(course=course, kind="transferred", reason="Moved.", by=clinic.prescriber, at=clinic.at)
    assert keep(clinic, 10) == 0
    assert not Task.objects.exists()


def test_a_stopped_course_asks_no_more_about_visits_that_fell_away_and_goes_on_asking_after_its_last_dose(clinic, course):
    TreatmentSession.objects.filter(course=course, number=1).update(state="arrived")
    keep(clinic, 4)
    assert {task.key[-10:] for task in Task.objects.filter(closed_at__isnull=True)} == {"2026-11-12", "2026-11-16"}
    end_course(course=course, kind="stopped", reason="Too far.", by=clinic.prescriber, at=noon(5))
    keep(clinic, 7)
    fell_away = Task.objects.get(key__endswith="2026-11-16")
    assert fell_away.closing_note == "No longer asked: the course has ended."
    assert fell_away.closed_by == clinic.prescriber
    assert Task.objects.filter(closed_at__isnull=True, key__endswith="2026-11-19", title__contains="PHQ-9").exists()
    assert missing_of(clinic.patient, library(), noon(7)).keys() >= {"madrs"}


def test_a_day_that_a_visit_was_moved_from_is_asked_about_no_more(clinic, course):
    keep(clinic, 4)
    TreatmentSession.objects.filter(course=course, number=2).update(planned_on=DAY + timedelta(days=6))
    assert keep(clinic, 4) == 1
    assert Task.objects.get(key__endswith="2026-11-16").closing_note == "No longer asked on this day: the dates changed."
    links = AuditEvent.objects.count()
    keep(clinic, 4)
    assert AuditEvent.objects.count() == links


def test_thirty_days_of_silence_leave_nothing_unowned(clinic, course):
    for day in range(31):
        keep(clinic, day)
        for task in Task.objects.filter(closed_at__isnull=True):
            assert task.owner.is_active
            late = (noon(day).date() - date.fromisoformat(task.key.rsplit(":", 1)[1])).days
            assert task.kind == ("owed_scale" if late < 3 else "owed_scale_call" if late == 3 else "owed_scale_named")
    assert Task.objects.filter(closed_at__isnull=True).count() == 3  # days 0, 4 and 28


def test_a_round_owes_what_is_due_and_says_how_complete_follow_up_is(clinic, course):
    assert keep_owed(site=clinic.site, content=library(), at=noon(0)) == 1
    assert how_complete(site=clinic.site, content=library(), at=noon(0)) == Completeness(due=3, answered=0, still_open=3, missing=0)
    assert Task.objects.filter(closed_at__isnull=True).count() == 1

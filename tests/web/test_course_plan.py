"""The planner of a running course: drawn first, changed only when accepted, all dates or none, and taken back."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.course_dates import last_change
from fanlight.records.actions.courses import end_course
from fanlight.records.course_dates import chairs_taken, dates_of, propose
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, DatesChange, Patient, StaffMember, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic
from fanlight.web.pages.course_calendar import draw_weeks


@pytest.fixture
def course(db):
    keep_transitions()
    fill_clinic()
    return TreatmentSession.objects.filter(course__patient__family_name="Oakhollow").first().course


def client_of(username: str) -> Client:
    web = Client()
    web.force_login(StaffMember.objects.get(username=username))
    return web


def coming(course) -> list[TreatmentSession]:
    return list(course.sessions.filter(state="planned").order_by("number"))


def dates_now(course) -> list[date]:
    return [row.planned_on for row in course.sessions.order_by("number")]


def looked_at(course, number: int, days: int):
    """The page of a move by some open day at least `days` later, and the hidden fields of its form."""
    found = dates_of(course, library(), at=clock.now())
    row = course.sessions.get(number=number)
    to = next(day for n in range(days, days + 9) if found.calendar.why_not(day := row.planned_on + timedelta(days=n), found.booked) is None)
    web = client_of("desk")
    shown = web.get(f"/courses/{course.pk}/dates/?move={number}&to={to.isoformat()}").content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(number|to|worse|seen)" value="([^"]*)"', shown))
    return web, shown, to, fields | {"write_key": str(uuid.uuid4())}


def test_looking_changes_nothing(course):
    before, links = dates_now(course), AuditEvent.objects.filter(action="change_dates").count()
    _, shown, _to, _ = looked_at(course, coming(course)[0].number, 1)
    assert "Before and after" in shown
    assert "where it was" in shown
    assert dates_now(course) == before
    assert AuditEvent.objects.filter(action="change_dates").count() == links


def test_acceptance_moves_every_date_together_once_and_is_taken_back(course):
    before = dates_now(course)
    row = coming(course)[0]
    web, _shown, to, fields = looked_at(course, row.number, 1)
    fields["reason"] = "The patient asked for it."
    answer = web.post(f"/courses/{course.pk}/dates/accept/", fields)
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    assert row.planned_on == to
    again = web.post(f"/courses/{course.pk}/dates/accept/", fields)  # the same key: nothing twice
    assert again.status_code == 302
    assert DatesChange.objects.filter(course=course).count() == 1
    kept = last_change(course)
    assert kept is not None
    assert kept.after[row.reference] == to.isoformat()
    assert dict(kept.after.items()) == {
        found.reference: found.planned_on.isoformat() for found in course.sessions.filter(reference__in=list(kept.after))
    }
    undo = web.post(f"/courses/{course.pk}/dates/{kept.pk}/undo/", {"write_key": str(uuid.uuid4())})
    assert undo.status_code == 302
    assert dates_now(course) == before
    assert last_change(course) is None
    refused = web.post(f"/courses/{course.pk}/dates/{kept.pk}/undo/", {"write_key": str(uuid.uuid4())}, follow=True)
    assert "FAN" in refused.content.decode() or "Cannot take the change back" in refused.content.decode()


def test_a_proposal_that_is_no_longer_the_one_looked_at_is_refused(course):
    row = coming(course)[0]
    web, _, _, fields = looked_at(course, row.number, 1)
    fields["reason"] = "Asked."
    TreatmentSession.objects.filter(pk=row.pk).update(row_version=row.row_version + 1)
    answer = web.post(f"/courses/{course.pk}/dates/accept/", fields)
    assert answer.status_code == 422
    assert "changed after you looked" in answer.content.decode()
    assert not DatesChange.objects.exists()


def test_a_date_outside_the_window_names_what_it_breaks_and_wants_a_reason(course):
    row = coming(course)[0]
    web, shown, _to, fields = looked_at(course, row.number, 40)
    assert "is outside the window of session" in shown
    answer = web.post(f"/courses/{course.pk}/dates/accept/", fields | {"reason": ""})
    assert answer.status_code == 422
    assert "Say why in a sentence" in answer.content.decode()
    assert not DatesChange.objects.exists()


def test_a_missed_visit_takes_a_later_date(course):
    found = dates_of(course, library(), at=clock.now())
    row = coming(course)[0]
    proposal = propose(found, library(), number=row.number, to=None, at=clock.now())
    assert proposal.kind == "missed"
    assert {item.pk: to for item, to in proposal.moves}[row.pk] > row.planned_on
    shown = client_of("nurse").get(f"/courses/{course.pk}/dates/?missed={row.number}").content.decode()
    assert "the next date that fits" in shown


def test_one_who_may_not_plan_sees_the_plan_and_no_move(course):
    shown = client_of("pharmacy").get(f"/courses/{course.pk}/dates/?move={coming(course)[0].number}").content.decode()
    assert 'class="calendar"' in shown
    assert "choose another date" not in shown
    assert client_of("pharmacy").post(f"/courses/{course.pk}/dates/accept/", {}).status_code == 403


def test_a_year_of_mondays_passes_over_holidays_and_says_so():
    from fanlight.web.pages.course_calendar import Dose

    calendar = library().calendars["demo"]
    start = date(2026, 11, 23)
    mondays = [start + timedelta(weeks=n) for n in range(52)]
    from fanlight.care.protocols.course import CoursePlan

    plan = CoursePlan("p", "1", "demo", start, (), (), (), (), ())
    weeks = draw_weeks(plan, calendar, {day: [Dose(n, "planned")] for n, day in enumerate(mondays, 1)}, start)
    assert len(weeks) == 52
    assert (
        {day.name for week in weeks for day in week.days if day.name and day.doses}
        == {closure.why for closure in calendar.closures if any(closure.first <= day <= closure.last for day in mondays)}
        != set()
    )
    assert all(week.days[0].on.weekday() == 0 and len(week.days) == 7 for week in weeks)


def test_weeks_without_a_visit_are_counted_not_drawn():
    from fanlight.care.protocols.course import CoursePlan
    from fanlight.web.pages.course_calendar import Dose

    start = date(2026, 11, 23)
    plan = CoursePlan("p", "1", "demo", start, (), (), (), (), ())
    doses = {start: [Dose(1, "planned")], start + timedelta(weeks=4): [Dose(2, "planned")]}
    weeks = draw_weeks(plan, library().calendars["demo"], doses, start)
    assert [week.gap for week in weeks] == ["", "Three weeks without a visit"]


def test_the_planner_before_a_course_shows_the_calendar_and_the_arithmetic(course):
    shown = client_of("prescriber").get(f"/patients/{course.patient_id}/course/new/?protocol=iv-racemic-induction").content.decode()
    assert 'class="calendar"' in shown
    assert "Weight used" in shown
    assert clinic_date(clock.now(), course.patient.site.zone)


@pytest.mark.parametrize(("family", "word"), [("Wintergreen", "begun"), ("Oakhollow", "given")])
def test_a_visit_that_has_begun_is_no_dose_given_yet(course, family, word):
    visit = TreatmentSession.objects.get(course__patient__family_name=family, number=1)
    shown = client_of("desk").get(f"/courses/{visit.course_id}/dates/").content.decode()
    mark = re.search(r'<span class="dose dose-(\w+)">.*?<b>.*?1</b> <span class="of">(\w+)</span>', shown)
    assert mark is not None
    assert mark.groups() == (word, word)
    assert f'<span class="note">{word}</span>' in shown


def maintenance(course, **more: str) -> tuple[Client, str, str]:
    """The page of a new maintenance course of somebody who runs none of it."""
    web = client_of("prescriber")
    patient = Patient.objects.get(family_name="Larkmoor")
    here = f"/patients/{patient.pk}/course/new/"
    shown = web.get(here, {"protocol": "iv-racemic-maintenance"} | more)
    return web, here, " ".join(shown.content.decode().split())


def test_a_course_without_a_last_session_is_planned_a_year_ahead_and_each_shift_explained(course):
    _, _, short = maintenance(course, start="2026-11-30")
    _, _, year = maintenance(course, start="2026-11-30", until="2027-11-29")
    assert "Nine sessions fit." in short
    assert "has no last session" in short
    assert year.count('data-label="May lie"') == 17
    assert "the clinic is shut (Martin Luther King Jr. Day)" in year
    assert "names no closing day after Mon 5 Jul 2027" in year
    assert "names no closing day" not in short
    _, _, far = maintenance(course, start="2026-11-30", until="2028-11-29")
    assert "at most a year ahead" in far
    assert "No plan." in far
    _, _, none = maintenance(course, start="2026-11-30", until="2026-11-01")
    assert "No plan." in none


def test_a_course_that_ends_of_itself_is_not_asked_how_far(course):
    web = client_of("prescriber")
    shown = web.get(f"/patients/{course.patient_id}/course/new/?protocol=iv-racemic-induction&until=2027-11-01").content.decode()
    assert 'name="until" type="date"' not in shown
    assert "Six sessions fit." in shown


def test_a_visit_still_to_come_of_an_ended_course_takes_no_chair(course):
    day = coming(course)[0].planned_on
    before = chairs_taken(course.patient.site, day)[day]
    end_course(course=course, kind="stopped", reason="Asked.", by=StaffMember.objects.get(username="prescriber"), at=clock.now())
    assert chairs_taken(course.patient.site, day)[day] == before - 1


def test_dates_that_are_no_longer_those_looked_at_are_not_opened(course):
    prescriber, patient = StaffMember.objects.get(username="prescriber"), course.patient
    end_course(course=course, kind="stopped", reason="Asked.", by=prescriber, at=clock.now())
    web, here = client_of("prescriber"), f"/patients/{patient.pk}/course/new/?protocol=iv-racemic-induction"
    shown = web.get(here).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(protocol|start|until|seen)" value="([^"]*)"', shown))
    fields |= {"write_key": str(uuid.uuid4()), "start": clinic_date(clock.now(), patient.site.zone).isoformat()}
    refused = web.post(here, fields | {"seen": "0" * 64, "write_key": str(uuid.uuid4())})
    assert refused.status_code == 422
    assert "the dates are others now" in refused.content.decode()
    assert patient.courses.count() == 1
    for _ in range(2):  # a second tap opens no second course
        assert web.post(here, fields).status_code == 302
    assert patient.courses.count() == 2

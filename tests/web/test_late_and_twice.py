"""Answers that come late, twice, or from two people at once: what counts is kept, what is shut is refused, danger is always owned."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from fanlight.core.errors import FanlightError
from fanlight.records import clock
from fanlight.records.actions.courses import end_course
from fanlight.records.actions.form_links import make_link, token_of
from fanlight.records.actions.scales import finish_form, open_form, save_answer, say_not_safe
from fanlight.records.library import library
from fanlight.records.models import Course, Patient, ScaleForm, ScaleItemAnswer, ScaleResponse, StaffMember, Task, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


def staff(username: str) -> StaffMember:
    return StaffMember.objects.get(username=username)


@pytest.fixture
def course(db) -> Course:
    """A course of the sample clinic with a session today."""
    keep_transitions()
    fill_clinic()
    now = clock.now()
    today = TreatmentSession.objects.filter(planned_on=now.astimezone(Patient.objects.first().site.zone).date())
    return today.order_by("pk").first().course


def phone_of(patient) -> tuple[Client, str, ScaleForm]:
    """A phone on which the birth date was given, the address of the form, and the form."""
    form = open_form(patient=patient, instrument_id="phq9", way="phone", by=staff("nurse"), at=clock.now())
    address = f"/p/{token_of(make_link(form=form, by=staff('nurse'), at=clock.now()))}/"
    phone, born = Client(), patient.birth_date
    phone.post(address, {"act": "birth", "day": born.day, "month": born.month, "year": born.year})
    return phone, address, form


def say(phone, address, kind="answer", key=None, **more):
    body = {"kind": kind, "id": str(key or uuid.uuid4()), "at": clock.now().isoformat()} | more
    return phone.post(f"{address}say/", json.dumps(body), content_type="application/json")


def risks(patient):
    return Task.objects.filter(patient=patient, kind="suicide_risk", closed_at__isnull=True)


@pytest.mark.parametrize("kind", ["completed", "stopped", "transferred"])
def test_an_answer_after_the_course_has_ended_is_taken_scored_and_acted_on(course, kind):
    patient = course.patient
    before = set(ScaleResponse.objects.values_list("pk", flat=True))
    phone, address, _ = phone_of(patient)
    end_course(course=course, kind=kind, reason="As agreed with the patient.", by=staff("prescriber"), at=clock.now())
    for number in range(1, 9):
        assert say(phone, address, item=f"q{number}", value=1).status_code == 200
    assert not risks(patient).exists()
    assert say(phone, address, item="q9", value=2).json()["promise"]
    assert risks(patient).get().owner_id
    assert say(phone, address, kind="finish").json()["finished"]
    row = ScaleResponse.objects.exclude(pk__in=before).get()
    assert (row.patient_id, row.score["total"], row.score["status"]) == (patient.pk, 10, "complete")


def test_an_open_risk_is_on_every_page_of_the_patient_and_on_their_tile_of_the_board_until_assessed(course):
    patient, desk = course.patient, Client()
    desk.force_login(staff("nurse"))
    phone, address, _ = phone_of(patient)

    def tile() -> str:
        board = desk.get("/").content.decode()
        return next(row for row in board.split('<li class="with-shape">')[1:] if f"<strong>{patient.name}</strong>" in row).partition(
            "</li>"
        )[0]

    assert "risk open" not in tile()
    say(phone, address, item="q9", value=1)
    assert "risk open" in tile()
    session = TreatmentSession.objects.filter(course=course).order_by("planned_on").last()
    pages = [
        f"/patients/{patient.pk}/{name}"
        for name in ("", "facts/", "consent/", "scales/", "course-chart/", "messages/", "contact/", "intake/")
    ]
    for page in [*pages, f"/courses/{course.pk}/", f"/sessions/{session.reference}/"]:
        answer = desk.get(page, follow=True)
        assert answer.status_code == 200, page
        assert "risk-banner" in answer.content.decode(), page
    say(phone, address, item="q9", value=0)
    say(phone, address, kind="finish")
    assert "risk open" in tile(), "a later low score closes nothing"
    words = {"note": "Spoken with; no plan, no means.", "write_key": str(uuid.uuid4())}
    assert desk.post(f"/owed/{risks(patient).get().pk}/risk/", words).status_code == 302
    assert "risk open" not in tile()
    assert "risk-banner" not in desk.get(pages[0]).content.decode()


def test_the_same_form_handed_in_twice_is_one_answer_set(course):
    before = ScaleResponse.objects.count()
    phone, address, form = phone_of(course.patient)
    key = uuid.uuid4()
    for _ in range(2):
        assert say(phone, address, item="q1", value=3, key=key).status_code == 200
    assert ScaleItemAnswer.objects.filter(form=form).count() == 1
    for _ in range(2):
        assert say(phone, address, kind="finish").json()["finished"]
    assert phone.post(address, {"act": "finish"}).status_code == 200
    assert ScaleResponse.objects.count() == before + 1
    assert say(phone, address, item="q1", value=0).status_code == 410, "what is handed in is shut"


def test_two_people_rating_at_once_hand_in_once_and_every_tap_stays_with_who_made_it(course):
    one, other = staff("nurse"), staff("prescriber")
    form = open_form(patient=course.patient, instrument_id="madrs", way="rated", rater=other, by=one, at=clock.now())
    at, content = clock.now(), library()
    first, second = (ScaleForm.objects.get(pk=form.pk) for _ in range(2))
    tap = {"content": content, "at": at, "answered_at": at}
    item = "q1"
    save_answer(form=first, answer_id=uuid.uuid4(), item=item, value=2, by=one, **tap)
    save_answer(form=second, answer_id=uuid.uuid4(), item=item, value=4, by=other, **tap)
    assert [(row.value, row.entered_by) for row in form.taps.order_by("pk")] == [(2, one), (4, other)]
    done = finish_form(form=first, content=content, by=one, at=at)
    assert finish_form(form=second, content=content, by=other, at=at + timedelta(seconds=1)).pk == done.pk
    assert done.answers == {item: 4}, "the last tap counts, and the first stays readable"
    with pytest.raises(FanlightError, match="FAN-FORM-006"):
        save_answer(form=second, answer_id=uuid.uuid4(), item=item, value=6, by=other, **tap)


@pytest.mark.parametrize(
    ("module", "reads", "act"),
    [
        ("risk", "open_risk", lambda form: say_not_safe(form=form, content=library(), at=clock.now())),
        ("scales", "answers_of", lambda form: finish_form(form=form, content=library(), by=None, at=clock.now())),
    ],
    ids=["a sign of danger", "a form handed in"],
)
def test_what_two_may_do_at_the_same_instant_waits_its_turn_before_it_looks(course, monkeypatch, module, reads, act):
    """On PostgreSQL two that had both looked first would both write, and the second be refused by the database."""
    from fanlight.records import actions

    form, where, order = phone_of(course.patient)[2], getattr(actions, module), []
    save_answer(form=form, answer_id=uuid.uuid4(), item="q1", value=1, answered_at=clock.now(), content=library(), by=None, at=clock.now())
    for name in ("take_turn", reads):
        own = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *given, own=own, name=name: (order.append(name), own(*given))[1])
    act(form)
    assert order[:2] == ["take_turn", reads]


def test_a_stale_link_takes_nothing_says_where_to_turn_and_keeps_the_crisis_text(course, monkeypatch):
    phone, address, form = phone_of(course.patient)
    later = clock.now() + timedelta(hours=72, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert say(phone, address, item="q9", value=3).status_code == 410
    assert phone.post(address, {"q1": "1", "act": "finish"}).status_code == 410
    page = phone.get(address)
    assert page.status_code == 410
    assert "This link can no longer be used." in page.content.decode()
    assert course.patient.site.crisis_text.split(",")[0] in page.content.decode()
    assert not ScaleItemAnswer.objects.filter(form=form).exists()


def shut_by_time(form, monkeypatch):
    later = clock.now() + timedelta(hours=72, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)


def shut_by_a_new_link(form, monkeypatch):
    make_link(form=form, by=staff("nurse"), at=clock.now())


def shut_by_handing_in(form, monkeypatch):
    save_answer(form=form, answer_id=uuid.uuid4(), item="q1", value=0, answered_at=clock.now(), content=library(), by=None, at=clock.now())
    finish_form(form=form, content=library(), by=None, at=clock.now())


SHUT = pytest.mark.parametrize("shut", [shut_by_time, shut_by_a_new_link, shut_by_handing_in])


@SHUT
@pytest.mark.parametrize(
    ("said", "grade"),
    [({"item": "q9", "value": 1}, "same_day"), ({"item": "q9", "value": 3}, "within_hour"), ({"kind": "unsafe"}, "now")],
    ids=["item 9 at 1", "item 9 at 3", "not sure of being safe"],
)
def test_danger_said_on_a_shut_link_is_owned_and_answered_though_nothing_is_kept(course, monkeypatch, shut, said, grade):
    phone, address, form = phone_of(course.patient)
    shut(form, monkeypatch)
    kept, key = form.taps.count(), uuid.uuid4()
    answers = [say(phone, address, key=key, **said) for _ in range(2)]
    assert [one.status_code for one in answers] == [410, 410]
    assert answers[0].json()["promise"] == answers[1].json()["promise"]
    assert form.taps.count() == kept
    task = risks(course.patient).get()
    assert task.risks.first().grade == grade
    if "item" in said:
        assert task.risks.count() == 1, "one answer sent twice is one sign"
        desk = Client()
        desk.force_login(staff("nurse"))
        page = desk.get(f"/owed/{task.pk}/risk/").content.decode()
        assert f"thoughts of death or self-harm: {said['value']}, said when the form took no answer any more" in page


@SHUT
def test_danger_on_a_shut_link_is_heard_without_scripts_too(course, monkeypatch, shut):
    phone, address, form = phone_of(course.patient)
    shut(form, monkeypatch)
    page = phone.post(address, {"q1": "2", "q9": "2", "act": "finish"}).content.decode()
    assert risks(course.patient).get().owner_id
    assert 'class="promise"' in page
    assert course.patient.site.crisis_text.split(",")[0] in page
    phone.post(address, {"act": "unsafe"})
    assert {raised.grade for raised in risks(course.patient).get().risks.all()} == {"within_hour", "now"}


@SHUT
def test_a_stranger_with_a_shut_link_calls_nobody(course, monkeypatch, shut):
    _, address, form = phone_of(course.patient)
    shut(form, monkeypatch)
    stranger = Client()
    assert say(stranger, address, item="q9", value=3).status_code == 410
    assert say(stranger, address, kind="unsafe").status_code == 410
    assert stranger.post(address, {"act": "unsafe"}).status_code == 410
    assert not risks(course.patient).exists()


def test_an_answer_without_danger_and_nonsense_on_a_shut_link_call_nobody(course, monkeypatch):
    phone, address, form = phone_of(course.patient)
    shut_by_time(form, monkeypatch)
    for item, value in (("q9", 0), ("q1", 3), ("q9", 9), ("q9", "3"), ("zz", 3), ("q9", None)):
        assert say(phone, address, item=item, value=value).status_code == 410
    assert not risks(course.patient).exists()


def test_an_answer_that_was_kept_before_the_link_shut_is_no_second_sign(course):
    phone, address, form = phone_of(course.patient)
    key = uuid.uuid4()
    assert say(phone, address, item="q9", value=2, key=key).status_code == 200
    make_link(form=form, by=staff("nurse"), at=clock.now())
    assert say(phone, address, item="q9", value=2, key=key).status_code == 410
    assert risks(course.patient).get().risks.count() == 1


def test_danger_leads_the_list_of_what_is_owed_however_late_the_rest_is(course):
    desk = Client()
    desk.force_login(staff("nurse"))
    nurse, now, patient = staff("nurse"), clock.now(), course.patient
    for number in range(45):  # more than the front page has room for
        due = now - timedelta(days=30 - number / 10)
        shared = {"site": patient.site, "patient": patient, "owner": nurse, "opened_at": due, "due_at": due}
        Task.objects.create(key=f"call:{number}", kind="call", title="Call about the form", why="Asked for.", **shared)
    phone, address, _ = phone_of(patient)
    say(phone, address, item="q9", value=1)
    for page in ("/owed/", "/", f"/patients/{patient.pk}/"):
        shown = desk.get(page).content.decode().partition("risk-banner")
        listed = shown[2].partition("</div>")[2] if shown[2] else shown[0]
        assert 0 < listed.index("A risk answer: speak with the patient") < listed.index("Call about the form"), page


def test_the_banner_says_by_when_it_is_due_and_when_the_next_person_is_told(course):
    desk = Client()
    desk.force_login(staff("nurse"))
    phone, address, _ = phone_of(course.patient)
    say(phone, address, kind="unsafe")
    task, zone = risks(course.patient).get(), course.patient.site.zone
    due, told = (f"{moment.astimezone(zone):%H:%M}" for moment in (task.due_at, task.escalates_at))
    assert due != told
    for page in (f"/patients/{course.patient.pk}/", f"/owed/{task.pk}/risk/"):
        shown = desk.get(page).content.decode()
        assert f"Owner: {task.owner.name}, due {due}; if it is not done, {task.next_owner.name} is told at {told}." in shown, page
    lead = shown.partition('class="lead">')[2].partition("</p>")[0]
    assert lead.startswith("Then: emergency services at"), "what the heading says is not said again"

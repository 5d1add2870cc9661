"""Scales: every tap kept, scored once on the server, and a risk answer owned at the moment it is saved."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from fanlight.core.errors import InputError
from fanlight.core.instants import as_utc
from fanlight.records.actions.people import say_presence
from fanlight.records.actions.risk import close_risk, gravest, open_risk
from fanlight.records.actions.scale_forms import answers_of, instrument_of
from fanlight.records.actions.scales import ScaleFormError, finish_form, open_form, save_answer, say_not_safe
from fanlight.records.actions.tasks import TaskError, close_task, escalate_late_tasks, reassign_task
from fanlight.records.idempotency import KeyReusedError
from fanlight.records.library import library
from fanlight.records.models import (
    AuditEvent,
    InstrumentEdition,
    RiskRaised,
    ScaleForm,
    ScaleItemAnswer,
    ScaleResponse,
    Task,
)
from fanlight.records.policies import NotAllowedError

pytestmark = pytest.mark.django_db
LOW = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 0}


@pytest.fixture
def here(clinic):
    """The clinic with a nurse and a prescriber in the house. NOW is a Thursday, 09:00 at the clinic (open 08:30 to 19:00)."""
    for person in (clinic.nurse, clinic.prescriber):
        say_presence(staff=person, is_on_site=True, by=person, at=clinic.at)
    return clinic


def form_of(clinic, instrument="phq9", way="read_aloud", **more):
    return open_form(patient=clinic.patient, instrument_id=instrument, way=way, by=more.pop("by", clinic.nurse), at=clinic.at, **more)


def tap(clinic, form, item, value, **more):
    values = {"answer_id": uuid.uuid4(), "answered_at": clinic.at, "by": clinic.nurse, "at": clinic.at, "content": library()} | more
    return save_answer(form=form, item=item, value=value, **values)


def finish(clinic, form, **more):
    return finish_form(form=form, content=library(), by=more.pop("by", clinic.nurse), at=clinic.at, **more)


def test_answers_are_kept_one_by_one_and_scored_once(here):
    form = form_of(here)
    for item, value in LOW.items():
        tap(here, form, item, value)
    first = finish(here, form)
    assert (first.score["total"], first.score["band"], first.score["status"]) == (8, "mild", "complete")
    assert first.answers == LOW
    assert (first.instrument_id, first.instrument_version) == ("phq9", "2001")
    assert finish(here, form).pk == first.pk
    assert ScaleResponse.objects.count() == 1
    assert AuditEvent.objects.order_by("-sequence").first().action == "finish_form"
    assert not Task.objects.exists()


def test_a_changed_tap_keeps_both_and_a_handed_in_form_is_shut(here):
    form = form_of(here)
    tap(here, form, "q1", 3)
    tap(here, form, "q1", 1)
    tap(here, form, "q2", 2)
    tap(here, form, "q2", None)
    assert list(form.taps.order_by("pk").values_list("item", "value")) == [("q1", 3), ("q1", 1), ("q2", 2), ("q2", None)]
    assert answers_of(form) == {"q1": 1}
    finish(here, form)
    with pytest.raises(ScaleFormError, match="FAN-FORM-006"):
        tap(here, form, "q1", 0)
    row = ScaleItemAnswer.objects.first()
    with pytest.raises(DatabaseError, match="FAN-REC-004"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_scaleitemanswer SET value = '0' WHERE id = %s", [row.pk])


def test_the_same_answer_sent_twice_is_one_and_its_key_is_for_it_alone(here):
    form, key = form_of(here), uuid.uuid4()
    tap(here, form, "q9", 2, answer_id=key)
    again = tap(here, form, "q9", 2, answer_id=key)
    assert again.is_replay
    assert again.task == Task.objects.get()
    assert (ScaleItemAnswer.objects.count(), RiskRaised.objects.count()) == (1, 1)
    with pytest.raises(KeyReusedError):
        tap(here, form, "q9", 0, answer_id=key)


@pytest.mark.parametrize(("item", "value"), [("q1", 4), ("q1", -1), ("q1", "2"), ("q1", True), ("q1", 1.5), ("q99", 1)])
def test_a_slip_is_refused_and_nothing_is_kept(here, item, value):
    form = form_of(here)
    with pytest.raises(InputError, match="FAN-FORM-005"):
        tap(here, form, item, value)
    assert not ScaleItemAnswer.objects.exists()


@pytest.mark.parametrize(("value", "grade", "minutes"), [(1, "same_day", 240), (2, "within_hour", 60), (3, "within_hour", 60)])
def test_item_9_acts_when_it_is_saved_with_the_form_unfinished(here, value, grade, minutes):
    form = form_of(here)
    saved = tap(here, form, "q9", value)
    task = Task.objects.get()
    assert saved.grade.id == grade
    assert task.pk == saved.task.pk
    assert task.due_at - saved.tap.received_at == timedelta(minutes=minutes)  # 09:00 on a day open until 19:00
    assert task.owner in (here.nurse, here.prescriber)
    assert task.next_owner is not None
    assert task.next_owner != task.owner
    assert task.escalates_at > task.due_at
    assert ScaleForm.objects.filter(edition__instrument_id="cssrs_screener").count() == 1
    assert not ScaleResponse.objects.exists()


def test_item_9_at_0_does_nothing(here):
    assert tap(here, form_of(here), "q9", 0).grade is None
    assert not Task.objects.exists()


def test_cssrs_4_is_now_and_goes_on_after_ten_minutes(here):
    form = form_of(here, "cssrs_screener")
    saved = tap(here, form, "q4", 1)
    assert saved.grade.id == "now"
    assert saved.task.due_at == saved.tap.received_at
    assert saved.task.owner == here.prescriber
    assert saved.task.next_owner == here.medical_director
    assert escalate_late_tasks(site=here.site, at=saved.task.escalates_at - timedelta(seconds=1)) == []
    assert [t.owner for t in escalate_late_tasks(site=here.site, at=saved.tap.received_at + timedelta(minutes=10))] == [
        here.medical_director
    ]
    assert ScaleForm.objects.count() == 1  # the C-SSRS itself: no second one is opened


def test_a_graver_answer_makes_the_open_task_graver_and_a_lower_one_never_lowers_it(here):
    form = form_of(here)
    first = tap(here, form, "q9", 1)
    second = tap(here, form, "q9", 3)
    assert second.task.pk == first.task.pk
    assert gravest(second.task, library().risk_table).id == "within_hour"
    assert second.task.due_at < first.task.due_at
    tap(here, form, "q9", 0)
    for item, value in LOW.items():
        tap(here, form, item, value)
    finish(here, form)
    low = form_of(here)
    for item in LOW:
        tap(here, low, item, 0)
    finish(here, low)
    task = open_risk(here.patient)
    assert task is not None
    assert gravest(task, library().risk_table).id == "within_hour"
    assert answers_of(form)["q9"] == 0


def test_not_sure_of_being_safe_is_now(here):
    task = say_not_safe(form=form_of(here), content=library(), at=here.at)
    assert gravest(task, library().risk_table).id == "now"
    assert task.due_at == task.opened_at


def test_behaviour_without_a_date_counts_as_recent_once_the_screen_is_finished(here):
    form = form_of(here, "cssrs_screener")
    assert tap(here, form, "q6", 1).grade.id == "within_hour"
    finish(here, form)
    assert gravest(open_risk(here.patient), library().risk_table).id == "now"


def test_risk_closes_only_with_everything_its_grade_asks_for(here):
    task = tap(here, form_of(here), "q9", 2).task
    with pytest.raises(TaskError, match="FAN-TASK-003"):
        close_task(task=task, note="spoke", by=here.prescriber, at=here.at)
    with pytest.raises(InputError) as caught:
        close_risk(task=task, found={"assessment": "  ", "other": "x"}, content=library(), by=here.nurse, at=here.at)
    assert {fault.path for fault in caught.value.faults} == {"assessment", "safety plan"}
    with pytest.raises(NotAllowedError):
        close_risk(task=task, found={}, content=library(), by=here.front_desk, at=here.at)
    close_risk(
        task=task, found={"assessment": "No intent.", "safety plan": "Made, copy given."}, content=library(), by=here.nurse, at=here.at
    )
    task.refresh_from_db()
    assert (task.closed_by, open_risk(here.patient)) == (here.nurse, None)
    assert "intent" not in task.closing_note


def test_after_the_assessment_the_rest_of_the_form_raises_nothing_but_a_new_positive_answer_does(here):
    form = form_of(here)
    task = tap(here, form, "q9", 1).task
    close_risk(task=task, found={"note": "Spoken with."}, content=library(), by=here.nurse, at=here.at)
    tap(here, form, "q1", 2)
    finish(here, form)
    assert open_risk(here.patient) is None
    again = tap(here, form_of(here), "q9", 1).task
    assert again.pk != task.pk


def test_a_task_of_risk_is_given_only_to_somebody_who_may_assess(here):
    task = tap(here, form_of(here), "q9", 1).task
    with pytest.raises(TaskError, match="FAN-TASK-004"):
        reassign_task(task=task, owner=here.front_desk, by=here.nurse, at=here.at)
    reassign_task(task=task, owner=here.therapist, by=here.nurse, at=here.at)
    assert open_risk(here.patient).owner == here.therapist


def test_with_nobody_in_the_house_it_still_has_a_named_owner_and_waits_for_no_opening_but_same_day(clinic):
    saturday = datetime(2026, 11, 14, 15, 0, tzinfo=UTC)
    form = form_of(clinic)
    one = tap(clinic, form, "q9", 1, at=saturday, answered_at=saturday)
    assert one.task.owner == clinic.nurse
    assert one.task.due_at == datetime(2026, 11, 16, 17, 30, tzinfo=UTC)  # Monday, four hours after 08:30 in New York
    two = tap(clinic, form, "q9", 2, at=saturday + timedelta(minutes=1), answered_at=saturday)
    assert two.task.due_at == saturday + timedelta(minutes=61)


def test_a_clinicians_scale_needs_a_rater_who_may_rate(here):
    with pytest.raises(ScaleFormError, match="FAN-FORM-003"):
        form_of(here, "madrs", way="rated")
    with pytest.raises(ScaleFormError, match="FAN-FORM-004"):
        form_of(here, "madrs", way="rated", rater=here.front_desk)
    with pytest.raises(ScaleFormError, match="FAN-FORM-002"):
        form_of(here, "madrs", way="phone", rater=here.therapist)
    assert form_of(here, "madrs", way="rated", rater=here.therapist).rater == here.therapist
    with pytest.raises(NotAllowedError):
        form_of(here, by=here.front_desk)


def test_a_form_is_scored_by_the_edition_it_was_opened_with(here):
    form = form_of(here)
    text = form.edition.text.replace("{label: mild, low: 5, high: 9}", "{label: slight, low: 5, high: 9}")
    older = InstrumentEdition(instrument_id="phq9", instrument_version="2001", content_hash="0" * 64, text=text, kept_at=here.at)
    older.save()
    old = ScaleForm(patient=here.patient, edition=older, way="read_aloud", opened_by=here.nurse, opened_at=here.at)
    old.save()
    for item, value in LOW.items():
        tap(here, old, item, value)
    assert instrument_of(old) is not instrument_of(form)
    assert finish(here, old).score["band"] == "slight"


def test_half_a_form_is_handed_in_as_incomplete_with_its_suicide_item_missing(here):
    form = form_of(here)
    with pytest.raises(ScaleFormError, match="FAN-FORM-007"):
        finish(here, form)
    for item in ("q1", "q2", "q3"):
        tap(here, form, item, 1)
    found = finish(here, form).score
    assert (found["status"], found["total"]) == ("incomplete", None)
    assert "suicide_item_missing" in found["flags"]


def test_the_patient_stands_under_an_account_that_cannot_sign_in(here):
    form = form_of(here, way="phone")
    saved = tap(here, form, "q1", 1, by=None)
    assert saved.tap.entered_by.username == "patient-larkfield"
    assert not saved.tap.entered_by.is_active
    assert not saved.tap.entered_by.has_usable_password()
    assert as_utc(saved.tap.received_at).date() == date(2026, 11, 12)

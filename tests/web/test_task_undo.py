"""A task closed by mistake is put back once, to its owner; what the record settled is not."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.tasks import SETTLED_BY_RECORD_KIND, TaskError, close_task, escalate_late_tasks, open_task, reopen_task
from fanlight.records.models import AuditEvent, Patient, StaffMember, Task
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def nurse(db):
    keep_transitions()
    fill_clinic()
    return StaffMember.objects.get(username="nurse")


def opened(nurse, kind: str = "call") -> Task:
    now = clock.now()
    return open_task(site=nurse.site, key=f"test:{kind}", kind=kind, title="Call the lab", owner=nurse, due_at=now, at=now, by=nurse)


def test_a_task_closed_by_mistake_is_put_back_on_the_page(nurse):
    task = opened(nurse)
    close_task(task=task, note="Called.", by=nurse, at=clock.now())
    web = Client()
    web.force_login(nurse)
    assert "put it back" in web.get(f"/owed/{task.pk}/").content.decode()
    key = str(uuid.uuid4())
    for _ in range(2):
        assert web.post(f"/owed/{task.pk}/", {"act": "reopen", "write_key": key}).status_code in (200, 302)
    task.refresh_from_db()
    assert task.closed_at is None
    assert task.owner_id == nurse.pk
    assert AuditEvent.objects.filter(action="reopen_task").count() == 1
    assert AuditEvent.objects.filter(action="close_task", details__contains=str(task.pk)).exists()


def test_what_is_open_or_opened_anew_or_settled_by_the_record_is_not_put_back(nurse):
    task = opened(nurse)
    with pytest.raises(TaskError, match="FAN-TASK-008"):
        reopen_task(task=task, by=nurse, at=clock.now())
    close_task(task=task, note="Called.", by=nurse, at=clock.now())
    anew = opened(nurse)
    assert anew.pk != task.pk
    with pytest.raises(TaskError, match="FAN-TASK-008"):
        reopen_task(task=task, by=nurse, at=clock.now())
    record = opened(nurse, SETTLED_BY_RECORD_KIND)
    Task.objects.filter(pk=record.pk).update(closed_at=clock.now(), closed_by=nurse)
    record.refresh_from_db()
    with pytest.raises(TaskError, match="FAN-TASK-008"):
        reopen_task(task=record, by=nurse, at=clock.now())


def test_the_front_page_says_who_owes_how_much_and_what_was_passed_on(nurse):
    from datetime import timedelta

    from fanlight.records.actions.tasks import escalate_late_tasks
    from fanlight.web.pages.today import by_owner

    now = clock.now()
    other = StaffMember.objects.get(username="prescriber")
    open_task(
        site=nurse.site, key="test:late", kind="call", title="Call the pharmacy", owner=nurse, due_at=now - timedelta(hours=2), at=now,
        by=nurse, next_owner=other, escalates_at=now - timedelta(hours=1),
    )  # fmt: skip
    escalate_late_tasks(site=nurse.site, at=now)
    web = Client()
    web.force_login(nurse)
    shown = web.get("/").content.decode()
    assert "passed on" in shown
    assert "1 late" in shown
    hour = timedelta(hours=1)
    rows = by_owner([("A", now + hour), ("B", now - hour), ("A", now + hour)], now)
    assert rows == (("B", 1, 1), ("A", 2, 0))


def test_a_task_passed_on_names_who_had_it_and_nobody_as_next(nurse):
    """Once passed on, the other person is the one who let it lie: to say it goes to them next would be untrue."""
    now = clock.now()
    desk = StaffMember.objects.get(username="desk")
    patient = Patient.objects.filter(tasks__isnull=True).first() or Patient.objects.first()
    task = open_task(
        site=nurse.site, key="test:late", kind="call", title="Call the lab", owner=desk, next_owner=nurse, patient=patient,
        due_at=now - timedelta(hours=2), escalates_at=now - timedelta(hours=1), at=now - timedelta(hours=3), by=nurse,
    )  # fmt: skip
    web = Client()
    web.force_login(nurse)
    assert f"then {nurse.name}" in web.get(f"/patients/{patient.pk}/").content.decode()
    assert task in escalate_late_tasks(site=nurse.site, at=now)
    for address in ("/owed/", f"/owed/{task.pk}/", "/"):
        shown = re.sub(r"<[^>]+>|\\s+", " ", web.get(address).content.decode())
        line = " ".join(shown.split())
        assert re.search(rf"(?i)passed on [^<]*?, from {desk.name}", line), address
    assert f"then {desk.name}" not in web.get(f"/patients/{patient.pk}/").content.decode()

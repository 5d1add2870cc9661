"""A made-up month through the product's own actions: what must hold is looked at each evening, and a broken rule is found."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from fanlight.records.models import AuditEvent, Patient, RoleWithdrawal, SessionEvent, StaffMember, Task, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.daily import DailyCheck
from fanlight.sample.history import LAST_DAY, Asked, make_history

pytestmark = pytest.mark.django_db
MONTH = Asked(patients=14, days=45, seed=57, event_by_event=True, ask_every_days=1)


@pytest.fixture(scope="module")
def _made(django_db_setup, django_db_blocker):
    """The month made once: its house, what the evenings found, what is kept apart."""
    with django_db_blocker.unblock(), transaction.atomic():
        keep_transitions()
        check, faults, houses = DailyCheck(), [], []

        def look(house, day):
            houses[:] = [house]
            faults.extend(check.evening(house, day))

        people = make_history(MONTH, each_evening=look)
        yield houses[0], check, faults, people
        transaction.set_rollback(True)


@pytest.fixture
def month(_made, db):
    """That month, in a transaction of the test's own, so that what a test bends is straight again after it."""
    return _made


def test_a_month_of_the_clinic_breaks_no_rule_on_any_evening(month):
    house, check, faults, people = month
    assert faults == []
    assert check.looked_links == AuditEvent.objects.count()
    assert check.looked_streams >= TreatmentSession.objects.exclude(state="planned").count() > 8
    assert {one["truth"]["path"].value for one in people} == {"never_screened", "left_with_unknowns", "declined", "treated"}
    assert house.booked


def test_everybody_is_marked_as_made_up_and_what_was_true_is_nowhere_in_the_record(month):
    assert not Patient.objects.exclude(is_synthetic=True).exists()
    assert Patient.objects.count() == sum(1 for one in month[3] if one["told"]["patient"] is not None)
    for text in (*SessionEvent.objects.values_list("payload", flat=True), *AuditEvent.objects.values_list("details", flat=True)):
        assert "relapse_after_days" not in str(text)
        assert "is_responder" not in str(text)


def test_what_was_told_of_a_person_is_what_the_record_says(month):
    for one in month[3]:
        held = TreatmentSession.objects.filter(course__patient=one["told"]["patient"]).exclude(state="planned")
        assert one["told"]["given"] == held.count(), one["truth"]["index"]


def _open_again(house):
    TreatmentSession.objects.filter(pk=_a_visit().pk).update(state="observing")


def _lift_the_guards(cursor):
    for verb in ("update", "delete"):
        on = " ON records_auditevent" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER records_auditevent_no_{verb}{on}")


def _chain_changed(house):
    with connection.cursor() as cursor:
        _lift_the_guards(cursor)
        cursor.execute("UPDATE records_auditevent SET action = 'nothing' WHERE sequence = 20")


def _link_gone(house):
    with connection.cursor() as cursor:
        _lift_the_guards(cursor)
        cursor.execute("DELETE FROM records_auditevent WHERE sequence = 20")


def _an_open_task():
    task = Task.objects.filter(closed_at__isnull=True).first()
    assert task is not None
    return task


def _a_visit():
    return TreatmentSession.objects.exclude(state="planned").latest("planned_on")


def _owner_left(house):
    StaffMember.objects.filter(pk=_an_open_task().owner_id).update(is_active=False)


def _owner_without_a_role(house):
    director = house.cast.staff["director"]
    for grant in _an_open_task().owner.role_grants.all():
        RoleWithdrawal.objects.create(grant=grant, withdrawn_at=grant.granted_at, withdrawn_by=director)


def _not_passed_on(house):
    task = _an_open_task()
    long_ago = house.instant(LAST_DAY - timedelta(days=3), time(9))
    Task.objects.filter(pk=task.pk).update(escalates_at=long_ago, escalated_at=None, next_owner=house.cast.staff["director"])


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (_open_again, "is open over night"),
        (_open_again, "and its stream says"),
        (_chain_changed, "does not match its hash"),
        (_link_gone, "does not follow link 19"),
        (_owner_left, "switched off"),
        (_owner_without_a_role, "nobody who could do it"),
        (_not_passed_on, "was not passed on"),
    ],
)
def test_an_evening_finds_a_broken_rule(month, bend, words):
    visit, house = _a_visit(), month[0]
    bend(house)
    found = DailyCheck().evening(house, visit.planned_on if bend is _open_again else LAST_DAY)
    assert any(words in fault for fault in found), found


HERE = {name: value for name, value in os.environ.items() if name != "FANLIGHT_DATABASE"}
"""The environment of a command that makes a clinic: it refuses to, where the environment names somebody's database."""


def _make(folder: Path, seed: int) -> str:
    words = ["sample", "--patients", "5", "--years", "0.1", "--seed", str(seed), "--out", str(folder)]
    code = f"import sys; from fanlight.cli import main; sys.exit(main({words!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=HERE)
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith("Content hash"))


def test_the_command_gives_the_same_database_content_for_the_same_seed_and_it_verifies(tmp_path):
    first, again, other = (_make(tmp_path / name, seed) for name, seed in (("one", 4), ("two", 4), ("three", 5)))
    assert first == again != other
    truth = json.loads((tmp_path / "one" / "truth.json").read_text())
    assert truth["synthetic"] is True
    assert len(truth["people"]) == 5
    with sqlite3.connect(tmp_path / "one" / "fanlight.sqlite3") as database:
        (last,) = database.execute("SELECT max(at) FROM records_auditevent").fetchone()
    assert date.fromisoformat(str(last)[:10]) <= LAST_DAY + timedelta(days=1)
    code = f"import sys; from fanlight.cli import main; sys.exit(main(['verify', '--data', {str(tmp_path / 'one')!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_folder_that_holds_a_database_is_left_alone(tmp_path):
    (tmp_path / "fanlight.sqlite3").write_bytes(b"somebody's")
    code = f"import sys; from fanlight.cli import main; sys.exit(main(['sample', '--out', {str(tmp_path)!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=HERE)
    assert done.returncode != 0
    assert "FAN-SAMPLE-003" in done.stderr + done.stdout
    assert (tmp_path / "fanlight.sqlite3").read_bytes() == b"somebody's"


def test_nobody_was_turned_away_at_a_gate_whose_visits_are_spaced_as_their_protocol_says(month):
    assert [said for one in month[3] for said in one["told"]["refusals"]] == []

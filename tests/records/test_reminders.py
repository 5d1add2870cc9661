"""Invitations and reminders: none lost, none doubled, none at night, and a person owns what nobody answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from urllib.error import HTTPError
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from fanlight.care.scales.asking import Stage
from fanlight.core.errors import InputError
from fanlight.records import carriers, clock
from fanlight.records.actions.contacts import say_contact
from fanlight.records.actions.courses import open_course, sign_protocol
from fanlight.records.actions.form_links import find_link, state_of
from fanlight.records.actions.reminders import send_due
from fanlight.records.carriers import Outcome, Outgoing
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Decision, Notice, NoticeAttempt, Task
from fanlight.records.owed_scales import keep_asking, standings, task_key
from fanlight.records.session_path import keep_transitions

pytestmark = pytest.mark.django_db
PROTOCOL = "iv-racemic-induction"
DAY = date(2026, 11, 12)
NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, clock: str = "12:00", zone: ZoneInfo = NEW_YORK) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 12, hour, minute, tzinfo=zone).astimezone(UTC) + timedelta(days=day)


class Post:
    """A carrier that keeps what it is given and answers as it is told."""

    def __init__(self, *answers: str) -> None:
        self.sent: list[Outgoing] = []
        self.answers = list(answers)

    def __call__(self, message: Outgoing) -> Outcome:
        self.sent.append(message)
        return Outcome(self.answers.pop(0) if self.answers else "sent", "told")


@pytest.fixture
def course(clinic, settings):
    settings.PUBLIC_URL = "https://forms.example"
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
    days = [DAY, DAY + timedelta(days=4)]
    return open_course(
        patient=clinic.patient,
        signature=signature,
        decision=decision,
        starts_on=DAY,
        planned=days,
        plan={},
        by=clinic.prescriber,
        at=clinic.at,
    )


def agree(clinic, **values):
    said = {"channel": "sms", "is_agreed": True, "address": "+1 555 010 0123", "at": at(-1)} | values
    return say_contact(patient=clinic.patient, by=clinic.front_desk, **said)


def run(clinic, when, post):
    keep_asking(site=clinic.site, content=library(), at=when)
    return send_due(site=clinic.site, content=library(), at=when, carrier=post)


def test_thirty_days_of_silence_lose_no_reminder_and_a_person_owns_it_on_day_4(clinic, course):
    agree(clinic)
    post = Post()
    for hour in range(0, 30 * 24, 2):
        when = at(0, "00:00") + timedelta(hours=hour)
        if 30 <= hour < 34:
            continue  # the house was down for a while, over the hour of the first reminder
        run(clinic, when, post)
    day_0 = [row for row in Notice.objects.order_by("pk") if row.due_on == DAY]
    assert [row.message for row in day_0] == ["invitation", "reminder", "reminder"]
    made = [row.made_at.astimezone(NEW_YORK) for row in day_0]
    assert [(when.date() - DAY).days for when in made] == [0, 1, 2]
    assert all(8 <= when.hour < 20 for when in made)
    first = next(row for row in Task.objects.filter(closed_at=None).order_by("pk") if "12 Nov" in row.why)
    assert (first.kind, first.owner) == ("owed_scale_named", clinic.prescriber)
    passed = AuditEvent.objects.filter(action="pass_owed_scales", details__contains=f'"task":{first.pk}').order_by("sequence")
    assert [(link.at.astimezone(NEW_YORK).date() - DAY).days for link in passed] == [3, 4]
    assert NoticeAttempt.objects.count() == Notice.objects.count() == len(post.sent), "each once"
    assert {one.owner_id for one in Task.objects.filter(closed_at=None)} != {None}


def _is_down(hour: int, stops: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= hour < last for first, last in stops)


@pytest.mark.parametrize(
    ("stops", "reminded_on"),
    [
        (((5 * 24, 8 * 24),), [0, 1, 2]),  # days 5 to 7 whole
        (((30, 34),), [0, 1, 2]),  # a stop across the first reminder's hour
        (((5 * 24, 8 * 24), (30, 34), (53, 61)), [0, 1, 2]),  # both, and across the second's
        (((24, 48),), [0, 2]),  # the whole day of the first reminder: it goes a day late, and in place of the second a person calls
    ],
)
def test_thirty_days_of_silence_with_the_house_down_for_days(clinic, course, stops, reminded_on):
    """Every form that came due, the ones of the dark days too, is asked for and reminded of, once each; a person owns each."""
    agree(clinic)
    post = Post()
    for hour in range(0, 30 * 24, 2):
        if not _is_down(hour, stops):
            run(clinic, at(0, "00:00") + timedelta(hours=hour), post)
    end = at(30)
    run(clinic, end, post)
    by_day: dict[date, list[Notice]] = {}
    for row in Notice.objects.order_by("pk"):
        by_day.setdefault(row.due_on, []).append(row)
    made = [row.made_at.astimezone(NEW_YORK) for row in by_day[DAY]]
    assert [row.message for row in by_day[DAY]] == ["invitation", "reminder", "reminder"][: len(reminded_on)]
    assert [(when.date() - DAY).days for when in made] == reminded_on
    assert all(8 <= row.made_at.astimezone(NEW_YORK).hour < 20 for rows in by_day.values() for row in rows)
    found = [row for one in standings(clinic.site, library(), end) for row in one.standings]
    due = {row.ask.due_on for row in found if row.stage is not Stage.NOT_DUE}
    assert {DAY, DAY + timedelta(days=4)} <= due
    tasks = Task.objects.filter(patient=clinic.patient, closed_at=None)
    assert all(task.owner_id for task in tasks)
    owned = {key: task.owner.name for task in tasks for key in [task.key]}
    for row in found:
        if row.stage is Stage.NAMED_PERSON:
            assert owned[task_key(course, row.ask.due_on)]
    first = next(task for task in Task.objects.order_by("pk") if "12 Nov" in task.why)
    passed = AuditEvent.objects.filter(action="pass_owed_scales", details__contains=f'"task":{first.pk}').order_by("sequence")
    assert [(link.at.astimezone(NEW_YORK).date() - DAY).days for link in passed] == [3, 4], "the call list, then the named person"
    assert NoticeAttempt.objects.count() == Notice.objects.count() == len(post.sent), "each once"


def test_on_day_4_a_person_owns_it_and_the_page_says_so(clinic, course, monkeypatch):
    agree(clinic)
    post = Post()
    for hour in range(0, 4 * 24 + 14, 2):
        if not _is_down(hour, ((30, 34),)):
            run(clinic, at(0, "00:00") + timedelta(hours=hour), post)
    monkeypatch.setattr(clock, "now", lambda: at(4, "13:00"))
    desk = Client()
    desk.force_login(clinic.nurse)
    page = desk.get("/follow-up/").content.decode()
    row = next(part for part in page.split("<tr>")[1:] if "PHQ-9" in part and "day 0" in part)
    assert "With a named person" in row
    assert clinic.prescriber.name in row


def test_the_message_opens_the_form_and_says_nothing_clinical(clinic, course):
    agree(clinic, language="es")
    post = Post()
    assert run(clinic, at(0), post) == 1
    message = post.sent[0]
    assert (message.channel, message.address) == ("sms", "+15550100123")
    assert "formulario" in message.body
    links = [word for word in message.body.split() if word.startswith("https://forms.example/p/")]
    assert len(links) == 1, "PHQ-9 goes to the phone; MADRS and the screener are asked by a clinician"
    link = find_link(links[0].split("/p/")[1].strip("/"))
    assert state_of(link, at(0)).is_live
    for word in ("ketamin", "depres", "psych", "psiq", "PHQ", clinic.patient.family_name, clinic.patient.given_names):
        assert word.lower() not in (message.subject + message.body).lower()


def test_run_twice_it_sends_once(clinic, course):
    agree(clinic)
    post = Post()
    assert [run(clinic, at(0, clock), post) for clock in ("09:00", "09:00", "09:05", "19:59")] == [1, 0, 0, 0]


def test_at_night_nothing_goes_and_the_patients_own_zone_says_when_it_is_night(clinic, course):
    agree(clinic, zone_name="America/Los_Angeles")
    post = Post()
    assert run(clinic, at(0, "09:30"), post) == 0, "half past six in the morning there"
    assert run(clinic, at(0, "12:00"), post) == 1


def test_the_night_the_clock_goes_back_has_one_morning(clinic, course):
    assert at(0).tzinfo is not None
    texts, policy = library().message_texts, library().asking_policy
    from fanlight.care.scales.asking import next_allowed

    assert texts.tries > 1
    before = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30, the first of two
    assert next_allowed(before, policy, NEW_YORK) == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


def test_a_house_that_stopped_between_sending_and_writing_it_down_tries_again(clinic, course):
    agree(clinic)

    def stops(message):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(clinic, at(0), stops)
    assert Notice.objects.count() == 1
    assert NoticeAttempt.objects.count() == 0
    post = Post()
    assert run(clinic, at(0, "12:05"), post) == 0, "not sure yet"
    assert run(clinic, at(0, "12:10"), post) == 1
    assert run(clinic, at(0, "12:30"), post) == 0
    assert Notice.objects.count() == 1
    assert post.sent[0].reference == f"scales-{course.pk}-2026-11-12-0"


@pytest.mark.parametrize(("answers", "tries"), [(["undeliverable"], 1), (["failed", "failed", "failed"], 3)])
def test_what_does_not_arrive_goes_to_the_call_list_at_once(clinic, course, answers, tries):
    agree(clinic)
    post = Post(*answers)
    for minute in range(0, 120, 5):
        run(clinic, at(0, "10:00") + timedelta(minutes=minute), post)
    assert len(post.sent) == tries
    task = Task.objects.get(key=f"scales:{course.pk}:2026-11-12")
    assert (task.kind, task.owner) == ("owed_scale_call", clinic.front_desk)
    assert "did not arrive" in task.why


def test_a_failed_try_is_made_again_and_then_it_is_well(clinic, course):
    agree(clinic)
    post = Post("failed", "sent")
    for minute in (0, 5, 14, 15, 30):
        run(clinic, at(0, "10:00") + timedelta(minutes=minute), post)
    assert list(NoticeAttempt.objects.order_by("pk").values_list("outcome", flat=True)) == ["failed", "sent"]
    assert Task.objects.get(key=f"scales:{course.pk}:2026-11-12").kind == "owed_scale"


def test_stop_means_stop_and_a_person_owns_it(clinic, course):
    agree(clinic)
    run(clinic, at(0), Post())
    agree(clinic, is_agreed=False, why="asked to stop", at=at(0, "15:00"))
    post = Post()
    for day in range(1, 6):
        run(clinic, at(day), post)
    assert post.sent == []
    assert "sked to stop" in Task.objects.get(key=f"scales:{course.pk}:2026-11-12").why
    standing = standings(clinic.site, library(), at(1))[0].standings[0]
    assert standing.stage.value == "named_person"


def test_without_a_word_from_the_patient_or_an_address_of_the_forms_a_nurse_asks(clinic, course, settings):
    post = Post()
    assert run(clinic, at(0), post) == 0
    assert Task.objects.get(key=f"scales:{course.pk}:2026-11-12").owner == clinic.nurse
    agree(clinic)
    settings.PUBLIC_URL = ""
    assert run(clinic, at(0), post) == 0


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"address": "555 0100"}, "address"),
        ({"channel": "email", "address": "nobody"}, "address"),
        ({"channel": "pigeon"}, "channel"),
        ({"is_agreed": False, "why": " "}, "why"),
        ({"zone_name": "Mars/Olympus"}, "zone_name"),
    ],
)
def test_a_way_that_cannot_be_is_refused_with_its_reason(clinic, values, path):
    with pytest.raises(InputError) as caught:
        agree(clinic, **values)
    assert [fault.path for fault in caught.value.faults] == [path]


def test_mail_goes_by_djangos_mail_and_a_text_message_into_the_outbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DATA_FOLDER = tmp_path
    settings.PUBLIC_URL = "https://forms.example"
    mail.outbox = []
    assert carriers.send(Outgoing("email", "ada@example.org", "A form", "words", "r-1")).outcome == "sent"
    assert mail.outbox[0].to == ["ada@example.org"]
    assert mail.outbox[0].extra_headers["Message-ID"] == "<r-1@forms.example>"
    assert carriers.send(Outgoing("sms", "+15550100123", "", "words 🌿", "r-2")) == Outcome("sent", "outbox")
    assert json.loads((tmp_path / "sms-outbox.jsonl").read_text()) == {"to": "+15550100123", "body": "words 🌿", "reference": "r-2"}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "sent"), (201, "sent"), (400, "undeliverable"), (401, "failed"), (429, "failed"), (500, "failed"), (0, "failed")],
)
def test_a_gateway_is_asked_as_gateways_are(settings, monkeypatch, status, outcome):
    settings.SMS_URL, settings.SMS_FROM = "https://gateway.example/messages", "+15550100999"
    settings.SMS_USER, settings.SMS_PASSWORD = "clinic", "secret"
    seen = []

    class Answer:
        def __init__(self):
            self.status = status

        def __enter__(self):
            return self

        def __exit__(self, *args):
            return None

    class Opener:
        def open(self, request, timeout):
            seen.append(request)
            if status == 0:
                raise OSError("no route")
            if status >= 400:
                raise HTTPError(request.full_url, status, "no", {}, None)
            return Answer()

    monkeypatch.setattr(carriers.urllib.request, "build_opener", lambda *handlers: Opener())
    assert carriers.send(Outgoing("sms", "+15550100123", "", "words", "r-3")).outcome == outcome
    assert seen[0].get_header("Authorization") == "Basic Y2xpbmljOnNlY3JldA=="
    assert seen[0].get_header("Idempotency-key") == "r-3"
    assert b"To=%2B15550100123" in seen[0].data

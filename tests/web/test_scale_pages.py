"""Scale pages: staff enter, see and close; a patient's link opens one form after the date of birth, and nothing else."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, state_of, token_of
from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role, say_presence
from fanlight.records.actions.risk import open_risk
from fanlight.records.actions.scales import open_form
from fanlight.records.models import AuditEvent, FormLink, ScaleForm, ScaleItemAnswer, ScaleResponse, StaffMember, Task, WriteKey
from fanlight.records.permissions import Role

pytestmark = pytest.mark.django_db
BORN = {"act": "birth", "day": "3", "month": "2", "year": "1985"}


class House:
    """A clinic, its people by role, a patient, and somebody signed in."""

    def __init__(self) -> None:
        now = clock.now()
        self.site = create_site(
            at=now,
            code="larkfield",
            name="Larkfield Clinic",
            zone_name="America/New_York",
            jurisdiction="US",
            calendar_id="demo",
            crisis_text="Call or text 988 now, or 911 in danger.",
            phone="555-0100",
        )
        self.people = {}
        for role in Role:
            person = create_staff(
                site=self.site, username=role.value, name=f"{role.label.title()} Lowe", initials="XY", password="x", by=None, at=now
            )
            grant_role(staff=person, role=role, by=None, at=now)
            self.people[role.value] = StaffMember.objects.get(pk=person.pk)
        self.patient = register_patient(
            family_name="Quillfeather",
            given_names="Ada",
            birth_date=date(1985, 2, 3),
            sex="female",
            phone="555-0142",
            by=self.people["nurse"],
            at=now,
            today=now.date(),
        )

    def desk(self, role: str = "nurse") -> Client:
        client = Client()
        client.force_login(self.people[role])
        return client

    def form(self, instrument: str = "phq9", way: str = "phone") -> ScaleForm:
        return open_form(patient=self.patient, instrument_id=instrument, way=way, by=self.people["nurse"], at=clock.now())

    def link(self) -> tuple[FormLink, str]:
        link = make_link(form=self.form(), by=self.people["nurse"], at=clock.now())
        return link, f"/p/{token_of(link)}/"

    def on_duty(self) -> None:
        for role in ("nurse", "prescriber"):
            say_presence(staff=self.people[role], is_on_site=True, by=self.people[role], at=clock.now())


@pytest.fixture
def house() -> House:
    cache.clear()
    return House()


def say(client, path, kind="answer", item="q1", value=1, key=None, **more):
    body = {"kind": kind, "id": str(key or uuid.uuid4()), "item": item, "value": value, "at": clock.now().isoformat()} | more
    return client.post(f"{path}say/", json.dumps(body), content_type="application/json")


def test_staff_open_enter_and_see_a_score(house):
    desk = house.desk()
    page = desk.get(f"/patients/{house.patient.pk}/scales/")
    assert page.status_code == 200
    assert b"No scale is answered yet" in page.content
    opened = desk.post(f"/patients/{house.patient.pk}/scales/", {"instrument": "phq9", "way": "read_aloud", "write_key": str(uuid.uuid4())})
    assert opened.status_code == 302
    entry = desk.get(opened.url)
    assert b"Little interest or pleasure" in entry.content
    answers = {f"q{n}": "2" for n in range(1, 9)} | {"q9": "0"}
    done = desk.post(opened.url, answers | {"act": "finish"}, follow=True)
    assert b"PHQ-9: 16 of 27, moderately severe" in done.content
    assert ScaleResponse.objects.get().score["total"] == 16
    listed = desk.get(f"/patients/{house.patient.pk}/scales/")
    assert b"<svg" in listed.content
    assert b"PHQ-9: 16 of 27" in listed.content
    assert len(desk.get(f"/patients/{house.patient.pk}/").content) < 60_000


def test_a_form_handed_in_by_somebody_else_meanwhile_says_so_and_stands(house):
    desk, other = house.desk(), house.desk("therapist")
    opened = desk.post(f"/patients/{house.patient.pk}/scales/", {"instrument": "phq9", "way": "read_aloud", "write_key": str(uuid.uuid4())})
    answers = {f"q{n}": "1" for n in range(1, 10)}
    desk.post(opened.url, answers | {"act": "finish"})
    late = other.post(opened.url, answers | {"q1": "3", "act": "finish"}, follow=True)
    assert late.status_code == 200
    assert "handed in while your page was open" in late.content.decode()
    assert ScaleResponse.objects.get().score["total"] == 9
    assert "handed in while" not in desk.get(opened.url, follow=True).content.decode(), "a page only looked at says nothing"


def test_every_shipped_scale_can_be_opened_and_shown(house):
    from fanlight.records.instruments import shipped_instruments

    desk = house.desk("therapist")
    for name in shipped_instruments():
        form = open_form(
            patient=house.patient,
            instrument_id=name,
            way="rated",
            rater=house.people["therapist"],
            by=house.people["therapist"],
            at=clock.now(),
        )
        assert desk.get(f"/scales/forms/{form.pk}/").status_code == 200, name


def test_a_risk_answer_at_the_desk_shows_on_every_page_of_the_patient_until_assessed(house):
    house.on_duty()
    desk, form = house.desk(), house.form(way="read_aloud")
    said = desk.post(
        f"/scales/forms/{form.pk}/say/", json.dumps({"id": str(uuid.uuid4()), "item": "q9", "value": 2}), content_type="application/json"
    )
    assert said.json()["risk"]["href"]
    task = open_risk(house.patient)
    for path in ("", "facts/", "consent/", "scales/", "correct/"):
        assert b"A risk answer: speak with the patient" in desk.get(f"/patients/{house.patient.pk}/{path}").content, path
    assert b"A risk answer" in desk.get("/").content
    page = desk.get(f"/owed/{task.pk}/risk/")
    assert b"thoughts of death or self-harm: 2" in page.content
    assert b"Ask the C-SSRS" in page.content
    half = desk.post(f"/owed/{task.pk}/risk/", {"assessment": "No plan.", "write_key": str(uuid.uuid4())})
    assert half.status_code == 422
    assert open_risk(house.patient) is not None
    whole = {"assessment": "No plan.", "safety_plan": "Made.", "write_key": str(uuid.uuid4())}
    assert desk.post(f"/owed/{task.pk}/risk/", whole).status_code == 302
    assert open_risk(house.patient) is None
    assert b"A risk answer: speak" not in desk.get(f"/patients/{house.patient.pk}/").content
    assert house.desk("front_desk").get(f"/owed/{task.pk}/risk/").status_code == 403


def test_a_link_opens_after_the_date_of_birth_and_resumes(house):
    house.on_duty()
    link, path = house.link()
    phone = Client()
    first = phone.get(path)
    assert b"when were you born" in first.content
    assert b"Quillfeather" not in first.content
    assert b"Little interest" not in first.content
    assert say(phone, path).status_code == 401
    assert phone.post(path, BORN).status_code == 302
    page = phone.get(path)
    assert b"Little interest or pleasure" in page.content
    assert b"Quillfeather" not in page.content
    assert page["Cache-Control"] == "no-store, private" or "no-store" in page["Cache-Control"]
    assert say(phone, path, item="q1", value=2).json()["saved"]
    assert b'name="q1" value="2" checked' in phone.get(path).content
    assert say(phone, path, kind="finish").json()["finished"]
    assert say(phone, path, kind="finish").json()["finished"]
    assert ScaleResponse.objects.count() == 1
    assert b"Thank you" in phone.get(path).content
    other = Client()
    assert other.get(path).status_code == 410
    assert say(other, path).status_code == 410
    assert state_of(link, clock.now()).word == "finished"


def test_five_wrong_dates_shut_the_link_and_a_slip_is_no_try(house):
    link, path = house.link()
    phone = Client()
    assert phone.post(path, BORN | {"day": "31", "month": "2"}).status_code == 422
    for left in (4, 3, 2, 1):
        assert f"{left} tr" in phone.post(path, BORN | {"year": "1986"}).content.decode()
    assert phone.post(path, BORN | {"year": "1986"}).status_code == 410
    assert phone.post(path, BORN).status_code == 410
    assert state_of(link, clock.now()).word == "locked"
    assert AuditEvent.objects.filter(action="refused:form_link").count() == 5


def test_a_link_runs_out_after_72_hours_and_its_answers_are_refused(house, monkeypatch):
    link, path = house.link()
    assert link.expires_at - link.made_at == timedelta(hours=72)
    phone = Client()
    phone.post(path, BORN)
    monkeypatch.setattr(clock, "now", lambda: link.expires_at - timedelta(seconds=1))
    assert phone.get(path).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: link.expires_at)
    assert phone.get(path).status_code == 410
    assert say(phone, path).status_code == 410
    assert b"Call or text 988" in phone.get(path).content
    assert not ScaleItemAnswer.objects.exists()


def test_a_new_link_or_taking_it_back_ends_the_first(house):
    link, path = house.link()
    desk = house.desk()
    url = f"/scales/forms/{link.form_id}/link/"
    assert path.encode() in desk.get(url).content
    desk.post(url, {"act": "make", "write_key": str(uuid.uuid4())})
    assert Client().get(path).status_code == 410
    desk.post(url, {"act": "withdraw", "write_key": str(uuid.uuid4())})
    assert all(state_of(one, clock.now()).word == "withdrawn" for one in FormLink.objects.all())


def test_the_address_is_nowhere_in_the_database(house):
    link, path = house.link()
    house.desk().get(f"/scales/forms/{link.form_id}/link/")
    token = path.split("/")[2]
    assert token not in str([one.response for one in WriteKey.objects.all()])
    assert token not in str(list(FormLink.objects.values()))
    assert token not in str(list(AuditEvent.objects.values()))


def test_many_tries_from_one_address_are_slowed_down(house):
    _, path = house.link()
    phone = Client()
    codes = [phone.get(f"/p/{'x' * 32}/").status_code for _ in range(61)]
    assert codes[:60] == [410] * 60
    assert codes[60] == 429
    assert phone.post(path, BORN).status_code == 429


def test_item_9_on_the_phone_is_owned_before_the_form_is_finished(house):
    house.on_duty()
    _, path = house.link()
    phone, key = Client(), uuid.uuid4()
    phone.post(path, BORN)
    assert b"is on duty now and has this answer" in phone.get(path).content
    said = say(phone, path, item="q9", value=2, key=key).json()
    assert "is to speak with you before" in said["promise"][0]
    assert "ending in 42" in said["promise"][0]
    assert say(phone, path, item="q9", value=2, key=key).json()["saved"]
    task = Task.objects.get()
    assert task.owner.username in ("nurse", "prescriber")
    assert not ScaleResponse.objects.exists()
    say(phone, path, item="q9", value=0)
    assert open_risk(house.patient).pk == task.pk
    say(phone, path, kind="unsafe")
    task.refresh_from_db()
    assert task.owner.username == "prescriber"
    assert task.why.startswith("Now, never alone")


def test_with_nobody_on_duty_the_crisis_numbers_come_first_and_nothing_is_promised(house):
    _, path = house.link()
    phone = Client()
    before = phone.get(path).content.decode()
    assert before.index("Call or text 988") < before.index("when were you born")
    phone.post(path, BORN)
    page = phone.get(path).content.decode()
    assert "Nobody at Larkfield Clinic is on duty now" in page
    assert page.index("tel:988") < page.index("Little interest")
    said = say(phone, path, item="q9", value=1).json()
    assert said["promise"][0] == "Nobody at Larkfield Clinic is on duty now."
    assert open_risk(house.patient) is not None


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"kind": "answer", "id": "x"}', '{"kind": "burn", "id": "6f1d2f1c-0000-4000-8000-000000000000"}']
)
def test_nonsense_from_a_phone_is_refused(house, body):
    _, path = house.link()
    phone = Client()
    phone.post(path, BORN)
    assert phone.post(f"{path}say/", body, content_type="application/json").status_code == 422
    assert say(phone, path, item="q1", value=9).status_code == 422
    assert say(phone, path, item="q77", value=1).status_code == 422
    assert not ScaleItemAnswer.objects.exists()


def test_a_phone_whose_clock_is_off_is_set_right(house):
    _, path = house.link()
    phone = Client()
    phone.post(path, BORN)
    wrong = clock.now() - timedelta(days=9)
    say(phone, path, item="q1", value=1, at=(wrong - timedelta(minutes=7)).isoformat(), sent=wrong.isoformat())
    tap = ScaleItemAnswer.objects.get()
    assert abs((tap.received_at - tap.answered_at) - timedelta(minutes=7)) < timedelta(seconds=5)


def test_the_form_works_without_scripts(house):
    house.on_duty()
    _, path = house.link()
    phone = Client()
    phone.post(path, BORN)
    kept = phone.post(path, {"act": "save", "q1": "1", "q9": "1"})
    assert b"You should not be alone with this" in kept.content
    assert ScaleItemAnswer.objects.count() == 2
    assert phone.post(path, {"act": "unsafe"}).status_code == 302
    assert open_risk(house.patient).why.startswith("Now")
    answers = {f"q{n}": "1" for n in range(1, 10)}
    assert b"Thank you" in phone.post(path, answers | {"act": "finish"}, follow=True).content
    assert ScaleResponse.objects.get().score["total"] == 9


def test_another_clinics_forms_do_not_exist_here(house):
    form = house.form(way="read_aloud")
    other = create_site(
        at=clock.now(), code="other", name="Other", zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="988"
    )
    stranger = create_staff(site=other, username="stranger", name="S", initials="S", password="x", by=None, at=clock.now())
    grant_role(staff=stranger, role=Role.NURSE, by=None, at=clock.now())
    client = Client()
    client.force_login(StaffMember.objects.get(pk=stranger.pk))
    for path in (f"/scales/forms/{form.pk}/", f"/scales/forms/{form.pk}/link/", f"/patients/{house.patient.pk}/scales/"):
        assert client.get(path).status_code == 404

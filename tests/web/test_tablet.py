"""The clinic's tablet handed to a patient: one form and nothing else, until a member of staff signs in on it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.form_links import state_of
from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.actions.risk import open_risk
from fanlight.records.actions.scale_forms import answers_of
from fanlight.records.actions.scales import finish_form, open_form, save_answer
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, FormLink, ScaleForm, ScaleResponse, StaffMember
from fanlight.records.permissions import Role

pytestmark = pytest.mark.django_db
PASSWORD = "a-lantern-in-the-hall"


@pytest.fixture
def house():
    """A clinic with a nurse, a prescriber and the desk; a patient, and a PHQ-9 opened for the tablet."""
    cache.clear()
    at = clock.now()
    site = create_site(
        at=at,
        code="larkfield",
        name="Larkfield",
        zone_name="America/New_York",
        jurisdiction="US",
        calendar_id="demo",
        crisis_text="Call or text 988.",
    )
    people = {}
    for role in (Role.NURSE, Role.PRESCRIBER, Role.FRONT_DESK, Role.AUDITOR):
        one = create_staff(site=site, username=role.value, name=role.label, initials="XY", password=PASSWORD, by=None, at=at)
        grant_role(staff=one, role=role, by=None, at=at)
        people[role.value] = StaffMember.objects.get(pk=one.pk)
    patient = register_patient(
        family_name="Quillfeather",
        given_names="Ada",
        birth_date=date(1985, 2, 3),
        sex="female",
        by=people["nurse"],
        at=at,
        today=at.date(),
    )
    form = open_form(patient=patient, instrument_id="phq9", way="kiosk", by=people["nurse"], at=at)
    return {"patient": patient, "form": form, **people}


def key() -> dict[str, str]:
    return {"write_key": str(uuid.uuid4())}


BORN = {"act": "birth", "day": "3", "month": "2", "year": "1985"}


def hand_over(tablet, house):
    return tablet.post(f"/patients/{house['patient'].pk}/scales/", {"hand_over": house["form"].pk})


def handed(house) -> tuple[Client, str]:
    """A tablet on which the nurse has handed the form over and the patient gave the birth date; (the browser, the address)."""
    tablet = Client()
    tablet.force_login(house["nurse"])
    answer = hand_over(tablet, house)
    assert answer.status_code == 302
    tablet.post(answer.url, BORN)
    return tablet, answer.url


def say(tablet, form, kind="answer", **more):
    body = {"kind": kind, "id": str(uuid.uuid4()), "item": "q1", "value": 1, "at": clock.now().isoformat()} | more
    return tablet.post(f"{form}say/", json.dumps(body), content_type="application/json")


def later(monkeypatch, minutes):
    fixed = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(clock, "now", lambda: fixed)


@pytest.mark.parametrize(
    "path", ["/", "/patients/", "/owed/", "/scales/forms/{form}/", "/audit/", "/p/another/", "/evidence/", "/api/docs", "/accounts/logout/"]
)
def test_nothing_but_the_form_opens_whatever_is_typed(house, path):
    tablet, form = handed(house)
    answer = tablet.get(path.format(form=house["form"].pk))
    assert (answer.status_code, answer.get("Location")) in {(302, form), (401, None)}
    assert "Quillfeather" not in answer.content.decode()


def test_with_its_cookie_thrown_away_the_tablet_is_signed_out(house):
    tablet, _ = handed(house)
    tablet.cookies.clear()
    assert tablet.get("/patients/").url.startswith("/accounts/login/")


def test_each_answer_is_kept_a_risk_answer_acts_and_a_new_hand_over_resumes(house):
    tablet, form = handed(house)
    assert say(tablet, form).json()["saved"]
    assert "promise" in say(tablet, form, item="q9", value=2).json()
    assert open_risk(house["patient"]) is not None
    signed_in = tablet.post("/accounts/login/", {"login": "nurse", "password": PASSWORD})
    assert signed_in.status_code == 302
    home = tablet.get(signed_in.url)
    assert home.url == f"/patients/{house['patient'].pk}/scales/"
    assert tablet.get(home.url).status_code == 200
    link = FormLink.objects.get()
    assert state_of(link, clock.now()).word == "withdrawn"
    assert Client().get(form).status_code == 410
    again = hand_over(tablet, house)
    assert again.url != form
    tablet.post(again.url, BORN)
    assert 'name="q1" value="1" checked' in tablet.get(again.url).content.decode()
    assert answers_of(house["form"]) == {"q1": 1, "q9": 2}
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions.count("hand_tablet_over") == 2
    assert actions.count("take_tablet_back") == 1


def test_a_wrong_password_lifts_nothing(house):
    tablet, form = handed(house)
    tablet.post("/accounts/login/", {"login": "nurse", "password": "guess"})
    assert tablet.get("/patients/").url == form


def test_handed_in_once_it_says_thank_you_and_the_score_names_the_way(house):
    tablet, form = handed(house)
    for number in range(1, 10):
        say(tablet, form, item=f"q{number}", value=0)
    assert say(tablet, form, "finish").json()["finished"]
    assert say(tablet, form, "finish").json()["finished"]
    assert ScaleResponse.objects.get().source == "patient, clinic's tablet"
    assert "Your answers are with the clinic" in tablet.get(form).content.decode()
    assert tablet.get("/owed/").url == form
    again = Client()
    again.force_login(house["nurse"])
    assert hand_over(again, house).status_code == 404


@pytest.mark.parametrize(("minutes", "is_shown"), [(14, True), (16, False)])
def test_untouched_for_a_quarter_of_an_hour_it_rests_with_the_crisis_numbers_in_sight(house, monkeypatch, minutes, is_shown):
    tablet, form = handed(house)
    later(monkeypatch, minutes)
    assert (tablet.get(form).status_code == 200) is is_shown
    assert (say(tablet, form).status_code == 200) is is_shown
    page = tablet.get("/tablet/").content.decode()
    assert ("This tablet is resting" in page) is not is_shown
    assert "988" in page
    assert ("Back to my questions" in page) is is_shown


def test_each_touch_keeps_it_awake(house, monkeypatch):
    tablet, form = handed(house)
    for minutes in (5, 10, 14):
        later(monkeypatch, minutes)
        assert say(tablet, form).status_code == 200
    later(monkeypatch, 25)
    assert "This tablet is resting" not in tablet.get("/tablet/").content.decode()


def test_who_may_not_enter_scales_may_not_hand_over_but_may_take_back(house):
    auditor = Client()
    auditor.force_login(house["auditor"])
    assert hand_over(auditor, house).status_code == 403
    assert auditor.get("/").status_code == 200
    assert not FormLink.objects.exists()
    tablet, _ = handed(house)
    signed_in = tablet.post("/accounts/login/", {"login": "auditor", "password": PASSWORD})
    tablet.get(signed_in.url)
    assert tablet.get("/").status_code == 200


def test_a_scale_that_a_clinician_rates_does_not_go_on_the_tablet(house):
    desk = Client()
    desk.force_login(house["nurse"])
    page = desk.post(f"/patients/{house['patient'].pk}/scales/", {"instrument": "madrs", "way": "kiosk", **key()})
    assert "a clinician rates it" in page.content.decode()
    assert ScaleForm.objects.count() == 1


def test_an_answer_from_elsewhere_after_it_was_handed_in_changes_nothing(house):
    tablet, form = handed(house)
    say(tablet, form)
    finish_form(form=house["form"], content=library(), by=house["nurse"], at=clock.now())
    assert say(tablet, form, value=3).status_code == 410
    assert ScaleResponse.objects.get().answers == {"q1": 1}


def test_two_people_enter_the_same_form_and_both_answers_stay_the_later_counts(house):
    form, at = house["form"], clock.now()
    for value, by in ((1, house["nurse"]), (3, house["prescriber"])):
        at += timedelta(seconds=1)
        save_answer(form=form, answer_id=uuid.uuid4(), item="q1", value=value, answered_at=at, content=library(), by=by, at=at)
    assert answers_of(form) == {"q1": 3}
    assert list(form.taps.order_by("pk").values_list("value", "entered_by__username")) == [(1, "nurse"), (3, "prescriber")]
    first = finish_form(form=form, content=library(), by=house["nurse"], at=at)
    assert finish_form(form=form, content=library(), by=house["prescriber"], at=at).pk == first.pk


def test_a_form_the_house_opened_for_a_message_says_so_to_staff(house):
    from fanlight.records.actions.scales import form_for_message

    at = clock.now()
    form_for_message(patient=house["patient"], instrument_id="gad7", since=at.date(), at=at)
    desk = Client()
    desk.force_login(house["nurse"])
    page = desk.get(f"/patients/{house['patient'].pk}/scales/").content.decode()
    assert "by itself for a message" in page
    assert "after a risk answer" not in page


def test_a_word_to_the_clinic_is_taken_on_the_tablet_too(house):
    from fanlight.records.models import PatientMessage

    tablet, form = handed(house)
    assert f"{form}tell/" in tablet.get(form).content.decode()
    said = tablet.post(f"{form}tell/", {"message_id": uuid.uuid4(), "text": "It burns when I pass water."})
    assert said.status_code == 200
    assert PatientMessage.objects.get().text == "It burns when I pass water."

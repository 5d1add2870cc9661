"""Who is at the device: each sign-in on record, and a second person by password and one-time code in a page's own form."""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic, password_of


@pytest.fixture
def filled(db):
    cache.clear()
    keep_transitions()
    fill_clinic()
    yield
    cache.clear()


def given_a_second_factor(username: str) -> str:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(StaffMember.objects.get(username=username), secret)
    return secret


def code_now(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))


def test_sign_in_a_failed_one_and_sign_out_are_links_of_the_chain(filled):
    client, before = Client(), len(actions())
    client.post("/accounts/login/", {"login": "nurse", "password": "tulip-bulb-guess"})
    client.post("/accounts/login/", {"login": "tulip-bulb-guess", "password": "nurse"})
    client.post("/accounts/login/", {"login": "nurse", "password": password_of("nurse")})
    client.post("/accounts/logout/")
    said = [action for action in actions()[before:] if "sign" in action]
    assert said == ["refused:sign_in", "refused:sign_in", "sign_in", "sign_out"]
    nurse = StaffMember.objects.get(username="nurse")
    links = AuditEvent.objects.filter(action__contains="sign_", sequence__gt=before).order_by("sequence")
    assert [link.details.get("account") for link in links][:2] == [nurse.pk, None]
    assert [link.actor_id for link in links] == [None, None, nurse.pk, nurse.pk]
    assert "tulip" not in "".join(str(link.details) for link in links)


def test_a_device_left_idle_is_signed_off_on_record(filled, settings):
    client = Client()
    client.force_login(StaffMember.objects.get(username="nurse"))
    client.get("/")
    session = client.session
    session["last_seen"] -= settings.IDLE_MINUTES * 60 + 1
    session.save()
    assert client.get("/").status_code == 302
    assert actions()[-1] == "sign_out"


def test_a_sign_in_ends_with_the_shift_however_busy_the_device(filled, settings):
    client = Client()
    client.force_login(StaffMember.objects.get(username="nurse"))
    assert client.get("/").status_code == 200
    session = client.session
    session["signed_in_at"] -= settings.SESSION_COOKIE_AGE - 60
    session.save()
    assert client.get("/").status_code == 200, "a minute before"
    session = client.session
    session["signed_in_at"] -= 61
    session.save()
    assert client.get("/").status_code == 302
    assert actions()[-1] == "sign_out"


@pytest.mark.parametrize(
    ("code", "passes"), [("right", True), ("none", False), ("wrong", False)], ids=["right code", "no code", "wrong code"]
)
def test_going_past_a_criterion_asks_the_second_persons_own_code(filled, settings, code, passes):
    settings.MFA_IS_REQUIRED = True
    given_a_second_factor("prescriber")
    secret = given_a_second_factor("nurse")
    session = TreatmentSession.objects.get(plan__isnull=False, course__patient__family_name="Oakhollow")
    client = Client()
    client.force_login(StaffMember.objects.get(username="prescriber"))
    page = f"/sessions/{session.reference}/leaving/"
    assert b"one-time code" in client.get(page + "?override=gait").content
    typed = {
        "act": "override",
        "criterion": "gait",
        "reason": "Walks with a frame since childhood, and did so on arrival.",
        "second_name": "nurse",
        "second_password": password_of("nurse"),
        "second_code": {"right": code_now(secret), "wrong": "000000", "none": ""}[code],
        "write_key": uuid.uuid4(),
    }
    answer = client.post(page, typed)
    assert (answer.status_code == 302) is passes
    assert SessionEvent.objects.filter(session=session, kind="override").count() == (1 if passes else 0)
    # the refusal was noted inside the transaction it took back, and is on record all the same
    assert (actions()[-1] == "refused:confirm_identity") is not passes
    assert Authenticator.objects.count() == 2


def test_a_page_that_needs_no_code_asks_for_none(filled):
    session = TreatmentSession.objects.get(plan__isnull=False, course__patient__family_name="Oakhollow")
    client = Client()
    client.force_login(StaffMember.objects.get(username="prescriber"))
    assert b"one-time code" not in client.get(f"/sessions/{session.reference}/leaving/?override=gait").content

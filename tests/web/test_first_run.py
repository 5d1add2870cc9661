"""An empty house: the first administrator is led past the second factor, told who is missing, and refused in plain words."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time

import pytest
from django.test import Client

from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.clock import now
from fanlight.records.permissions import ROLE_PERMISSIONS, Permission, Role, whom_to_ask

PASSWORD = "a-long-first-password"


@pytest.fixture
def first(db, settings):
    settings.MFA_IS_REQUIRED = True
    site = create_site(
        at=now(),
        code="north",
        name="North Clinic",
        zone_name="America/New_York",
        jurisdiction="US",
        calendar_id="",
        crisis_text="Call 988.",
    )
    made = create_staff(site=site, username="wren", name="Wren C", initials="WC", password=PASSWORD, by=None, at=now())
    grant_role(staff=made, role=Role.ADMINISTRATOR, by=None, at=now())
    return made


def code(secret: str) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_the_first_administrator_comes_from_the_door_to_the_house(first):
    web = Client()
    shown = web.post("/accounts/login/", {"login": "wren", "password": PASSWORD}, follow=True).content.decode()
    assert "First, a second factor." in shown
    assert "A password alone opens no record here." in shown
    asked = web.get("/accounts/2fa/totp/activate/", follow=True).content.decode()
    assert "Your password once more." in asked
    assert "Forgot" not in asked, "there is no mail to send a new one with"
    scan = web.post(
        "/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"}, follow=True
    ).content.decode()
    assert "Scan this with your app." in scan
    secret = re.search(r'id="authenticator_secret">(\w+)<', scan).group(1)
    wrong = web.post("/accounts/2fa/totp/activate/", {"code": "12"}).content.decode()
    assert "Not set up yet" in wrong
    codes = web.post("/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True).content.decode()
    assert "Keep these codes on paper." in codes
    assert len(re.findall(r"<li><code>", codes)) == 10
    house = web.get("/", follow=True).content.decode()
    assert "One person works here." in house
    assert "a medical director, who signs the protocols, a prescriber, who decides and orders and a nurse" in house
    assert "A second factor is set." in web.get("/accounts/2fa/").content.decode()


def test_a_refusal_is_a_sentence_for_every_permission():
    for permission in Permission:
        assert not permission.refusal.endswith(("see patient", "see tasks", "demographics"))
        holders = [role.label for role in Role if permission in ROLE_PERMISSIONS[role]]
        words = whom_to_ask(holders)
        assert re.fullmatch(r"Ask an? [a-z ]+(, an? [a-z ]+)*( or an? [a-z ]+)?\.", words), words
        assert not re.search(r"\ba [aeiou]", words)
    assert whom_to_ask([]) == "Nobody here may."

"""No log line carries a name or what was typed: not a refusal, not a wrong form, not an error nobody foresaw."""

from __future__ import annotations

import io
import logging
import uuid
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from fanlight.records.actions.patients import register_patient
from fanlight.records.clock import now
from fanlight.records.models import Patient, StaffMember
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic

CANARY = "Zzyzxcanary"


@pytest.fixture
def lines():
    """Everything that is logged, at its most talkative, as the product formats it."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    form = settings.LOGGING["formatters"]["sparse"]
    handler.setFormatter(import_string(form["()"])(form["format"]))
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def canary(db) -> Patient:
    keep_transitions()
    fill_clinic()
    nurse = StaffMember.objects.get(username="nurse")
    return register_patient(
        family_name=CANARY, given_names="Ada", birth_date=date(1985, 2, 3), sex="female", by=nurse, at=now(), today=date(2026, 11, 12)
    )


def client_of(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(StaffMember.objects.get(username=username))
    return client


def test_pages_searches_refusals_and_wrong_forms_say_no_name(canary, lines):
    client = client_of("nurse")
    for page in ("", "screening/", "facts/", "consent/", "scales/", "received/", "correct/", "nonsense/"):
        client.get(f"/patients/{canary.pk}/{page}")
    client.post("/patients/", {"words": CANARY})
    client.post("/patients/new/", {"family_name": CANARY, "birth_date": "not a day", "write_key": uuid.uuid4()})
    client.post(f"/patients/{canary.pk}/consent/", {"signed_as": CANARY})
    client.get(f"/nowhere/{CANARY[:2]}/")
    client.get("/staff/")
    assert CANARY not in lines.getvalue()


def test_an_error_nobody_foresaw_is_logged_without_its_words(canary, lines, monkeypatch):
    def breaks(*args, **kwargs):
        raise ValueError(f"cannot read {CANARY}, born 3 February 1985")

    monkeypatch.setattr("fanlight.web.views.patients.who_of", breaks)
    answer = client_of("nurse").get(f"/patients/{canary.pk}/")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    said = lines.getvalue()
    assert "ValueError" in said
    assert "test_what_logs_say.py" in said, "where it broke is said"
    assert CANARY not in said
    assert "1985" not in said.replace("asctime", "")

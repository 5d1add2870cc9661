"""What a proxy or a monitor is told."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_answers_without_a_sign_in_and_says_nothing_of_the_clinic():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert Client().post("/healthz").status_code == 405


def test_a_database_that_does_not_answer_is_said():
    def broken(*_):
        raise OperationalError("disk I/O error: /somewhere/fanlight.sqlite3")

    with connection.execute_wrapper(broken):
        answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.content == b"FAN-WEB-008  The database does not answer.\n"


@pytest.mark.parametrize(("free", "status"), [(64 * 2**20, 200), (64 * 2**20 - 1, 503)])
def test_a_disk_nearly_full_is_said_before_an_entry_is_lost(monkeypatch, free, status):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2**40, 2**40 - free, free))
    assert Client().get("/healthz").status_code == status

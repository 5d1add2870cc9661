"""The summary of a course: a page from the record, signed once the course has ended, and marked where it changed after that."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from fanlight.records import clock
from fanlight.records.models import AuditEvent, Course, CourseDocumentSignature
from fanlight.sample.answers import fill_madrs
from fanlight.sample.fill import password_of

pytestmark = pytest.mark.django_db


def course_of(family_name: str) -> Course:
    return Course.objects.get(patient__family_name=family_name)


def signed_in(cast, username: str) -> Client:
    client = Client()
    client.force_login(cast.staff[username])
    return client


def sign(client: Client, course: Course, password: str, **changed: str):
    shown = client.get(reverse("course_summary", args=[course.pk])).context
    values = {"hash": shown["whole_hash"], "meaning": "author", "password": password} | changed
    return client.post(reverse("course_summary_sign", args=[course.pk]), values, follow=True)


def test_it_says_what_was_given_and_how_it_ended(cast):
    text = signed_in(cast, "nurse").get(reverse("course_summary", args=[course_of("Rushlight").pk])).content.decode()
    assert "2 of 6 sessions given" in text
    assert "Stopped on" in text
    assert text.count("not held: the course ended") == 4
    assert "MADRS" in text
    assert "Not yet signed." in text


def test_it_is_signed_with_ones_password_and_a_second_time_changes_nothing(cast):
    client, course = signed_in(cast, "prescriber"), course_of("Rushlight")
    assert "changed after" not in sign(client, course, "not-the-password").content.decode()
    assert CourseDocumentSignature.objects.count() == 0
    for _ in range(2):
        assert "Dr Hazel Thornley" in sign(client, course, password_of("prescriber")).content.decode()
    assert CourseDocumentSignature.objects.count() == 1
    assert AuditEvent.objects.filter(action="sign_document", details__contains='"course"').count() == 1


def test_what_is_recorded_after_the_signature_shows(cast):
    client, course = signed_in(cast, "prescriber"), course_of("Rushlight")
    sign(client, course, password_of("prescriber"))
    page = reverse("course_summary", args=[course.pk])
    assert "changed after signing" not in client.get(page).content.decode()
    before = clock.now() - timedelta(minutes=1)
    fill_madrs(cast, course.patient, 9, at=before, lot=Random(1))
    assert "changed after signing" in client.get(page).content.decode()


def test_a_text_that_changed_between_reading_and_signing_is_not_signed(cast):
    client, course = signed_in(cast, "prescriber"), course_of("Rushlight")
    answer = sign(client, course, password_of("prescriber"), hash="0" * 64).content.decode()
    assert "the document changed after you opened it" in answer
    assert CourseDocumentSignature.objects.count() == 0


def test_a_course_that_goes_on_is_not_signed(cast):
    client, course = signed_in(cast, "prescriber"), course_of("Hartsmere")
    assert "once the course has ended" in client.get(reverse("course_summary", args=[course.pk])).content.decode()
    shown = client.get(reverse("course_summary", args=[course.pk])).context["whole_hash"]
    sign(client, course, password_of("prescriber"), hash=shown)
    assert CourseDocumentSignature.objects.count() == 0


def test_the_text_of_an_ended_course_stands_still(cast):
    client, page = signed_in(cast, "nurse"), reverse("course_summary", args=[course_of("Rushlight").pk])
    assert len({client.get(page).context["whole_hash"] for _ in range(2)}) == 1


def test_the_therapist_reads_and_does_not_sign(cast):
    client, course = signed_in(cast, "therapist"), course_of("Rushlight")
    assert client.get(reverse("course_summary", args=[course.pk])).status_code == 200
    assert client.post(reverse("course_summary_sign", args=[course.pk]), {}).status_code == 403
    assert signed_in(cast, "desk").get(reverse("course_summary", args=[course.pk])).status_code == 403


def test_the_pdf_names_who_signed(cast):
    client, course = signed_in(cast, "prescriber"), course_of("Rushlight")
    sign(client, course, password_of("prescriber"))
    made = client.get(reverse("course_summary_pdf", args=[course.pk]))
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")

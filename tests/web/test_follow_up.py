"""How complete follow-up is, five ways, with a filter and a file; every number counted again by hand."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from fanlight.care.scales.asking import Stage
from fanlight.records import clock
from fanlight.records.library import library
from fanlight.records.models import Course, Site, StaffMember
from fanlight.records.owed_scales import keep_asking, standings
from fanlight.records.permissions import Permission
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def site(db) -> Site:
    keep_transitions()
    fill_clinic()
    found = Site.objects.get()
    keep_asking(site=found, content=library(), at=clock.now())
    return found


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(StaffMember.objects.get(username=username))
    return client


def come(site):
    found = standings(site, library(), clock.now())
    return [(one.course, row) for one in found for row in one.standings if row.stage is not Stage.NOT_DUE]


def test_the_file_has_each_point_that_has_come_due_and_no_name(site):
    answer = client_of("nurse").get("/follow-up/?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    wanted = come(site)
    assert len(rows) == len(wanted) > 0
    assert {row["clinic"] for row in rows} == {site.name}
    assert {row["record_number"] for row in rows} == {course.patient.number for course, _ in wanted}
    names = {course.patient.family_name for course, _ in wanted}
    assert not any(name in answer.content.decode() for name in names)
    assert all(row["owner"] for row in rows if row["stands"].startswith(("on the call list", "with a named person")))


def test_the_headline_and_each_table_count_the_same_points(site):
    page = client_of("nurse").get("/follow-up/").content.decode()
    wanted = come(site)
    answered = sum(row.stage is Stage.ANSWERED for _, row in wanted)
    assert f"{answered} of {len(wanted)} answered" in page
    for title in ("By clinic", "By protocol", "By time point", "By clinician", "By scale"):
        assert title in page


def test_a_filter_narrows_the_page_and_the_file_alike(site):
    course = Course.objects.order_by("pk").first()
    protocol = course.protocol_signature.protocol_id
    narrowed = client_of("nurse").get(f"/follow-up/?protocol={protocol}&format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(narrowed)))
    assert {row["protocol"] for row in rows} == {protocol}
    nobody = client_of("nurse").get("/follow-up/?clinician=Nobody").content.decode()
    assert "No scale has come due here." in nobody


def test_it_is_for_those_who_see_scores(site):
    for someone in StaffMember.objects.filter(is_active=True):
        client = Client()
        client.force_login(someone)
        assert client.get("/follow-up/").status_code == (200 if someone.may(Permission.SEE_SCALES) else 403), someone.username


def test_a_protocol_stands_on_the_pages_by_its_title_and_in_files_by_its_identifier():
    from fanlight.web.templatetags.fanlight import protocol_title

    assert protocol_title("iv-racemic-induction") == "IV racemic ketamine, induction over three weeks"
    assert protocol_title("day 7") == "day 7"

"""Every document of a session as a page and as PDF; the monitoring form only where it belongs, and never said to be sent."""

from __future__ import annotations

import pytest
from django.test import Client

from fanlight.records.models import StaffMember, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic

EVERY = ("procedure_note", "discharge_instructions", "visit_summary", "referrer_letter", "downtime_sheet")


@pytest.fixture
def nurse(db):
    keep_transitions()
    fill_clinic()
    web = Client()
    web.force_login(StaffMember.objects.get(username="nurse"))
    return web


def reference(drug: str) -> str:
    found = TreatmentSession.objects.filter(plan__isnull=False)
    return next(row.reference for row in found if row.plan["drug"] == drug and row.events.exists())


def test_each_document_is_a_page_and_a_pdf(nurse):
    spray = reference("esketamine")
    listed = nurse.get(f"/sessions/{spray}/documents/").content.decode()
    for kind in (*EVERY, "monitoring_form"):
        assert f"/documents/{kind}/" in listed
        assert nurse.get(f"/sessions/{spray}/documents/{kind}/").status_code == 200
        made = nurse.get(f"/sessions/{spray}/documents/{kind}/pdf/")
        assert made.content[:5] == b"%PDF-", kind
        assert made.headers["X-Content-Type-Options"] == "nosniff"


def test_the_monitoring_form_is_for_esketamine_alone_and_says_that_it_is_not_sent(nurse):
    infusion, spray = reference("racemic_ketamine"), reference("esketamine")
    assert "monitoring_form" not in nurse.get(f"/sessions/{infusion}/documents/").content.decode()
    assert nurse.get(f"/sessions/{infusion}/documents/monitoring_form/").status_code == 404
    assert nurse.get(f"/sessions/{infusion}/documents/monitoring_form/pdf/").status_code == 404
    shown = nurse.get(f"/sessions/{spray}/documents/monitoring_form/").content.decode()
    assert "Not sent: this is the content of the form" in shown
    assert "not recorded" in shown

"""A screening page left open on a prescriber's desk follows what others record: its decision is never one that is no longer open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def patient_number(page: Page, name: str) -> str:
    """The number in the address of a patient's page."""
    page.goto("/patients/")
    href = page.get_by_role("link", name=re.compile(name)).first.get_attribute("href")
    assert href is not None
    return href.strip("/").split("/")[1]


def record(nurse: Page, number: str, fact: str, answer: str) -> None:
    nurse.goto(f"/patients/{number}/facts/?protocol=iv-racemic-induction&all=1")
    nurse.evaluate("document.querySelectorAll('details').forEach((line) => { line.open = true; })")
    nurse.locator(f"input[name='fact-{fact}'][value='{answer}']").check(force=True)
    with nurse.expect_navigation():
        nurse.get_by_role("button", name="Record the answers").click()


def test_a_decision_left_open_shuts_and_opens_as_answers_come_in(desks):
    doctor, nurse = desks("prescriber", "desk"), desks("nurse", "desk")
    number = patient_number(doctor.page, "Wintergreen")
    page = doctor.page
    page.goto(f"/patients/{number}/screening/?protocol=iv-racemic-induction")
    decision = page.locator("#decision")
    expect(decision.get_by_role("button", name="This person may begin")).to_be_visible()
    record(nurse.page, number, "aneurysmal_vascular_disease", "yes")
    page.clock.run_for(4500)
    expect(decision.get_by_text("no longer so")).to_be_visible()
    expect(decision.get_by_role("button", name="This person may begin")).to_have_count(0)
    record(nurse.page, number, "aneurysmal_vascular_disease", "no")
    record(nurse.page, number, "raised_intracranial_pressure", "yes")
    page.clock.run_for(4500)
    decision.get_by_text("Go past what stands in the way").click()
    reason = decision.locator("textarea").first
    reason.press_sequentially("Neurology saw her")
    doctor.must_be_accessible()
    record(nurse.page, number, "aneurysmal_vascular_disease", "yes")
    page.clock.run_for(4500)
    expect(page.locator("#live").get_by_text("aneurysm").first).to_be_visible()
    kept = page.evaluate("[...document.querySelectorAll('#decision textarea')].map(field => field.value).filter(Boolean)")
    assert kept == ["Neurology saw her"], "what was being written is carried over"
    expect(decision.locator("textarea:focus")).to_have_value("Neurology saw her")

"""Fifteen minutes without a server: twelve entries are kept, marked where they pass a signed limit, and arrive once each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.session_hands import vitals

pytestmark = pytest.mark.browser


def shot(page, name: str) -> None:
    """A picture for a person to look at, where somebody asked for them."""
    folder = os.environ.get("FANLIGHT_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def events_of(page, reference: str) -> list[dict]:
    return page.request.get(f"/api/sessions/{reference}/events").json()["events"]


def test_twelve_entries_of_fifteen_minutes_offline_are_each_there_once(desks, demo):
    desk = desks("nurse", "flat")
    page = desk.page
    page.goto("/")
    page.get_by_role("link", name="Fennimore").first.click()
    page.wait_for_selector("form#vitals")
    reference = page.locator("body").get_attribute("data-reference")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    sheet = f"/sessions/{reference}/documents/downtime_sheet/"
    for wanted in (sheet, f"/sessions/{reference}/"):
        for _ in range(150):
            if page.evaluate("url => caches.match(url).then(found => !!found)", wanted):
                break
            page.wait_for_timeout(100)
        else:
            pytest.fail(f"{wanted} was never laid by on the tablet")
    before = {event["event_id"] for event in events_of(page, reference)}
    desk.context.set_offline(True)
    for minute, numbers in enumerate(("138 84 80 97 14", "141 85 82 96 14", "192 112 96 97 15", "150 90 84 97 14")):
        demo.let_pass(5 if minute else 0)
        vitals(page, numbers, dissociation="2", sedation="5")
    rows = page.locator("#kept .kept-row")
    expect(rows).to_have_count(12)
    expect(page.locator("#kept .outside").first).to_contain_text("outside the limit shown")
    expect(page.locator("#link-state")).to_contain_text("12 kept here")
    desk.must_be_accessible()
    shot(page, "offline-1180")
    page.reload()  # the page itself comes from the tablet
    expect(page.locator("#kept .kept-row")).to_have_count(12)
    page.locator('[data-open="emergency"]:visible').first.click()
    expect(page.locator("#emergency")).to_be_visible()
    shot(page, "offline-emergency-1180")
    page.keyboard.press("Escape")
    page.goto(sheet)
    expect(page.get_by_text("Limits of this session, signed")).to_be_visible()
    shot(page, "offline-sheet-1180")
    page.goto(f"/sessions/{reference}/")
    expect(page.locator("#link-state")).to_contain_text("12 kept here")
    desk.context.set_offline(False)
    page.clock.run_for(30_000)
    # a quarter of an hour without a word ends the sign-in: what is kept waits for the same person, and then goes by itself
    expect(page.locator("#link-state")).to_contain_text("Signed out", timeout=20_000)
    expect(page.locator("#link-state")).to_contain_text("12 kept here")
    desk.sign_in("nurse")
    page.goto(f"/sessions/{reference}/")
    page.clock.run_for(5_000)
    expect(page.locator("#kept .kept-row")).to_have_count(0)
    events = events_of(page, reference)
    new = [event for event in events if event["event_id"] not in before]
    assert len(new) == len({event["event_id"] for event in new}) == 12
    assert sorted(event["kind"] for event in new) == sorted(["vitals", "sedation", "dissociation"] * 4)
    waited = [event for event in new if event["taken_at"] < event["received_at"]]
    assert len(waited) == 12  # both times are kept: when it was taken, and when it came
    desk.complaints.clear()  # a browser names each request that found no server

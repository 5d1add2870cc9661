"""Find by the keyboard alone: the key opens it, arrows walk, Enter opens the page; a name in another script reads its own way."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def shot(page, name: str) -> None:
    """A picture for a person to look at, where somebody asked for them."""
    folder = os.environ.get("FANLIGHT_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_patient_is_found_and_opened_without_a_pointer(desks, size):
    desk = desks("nurse", size)
    page = desk.page
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_visible()
    page.keyboard.type("fenn")
    page.clock.run_for(400)
    hit = page.locator("#find-hits [data-hit]").first
    expect(hit).to_contain_text("Fennimore")
    desk.must_be_accessible()
    shot(page, f"find-{size}")
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find-words")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/patients/\d+/$"))


def test_the_key_is_a_letter_while_somebody_writes(desks):
    page = desks("nurse", "desk").page
    page.goto("/patients/")
    page.locator("#q").focus()
    page.keyboard.type("a/b")
    assert page.locator("#q").input_value() == "a/b"
    expect(page.locator("#find")).to_be_hidden()

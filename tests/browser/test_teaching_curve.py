"""The curve on the page about the mechanism: read with the keyboard, in words, and the table says the same."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("size", ["phone", "flat"])
def test_the_pointer_says_in_words_what_the_curve_shows(chromium, demo, size):
    width = {"phone": 390, "flat": 1180}[size]
    page = chromium.new_context(viewport={"width": width, "height": 820}, base_url=demo.address).new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    for _ in range(30):  # the engine compiles once, on a machine where it never ran
        page.goto("/evidence/how-it-works/")
        if page.locator("[data-curve] svg").count() == 3:
            break
        page.wait_for_timeout(2000)
    first = page.locator("[data-curve]").first
    reader = first.locator("output")
    at_peak = reader.inner_text()
    assert re.match(r"After \d+ minutes: about \d+ ng/mL; 90 of 100 people lie between \d+ and \d+\.", at_peak), at_peak
    first.locator("input").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    later = reader.inner_text()
    level = [int(re.search(r"about (\d+)", words).group(1)) for words in (at_peak, later)]
    assert level[1] < level[0]
    spray = page.locator("summary", has_text="Esketamine spray")
    spray.focus()
    page.keyboard.press("Enter")
    assert page.locator("[data-curve]:visible").count() == 1, "one open at a time"
    assert not said

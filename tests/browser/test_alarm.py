"""An alert nobody has seen is heard, where sound was turned on; the button says truthfully which it is."""

from __future__ import annotations

import re


def played(page) -> int:
    return int(page.evaluate("document.documentElement.dataset.sounded ?? 0"))


def test_sound_is_tried_when_turned_on_and_an_unseen_alert_is_heard_until_it_is_seen(desks):
    desk = desks("nurse")
    page = desk.page
    page.goto("/")
    chairs = [
        link
        for link in page.locator("a[href*='/sessions/']").evaluate_all("all => all.map(link => link.getAttribute('href'))")
        if re.fullmatch(r"/sessions/\w+/", link)
    ]
    for chair in chairs:
        page.goto(chair)
        if page.locator("[data-sound]").count() and page.locator("#vitals").count():
            break
    button = page.locator("[data-sound]")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    page.locator("[data-sound][aria-pressed=true]").wait_for()
    assert played(page) >= 1, "turning it on plays it once"
    before = played(page)
    page.evaluate(
        """document.querySelector('#part-alerts').insertAdjacentHTML('beforeend',
           '<div class="alert"><button class="button" type="button" data-acknowledge="probe:1">Seen</button></div>')"""
    )
    page.locator(f"html[data-sounded='{before + 1}']").wait_for(state="attached")
    desk.must_be_accessible()
    button.click()
    page.locator("[data-sound][aria-pressed=false]").wait_for()
    quiet = played(page)
    page.evaluate(
        """document.querySelector('#part-alerts').insertAdjacentHTML('beforeend',
           '<div class="alert"><button class="button" type="button" data-acknowledge="probe:2">Seen</button></div>')"""
    )
    page.clock.run_for(3000)
    assert played(page) == quiet

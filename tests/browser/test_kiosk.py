"""The clinic's tablet handed to a patient: one form and nothing else, by touch, until it is given back."""

from __future__ import annotations

import re


def test_the_tablet_opens_one_form_and_nothing_else(desks):
    desk = desks("nurse", "tablet", touch=True)
    page = desk.page
    page.goto("/patients/")
    page.click("#found a >> nth=0")
    home = page.url
    born = page.inner_text(".patient .ids span >> nth=0").split(",")[0]
    name = page.inner_text(".patient a >> nth=0")
    page.get_by_role("link", name="Scales").click()
    page.select_option("select[name=instrument]", "phq9")
    page.get_by_text("On this tablet, handed to the patient").click()
    page.get_by_role("button", name="Open the form").click()
    page.wait_for_url(re.compile("/p/"))
    assert name not in page.inner_text("body")
    for elsewhere in (home, "/", "/patients/", "/api/sessions/none"):
        answer = page.request.get(elsewhere, max_redirects=0)
        assert answer.status in (302, 401), elsewhere
    form = page.url
    page.goto(home)
    assert page.url == form, "a typed address leads back to the form"
    page.get_by_role("link", name="Give the tablet back").click()
    desk.must_be_accessible()
    page.get_by_role("link", name="Back to my questions").click()
    assert page.url == form
    page.go_back()
    assert name not in page.inner_text("body"), "going back shows nobody's record"
    page.goto(form)
    day, month, year = born.split()[:3]
    page.fill("input[name=day]", day)
    page.select_option(
        "select[name=month]", str(1 + ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].index(month[:3]))
    )
    page.fill("input[name=year]", year)
    page.get_by_role("button", name="Go on").click()
    page.locator(".question.is-here").wait_for()
    page.emulate_media(media="print")
    assert page.locator(".question.is-here").is_visible(), "a printed page holds the question it shows"
    page.emulate_media(media="screen")
    for _ in range(9):
        page.locator(".question.is-here").get_by_label("Not at all").check()
        page.click("#next")
    page.click("#next")
    page.get_by_text("Please give the tablet back").wait_for()
    desk.must_be_accessible()

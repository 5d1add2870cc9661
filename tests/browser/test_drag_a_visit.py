"""A visit dragged on the calendar, with a mouse and with a finger: what it does is drawn first; nothing changes until accepted."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def at_the_planner(page: Page) -> tuple[str, str]:
    """The planner of somebody mid induction; the number of the next visit and the address of the page."""
    page.goto("/patients/")
    page.get_by_role("link", name=re.compile("Hartsmere")).first.click()
    page.wait_for_url(re.compile(r"/patients/\d+/"))
    number = page.url.strip("/").split("/")[-1]
    page.goto(f"/patients/{number}/")
    course = page.locator("a[href^='/courses/']").first.get_attribute("href")
    assert course is not None
    here = f"/courses/{course.strip('/').split('/')[1]}/dates/"
    page.goto(here)
    lift = page.locator("a[data-lift]").first.get_attribute("data-lift")
    assert lift is not None
    return here, lift


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def free_day(page: Page, lift: str) -> str:
    """A later day of the calendar that takes a visit."""
    return page.evaluate(
        """(lift) => {
          const from = document.querySelector(`a[data-lift="${lift}"]`).closest("td").dataset.on;
          const open = [...document.querySelectorAll(".calendar td[data-on]:not([data-refuses])")];
          return open.map((day) => day.dataset.on).find((on) => on > from);
        }""",
        lift,
    )


def proposes(page: Page, lift: str, day: str) -> None:
    """The address and the page of the proposal, as the form would have led to."""
    page.wait_for_url(re.compile("to="))
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["move"], asked["to"]) == ([lift], [day])
    expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Change "))).to_be_visible()


def test_with_a_mouse_a_visit_goes_to_another_day_only_when_accepted(desks):
    desk = desks("desk", "desk")
    page = desk.page
    here, lift = at_the_planner(page)
    page.locator(".calendar").scroll_into_view_if_needed()
    day = free_day(page, lift)
    held = page.locator(f"td:has(a[data-lift='{lift}'])").get_attribute("data-on")
    page.mouse.move(*middle(page, f"a[data-lift='{lift}'] b"))
    page.mouse.down()
    shut = page.locator(".calendar td[data-refuses]").last.get_attribute("data-on")
    page.mouse.move(*middle(page, f"td[data-on='{shut}']"), steps=6)
    expect(page.locator("#drag-note")).to_contain_text("Not on")
    page.mouse.up()
    assert urlsplit(page.url).path == here
    assert "to=" not in page.url, "a day that takes no visit asks for nothing"
    page.mouse.move(*middle(page, f"a[data-lift='{lift}'] b"))
    page.mouse.down()
    page.mouse.move(*middle(page, f"td[data-on='{day}']"), steps=8)
    expect(page.locator(".drag-ghost")).to_be_visible()
    expect(page.locator(f"td[data-on='{day}']")).to_have_class(re.compile("is-over"))
    desk.must_be_accessible()
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".drag-ghost")).to_have_count(0)
    assert "move=" not in page.url, "Escape leaves everything where it was"
    page.mouse.move(*middle(page, f"a[data-lift='{lift}'] b"))
    page.mouse.down()
    page.mouse.move(*middle(page, f"td[data-on='{day}']"), steps=8)
    page.mouse.up()
    proposes(page, lift, day)
    desk.must_be_accessible()
    page.goto(here)
    expect(page.locator(f"td:has(a[data-lift='{lift}'])")).to_have_attribute("data-on", str(held))


def test_a_press_is_not_a_drag_and_the_keyboard_goes_the_same_way(desks):
    page = desks("desk", "desk").page
    here, lift = at_the_planner(page)
    day = free_day(page, lift)
    page.locator(f"a[data-lift='{lift}']").click()
    expect(page.get_by_role("heading", name=re.compile("choose another date"))).to_be_visible()
    page.goto(here)
    page.locator(f"a[data-lift='{lift}']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("choose another date"))).to_be_visible()
    page.locator(f"td[data-on='{day}'] a.pick").focus()
    page.keyboard.press("Enter")
    proposes(page, lift, day)


def test_with_a_finger_on_a_phone(desks):
    desk = desks("desk", "phone", touch=True)
    page = desk.page
    _, lift = at_the_planner(page)
    page.locator(".calendar").scroll_into_view_if_needed()
    day = free_day(page, lift)
    page.evaluate("scrollTo({top: document.querySelector('.calendar').getBoundingClientRect().top + scrollY - 120, behavior: 'instant'})")
    hand = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = middle(page, f"a[data-lift='{lift}'] b"), middle(page, f"td[data-on='{day}']")
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for n in range(1, 9):
        point = {"x": x + (to_x - x) * n / 8, "y": y + (to_y - y) * n / 8}
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    proposes(page, lift, day)
    desk.must_be_accessible()


FULL_DAY = (
    '<span class="dom">25</span><span class="closed">no prescriber</span><span class="dose dose-was"><b>5</b> '
    '<span class="of">was here</span></span><span class="slots"><span class="slot">11:00 integration</span></span>'
)
"""The fullest day the planner draws: a closing word, where a visit was, and a therapy slot."""


def test_in_a_narrow_day_no_word_lies_over_another(desks):
    page = desks("desk", "tablet").page
    at_the_planner(page)
    page.evaluate("(words) => { document.querySelector('.calendar td[data-on]').innerHTML = words; }", FULL_DAY)
    for width in (768, 820, 1024, 1180, 1440):
        page.set_viewport_size({"width": width, "height": 1180})
        over = page.evaluate(
            """() => {
              const [mark, slot] = [".dose", ".slot"].map((of) => document.querySelector(`.calendar td ${of}`).getBoundingClientRect());
              return mark.bottom > slot.top + 1;
            }"""
        )
        assert not over, f"at {width} px the slot lies over the mark"

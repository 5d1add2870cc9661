"""The course chart on a phone, a tablet and a desk: answers given on the pages stand on it, in reach of the keyboard, and print."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

WIDTHS = ((390, 844), (820, 1180), (1440, 900))


def enter_gad7(page, value: int) -> None:
    """One GAD-7 from paper, every item answered the same."""
    page.get_by_role("link", name="Scales", exact=True).click()
    page.select_option("select[name=instrument]", "gad7")
    page.get_by_label("From paper or elsewhere").check()
    page.get_by_role("button", name="Open the form").click()
    for number in range(1, 8):
        page.check(f"input[name=q{number}][value='{value}']", force=True)
        expect(page.locator("#saved")).to_contain_text("Saved ")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Hand in and score").click()
    page.wait_for_url("**/scales/**")


@pytest.fixture
def chart(desks):
    """A nurse before the chart of a patient with a course and a GAD-7 of 14 just entered."""
    desk = desks("nurse", "desk")
    page = desk.page
    page.goto("/patients/")
    page.get_by_role("link", name="Oakhollow").click()
    home = page.url
    enter_gad7(page, 2)
    page.goto(home)
    page.get_by_role("link", name="Course chart", exact=True).first.click()
    return desk


def test_it_fits_each_width_in_both_themes_and_is_accessible(chart):
    page = chart.page
    expect(page.locator("h1")).to_contain_text("GAD-7: 14, moderate")
    for theme in ("paper", "dim"):
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{over} px over the side at {width}"
            chart.must_be_accessible()
    assert page.locator("svg.chart-lanes g[data-row]").count() == page.locator("tr[data-row]").count() > 3


def test_items_and_windows_are_reached_by_keyboard(chart):
    page = chart.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="GAD-7", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**items=gad7**")
    expect(page.get_by_role("heading", name="GAD-7, item by item")).to_be_visible()
    assert page.locator(".item-grid tbody tr").count() == 7
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} px over the side with the grid open"
    chart.must_be_accessible()
    page.get_by_role("link", name="Last 90 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**show=recent**")
    expect(page.get_by_role("link", name="Last 90 days")).to_have_attribute("aria-current", "true")


def test_on_paper_the_chart_and_the_table_stand_and_the_buttons_do_not(chart):
    page = chart.page
    page.emulate_media(media="print")
    assert page.locator("svg.chart-lanes").is_visible()
    assert page.locator("table.chart-rows").is_visible()
    assert not page.get_by_role("link", name="The rows as CSV").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")

"""Getting facts in, with hands: a file mapped, two records merged and taken apart, a person interviewed, asked for, and asked by phone."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SHOTS = os.environ.get("FANLIGHT_SHOTS", "")
FILE = """MRN;Last Name;First Name;DOB;Weight;Epilepsy;Medicines;Shoe size
101;Winterbourne;Odette;03.04.1980;154;1;"sertraline 50 mg; lorazepam";38
102;Pellwood;Bram;21.11.1975;160;no;;44
103;=SUM(A1);Cass;99.99.1999;heavy;maybe;;41
104;Winterbourne;Odete;03.04.1980;;;;38
;;;;;;;
"""


def look(desk, name: str) -> None:
    """The page on a phone, a tablet and a desk, in paper and dim: nothing runs over the side, and it is accessible."""
    desk.page.mouse.move(0, 0)  # a button just pressed is drawn as hovered
    desk.page.wait_for_timeout(400)
    for width, height in ((390, 844), (820, 1180), (1440, 900)):
        desk.page.set_viewport_size({"width": width, "height": height})
        over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} at {width} px: {over} px run over the side"
        desk.must_be_accessible()
        if SHOTS:
            desk.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    desk.page.evaluate("document.documentElement.dataset.theme = 'dim'")
    desk.page.wait_for_timeout(400)  # colours pass over into each other
    desk.must_be_accessible()
    if SHOTS:
        desk.page.screenshot(path=Path(SHOTS) / f"{name}-dim.png", full_page=True)
        desk.page.evaluate("document.documentElement.dataset.theme = 'paper'")
        desk.page.emulate_media(media="print")
        desk.page.screenshot(path=Path(SHOTS) / f"{name}-print.png", full_page=True)
        desk.page.emulate_media(media="screen")
    desk.page.evaluate("document.documentElement.dataset.theme = 'paper'")


def after_a_refusal(desk) -> None:
    """The browser notes a page that came with 422; it was meant to."""
    desk.complaints[:] = [text for text in desk.complaints if "422" not in text]


def test_a_file_is_mapped_tried_and_let_in_once(desks):
    desk = desks("nurse", size="desk")
    page: Page = desk.page
    page.goto("/import/")
    page.set_input_files("#file", {"name": "north.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")})
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("heading", name="What do the columns mean?")).to_be_visible()
    page.get_by_role("button", name="Show what each row would do").click()
    expect(page.get_by_text("Its unit is not said.", exact=False).first).to_be_visible()
    after_a_refusal(desk)
    page.fill("#source", "North practice")
    page.select_option("#unit-4", "[lb_av]")
    page.select_option("#day-3", "dmy")
    page.select_option("#target-5", "seizure_disorder")
    page.get_by_role("button", name="Look again").click()
    page.select_option("#word-5-0", "yes")
    look(desk, "csv-mapping")
    page.get_by_role("button", name="Show what each row would do").click()
    expect(page.get_by_role("heading", name="2 of 4 rows would go in.")).to_be_visible()
    expect(page.get_by_text("near given name", exact=False)).to_be_visible()
    look(desk, "csv-dry-run")
    page.get_by_role("radio", name="Enter as others").check(force=True)
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", name=re.compile("3 people entered"))).to_be_visible()
    look(desk, "csv-report")
    page.get_by_role("link", name="Compare the two").click()
    expect(page.get_by_role("heading", name="Are they one person?")).to_be_visible()


def test_two_records_are_merged_by_two_people_and_taken_apart(desks):
    from fanlight.sample.fill import password_of

    desk = desks("nurse", size="desk")
    page = desk.page
    page.goto("/patients/suspected/")
    look(desk, "suspected")
    page.get_by_role("link", name=re.compile("^Compare")).first.click()
    look(desk, "compare")
    page.locator('input[name="keep"]').first.check(force=True)
    page.get_by_role("button", name="Merge them").click()
    expect(page.locator("#errors")).to_contain_text(re.compile("second person", re.IGNORECASE))
    after_a_refusal(desk)
    page.locator('input[name="keep"]').first.check(force=True)
    page.fill('input[name="second_name"]', "desk")
    page.fill('input[name="second_password"]', password_of("desk"))
    page.get_by_role("button", name="Merge them").click()
    expect(page.locator(".toast")).to_contain_text("stands for both")
    survivor = page.url
    page.get_by_role("link", name="See, or take it back").click()
    look(desk, "unmerge")
    gone = re.search(r"(FL-\d+) was merged into (FL-\d+)", page.inner_text("h1"))
    assert gone is not None
    page.goto("/patients/")
    page.fill("#q", gone.group(1))
    page.locator("#found a").first.wait_for()
    expect(page.locator("#found")).to_contain_text(gone.group(2))
    page.goto(survivor)
    page.get_by_role("link", name="See, or take it back").click()
    page.fill('input[name="reason"]', "Two sisters.")
    page.fill('input[name="second_name"]', "desk")
    page.fill('input[name="second_password"]', password_of("desk"))
    page.get_by_role("button", name="Take the merge back").click()
    expect(page.locator(".toast")).to_contain_text("stand for themselves again")
    expect(page.locator("header.patient")).to_contain_text(gone.group(1))


@dataclass
class Hands:
    """What hands did, and how long they take: 1.5 s for a key after a question heard, 4 s for a field typed, 2 s for a page.

    The times are of a nurse who knows the page, speaking fast; they are put here to be argued with.
    """

    keys: int = 0
    fields: int = 0
    pages: int = 0

    @property
    def seconds(self) -> float:
        return self.keys * 1.5 + self.fields * 4 + self.pages * 2


TYPED = {
    "weight_kg": "72.4",
    "height_cm": "170",
    "episode_started_on": "2025-01-10",
    "weight_measured_on": "2026-11-20",
    "pregnancy_test_on": "2026-11-20",
    "bpic_ss_total": "2",
    "icsi_total": "1",
    "ymrs_total": "2",
    "cssrs_ideation_past_month": "0",
    "alt_times_upper_limit": "0.5",
    "bilirubin_times_upper_limit": "0.5",
}
CHOSEN = {"diagnosis": "major_depression", "episode_severity": "moderate", "pregnancy_test_result": "negative", "child_pugh_class": "none"}
YES = {"has_capacity", "substance_use_assessed", "childbearing_potential"}


def test_a_person_is_entered_by_interview_in_under_three_minutes_of_hands(desks):
    desk = desks("nurse", size="desk")
    page, hands, began = desk.page, Hands(), time.monotonic()
    page.goto("/patients/new/")
    for name, value in (("family_name", "Hollowell"), ("given_names", "Tamsin"), ("birth_date", "1988-07-19")):
        page.fill(f'[name="{name}"]', value)
        hands.fields += 1
    sex = page.locator('[name="sex"][value="female"]')
    if sex.count():
        sex.check(force=True)
    else:
        page.select_option('[name="sex"]', "female")
    hands.keys += 1
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/interview/**")
    hands.pages += 1
    is_looked_at = False
    while "/interview/" in page.url:
        lines = page.locator(".asked-line")
        for at in range(lines.count()):
            line = lines.nth(at)
            name, kind = (line.get_attribute("id") or "").removeprefix("fact-"), line.get_attribute("data-ask")
            if "open" not in (line.evaluate("one => Object.keys(one.dataset).join()")):
                continue
            expect(line).to_have_class(re.compile("is-here")) if kind == "boolean" else None
            if kind == "boolean":
                page.keyboard.press("y" if name in YES else "n")
                hands.keys += 1
            elif name in CHOSEN:
                line.locator("select").select_option(CHOSEN[name])
                page.keyboard.press("Enter")
                hands.fields += 1
            elif name in TYPED:
                line.locator("input").first.fill(TYPED[name])
                page.keyboard.press("Enter")
                hands.fields += 1
            elif kind == "records" and line.locator("textarea").count():
                line.locator('input[type="checkbox"]').check(force=True)
                page.keyboard.press("Enter")
                hands.keys += 2
            elif kind == "records":
                page.keyboard.press("n")
                hands.keys += 1
            else:  # asked only where another answer calls for it
                page.keyboard.press("Enter")
                hands.keys += 1
        if not is_looked_at:
            look(desk, "interview")
            is_looked_at = True
        page.locator("#on").click()
        hands.pages += 1
        page.wait_for_load_state()
    wall = time.monotonic() - began
    expect(page).to_have_url(re.compile("/screening/"))
    page.locator("#settle").wait_for()
    left = page.locator(".settler").all_inner_texts()
    said = f"{hands.keys} keys, {hands.fields} fields, {hands.pages} pages: {hands.seconds:.0f} s of hands; {wall:.0f} s by the clock here"
    print(f"\n{said}; left open: {left}")  # shown with -s: the figures of the manual
    assert hands.seconds < 180, said
    assert hands.keys >= 40, "every contraindication is asked with a key of its own"
    page.get_by_role("link", name="Tamsin Hollowell").click()
    page.goto(page.url + "interview/?screen=heart")
    expect(page.locator("#fact-aneurysmal_vascular_disease")).to_contain_text("asked, denied")


def test_an_answer_arriving_changes_the_screening_at_once(desks):
    reader, nurse = desks("prescriber", size="desk"), desks("nurse")
    page = reader.page
    page.goto("/patients/new/")
    page.fill('[name="family_name"]', "Marchbanks")
    page.fill('[name="birth_date"]', "1979-03-08")
    sex = page.locator('[name="sex"][value="male"]')
    if sex.count():
        sex.check(force=True)
    else:
        page.select_option('[name="sex"]', "male")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/interview/**")
    base = re.search(r"/patients/\d+/", page.url)
    assert base is not None
    page.goto(f"{base.group()}screening/?protocol=iv-racemic-induction")
    page.get_by_role("button", name=re.compile("^Ask for all")).click()
    expect(page.locator(".settler").first).to_contain_text("owes it by")
    look(reader, "screening-tasks")
    before = page.locator(".settler li").count()
    nurse.page.goto(f"{base.group()}interview/?protocol=iv-racemic-induction&screen=heart")
    nurse.page.locator('#fact-aneurysmal_vascular_disease input[value="no"]').check(force=True)
    nurse.page.get_by_role("button", name="Save, and stop here").click()
    nurse.page.wait_for_url("**/screening/**")
    page.clock.fast_forward(5000)
    expect(page.locator(".live-screening [role=status]")).to_contain_text("an answer came in")
    assert page.locator(".settler li").count() == before - 1


@pytest.fixture
def phone(chromium, demo):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=demo.address, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def test_a_patient_answers_on_the_phone_in_two_sittings_and_the_nurse_takes_it_over(desks, phone):
    from axe_playwright_python.sync_playwright import Axe

    def must_be_accessible(name: str) -> None:
        found = Axe().run(phone)
        grave = [(v["id"], v["nodes"][0]["html"][:160]) for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not grave, grave
        if SHOTS:
            phone.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    desk = desks("desk", size="desk")
    desk.page.goto("/patients/")
    desk.page.fill("#q", "Marchbanks")
    desk.page.locator("#found a", has_text="Marchbanks").first.click()
    desk.page.get_by_role("link", name="Form on the patient’s phone").click()
    desk.page.get_by_role("button", name="Make a link").click()
    look(desk, "intake-link")
    address = desk.page.input_value("#address")
    phone.goto(address)
    for day in ("7", "8"):
        phone.fill("#day", day)
        phone.select_option("#month", "3")
        phone.fill("#year", "1979")
        phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_role("heading", name="What you take and what you react to")).to_be_visible()
    must_be_accessible("intake-phone-1")
    phone.fill('[name="medications"]', "sertraline 50 mg\nlorazepam")
    phone.locator('[name="allergy-none"]').check(force=True)
    phone.locator('[name="hypersensitivity_ketamine"][value="no"]').check(force=True)
    phone.get_by_role("button", name="Save, and go on").click()
    must_be_accessible("intake-phone-2")
    phone.goto("about:blank")  # broken off
    phone.goto(address)
    expect(phone.get_by_role("heading", name="Heart and blood vessels")).to_be_visible()
    phone.locator('[name="cardiovascular_event_ever"][value="unsure"]').check(force=True)
    while phone.get_by_role("button", name="Save, and go on").count():
        phone.get_by_role("button", name="Save, and go on").click()
        phone.wait_for_load_state()
    must_be_accessible("intake-phone-over")
    phone.get_by_role("button", name="Hand in my answers").click()
    expect(phone.get_by_role("heading", name=re.compile("Your answers are with the clinic"))).to_be_visible()
    nurse = desks("nurse", size="desk")
    nurse.page.goto(re.sub("intake/.*", "received/", desk.page.url))
    expect(nurse.page.get_by_role("heading", name="Not sure, says the patient")).to_be_visible()
    look(nurse, "received")
    nurse.page.get_by_role("button", name=re.compile("^Take over all")).click()
    expect(nurse.page.locator(".toast")).to_contain_text("taken over")


def test_answers_that_are_not_saved_are_not_left_behind_without_a_word(desks):
    desk = desks("nurse", size="desk")
    page: Page = desk.page
    page.goto("/patients/")
    page.get_by_role("link", name=re.compile("Thistledown")).first.click()
    page.wait_for_url(re.compile(r"/patients/\d+/"))
    page.goto(page.url + "interview/?protocol=iv-racemic-induction")
    asked: list[str] = []
    page.on("dialog", lambda box: (asked.append(box.type), box.dismiss()))
    page.locator(".asked-line input[value=no]").first.check(force=True)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]


def must_hold_drafts(page: Page, count: int) -> None:
    """So many unsaved screens are kept by this tab; what is written in the background is waited for."""
    for _ in range(40):
        held = page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('fanlight-draft')).length")
        if held == count:
            return
        page.wait_for_timeout(100)
    assert held == count


def test_signed_out_in_the_middle_the_answers_are_offered_again_to_the_same_person_alone(desks):
    from fanlight.sample.fill import password_of

    desk = desks("nurse", size="desk")
    page: Page = desk.page

    def sign_out_and_in_as(username: str) -> None:
        desk.context.clear_cookies(name="sessionid")
        page.get_by_role("button", name="Save, and go on").click()
        page.wait_for_url("**/accounts/login/**")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", password_of(username))
        page.click("button[type=submit]")
        page.wait_for_url("**/interview/**")

    page.goto("/patients/new/")
    page.fill('[name="family_name"]', "Penhallurick")
    page.fill('[name="birth_date"]', "1976-02-14")
    sex = page.locator('[name="sex"][value="male"]')
    if sex.count():
        sex.check(force=True)
    else:
        page.select_option('[name="sex"]', "male")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/interview/**")
    person = page.url.split("interview/")[0]
    page.goto(f"{person}interview/?protocol=iv-racemic-induction&screen=lists")
    page.fill('[name="list-medications"]', "lithium 600 mg")
    must_hold_drafts(page, 1)
    assert "lithium" not in page.evaluate("JSON.stringify(sessionStorage)"), "what is kept is encrypted"
    sign_out_and_in_as("nurse")
    kept = page.locator("#kept")
    expect(kept).to_contain_text("not saved")
    look(desk, "interview-kept")
    kept.get_by_role("button", name="Put them back").press("Enter")
    expect(kept).to_be_hidden()
    expect(page.locator('[name="list-medications"]')).to_have_value("lithium 600 mg")
    sign_out_and_in_as("prescriber")
    expect(page.locator("#interview")).to_be_visible()
    must_hold_drafts(page, 0)
    expect(kept).to_be_hidden()
    expect(page.locator('[name="list-medications"]')).to_have_value("")
    page.fill('[name="list-medications"]', "sertraline 50 mg")
    page.get_by_role("button", name="Save, and stop here").click()
    page.wait_for_url("**/screening/**")
    must_hold_drafts(page, 0)
    page.goto(f"{person}interview/?protocol=iv-racemic-induction&screen=lists")
    expect(page.locator("#interview")).to_be_visible()
    expect(kept).to_be_hidden()


def test_two_on_one_interview_settle_it_and_what_is_saved_is_not_offered_again(desks):
    nurse, other = desks("nurse", size="phone"), desks("prescriber", size="desk")
    page: Page = nurse.page
    page.goto("/patients/")
    page.fill("#q", "Penhallurick")
    page.locator("#found a", has_text="Penhallurick").first.click()
    page.wait_for_url(re.compile(r"/patients/\d+/"))
    screen = f"{page.url}interview/?protocol=iv-racemic-induction&screen=heart"
    for desk in (nurse, other):
        desk.page.goto(screen)
    other.page.locator('#fact-aneurysmal_vascular_disease input[value="yes"]').check(force=True)
    other.page.get_by_role("button", name="Save, and go on").click()
    other.page.wait_for_url("**saved=**")
    page.keyboard.press("n")
    must_hold_drafts(page, 1)
    page.get_by_role("button", name="Save, and go on").click()
    expect(page.locator("#errors")).to_contain_text("recorded “yes” at")
    after_a_refusal(nurse)
    look(nurse, "interview-two")
    page.get_by_role("button", name="Save, and go on").click()
    page.wait_for_url("**saved=**")
    must_hold_drafts(page, 0)

"""One whole treatment under three roles: entered or imported, screened, consented, planned, ordered, dosed, watched, discharged."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import Page, expect

from browser.session_hands import say, vitals
from fanlight.sample.fill import password_of
from fanlight.sample.people import read_clinic

pytestmark = pytest.mark.browser
PROTOCOL = "iv-racemic-induction"


@pytest.fixture(scope="module", autouse=True)
def the_next_day(demo):
    """The sample people hold every chair of the first day."""
    demo.let_pass(24 * 60)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_load_state()


def enter_by_hand(desk, family: str) -> str:
    """Enter a person; the address of their record."""
    page = desk.page
    page.goto("/patients/new/")
    desk.must_be_accessible()
    page.fill("[name=family_name]", family)
    page.fill("[name=given_names]", "Ada 🌿 عادلة")
    page.fill("[name=birth_date]", "1985-02-03")
    page.locator("[name=sex][value=male]").check(force=True)
    press(page, "^Enter")
    page.wait_for_url(re.compile(r"/patients/\d+/"))
    return re.search(r"/patients/(\d+)/", page.url).group(1)


def answer_everything(desk, demo, number: str, stage: str) -> None:
    """Record every open fact of a stage: no to each danger, a plausible value to the rest."""
    page = desk.page
    page.goto(f"/patients/{number}/facts/?protocol={PROTOCOL}&stage={stage}")
    desk.must_be_accessible()
    values = {
        "weight_kg": "72.4", "height_cm": "178", "cssrs_ideation_past_month": "1", "ymrs_total": "2", "bpic_ss_total": "2",
        "alt_times_upper_limit": "0.6", "bilirubin_times_upper_limit": "0.5", "icsi_total": "2", "asa_class": "2",
    }  # fmt: skip
    truths = {"has_capacity", "psychiatrist_decided", "substance_use_assessed"}
    choices = {"diagnosis": "major_depression", "child_pugh_class": "none", "episode_severity": "severe_without_psychosis"}
    today = demo.today().isoformat()
    page.locator("[name=source]").first.check(force=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(
        """truths => document.querySelectorAll("[name^='fact-'][type=radio]").forEach(e => {
            if (e.value === (truths.includes(e.name.slice(5)) ? 'yes' : 'no')) e.click() })""",
        sorted(truths),
    )
    for field in page.locator("[name^='fact-']:not([type=radio])").all():
        name = field.get_attribute("name").removeprefix("fact-")
        kind = field.get_attribute("type") or field.evaluate("e => e.tagName")
        if name == "cardiovascular_event_on":
            continue
        if kind == "date":
            field.fill("2025-01-10" if name == "episode_started_on" else today)
        elif kind == "SELECT":
            if name in choices:
                field.select_option(choices[name])
        elif name in values:
            field.fill(values[name])
    press(page, "^(Save|Record)")


def list_treatments(desk, number: str) -> None:
    page = desk.page
    for treatment, dose, weeks in (("escitalopram", "20", "12"), ("bupropion", "300", "8")):
        page.goto(f"/patients/{number}/lines/antidepressant_trials/")
        page.fill("[name='line-treatment']", treatment)
        page.fill("[name='line-highest_dose_mg_per_day']", dose)
        page.fill("[name='line-weeks_at_or_above_floor']", weeks)
        page.fill("[name='line-adherence_percent']", "90")
        page.fill("[name='line-improvement_percent']", "20")
        page.locator("[name='line-in_current_episode']").first.check(force=True)
        press(page, "^Add")
    page.goto(f"/patients/{number}/lines/medications/")
    page.fill("[name='line-name']", "escitalopram")
    press(page, "^Add")
    for kind in ("urine_drug_screen", "sessions_given"):
        page.goto(f"/patients/{number}/lines/{kind}/")
        press(page, "none")


def say_here(desk) -> None:
    """Say on the front page that one is in the house: the gates ask for it."""
    desk.page.goto("/")
    button = desk.page.get_by_role("button", name="I am in the house")
    if button.count():
        button.click()
        desk.page.wait_for_load_state()


def take_consent(desk, number: str) -> None:
    page = desk.page
    page.goto(f"/patients/{number}/consent/racemic_ketamine_off_label/")
    desk.must_be_accessible()
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    signer = page.locator("main input[name=signer]")
    signer.fill("Ada O'Dell")
    press(page, "[Ss]ign")


def decide_and_plan(desk, number: str) -> str:
    """The prescriber decides, opens the course and orders the first dose; the session's reference."""
    page = desk.page
    page.goto(f"/patients/{number}/screening/?protocol={PROTOCOL}")
    desk.must_be_accessible()
    assert "unknown" not in page.inner_text("h1"), page.locator(".missing").all_inner_texts()
    page.locator("form:has([name=protocol][type=hidden]) button[type=submit]").last.click()
    page.wait_for_url(re.compile("course/new"))
    desk.must_be_accessible()
    assert page.get_by_role("button", name=re.compile("^Open the course")).count(), page.inner_text("main")[:900]
    press(page, "^Open the course")
    page.wait_for_url(re.compile(r"/courses/\d+/"))
    desk.must_be_accessible()
    page.locator("a[href$='/order/']").first.click()
    page.wait_for_load_state()
    reference = re.search(r"/sessions/(\w+)/order", page.url).group(1)
    page.locator("[name=product][value=ketamine-50-mg-ml-10-ml-multi]").check(force=True)
    page.locator("button[name=work_out]").click()
    page.wait_for_load_state()
    desk.must_be_accessible()
    assert "36.2 mg" in page.inner_text("main"), page.inner_text("main")[:1200]
    page.locator("button[name=order]").click()
    page.wait_for_load_state()
    assert re.search(rf"/sessions/{reference}/$", page.url), [
        page.locator(".reason").all_inner_texts()[:3],
        page.locator(".error-summary").all_inner_texts(),
    ]
    return reference


def before_the_dose(desk, desks, reference: str) -> None:
    page = desk.page
    page.goto(f"/sessions/{reference}/")
    say(page, "checked_in", {"has_two_identifiers": "true", "chair": "2"})
    vitals(page, "128 80 72 98 14")
    say(page, "fasting_confirmed", {"last_food_at": "00:30", "last_drink_at": "05:00", "no_nasal_spray_today": "true"})
    say(page, "cssrs_asked", {"ideation_level": "1", "behaviour_3_months": "false"})
    denied = ("alcohol_today", "opioid_today", "sedative_today", "stimulant_today", "maoi_today", "new_medicine", "appears_intoxicated")
    agreed = (
        "has_two_identifiers",
        "consent_confirmed",
        "prescriber_on_site",
        "emergency_kit_checked",
        "escort_arranged",
        "pulse_oximeter_ready",
    )
    say(page, "pre_dose_check", {**dict.fromkeys(agreed, "true"), **dict.fromkeys(denied, "false"), "escort_name": "Robin"})
    say(
        page,
        "dose_prepared",
        {
            "product": "ketamine-50-mg-ml-10-ml-multi",
            "drawn_mg": "36",
            "lot": "K1",
            "drawn_ml": "0.72",
            "bag_ml": "50",
            "rate_ml_per_h": "75",
            "line_volume_ml": "2",
            "is_past_beyond_use": "false",
        },
    )
    second = desks("nurse2")
    second.page.goto(f"/sessions/{reference}/")
    say(second.page, "second_check", {"agrees": "true"})


def dose_and_watch(desk, demo, reference: str) -> None:
    page = desk.page
    page.goto(f"/sessions/{reference}/")
    desk.must_be_accessible()
    say(page, "started")
    expect(page.locator("#part-due")).to_contain_text(re.compile("minute", re.I))
    for minutes, numbers, felt in ((15, "134 84 78 98 14", "2"), (15, "146 90 84 97 14", "5"), (10, "142 88 82 97 14", "4")):
        demo.let_pass(minutes)
        desk.sign_in("nurse") if page.url.endswith("login/") else None
        page.goto(f"/sessions/{reference}/")
        if "/accounts/login" in page.url:
            desk.sign_in("nurse")
            page.goto(f"/sessions/{reference}/")
        if minutes == 10:
            say(page, "stopped", {"reason": "completed"})
            say(page, "flushed", {"volume_ml": "10"})
        vitals(page, numbers, felt, "5")
        if int(felt) >= 4:
            say(page, "distress", {"score": "1"})
    say(page, "line_out", {"site_is_dry": "true"})


def wait_and_leave(desk, demo, reference: str) -> None:
    page = desk.page
    for _ in range(4):
        demo.let_pass(15)
        desk.sign_in("nurse")
        page.goto(f"/sessions/{reference}/")
        vitals(page, "130 82 74 98 14", "0", "5")
    demo.let_pass(2)
    page.goto(f"/sessions/{reference}/")
    vitals(page, "128 80 72 98 14", "0", "5")
    page.goto(f"/sessions/{reference}/leaving/")
    desk.must_be_accessible()
    expect(page.locator("h1")).to_contain_text("Not yet")
    page.goto(f"/sessions/{reference}/")
    say(page, "orientation", {"person": "true", "place": "true", "date": "true", "reason": "true"})
    say(page, "gait", {"is_steady": "true"})
    say(page, "nausea", {"degree": "none"})
    say(page, "distress", {"score": "0"})
    say(page, "cssrs_asked", {"ideation_level": "0", "behaviour_3_months": "false"})
    say(page, "escort", {"name": "Robin", "is_present": "true"})
    say(page, "written_plan", {"is_read_back": "true", "no_driving_understood": "true"})
    page.goto(f"/sessions/{reference}/leaving/")
    assert "Ready" in page.inner_text("h1"), page.locator(".criterion.is-open").all_inner_texts()
    page.locator("main [value=discharged]").check(force=True)
    press(page, "End the session")
    page.goto(f"/sessions/{reference}/documents/")
    desk.must_be_accessible()
    expect(page.locator("main")).to_contain_text(re.compile("procedure note", re.I))


def walk(desks, demo, number: str) -> None:
    """From a record to a signed end."""
    nurse = desks("nurse")
    say_here(nurse)
    list_treatments(nurse, number)
    for stage in ("screen", "order"):
        answer_everything(nurse, demo, number, stage)
    take_consent(nurse, number)
    prescriber = desks("prescriber", size="desk")
    say_here(prescriber)
    reference = decide_and_plan(prescriber, number)
    before_the_dose(nurse, desks, reference)
    dose_and_watch(nurse, demo, reference)
    wait_and_leave(nurse, demo, reference)
    nurse.page.goto(f"/sessions/{reference}/documents/procedure_note/")
    nurse.page.fill("[name=password]", password_of("nurse"))
    press(nurse.page, "Sign this text")
    expect(nurse.page.locator("main")).to_contain_text("Nell Bramwell")
    expect(nurse.page.locator("main")).not_to_contain_text("changed after signing")
    nurse.page.goto(f"/sessions/{reference}/documents/")
    for link in nurse.page.eval_on_selector_all("a[href$='/pdf/']", "e => e.map(x => x.getAttribute('href'))"):
        answer = nurse.context.request.get(link)
        assert answer.status == 200
        assert answer.body()[:5] == b"%PDF-"


def test_a_person_entered_by_hand_is_taken_to_the_end(desks, demo):
    desk = desks("desk")
    started = time.monotonic()
    number = enter_by_hand(desk, "O'Dell")
    assert time.monotonic() - started < 180
    walk(desks, demo, number)


def test_an_imported_patient_is_taken_to_the_end(desks, demo, shared_data):
    bundle = sorted(shared_data.glob("fhir-synthea-bundles/*_*.json"))[1]
    code = "import sys; from fanlight.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "import-fhir", str(bundle), "--json", "--data", str(demo.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    demo.let_pass(2 * 24 * 60)  # to a day with a free chair: the person entered by hand took the last one
    nurse = desks("nurse")
    nurse.page.goto("/patients/")
    given, family = bundle.stem.split("_")[:2]
    found = nurse.page.get_by_role("link", name=re.compile(rf"{given}.*{family}"))
    walk(desks, demo, re.search(r"\d+", found.first.get_attribute("href")).group(0))


def test_everybody_of_the_clinic_can_sign_in(desks):
    for person in read_clinic().staff:
        assert password_of(person.username).startswith("lantern-")
        desk = desks(person.username)
        desk.page.goto("/")
        desk.must_be_accessible()

"""A phone-sized screen: the link, the date of birth, half a PHQ-9 with item 9 positive, the connection lost, resumed, handed in once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

SHOTS = os.environ.get("FANLIGHT_SHOTS", "")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def phone(chromium: Browser, demo) -> Iterator[Page]:
    """A patient's phone: nobody is signed in on it."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=demo.address, has_touch=True, is_mobile=True, timezone_id="America/New_York"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not [text for text in complaints if "ERR_INTERNET_DISCONNECTED" not in text and "401" not in text and "422" not in text], (
        complaints
    )


def must_be_accessible(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    grave = [(v["id"], v["nodes"][0]["html"][:160]) for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not grave, f"{page.url}: {grave}"


def look(desk, name: str) -> None:
    """The page on a phone, a tablet and a desk: nothing runs over the side, and it is accessible at each."""
    for width, height in ((390, 844), (820, 1180), (1440, 900)):
        desk.page.set_viewport_size({"width": width, "height": height})
        over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{desk.page.url} runs {over} px over the side at {width}"
        desk.must_be_accessible()
        shot(desk.page, f"{name}-{width}")


def birth_date_and_link(desk) -> tuple[str, str, str]:
    """Open the first patient's scales, send a PHQ-9 to the phone; (their page, their birth date in words, the address)."""
    page = desk.page
    page.goto("/patients/")
    page.click("#found a >> nth=0")
    home = page.url
    born = page.inner_text(".patient .ids span >> nth=0").split(",")[0]
    page.get_by_role("link", name="Scales").click()
    page.select_option("select[name=instrument]", "phq9")
    page.get_by_label("On the patient’s own phone").check()
    page.get_by_role("button", name="Open the form").click()
    address = page.input_value("#address")
    look(desk, "link")
    return home, born, address


def test_half_a_phq9_offline_and_handed_in_once(desks, phone, demo):
    desk = desks("nurse", "desk")
    home, born, address = birth_date_and_link(desk)
    desk.page.goto(f"{home}scales/")
    scores = desk.page.locator("section[aria-labelledby=table] tbody tr")
    scored_before = scores.count()
    day, month, year = born.split()
    phone.goto(address)
    must_be_accessible(phone)
    shot(phone, "phone-birth-390")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    phone.fill("#day", day)
    phone.select_option("#month", str(months.index(month) + 1))
    phone.fill("#year", str(int(year) + 1))
    phone.click("button[type=submit]")
    expect(phone.locator("#errors")).to_contain_text("4 tries left")
    phone.fill("#year", year)
    phone.click("button[type=submit]")
    expect(phone.locator(".question.is-here b")).to_have_text("Little interest or pleasure in doing things")
    must_be_accessible(phone)
    shot(phone, "phone-question-390")
    for _ in range(4):
        phone.locator(".question.is-here").get_by_label("Several days").check()
        phone.click("#next")
    expect(phone.locator("#state")).to_contain_text("Saved")
    for _ in range(4):  # the next four are left out
        phone.click("#next")
    expect(phone.locator(".question.is-here .read-when")).to_contain_text("on duty now")
    must_be_accessible(phone)
    shot(phone, "phone-item9-390")
    phone.locator(".question.is-here").get_by_label("More than half the days").check()
    expect(phone.locator("#promise")).to_contain_text("is to speak with you before")
    expect(phone.get_by_role("link", name="Call 988")).to_be_visible()
    must_be_accessible(phone)
    shot(phone, "phone-help-390")

    # the form is not finished, and the task is with a named person already
    desk.page.goto("/owed/")
    row = desk.page.locator("tr", has_text="A risk answer")
    expect(row).to_have_count(1)
    expect(row.locator("[data-label=Owner]")).not_to_be_empty()
    desk.page.goto(home)
    expect(desk.page.locator(".risk-banner")).to_contain_text("A risk answer")
    look(desk, "patient-risk")

    desk.page.goto("/")
    expect(desk.page.locator("#complete")).to_contain_text("How complete follow-up is")
    look(desk, "today")

    # the connection goes; what is tapped is kept, and help is there all the same
    phone.context.set_offline(True)
    phone.click("#go-on")
    for _ in range(4):
        phone.click("#back")
    phone.locator(".question.is-here").get_by_label("Nearly every day").check()
    expect(phone.locator("#state")).to_contain_text("kept on this phone")
    phone.click("#next")
    phone.locator(".question.is-here").get_by_label("Not at all").check()
    phone.click("#help-now")
    phone.click("#unsafe")
    expect(phone.locator("#promise")).to_contain_text("the clinic does not know yet")
    shot(phone, "phone-offline-390")
    phone.click("#go-on")
    phone.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#state")).to_contain_text("Saved")
    desk.page.goto("/owed/")
    expect(desk.page.locator("tr", has_text="A risk answer")).to_contain_text("Now, never alone")

    # resumed after the page was left: what is answered is there, and the first question left out comes up
    phone.goto(address)
    phone.click("#go-on")
    expect(phone.locator(".question.is-here b")).to_contain_text("Trouble concentrating")
    for _ in range(2):
        phone.locator(".question.is-here").get_by_label("Not at all").check()
        phone.click("#next")
    phone.click("#next")
    phone.locator(".question.is-here").get_by_label("Somewhat difficult").check()
    phone.click("#next")
    expect(phone.locator("#left-out")).to_have_text("All of them are answered.")
    shot(phone, "phone-end-390")
    phone.click("#next")
    expect(phone.locator("#done-words")).to_contain_text("with the clinic")
    shot(phone, "phone-done-390")
    phone.goto(address)
    expect(phone.locator("h1")).to_contain_text("Thank you")

    # one score, with its changed tap; the risk stays until it is assessed
    desk.page.goto(f"{home}scales/")
    expect(scores).to_have_count(scored_before + 1)
    look(desk, "scales")
    scores.first.get_by_role("link").first.click()
    expect(desk.page.locator("h1")).to_have_text("PHQ-9: 9 of 27, mild.")
    look(desk, "answers")
    desk.page.get_by_role("link", name="Open").first.click()
    desk.page.get_by_role("link", name="See what raised it").click()
    look(desk, "risk")
    for label in ("Disposition", "Plan", "Means"):
        desk.page.get_by_label(label).fill("Spoken with; as written.")
    desk.page.get_by_role("button", name="Assessed: close it").click()
    expect(desk.page.locator(".risk-banner")).to_have_count(0)

    # and the C-SSRS that was opened with it is entered at the desk
    desk.page.goto(f"{home}scales/")
    desk.page.get_by_role("link", name="Go on here").click()
    look(desk, "entry")
    for item in ("q1", "q2", "q6"):
        desk.page.locator(f"[data-item={item}]").get_by_label("No").check()
        expect(desk.page.locator("#saved")).to_contain_text("Saved")
    expect(desk.page.locator("[data-item=q3]")).to_be_hidden()
    desk.page.get_by_role("button", name="Hand in and score").click()
    expect(desk.page.locator("h1")).to_contain_text("C-SSRS screener (recent)")


def test_half_a_phq9_in_spanish(desks, phone):
    """The switch before the date of birth, the form, what the page itself says with and without a connection, and help."""
    _, born, address = birth_date_and_link(desks("nurse", "desk"))
    day, month, year = born.split()
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    phone.goto(address)
    phone.get_by_role("link", name="Español").click()
    expect(phone.locator("h1")).to_have_text("Antes de las preguntas: ¿cuándo nació?")
    assert phone.get_attribute("html", "lang") == "es"
    must_be_accessible(phone)
    shot(phone, "phone-es-birth-390")
    phone.fill("#day", day)
    phone.select_option("#month", str(months.index(month) + 1))
    phone.fill("#year", str(int(year) + 1))
    phone.get_by_role("button", name="Seguir").click()
    expect(phone.locator("#errors")).to_contain_text("Le quedan 4 intentos")
    must_be_accessible(phone)
    phone.fill("#year", year)
    phone.get_by_role("button", name="Seguir").click()
    expect(phone.locator(".question.is-here legend")).to_have_attribute("lang", "en")
    expect(phone.locator("#questions-in")).to_be_visible()
    must_be_accessible(phone)
    shot(phone, "phone-es-question-390")
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    for number in range(4):
        expect(phone.locator("#steps")).to_have_attribute("aria-label", re.compile(f"^Pregunta {number + 1} de (9|10)$"))
        phone.locator(".question.is-here").get_by_label("Several days").check()
        phone.get_by_role("button", name="Siguiente").click()
    expect(phone.locator("#state")).to_contain_text("Guardado a las")
    phone.context.set_offline(True)
    phone.locator(".question.is-here").get_by_label("Not at all").check()
    expect(phone.locator("#state")).to_contain_text("en este teléfono")
    phone.get_by_role("button", name="Necesito ayuda ahora").click()
    expect(phone.locator("#help-title")).to_have_text("No debería estar a solas con esto.")
    expect(phone.get_by_role("link", name="Llamar al 988")).to_be_visible()
    phone.get_by_role("button", name="No sé si estoy a salvo").click()
    expect(phone.locator("#promise")).to_contain_text("la clínica aún no lo sabe")
    must_be_accessible(phone)
    shot(phone, "phone-es-help-390")
    phone.context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#promise")).to_contain_text("hablar con usted")
    phone.get_by_role("button", name="Seguir con las preguntas").click()
    phone.goto(address)
    expect(phone.locator("#help-title")).to_contain_text("Gracias por decírnoslo")
    phone.get_by_role("button", name="Seguir con las preguntas").click()
    phone.get_by_role("link", name="Decir otra cosa a la clínica").click()
    expect(phone.locator("h1")).to_have_text("Diga algo a la clínica.")
    must_be_accessible(phone)
    shot(phone, "phone-es-tell-390")
    phone.get_by_role("link", name="English").click()
    expect(phone.locator("h1")).to_have_text("Tell the clinic something.")

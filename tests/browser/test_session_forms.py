"""Forms of the session page that hold more than one thing: grounds of seriousness, several containers."""

from __future__ import annotations

import re
import sqlite3

from fanlight.records.canonical import exact_loads


def last_payload(demo, kind: str) -> dict[str, object]:
    base = sqlite3.connect(demo.folder / "fanlight.sqlite3")
    try:
        query = "SELECT payload FROM records_sessionevent WHERE kind = ? ORDER BY id DESC LIMIT 1"
        return exact_loads(base.execute(query, [kind]).fetchone()[0])
    finally:
        base.close()


def open_a_running_session(desk) -> None:
    page = desk.page
    page.goto("/")
    links = page.locator("a[href*='/sessions/']").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    for link in links:
        if re.fullmatch(r"/sessions/\w+/", link):
            page.goto(link)
            if page.locator("#do-adverse_event").count():
                return
    raise AssertionError("no session is under way in the demo")


def open_form(page, kind: str) -> None:
    page.evaluate(f"document.getElementById('do-{kind}').showModal()")


def test_an_adverse_event_names_its_grounds_and_a_preparation_its_containers(desks, demo):
    desk = desks("nurse")
    open_a_running_session(desk)
    page = desk.page
    open_form(page, "adverse_event")
    form = page.locator("#do-adverse_event form")
    form.locator("[name=term]").fill("Fainted on standing")
    form.locator("label.choice", has_text=re.compile("^severe$", re.IGNORECASE)).click()
    form.locator("[data-field=is_serious] label.choice", has_text="Yes").click()
    form.locator("[data-field=seriousness] label.choice", has_text="hospitalisation").click()
    form.locator("[data-field=seriousness] label.choice", has_text="important medical event").click()
    desk.must_be_accessible()
    form.locator("button[type=submit]").last.click()
    page.locator("#do-adverse_event").wait_for(state="hidden")
    said = last_payload(demo, "adverse_event")
    assert (said["is_serious"], said["seriousness"]) == (True, ["hospitalisation", "important_medical_event"])
    open_form(page, "dose_prepared")
    form = page.locator("#do-dose_prepared form")
    form.locator("[name=product]").fill("ketamine 50 mg/mL")
    form.locator("[name=drawn_mg]").fill("36")
    form.locator("[name=containers]").fill("V1, K-2207\n\nV2 , K-2208")
    form.locator("button[type=submit]").last.click()
    page.locator("#do-dose_prepared").wait_for(state="hidden")
    assert last_payload(demo, "dose_prepared")["containers"] == [{"id": "V1", "lot": "K-2207"}, {"id": "V2", "lot": "K-2208"}]

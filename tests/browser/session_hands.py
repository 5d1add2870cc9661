"""What hands do on the session page: open a thing to say, fill it, save it, and wait for the server's word."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def say(page: Page, kind: str, fields: dict[str, str] | None = None, *, button: str | None = None) -> None:
    """Open the dialog of a kind by the button in reach, or through More, fill it and save."""
    opener = page.locator(f'main [data-open="do-{kind}"]:visible').first
    if opener.count() and opener.is_visible():
        opener.click()
    else:
        page.locator('[data-open="more"]:visible').first.click()
        page.locator(f'#more [data-open="do-{kind}"]').click()
    dialog = page.locator(f"#do-{kind}")
    expect(dialog).to_be_visible()
    for name, value in (fields or {}).items():
        field = dialog.locator(f'[name="{name}"]').first
        if field.get_attribute("type") in ("radio", "checkbox"):
            dialog.locator(f'[name="{name}"][value="{value}"]').check(force=True)
        else:
            field.fill(value)
    dialog.locator("button[type=submit]").click()
    try:
        expect(dialog).to_be_hidden()
    except AssertionError:
        raise AssertionError(f"{kind} was not saved: {dialog.inner_text()}") from None


def vitals(page: Page, numbers: str = "142 88 84 97 14", dissociation: str | None = "0", sedation: str | None = "5") -> None:
    """Enter a set on the pad, digit by digit, moving on by itself or by `next`, and save it."""
    measures = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min")
    for measure, number in zip(measures, numbers.split(), strict=True):
        page.locator(f'.pad-tile[data-measure="{measure}"]').click()
        for digit in number:
            page.locator(f'.pad-keys [data-key="{digit}"]').click()
    entry = page.locator("form.entry, .entry").first
    entry.locator('[name="breathing"][value="room_air"]').check(force=True)
    for name, value in (("dissociation", dissociation), ("moaas", sedation)):
        if value is not None:
            entry.locator(f'input[name*="{name}"][value="{value}"]').first.check(force=True)
    page.get_by_role("button", name=re.compile(r"^Save \d+ reading")).click()
    expect(page.get_by_role("button", name="Save readings")).to_be_visible()

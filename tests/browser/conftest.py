"""A demo server of our own and a real Chromium. Skipped in one loud line where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import fanlight.content
from fanlight.care.protocols import ClinicCalendar
from fanlight.content.reader import read_folder

expect.set_options(timeout=20_000)  # how long a thing may be in coming on a busy machine; what is there at once waits for nothing
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
CALENDARS = Path(fanlight.content.__file__).parent / "calendars"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "flat": (1180, 820), "desk": (1440, 900)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.browser)


SERVER = """
import pathlib, sys
from datetime import timedelta
import django.utils.timezone
from fanlight.records import clock
real, moved = clock.now, pathlib.Path({clock!r})
def now():
    return real() + timedelta(minutes=float(moved.read_text()) if moved.exists() else 0)
clock.now = django.utils.timezone.now = now
steady = clock.steady_seconds
clock.steady_seconds = lambda: steady() + (float(moved.read_text()) * 60 if moved.exists() else 0)
from fanlight.cli import main
sys.exit(main(["demo", "--still", "--port", "{port}", "--data", {data!r}]))
"""
"""The demo as a user starts it, with a clock that a test may move on: an hour of observation is not waited for."""


@dataclass
class DemoServer:
    """A demo clinic on a port of its own."""

    address: str
    folder: Path
    process: subprocess.Popen[bytes]

    minutes: float = 0
    desks: list[Desk] = field(default_factory=list)

    def now(self) -> datetime:
        """What the server's clock says."""
        return datetime.now(UTC) + timedelta(minutes=self.minutes)

    def today(self) -> date:
        """The clinic's date."""
        return self.now().astimezone(ZoneInfo("America/New_York")).date()

    def let_pass(self, minutes: float) -> None:
        """Move the server's clock on, and every tablet's with it."""
        self.minutes += minutes
        # Written beside and put in place at once: the server reads it at every request, and never half of it.
        clock_file = self.folder.parent / f"{self.folder.name}.clock"
        fresh = clock_file.with_suffix(".clock.new")
        fresh.write_text(str(self.minutes))
        fresh.replace(clock_file)
        for desk in self.desks:
            desk.page.clock.fast_forward(int(minutes * 60_000))

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def minutes_to_monday_morning() -> float:
    """To nine of a Monday at the clinic: from the next but one on, the first with Monday, Tuesday and Thursday open for doses."""
    zone = ZoneInfo("America/New_York")
    here = datetime.now(zone)
    (calendar,) = read_folder(CALENDARS, ClinicCalendar).values()
    monday = (here + timedelta(days=7 - here.weekday() + 7)).replace(hour=9, minute=0, second=0, microsecond=0)
    while any(calendar.why_not(monday.date() + timedelta(days=day)) for day in (0, 1, 3)):
        monday += timedelta(days=7)
    return (monday.astimezone(UTC) - here.astimezone(UTC)).total_seconds() / 60


def start_demo(folder: Path, port: int | None = None) -> DemoServer:
    """Fill a fresh demo clinic and serve it; ready when it answers."""
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("FANLIGHT_", "DJANGO_"))}
    clock_file = folder.parent / f"{folder.name}.clock"
    minutes = minutes_to_monday_morning()
    clock_file.write_text(str(minutes))
    code = SERVER.format(clock=str(clock_file), port=port, data=str(folder))
    log = (folder.parent / f"{folder.name}.log").open("ab")
    process = subprocess.Popen([sys.executable, "-c", code], env=kept, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(900):
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=1).close()
            return DemoServer(address, folder, process, minutes)
        except OSError:
            if process.poll() is not None:
                raise RuntimeError((folder.parent / f"{folder.name}.log").read_text()[-3000:]) from None
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the demo server did not come up")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for each file: its event loop must not run on under the tests of another, which speak to the database."""
    if CHROMIUM is None:
        if os.environ.get("FANLIGHT_BROWSER") == "required":
            pytest.fail("no Chromium was found, and browser tests are compulsory here")
        pytest.skip("LEFT OUT: no Chromium was found, so no page was tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A demo clinic for one file of tests."""
    server = start_demo(tmp_path_factory.mktemp("demo") / "data")
    yield server
    server.stop()


class Desk:
    """One person at one browser: signs in, notes every script error and every refusal of the content policy."""

    def __init__(self, browser: Browser, demo: DemoServer, size: str = "flat", touch: bool = False) -> None:
        width, height = SIZES[size]
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=demo.address,
            has_touch=touch,
            timezone_id="America/New_York",
            locale="en-US",
        )
        self.page: Page = self.context.new_page()
        self.page.clock.install(time=demo.now())
        self.page.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def sign_in(self, username: str) -> Desk:
        from fanlight.sample.fill import password_of

        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password_of(username))
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def must_be_accessible(self) -> None:
        from axe_playwright_python.sync_playwright import Axe

        # a colour on its way from one theme to the other is no colour of the page
        self.page.evaluate(
            "() => Promise.all(document.getAnimations().filter(a => a instanceof CSSTransition).map(a => a.finished.catch(() => null)))"
        )
        found = Axe().run(self.page)
        grave = [(v["id"], v["nodes"][0]["html"][:160]) for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not grave, f"{self.page.url}: {grave}"

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def desks(chromium: Browser, demo: DemoServer) -> Iterator[object]:
    """Opens desks for people and closes them after the test; a script error or a blocked script fails it."""
    opened: list[Desk] = []

    def open_desk(username: str, size: str = "flat", touch: bool = False) -> Desk:
        desk = Desk(chromium, demo, size, touch)
        demo.desks.append(desk)
        opened.append(desk)
        return desk.sign_in(username)

    yield open_desk
    complaints = [text for desk in opened for text in desk.complaints if "409" not in text and "401" not in text and "400" not in text]
    for desk in opened:
        demo.desks.remove(desk)
        desk.close()
    assert not complaints, complaints

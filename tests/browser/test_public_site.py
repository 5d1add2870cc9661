"""The public part opened from a disk: nothing runs over the side, and axe finds nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from fanlight.web.evidence.static_site import write_site

PAGES = ("", "depression", "how-it-works", "psilocybin", "read", "tables", "questions-to-ask", "decide")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    return folder


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_pages_from_disk_fit_and_pass_axe(chromium, site, width):
    view = chromium.new_page(viewport={"width": width, "height": 900})
    for name in PAGES:
        view.goto((site / name / "index.html").as_uri())
        found = Axe().run(view).response["violations"]
        assert [(item["id"], item["nodes"][0]["html"][:100]) for item in found] == [], (name, width)
        assert view.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    view.close()

"""The public part as plain files, for a disk or any web server: every link relative, nothing loaded from elsewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import resolve, reverse

from fanlight.web.evidence import views
from fanlight.web.evidence.library import evidence

_STATIC = Path(__file__).parent.parent / "static" / "fanlight"
_FILES = ("tokens.css", "components.css", "evidence.css", "mark.svg", "js/read_aloud.js", "js/curve_reader.js")
_NEEDS_SERVER = re.compile(r"(?: · )?<a [^>]*data-needs-server[^>]*>.*?</a>")
_ADDRESS = re.compile(r'(href|src)="(/[^"]*)"')


def write_site(folder: Path) -> list[Path]:
    """Write every public page under `folder` as ``<page>/index.html``; what needs a server is left out. Returns the files written."""
    root = reverse("evidence")
    addresses = [root, *(reverse(name) for name in ("evidence_claims", "evidence_tables", "evidence_studies", "evidence_decide"))]
    addresses += [reverse("evidence_page", args=[page.slug]) for page in evidence().pages]
    written: list[Path] = []
    for address in addresses:
        inside = address.removeprefix(root)
        target = folder / inside / "index.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_relative(_page(address), root, up="../" * inside.count("/")), encoding="utf-8")
        written.append(target)
    for name in _FILES:
        target = folder / "static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_STATIC / name, target)
        written.append(target)
    return written


def _page(address: str) -> str:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = address
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    request.user = AnonymousUser()
    views.CURVE_WAIT_SECONDS = 120.0  # a file is written once: wait for the curve
    match = resolve(address)
    return str(match.func(request, *match.args, **match.kwargs).content.decode())


def _relative(html: str, root: str, up: str) -> str:
    html = _NEEDS_SERVER.sub("", html)

    def turned(match: re.Match[str]) -> str:
        name, address = match[1], match[2].partition("?")[0]
        if "/static/fanlight/" in address:
            return f'{name}="{up}static/{address.split("/static/fanlight/")[1]}"'
        if address.startswith(root):
            return f'{name}="{up}{address.removeprefix(root)}index.html"'
        return f'{name}="{up}index.html"'

    return _ADDRESS.sub(turned, html)

"""The script that keeps the session page at hand while the server is away; it must stand under the pages it serves."""

from __future__ import annotations

import functools
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from fanlight.web.access import signed_in

_FILE = Path(__file__).parent.parent / "static" / "fanlight" / "js" / "worker.js"


@functools.cache
def _script() -> bytes:
    return _FILE.read_bytes()


@signed_in
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script, never kept by the browser's own cache."""
    return HttpResponse(_script(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})

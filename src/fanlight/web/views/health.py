"""Whether the server answers and its database can be read: for a proxy or a monitor, which say so before a nurse must."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_LEAST_FREE_BYTES = 64 * 2**20
"""Below this the next hours' entries may find no place on the disk."""


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 and "ok"; 503 and what is wrong. Open to whoever reaches the server: it says nothing of the clinic."""
    wrong = _wrong()
    answer = HttpResponse((wrong or "ok") + "\n", status=503 if wrong else 200, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


health.permissions = ()  # type: ignore[attr-defined]


def _wrong() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM records_site LIMIT 1")
            cursor.fetchone()
    except DatabaseError:
        return "FAN-WEB-008  The database does not answer."
    if shutil.disk_usage(settings.DATA_FOLDER).free < _LEAST_FREE_BYTES:
        return "FAN-WEB-009  The disk of the data folder is nearly full."
    return ""

"""What every template may use."""

from __future__ import annotations

from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, object]:
    """The site and the person looking."""
    user = getattr(request, "user", None)
    site = user.site if user is not None and user.is_authenticated else None
    return {"site": site}

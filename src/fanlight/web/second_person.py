"""A second person signs in for one act, at the same device, with their own name and password. The first stays signed in."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from fanlight.records.models import StaffMember
from fanlight.records.policies import RefusedError


def second_person(request: HttpRequest, username: str, password: str) -> StaffMember:
    """The second person, known by their own sign-in; refused in one sentence whatever was wrong with it."""
    try:
        found = get_adapter(request).authenticate(request, username=username.strip(), password=password)
    except ValidationError:
        found = None
    first = request.user
    if (
        not isinstance(found, StaffMember)
        or not found.is_active
        or found.pk == first.pk
        or found.site_id != getattr(first, "site_id", None)
    ):
        raise RefusedError(
            "FAN-WEB-003",
            "The second person could not be signed in",
            "the name and password are not those of another person of this clinic",
            "Ask them to type both again.",
        )
    return found

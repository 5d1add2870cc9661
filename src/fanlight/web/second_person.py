"""A second person proves who they are for one act, at the same device. The first stays signed in."""

from __future__ import annotations

from django.http import HttpRequest

from fanlight.records import clock
from fanlight.records.models import StaffMember
from fanlight.records.policies import RefusedError
from fanlight.records.signing import confirm_identity
from fanlight.web.access import person


def second_person(request: HttpRequest, username: str, password: str, code: str = "") -> StaffMember:
    """The second person, by their own sign-in; nobody is a second person to themselves."""
    first = person(request)
    found = confirm_identity(username=username, password=password, code=code, site=first.site, at=clock.now())
    if found.pk == first.pk:
        raise RefusedError(
            "FAN-WEB-003", "The second person must be somebody else", "you are signed in yourself", "Ask a colleague to type theirs."
        )
    return found

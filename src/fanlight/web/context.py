"""What every template may use: the site, the person looking, and the rooms open to them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from fanlight.records.models import StaffMember
from fanlight.records.permissions import Permission, Role


@dataclass(frozen=True, slots=True)
class Room:
    """One link of the lintel."""

    label: str
    href: str
    is_here: bool


_ROOMS = (
    ("Today", "/", Permission.SEE_TODAY),
    ("Patients", "/patients/", Permission.SEE_PATIENT),
    ("Owed", "/owed/", Permission.SEE_TASKS),
    ("Protocols", "/protocols/", Permission.SEE_PROTOCOLS),
    ("Import", "/import/", Permission.IMPORT_RECORDS),
    ("Staff", "/staff/", Permission.MANAGE_STAFF),
    ("Audit", "/audit/", Permission.SEE_AUDIT),
)


def house(request: HttpRequest) -> dict[str, object]:
    """The site, the rooms this person may enter, and their roles in words."""
    user = getattr(request, "user", None)
    if not isinstance(user, StaffMember):
        return {"site": None, "rooms": ()}
    here = [
        Room(label, href, request.path == href or (href != "/" and request.path.startswith(href)))
        for label, href, permission in _ROOMS
        if user.may(permission)
    ]
    return {
        "site": user.site,
        "rooms": here,
        "may_find": user.may(Permission.SEE_PATIENT),
        "asks_code": settings.MFA_IS_REQUIRED,
        "user_roles": [Role(role).label for role in sorted(user.roles)],
    }

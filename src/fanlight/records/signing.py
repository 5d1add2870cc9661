"""A second person proves who they are, there and then: a sign-in of somebody else's session never signs for them (AUD-7)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from fanlight.core.errors import FanlightError
from fanlight.records.audit import note
from fanlight.records.models import Site, StaffMember

_TRIES = 5
_LOCK_SECONDS = 15 * 60


class SignatureError(FanlightError):
    """The person could not be confirmed."""


def confirm_identity(*, username: str, password: str, code: str = "", site: Site, at: datetime) -> StaffMember:
    """The person of this site behind a sign-in name and password (and a one-time code where a second factor is asked).

    Unknown names and wrong passwords are answered alike and take alike long. Five failures lock the name for 15 minutes.
    """
    key = f"confirm:{site.pk}:{username.strip().lower()}"
    if cache.get(key, 0) >= _TRIES:
        raise SignatureError(
            "FAN-SIGN-002", "Cannot confirm this person", "too many tries", "Wait a quarter of an hour, or ask somebody else."
        )
    person = StaffMember.objects.filter(username__iexact=username.strip(), site=site, is_active=True).first()
    checked = person if person is not None else StaffMember()
    if person is None:
        checked.set_password("nobody")  # the same work, so that the time tells nothing
    if not checked.check_password(password) or person is None or not _second_factor_holds(person, code):
        cache.set(key, cache.get(key, 0) + 1, _LOCK_SECONDS)
        note("refused:confirm_identity", at=at, by=None)
        raise SignatureError("FAN-SIGN-001", "Cannot confirm this person", "the sign-in name, password or code is not right", "Try again.")
    cache.delete(key)
    note("confirm_identity", at=at, by=person)
    return person


def _second_factor_holds(person: StaffMember, code: str) -> bool:
    if not settings.MFA_IS_REQUIRED:
        return True
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    found = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return found is not None and bool(TOTP(found).validate_code(code.strip()))

"""Every sign-in, failed sign-in, sign-out and change of what proves a person leaves a link in the audit chain (AUD-10).

A link names the person by their row; the name that was typed is kept nowhere, for people type passwords there.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.models import StaffMember


@receiver(user_logged_in)
def signed_in(sender: Any, *, user: StaffMember, **kwargs: Any) -> None:
    """The whole sign-in is done, the second factor with it."""
    note("sign_in", at=clock.now(), by=user)


@receiver(user_logged_out)
def signed_out(sender: Any, *, user: StaffMember | None, **kwargs: Any) -> None:
    """By the person, or by the house where a device lay idle. A page left without a sign-in says nothing."""
    if isinstance(user, StaffMember):
        note("sign_out", at=clock.now(), by=user)


@receiver(user_login_failed)
def sign_in_refused(sender: Any, *, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Whose account was tried, where there is one of that name; never the name as typed."""
    typed = str(credentials.get("username") or "").strip()
    tried = StaffMember.objects.filter(username__iexact=typed).values_list("pk", flat=True).first() if typed else None
    note("refused:sign_in", at=clock.now(), by=None, account=tried)


@receiver(password_changed)
def password_is_new(sender: Any, *, user: StaffMember, **kwargs: Any) -> None:
    """By the person themselves; an administrator's change has a link of its own."""
    note("change_password", at=clock.now(), by=user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def second_factor_is_other(sender: Any, *, signal: Any, user: StaffMember, authenticator: Any, **kwargs: Any) -> None:
    """A second factor was added, taken away, or made anew."""
    what = {id(authenticator_added): "added", id(authenticator_removed): "removed"}.get(id(signal), "made_anew")
    note("change_second_factor", at=clock.now(), by=user, what=what, kind=str(authenticator.type))

"""Deny by default: every page needs a signed-in, active member of staff, with a second factor where the site requires it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fanlight.records import clock

_OPEN_PREFIXES = ("/accounts/login/", "/accounts/2fa/authenticate/", "/static/", "/healthz", "/p/", "/tablet/", "/evidence/")
_SECOND_FACTOR_PREFIXES = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/")


class StaffOnly:
    """Lets nobody past without a sign-in, signs off the idle and the long signed in, asks for a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open pages pass; the rest need a person."""
        if request.path.startswith(_OPEN_PREFIXES):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return _signed_out(request)
        stamp = int(clock.now().timestamp())
        is_idle = stamp - request.session.get("last_seen", stamp) > settings.IDLE_MINUTES * 60
        is_old = stamp - request.session.setdefault("signed_in_at", stamp) > settings.SESSION_COOKIE_AGE
        if not user.is_active or is_idle or is_old:
            logout(request)
            return _signed_out(request)
        if stamp - request.session.get("last_seen", 0) > 30 and not request.headers.get("X-Fanlight-Poll"):
            request.session["last_seen"] = stamp
        if settings.MFA_IS_REQUIRED and not request.path.startswith(_SECOND_FACTOR_PREFIXES) and not is_mfa_enabled(user):
            return redirect("mfa_index")
        return self.get_response(request)


def _signed_out(request: HttpRequest) -> HttpResponse:
    """To the door, and from there back to the very page, its question and all.

    A program and a page that waits for an answer are told so in words instead.
    """
    if request.headers.get("X-Fanlight-Client") or request.path.startswith("/api/"):
        return HttpResponse("FAN-WEB-001  You are signed out. Sign in again; what you entered is kept on this device.", status=401)
    return redirect(f"{settings.LOGIN_URL_PATH}?next={quote(request.get_full_path())}")

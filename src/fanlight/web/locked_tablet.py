"""A tablet handed to a patient shows one form and nothing else until a member of staff signs in on it.

Handing over signs the member of staff out, so that even a cleared cookie opens no page of the house; the lock only keeps the
patient from getting lost. What is typed as an address, and the back button, lead to the form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fanlight.records import clock
from fanlight.records.actions.form_links import take_back, token_of
from fanlight.records.audit import note
from fanlight.records.models import FormLink, StaffMember

KEY = "tablet_locked_to"
_SIGN_IN = ("/accounts/login/", "/accounts/2fa/authenticate/")


def lock(request: HttpRequest, link: FormLink, by: StaffMember, now: datetime) -> HttpResponse:
    """Sign the member of staff out and lock this browser to one form, which asks for the birth date first."""
    note("hand_tablet_over", at=now, by=by, patient=link.form.patient, link=link.pk)
    logout(request)
    request.session[KEY] = {"link": link.pk, "token": token_of(link), "seen": int(now.timestamp())}
    answer = redirect("phone_form", token_of(link))
    answer["Clear-Site-Data"] = '"cache"'  # the pages kept by the browser; what a tablet still has to send is not among them
    return answer


def held_link(request: HttpRequest) -> FormLink | None:
    """The link this browser is locked to; None where it is not locked."""
    held = request.session.get(KEY)
    return FormLink.objects.filter(pk=held["link"]).select_related("form__patient__site").first() if held else None


def is_resting(request: HttpRequest, now: datetime) -> bool:
    """Whether nobody touched the form for so long that it is no longer shown."""
    held = request.session.get(KEY)
    return held is not None and int(now.timestamp()) - held["seen"] > settings.IDLE_MINUTES * 60


class LockedTablet:
    """Lets a locked browser reach its form, the page for giving it back, and the sign-in; a sign-in lifts the lock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Browsers that are not locked pass untouched."""
        if request.path.startswith("/static/") or KEY not in request.session:
            return self.get_response(request)
        now = clock.now()
        if isinstance(request.user, StaffMember):
            return _lifted(request, request.user, now)
        token = request.session[KEY]["token"]
        form, say, tell = (reverse(name, args=[token]) for name in ("phone_form", "phone_say", "phone_tell"))
        back = reverse("tablet_back")
        if request.path == back or request.path.startswith(_SIGN_IN):
            return self.get_response(request)
        if is_resting(request, now):
            return HttpResponse(status=401) if request.path == say else redirect(back)
        if request.path in (form, say, tell):
            request.session[KEY] |= {"seen": int(now.timestamp())}
            request.session.modified = True
            return self.get_response(request)
        if request.path.startswith("/api/") or request.headers.get("X-Fanlight-Client"):
            return HttpResponse("FAN-WEB-006  This tablet is with a patient. Sign in on it first.", status=401)
        return redirect(form)


def _lifted(request: HttpRequest, by: StaffMember, now: datetime) -> HttpResponse:
    link = held_link(request)
    del request.session[KEY]
    if link is None:
        return redirect("today")
    take_back(link=link, by=by, at=now)
    messages.success(request, "The tablet is yours again. What was answered is saved.")
    return redirect("scales", link.form.patient_id) if by.site_id == link.form.patient.site_id else redirect("today")

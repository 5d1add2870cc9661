"""The page on which a patient gives the clinic's tablet back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.records import clock
from fanlight.web.locked_tablet import KEY, held_link, is_resting
from fanlight.web.pages.duty import crisis
from fanlight.web.views.patient_forms import open_page


@open_page
def tablet_back(request: HttpRequest) -> HttpResponse:
    """Where a patient gives the tablet back, and where it rests when nobody touches it. The crisis numbers stay in sight."""
    link = held_link(request)
    if link is None:
        return redirect("account_login")
    site, is_over = link.form.patient.site, is_resting(request, clock.now())
    context = {
        "clinic": site,
        "is_resting": is_over,
        "is_finished": link.is_finished,
        "form_address": "" if is_over else reverse("phone_form", args=[request.session[KEY]["token"]]),
    } | crisis(site)
    return render(request, "tablet_back.html", context)

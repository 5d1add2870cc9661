"""The clinic's side of the patient's own form: make the link, take it back, see how it stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, state_of, token_of, withdraw_link
from fanlight.records.actions.intake import answers_so_far, groups_of, open_intake
from fanlight.records.library import library
from fanlight.records.models import IntakeForm, IntakeLink, Patient, StaffMember
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.who import who_of


@page(Permission.EDIT_DEMOGRAPHICS)
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """The link of this patient's form. What the patient answered is shown only to those who may record facts."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    form = KeyedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = request.POST.get("act", "")
        if do_once(request, form, f"intake:{pk}:{act}", lambda: _link(row, act, user)) is not None:
            messages.success(request, "The link is taken back." if act == "withdraw" else "A new link is made.")
            return redirect("intake", pk)
    asked = IntakeForm.objects.filter(patient=row).order_by("-pk").first()
    link = asked.links.order_by("-pk").first() if isinstance(asked, IntakeForm) else None
    state = state_of(link, now) if link is not None else None
    address = ""
    if link is not None and state is not None and state.is_live:
        address = request.build_absolute_uri(reverse("phone_form", args=[token_of(link)]))
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "link": link,
        "state": state,
        "address": address,
        "form": form,
        "answered": len(answers_so_far(asked)) if isinstance(asked, IntakeForm) else 0,
        "count": sum(len(group.questions) for group in groups_of(asked)) if isinstance(asked, IntakeForm) else 0,
    }
    return render(request, "intake.html", context)


def _link(row: Patient, act: str, user: StaffMember) -> dict[str, Any]:
    at = clock.now()
    if act == "withdraw":
        link = IntakeLink.objects.filter(form__patient=row).order_by("-pk").first()
        if link is not None:
            withdraw_link(link=link, by=user, at=at)
        return {"withdrawn": True}
    return {"link": make_link(form=open_intake(patient=row, content=library(), by=user, at=at), by=user, at=at).pk}

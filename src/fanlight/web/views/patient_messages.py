"""What a patient says in their own words: from the page of their form, or told to staff. Either way somebody owns it at once."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.errors import FanlightError, InputError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.form_links import AnyLink
from fanlight.records.actions.patient_messages import MOST, receive_message
from fanlight.records.audit import note
from fanlight.records.library import library
from fanlight.records.models import PatientMessage
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.duty import promise, reading
from fanlight.web.pages.who import who_of
from fanlight.web.patient_language import refusal, say

_WAYS = [("telephone", "By telephone"), ("in_person", "In person")]


class TellForm(forms.Form):
    """The patient's own words; the key is made with the page, so that a second tap says nothing twice."""

    message_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="What do you want to tell the clinic?",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": "5", "class": "textarea"}),
        error_messages={"required": "Write what you want to say."},
    )


def tell_page(request: HttpRequest, link: AnyLink, back: str, about: dict[str, Any]) -> HttpResponse:
    """The page behind a patient's link, open after the date of birth, whether the form is handed in or not."""
    now, patient = clock.now(), link.form.patient
    form = TellForm(request.POST or None, initial={"message_id": uuid.uuid4()})
    said, error = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            said = receive_message(
                patient=patient,
                text=form.cleaned_data["text"],
                way="form",
                message_id=form.cleaned_data["message_id"],
                content=library(),
                by=None,
                at=now,
            )
        except FanlightError as problem:
            error = refusal(problem)
    if form.is_bound and form.errors:
        error = say(str(next(iter(form.errors.get("text", [])), "Reload the page.")))
    context = about | {
        "form": form,
        "error": error,
        "said": said,
        "promise": promise(said.task, patient, library(), now) if said is not None else None,
        "reading": reading(patient.site, library(), now),
        "back": back,
    }
    return render(request, "phone_tell.html", context, status=422 if error else 200)


class ToldForm(KeyedForm):
    """What the patient told a member of staff: a new symptom, or anything else between questions."""

    way = forms.ChoiceField(label="How", choices=_WAYS, widget=forms.RadioSelect, initial="telephone")
    text = forms.CharField(
        label="In the patient's words",
        max_length=MOST,
        widget=forms.Textarea,
        error_messages={"required": "Write what the patient said."},
    )


@page(Permission.SEE_SCALES)
def patient_messages(request: HttpRequest, pk: int) -> HttpResponse:
    """Every message of a patient with the task that owns it, and a form for what they told staff."""
    row, user, now = patient_or_404(request, pk), person(request), clock.now()
    form = ToldForm(request.POST or None) if user.may(Permission.RECORD_SCALES) else None
    if request.method == "POST" and form is None:
        raise Http404
    if request.method == "POST" and form is not None and form.is_valid():
        given = form.cleaned_data

        def do() -> dict[str, int]:
            said = receive_message(
                patient=row,
                text=given["text"],
                way=given["way"],
                message_id=uuid.UUID(str(given["write_key"])),
                content=library(),
                by=user,
                at=now,
            )
            return {"task": said.task_id}

        try:
            answer = do_once(request, form, f"message:{pk}", do)
            if answer is not None:
                messages.success(request, "Kept, and owned by a person with a clock.")
                return redirect("patient_messages", pk)
        except InputError as problem:
            form.say(problem)
    if request.method != "POST":
        note("see_messages", at=now, by=user, patient=row)
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "said": PatientMessage.objects.filter(patient=row).select_related("task__owner", "entered_by").order_by("-received_at", "-pk"),
        "form": form,
    }
    return render(request, "patient_messages.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)

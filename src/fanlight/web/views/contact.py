"""How a patient agreed to be reached, what was sent to them with what came of it, and what goes next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.care.scales.messages import is_delivered
from fanlight.core.errors import InputError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.contacts import say_contact
from fanlight.records.actions.scales import may_go_to_a_phone
from fanlight.records.audit import note
from fanlight.records.contact import agreements_of, tries_of, way_to
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Notice
from fanlight.records.owed_scales import standings
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.who import who_of

_CHANNELS = [("sms", "Text message"), ("email", "E-mail")]
_LANGUAGES = {"en": "English", "es": "Español"}


class ContactForm(KeyedForm):
    """The patient's word on one channel."""

    channel = forms.ChoiceField(label="By", choices=_CHANNELS, widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    word = forms.ChoiceField(
        label="The patient said",
        choices=[("yes", "Yes, send them here"), ("stop", "No, or stop")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what the patient said."},
    )
    address = forms.CharField(label="Mobile number or e-mail address", required=False, max_length=254)
    language = forms.ChoiceField(label="Language of the message", required=False)
    zone_name = forms.CharField(
        label="Time zone, if not the clinic's", required=False, max_length=64, help_text="As America/Chicago. Quiet hours follow it."
    )
    why = forms.CharField(label="Why messages stop", required=False, max_length=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(code, _LANGUAGES.get(code, code)) for code in library().message_texts.languages]
        self.fields["language"].choices = known  # type: ignore[attr-defined]


@page(Permission.SEE_PATIENT)
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreements in force, the messages on record, and a form for those who may change it."""
    row, user, now = patient_or_404(request, pk), person(request), clock.now()
    content = library()
    form = ContactForm(request.POST or None) if user.may(Permission.EDIT_DEMOGRAPHICS) else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = form.cleaned_data

        def do() -> dict[str, int]:
            said = say_contact(
                patient=row,
                channel=given["channel"],
                is_agreed=given["word"] == "yes",
                address=given["address"],
                language=given["language"] or "en",
                zone_name=given["zone_name"],
                why=given["why"],
                by=user,
                at=now,
            )
            return {"agreement": said.pk}

        try:
            if do_once(request, form, f"contact:{pk}", do) is not None:
                messages.success(request, "Recorded. The last word on a way holds.")
                return redirect("contact", pk)
        except InputError as problem:
            form.say(problem)
    if request.method != "POST":
        note("see_contact", at=now, by=user, patient=row)
    notices = Notice.objects.filter(patient=row).select_related("agreement").prefetch_related("attempts").order_by("-made_at")
    next_ones = [(one.ask, one.next_message_at) for course in standings(row.site, content, now, row) for one in course.standings]
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "form": form,
        "said": list(agreements_of(row).values()),
        "notices": [(notice, _scales(notice), _came_of(notice, content), tries_of(notice)) for notice in notices],
        "next": min(
            ((when, _title(ask.scale)) for ask, when in next_ones if when is not None and when > now and may_go_to_a_phone(ask.scale)),
            default=None,
        ),
        "can_send": bool(settings.PUBLIC_URL),
        "is_agreed": way_to(row) is not None,
    }
    return render(request, "contact.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


def _title(scale: str) -> str:
    known = shipped_instruments().get(scale)
    return known.title if known is not None else scale


def _scales(notice: Notice) -> str:
    return ", ".join(_title(scale) for scale in notice.asks)


def _came_of(notice: Notice, content: Any) -> str:
    arrived = is_delivered(tries_of(notice), content.message_texts)
    return {True: "sent", False: "did not arrive", None: "being tried"}[arrived]

"""What the front desk says of a session: the patient is here, did not come, the escort is here."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.care.sessions import EventKind
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.sessions import record_event
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person, session_or_404
from fanlight.web.forms import KeyedForm, YesNoField, do_once
from fanlight.web.pages.who import who_of


class ArrivalForm(KeyedForm):
    """One of three things, with what belongs to it."""

    what = forms.ChoiceField(
        label="What is there to say?",
        choices=[("checked_in", "The patient is here"), ("escort", "The escort"), ("did_not_attend", "The patient did not come")],
        widget=forms.RadioSelect,
        initial="checked_in",
    )
    identifiers = YesNoField(label="Name and birth date confirmed", help_text="Ask the patient to say both.")
    chair = forms.CharField(label="Chair", max_length=24, required=False)
    escort_name = forms.CharField(label="Escort's name", max_length=120, required=False)
    escort_here = YesNoField(label="The escort is here")
    reason = forms.CharField(label="Reason given", max_length=240, required=False)
    reached = YesNoField(label="The patient was reached")

    def clean(self) -> dict[str, object]:
        """An escort has a name."""
        given = super().clean() or {}
        if given.get("what") == "escort" and not given.get("escort_name"):
            self.add_error("escort_name", "Give the name of the adult who takes the patient home.")
        if given.get("what") == "escort" and given.get("escort_here") is None:
            self.add_error("escort_here", "Say whether they are here.")
        return given


@page(Permission.CHECK_IN)
def arrival(request: HttpRequest, reference: str) -> HttpResponse:
    """A short form; what happened is recorded, nothing is decided."""
    row = session_or_404(request, reference)
    form = ArrivalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        payloads = {
            "checked_in": {"has_two_identifiers": given["identifiers"], "chair": given["chair"] or None},
            "escort": {"name": given["escort_name"], "is_present": given["escort_here"]},
            "did_not_attend": {"was_contacted": given["reached"], "reason": given["reason"] or None},
        }
        now = clock.now()

        def do() -> dict[str, str]:
            event = record_event(
                session=row,
                event_id=uuid.UUID(str(given["write_key"])),
                kind=EventKind(given["what"]),
                payload=payloads[given["what"]],
                taken_at=now,
                by=person(request),
                at=now,
            )
            return {"event": str(event.event_id)}

        if do_once(request, form, f"arrival:{reference}", do) is not None:
            messages.success(request, "Recorded.")
            return redirect("today")
    today = clinic_date(clock.now(), row.patient.site.zone)
    return render(
        request,
        "arrival.html",
        {"form": form, "patient": who_of(row.patient, today), "session": row},
        status=422 if form.is_bound and form.errors else 200,
    )

"""May this patient leave? Each criterion with its reason, the override with a second person, and every end."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.care.rules import Stage
from fanlight.care.sessions import EventKind, ends
from fanlight.core.answers import CriterionAnswer
from fanlight.records import clock
from fanlight.records.actions.clock_jumps import unconfirmed_jump, watch_clock
from fanlight.records.actions.gates import record_override, release
from fanlight.records.actions.own_ways import RELEASES
from fanlight.records.actions.sessions import record_event
from fanlight.records.audit import note
from fanlight.records.judging import judge_session
from fanlight.records.library import library
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person, session_or_404
from fanlight.web.forms import KeyedForm, SecondPersonMixin, YesNoField, do_once
from fanlight.web.pages.due_panel import due_panel
from fanlight.web.views.sessions import about_session

_RECORDED_BY = {
    "orientation": "do-orientation",
    "gait": "do-gait",
    "nausea": "do-nausea",
    "suicidality_reasked": "do-cssrs_asked",
    "escort": "do-escort",
    "written_plan": "do-written_plan",
    "no_driving": "do-written_plan",
    "line_out": "do-line_out",
    "distress": "do-distress",
    "readings_complete": "part-due",
    "alerts_acknowledged": "part-alerts",
}
"""Which part of the session page answers a criterion; the pad answers the rest."""


class OverrideForm(SecondPersonMixin, KeyedForm):
    """Past one criterion, with a sentence and a second licensed person."""

    criterion = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea,
        help_text="What makes it safe in spite of this?",
        error_messages={"required": "Say it in a sentence."},
    )
    second_name = forms.CharField(
        label="Second licensed person, sign-in name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "A second licensed person signs in here."},
    )
    second_password = forms.CharField(
        label="Their password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        error_messages={"required": "Their own password, typed by them."},
    )


class EndForm(KeyedForm):
    """One of the seven ends with what belongs to it; only the fields of the chosen end are recorded."""

    end = forms.ChoiceField(label="How the session ends", widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    escort = forms.CharField(label="Left with", max_length=120, required=False)
    reason = forms.CharField(
        label="Reason", required=False, widget=forms.Textarea(attrs={"rows": "2", "class": "textarea"}), max_length=400
    )
    was_advised = YesNoField(label="Told what staying is for")
    to = forms.CharField(label="Transferred to", max_length=120, required=False)
    is_emergency = YesNoField(label="An emergency")
    reached = YesNoField(label="The patient was called or reached")
    line_in_place = YesNoField(label="The line was still in")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What an end needs is asked for before it is sent."""
        given = super().clean() or {}
        end = given.get("end")
        if end in ("cancelled_before_dose", "stopped_and_observed", "transferred") and not given.get("reason"):
            self.add_error("reason", "Say why, in a sentence.")
        if end == "left_against_advice" and given.get("was_advised") is None:
            self.add_error("was_advised", "Say whether the patient was told what staying is for.")
        if end == "transferred" and not given.get("to"):
            self.add_error("to", "Say where to.")
        if end == "transferred" and given.get("is_emergency") is None:
            self.add_error("is_emergency", "Say whether it was an emergency.")
        return given

    def payload(self) -> dict[str, Any]:
        """The payload of the chosen end."""
        given = self.cleaned_data
        text = {name: given[name] or None for name in ("escort", "reason", "to")}
        by_end: dict[str, dict[str, Any]] = {
            "discharged": {"escort": text["escort"]},
            "stopped_and_observed": {"reason": text["reason"], "escort": text["escort"]},
            "left_against_advice": {"was_advised": given["was_advised"], "reason": text["reason"], "with_whom": text["escort"]},
            "absconded": {"called_patient": given["reached"], "line_in_place": given["line_in_place"]},
            "transferred": {"to": text["to"], "is_emergency": given["is_emergency"], "reason": text["reason"]},
            "cancelled_before_dose": {"reason": text["reason"]},
            "did_not_attend": {"was_contacted": given["reached"], "reason": text["reason"]},
        }
        return {name: value for name, value in by_end[given["end"]].items() if value is not None}


@page(Permission.SEE_SESSION)
def leaving(request: HttpRequest, reference: str) -> HttpResponse:
    """The panel: open criteria tall, met ones brief; the ends beside it. Whether one may be chosen is the server's answer now."""
    user, now = person(request), clock.now()
    row = session_or_404(request, reference)
    content = library()
    bedside, result = judge_session(row, Stage.DISCHARGE, content, at=now)
    if bedside is None:
        return redirect("session", reference)
    available = ends(bedside.state, bedside.plan, now, result.rules, result.criteria)
    choices = [(end.kind.value, end.label) for end in available]
    may_override, may_end = user.may(Permission.OVERRIDE), user.may(Permission.DISCHARGE)
    posted = request.POST.get("act") if request.method == "POST" else None
    override = OverrideForm(request.POST if posted == "override" else None) if may_override else None
    ending = EndForm(request.POST if posted == "end" else None, choices=choices) if may_end and not bedside.state.is_ended else None
    if posted == "override" and override is not None and override.is_valid():
        given = override.cleaned_data

        def go_past() -> dict[str, str]:
            second = override.second(request)
            assert second is not None, "the form asks for a name"
            event = record_override(
                session=row,
                criterion=given["criterion"],
                reason=given["reason"],
                second=second,
                event_id=uuid.UUID(str(given["write_key"])),
                library=content,
                by=user,
                at=now,
            )
            return {"event": str(event.event_id)}

        if do_once(request, override, f"override:{reference}", go_past) is not None:
            messages.success(request, "Gone past, with the reason and both names.")
            return redirect("discharge", reference)
    if posted == "end" and ending is not None and ending.is_valid():
        kind, payload = EventKind(ending.cleaned_data["end"]), ending.payload()
        event_id = uuid.UUID(str(ending.cleaned_data["write_key"]))

        watch_clock()

        def end_it() -> dict[str, str]:
            if kind in RELEASES:
                event = release(session=row, kind=kind, payload=payload, event_id=event_id, library=content, by=user, at=now)
            else:  # what happened can always be said
                event = record_event(session=row, event_id=event_id, kind=kind, payload=payload, taken_at=now, by=user, at=now)
            return {"event": str(event.event_id)}

        if do_once(request, ending, f"end:{reference}", end_it) is not None:
            messages.success(request, "The session has ended.")
            return redirect("documents", reference)
    if request.method != "POST":
        note("see_readiness", at=now, by=user, patient=row.patient, session=row.pk)
    ready = bedside.readiness
    open_ones = [_criterion(item, reference) for item in ready.open]
    context = about_session(row, bedside, now) | {
        "session": row,
        "bedside": bedside,
        "ready": ready,
        "open": open_ones,
        "met": [item for item in ready.criteria if item.passes],
        "ends": available,
        "ending": ending,
        "override": override,
        "over_criterion": request.POST.get("criterion") or request.GET.get("override") or "",
        "over_label": next(
            (item.label for item in ready.criteria if item.id == (request.POST.get("criterion") or request.GET.get("override"))), ""
        ),
        "due": due_panel(bedside, ""),
        "waits_for": ", ".join(item.label.lower() for item in ready.open),
        "is_ended": bedside.state.is_ended,
        "reference": reference,
        "jump": unconfirmed_jump(row.patient.site),
    }
    bad = any(form is not None and form.is_bound and form.errors for form in (override, ending))
    return render(request, "leaving.html", context, status=422 if bad else 200)


def _criterion(item: Any, reference: str) -> dict[str, Any]:
    return {
        "item": item,
        "answer": item.answer.value,
        "is_unknown": item.answer is CriterionAnswer.UNKNOWN,
        "href": f"{reverse('session', args=[reference])}#{_RECORDED_BY.get(item.id, 'entry')}",
        "act": "Record it",
    }

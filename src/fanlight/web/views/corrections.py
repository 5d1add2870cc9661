"""A value was written down wrong: the right one is given, the wrong one stays readable beside it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.care.sessions import EVENT_KINDS, Entry, EventKind, form_of
from fanlight.care.sessions.schema import write_payload
from fanlight.core.quantities import plain
from fanlight.records import clock
from fanlight.records.actions.own_ways import SIGNED
from fanlight.records.actions.sessions import record_event
from fanlight.records.bedside import at_bedside
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person, session_or_404
from fanlight.web.forms import ExactField, KeyedForm, YesNoField, do_once
from fanlight.web.views.sessions import about_session


@dataclass(frozen=True, slots=True)
class _Part:
    """One entry on the page: its values as fields of the form, by the name of the payload's own field."""

    entry: Entry
    label: str
    names: Mapping[str, str]


class CorrectionForm(KeyedForm):
    """Every value of the chosen entries as it was said, to be put right, and why."""

    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": "2", "class": "textarea"}),
        max_length=400,
        error_messages={"required": "Say why, in a few words."},
    )

    def __init__(self, *args: Any, entries: list[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts: list[_Part] = []
        self.units: dict[str, str] = {}
        for index, entry in enumerate(entries):
            names = {}
            for item in form_of(EVENT_KINDS[entry.kind].payload):  # type: ignore[arg-type]
                field = _field(item.kind, item.label, item.choices, getattr(entry.payload, item.name))
                if field is not None:
                    name = f"{item.name}-{index}"
                    self.fields[name], names[item.name], self.units[name] = field, name, item.unit
            self.parts.append(_Part(entry, EVENT_KINDS[entry.kind].label, names))
        self.dress()
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])

    def shown(self) -> list[tuple[str, list[tuple[Any, str]]]]:
        """Label of each entry with its bound fields and their units."""
        return [(part.label, [(self[name], self.units[name]) for name in part.names.values()]) for part in self.parts]

    def corrections(self) -> list[tuple[Entry, dict[str, Any]]]:
        """The entries whose values differ now, each with its whole corrected payload."""
        found = []
        for part in self.parts:
            before = write_payload(part.entry.payload)
            given = {name: _said(self.cleaned_data[field]) for name, field in part.names.items()}
            if any(_same(before.get(name)) != _same(value) for name, value in given.items()):
                after = before | given
                found.append((part.entry, {name: value for name, value in after.items() if value is not None}))
        return found

    def clean(self) -> dict[str, Any]:
        """Something must be different, or there is nothing to correct."""
        given = super().clean() or {}
        if not self.errors and not self.corrections():
            self.add_error(None, "Nothing is different yet: change the value that was wrong.")
        return given


@page(Permission.RECORD_SESSION)
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """The entries named in `entry`, with their values as they stand; the page the timeline leads to."""
    row = session_or_404(request, reference)
    user, now = person(request), clock.now()
    bedside = at_bedside(row, now)
    wanted = request.GET.getlist("entry")
    known = {entry.id: entry for entry in bedside.state.entries} if bedside else {}
    entries = [known[name] for name in wanted if name in known and not known[name].is_struck and known[name].kind not in SIGNED]
    if not entries or len(entries) != len(wanted):
        raise Http404
    form = CorrectionForm(request.POST or None, entries=entries)
    if request.method == "POST" and form.is_valid():
        key, reason = uuid.UUID(str(form.cleaned_data["write_key"])), form.cleaned_data["reason"]

        def do() -> dict[str, Any]:
            made = [
                record_event(
                    session=row,
                    event_id=uuid.uuid5(key, entry.id),
                    kind=EventKind.AMENDED,
                    payload={"amends": entry.id, "reason": reason, "payload": payload},
                    taken_at=now,
                    by=user,
                    at=now,
                )
                for entry, payload in form.corrections()
            ]
            return {"events": [str(event.event_id) for event in made]}

        if do_once(request, form, f"correct:{reference}", do) is not None:
            messages.success(request, "Corrected. What was said first stays readable.")
            return redirect("session", reference)
    context = about_session(row, bedside, now) | {"session": row, "form": form, "entries": entries}
    return render(request, "correction.html", context, status=422 if form.is_bound and form.errors else 200)


def _field(kind: str, label: str, choices: tuple[str, ...], value: Any) -> forms.Field | None:
    """A field for one value, filled with it; None for what has no form of its own, which is kept as it is."""
    if kind == "decimal":
        return ExactField(label=label, required=False, initial=None if value is None else plain(value))
    if kind == "int":
        return forms.IntegerField(label=label, required=False, initial=value, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    if kind == "bool":
        return YesNoField(label=label, initial={True: "yes", False: "no"}.get(value, ""))
    if kind == "choice":
        options = [("", "Not said"), *((choice, choice.replace("_", " ").capitalize()) for choice in choices)]
        return forms.ChoiceField(label=label, required=False, choices=options, initial=getattr(value, "value", value) or "")
    if kind == "list" and choices:
        named = [(choice, choice.replace("_", " ").capitalize()) for choice in choices]
        ticked = [member.value for member in value]
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=False, choices=named, initial=ticked, widget=boxes)
    if kind == "str":
        return forms.CharField(label=label, required=False, initial=value or "", max_length=400)
    return None


def _said(value: Any) -> Any:
    """A cleaned value as the stream holds it."""
    return format(value, "f") if isinstance(value, Decimal) else None if value in ("", []) else value


def _same(value: Any) -> Any:
    """A value by which 98 and 98.0 are the same number."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value

"""Owed work: the list, one task, closing it with a word, giving it to another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.records import clock
from fanlight.records.actions.tasks import RISK_KIND, SETTLED_BY_RECORD_KIND, close_task, reassign_task, reopen_task
from fanlight.records.models import StaffMember, Task
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.today import DANGER_FIRST, owed_rows
from fanlight.web.words import counted


class CloseForm(KeyedForm):
    """What was done."""

    note = forms.CharField(
        label="What was done", widget=forms.Textarea, max_length=400, error_messages={"required": "Say in a few words what was done."}
    )


class ReopenForm(KeyedForm):
    """It was closed by mistake."""


class GiveForm(KeyedForm):
    """To whom."""

    owner = forms.ModelChoiceField(label="Give it to", queryset=StaffMember.objects.none(), empty_label="choose a person")


@page(Permission.SEE_TASKS)
def tasks(request: HttpRequest) -> HttpResponse:
    """Everything owed: danger first, then by the clock; mine, or everybody's."""
    user, now = person(request), clock.now()
    whose = request.GET.get("whose", "all")
    found = (
        Task.objects.for_user(user).filter(closed_at__isnull=True).select_related("owner", "next_owner", "patient").order_by(*DANGER_FIRST)
    )
    rows = owed_rows(found, now, user.pk)
    mine = tuple(row for row in rows if row.is_mine)
    calls = tuple(row for row in rows if row.is_call)
    shown = {"mine": mine, "calls": calls}.get(whose, rows)
    late = sum(row.is_late for row in rows)
    headline = "Nothing is owed." if not rows else f"{counted(len(rows), 'thing').capitalize()} owed, {counted(late, 'late', 'late')}."
    return render(
        request,
        "tasks.html",
        {"rows": shown, "headline": headline, "whose": whose, "mine": len(mine), "calls": len(calls), "all": len(rows)},
    )


@page(Permission.SEE_TASKS)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One owed thing: why, whose, until when, then whose; and the two ways on."""
    user, now = person(request), clock.now()
    row = Task.objects.for_user(user).filter(pk=pk).select_related("owner", "next_owner", "patient", "session", "closed_by").first()
    if not isinstance(row, Task):
        raise Http404
    may_close = user.may(Permission.CLOSE_TASKS) and row.closed_at is None
    posted = request.POST.get("act") if request.method == "POST" else None
    by_word = may_close and row.kind != SETTLED_BY_RECORD_KIND
    closing = CloseForm(request.POST if posted == "close" else None) if by_word else None
    giving = GiveForm(request.POST if posted == "give" else None) if may_close else None
    if giving is not None:
        people = giving.fields["owner"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = StaffMember.objects.filter(site=user.site, is_active=True).exclude(pk=row.owner_id).order_by("name")
    if posted == "close" and closing is not None and closing.is_valid():

        def close() -> dict[str, Any]:
            close_task(task=row, note=closing.cleaned_data["note"], by=user, at=now)
            return {"task": row.pk}

        if do_once(request, closing, f"close_task:{pk}", close) is not None:
            messages.success(request, "Done, and off the list.")
            return redirect("tasks")
    if posted == "give" and giving is not None and giving.is_valid():

        def give() -> dict[str, Any]:
            reassign_task(task=row, owner=giving.cleaned_data["owner"], by=user, at=now)
            return {"task": row.pk}

        if do_once(request, giving, f"give_task:{pk}", give) is not None:
            messages.success(request, "Given.")
            return redirect("task", pk)
    may_reopen = user.may(Permission.CLOSE_TASKS) and row.closed_at is not None and row.kind not in (RISK_KIND, SETTLED_BY_RECORD_KIND)
    reopening = ReopenForm(request.POST if posted == "reopen" else None) if may_reopen else None
    if posted == "reopen" and reopening is not None and reopening.is_valid():

        def reopen() -> dict[str, Any]:
            reopen_task(task=row, by=user, at=now)
            return {"task": row.pk}

        if do_once(request, reopening, f"reopen_task:{pk}", reopen) is not None:
            messages.success(request, "Back on the list.")
            return redirect("task", pk)
    shown = owed_rows([row], now, user.pk)[0]
    bad = any(form is not None and form.is_bound and form.errors for form in (closing, giving, reopening))
    context = {
        "row": row,
        "shown": shown,
        "closing": closing,
        "giving": giving,
        "reopening": reopening,
        "may_see_session": user.may(Permission.SEE_SESSION),
    }
    return render(request, "task.html", context, status=422 if bad else 200)

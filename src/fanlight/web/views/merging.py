"""Suspected duplicates, two records side by side, merged by two people, and taken apart again."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.instants import clinic_date
from fanlight.exchange.likeness import grounds
from fanlight.records import clock
from fanlight.records.actions.merging import merge_patients, say_two_people, unmerge_patients, why_not
from fanlight.records.audit import note
from fanlight.records.idempotency import once
from fanlight.records.merged import identity_of, still_suspected, suspected_pairs
from fanlight.records.models import Patient, PatientMerge
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, SecondPersonMixin, do_once
from fanlight.web.lately import lately
from fanlight.web.pages.comparing import compare_rows
from fanlight.web.pages.who import line_of, who_of

_SHOWN = 100


class MergeForm(SecondPersonMixin, KeyedForm):
    """Which record stands for both, and a second person's own sign-in."""

    keep = forms.ChoiceField(label="Which record stands for both?", widget=forms.RadioSelect, error_messages={"required": "Choose one."})

    def __init__(self, *args: object, records: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        both_are_needed(self)
        self.fields["keep"].choices = records  # type: ignore[attr-defined]


class UnmergeForm(SecondPersonMixin, KeyedForm):
    """Why they are two people after all, and a second person's own sign-in."""

    reason = forms.CharField(
        label="Why they are two people", max_length=240, error_messages={"required": "Say in a sentence what was wrong."}
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        both_are_needed(self)


def both_are_needed(form: forms.Form) -> None:
    """The second person's sign-in is no extra here: without it nothing is done."""
    for name in ("second_name", "second_password"):
        form.fields[name].required = True
        form.fields[name].error_messages["required"] = "A second person must confirm it with their own sign-in."


@page(Permission.EDIT_DEMOGRAPHICS)
def suspected(request: HttpRequest) -> HttpResponse:
    """Everybody who may be on record twice, and the merges in force."""
    user, now = person(request), clock.now()
    today = clinic_date(now, user.site.zone)
    whole = lately(f"suspected pairs of site {user.site_id}", lambda _: suspected_pairs(user.site), now)
    pairs = still_suspected(user.site, whole.value) if whole.is_kept else whole.value
    shown = pairs[:_SHOWN]
    people = {row.pk: row for row in Patient.objects.for_user(user).filter(pk__in={key for one, other, _ in shown for key in (one, other)})}
    merges = PatientMerge.objects.filter(survivor__site=user.site, unmerge__isnull=True)
    context = {
        "count": len(pairs),
        "more": max(len(pairs) - _SHOWN, 0),
        "pairs": [
            {"one": line_of(people[one], today), "other": line_of(people[other], today), "keys": (one, other), "why": ", ".join(why)}
            for one, other, why in shown
        ],
        "merges": merges.select_related("survivor", "merged", "proposed_by", "confirmed_by").order_by("-pk")[:_SHOWN],
    }
    return render(request, "suspected.html", context)


@page(Permission.EDIT_DEMOGRAPHICS)
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two records side by side; merge them with a second person, or say that they are two people."""
    user, now = person(request), clock.now()
    left, right = patient_or_404(request, pk), patient_or_404(request, other)
    if left.pk == right.pk:
        raise Http404
    today = clinic_date(now, user.site.zone)
    why = grounds(identity_of(left), identity_of(right))
    blocked = why_not(left, right)
    records = [(str(row.pk), f"{row.number}, {row.name}") for row in (left, right)]
    if request.method == "POST" and request.POST.get("act") == "two":
        try:
            key = uuid.UUID(request.POST.get("write_key", ""))
        except ValueError:
            return redirect("compare", pk, other)
        once(
            key=key,
            endpoint="two_people",
            body={"one": pk, "other": other},
            by=user,
            at=now,
            do=lambda: {"row": say_two_people(one=left, other=right, by=user, at=now).pk},
        )
        messages.success(request, f"{left.number} and {right.number} are two people: they are not suspected again.")
        return redirect("suspected")
    form = MergeForm(request.POST or None, records=records)
    if request.method == "POST" and form.is_valid():
        keep, gone = (left, right) if form.cleaned_data["keep"] == str(left.pk) else (right, left)

        def do() -> dict[str, int]:
            made = merge_patients(
                survivor=keep, merged=gone, grounds=", ".join(why) or "compared by hand", by=user, second=form.second(request), at=now
            )
            return {"merge": made.pk}

        if do_once(request, form, f"merge:{pk}:{other}", do) is not None:
            messages.success(request, f"Merged: {keep.number} stands for both. {gone.number} leads here.")
            return redirect("patient", keep.pk)
    elif request.method == "GET":
        note("compare_patients", at=now, by=user, patient=left, other=right.pk)
    context = {
        "left": who_of(left, today),
        "right": who_of(right, today),
        "rows": compare_rows(left, right, today),
        "why": ", ".join(why),
        "blocked": blocked,
        "form": form,
        "two_key": uuid.uuid4(),
    }
    return render(request, "compare.html", context, status=422 if form.is_bound and form.errors else 200)


@page(Permission.EDIT_DEMOGRAPHICS)
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """One merge, with who made it; taken back by two people."""
    user, now = person(request), clock.now()
    merges = PatientMerge.objects.filter(survivor__site=user.site, pk=pk)
    merge = merges.select_related("survivor__site", "merged__site", "proposed_by", "confirmed_by").first()
    if merge is None:
        raise Http404
    form = UnmergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def do() -> dict[str, int]:
            made = unmerge_patients(merge=merge, reason=form.cleaned_data["reason"], by=user, second=form.second(request), at=now)
            return {"unmerge": made.pk}

        if do_once(request, form, f"unmerge:{pk}", do) is not None:
            messages.success(request, f"Taken apart: {merge.survivor.number} and {merge.merged.number} stand for themselves again.")
            return redirect("patient", merge.merged_id)
    today = clinic_date(now, user.site.zone)
    since = (
        merge.survivor.facts.filter(entered_at__gt=merge.merged_at).count()
        + merge.survivor.history.filter(entered_at__gt=merge.merged_at).count()
    )
    context = {
        "merge": merge,
        "ended": getattr(merge, "unmerge", None),
        "patient": who_of(merge.survivor, today),
        "rows": own_words(merge),
        "since": since,
        "form": form,
    }
    return render(request, "unmerge.html", context, status=422 if form.is_bound and form.errors else 200)


def own_words(merge: PatientMerge) -> list[tuple[str, str, str]]:
    """Who the two records say they are, each by its own words."""
    one, other = merge.survivor, merge.merged
    return [
        ("Name", one.name, other.name),
        ("Born", f"{one.birth_date:%d %b %Y}", f"{other.birth_date:%d %b %Y}"),
        ("Telephone", one.phone or "–", other.phone or "–"),
    ]

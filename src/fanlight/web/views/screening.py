"""May this person have this treatment? The reasons, what is missing and who has it, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.care.rules import Stage
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import current_signature
from fanlight.records.actions.gates import OverrideGiven, decide
from fanlight.records.actions.screening_tasks import ask_for_all, asked_tasks, lacking
from fanlight.records.audit import note
from fanlight.records.judging import screen_patient
from fanlight.records.library import library
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, SecondPersonMixin, do_once
from fanlight.web.pages.protocol_choice import chosen_protocol, protocol_choices
from fanlight.web.pages.reasoning import citations, headline, lead, reasons, reasons_mark, trial_rows
from fanlight.web.pages.settling import seen_token, settlers
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.words import counted


class DecisionForm(SecondPersonMixin, KeyedForm):
    """The decision; a reason for each answer gone past stands beside it. `rests_on` is the mark of the reasons that were on the page."""

    rests_on = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, overridable: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in overridable:
            self.fields[f"reason-{rule}"] = forms.CharField(
                label=f"I go past {rule}, because", required=False, widget=forms.Textarea(attrs={"rows": "2", "class": "textarea"})
            )

    def still_rests_on(self, mark: str) -> bool:
        """False, with the reason said, where an answer came in after the page was drawn: it is read again before it is decided."""
        if self.cleaned_data.get("rests_on") in ("", mark):
            return True
        self.add_error(None, "An answer came in after this page was drawn. Read the reasons as they stand now, then decide.")
        self.data = {**self.data.dict(), "rests_on": mark} if isinstance(self.data, QueryDict) else self.data
        return False


@page(Permission.SEE_SCREENING)
def screening(request: HttpRequest, pk: int) -> HttpResponse:
    """The screening page of one patient for one protocol, as known now."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    content = library()
    protocol = chosen_protocol(request, row, content)
    signature = current_signature(row.site, protocol.id, content)
    seen = seen_token(row, signature, clinic_date(now, row.site.zone))
    if request.headers.get("HX-Request") and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    result = screen_patient(row, protocol, signature, content, stage=Stage.SCREEN, at=now)
    facts_href = f"{reverse('facts', args=[pk])}?protocol={protocol.id}"
    open_ones, settled, not_due = reasons(result, content.facts, facts_href)
    blocking = [reason for reason in open_ones if reason.stands_in_the_way]
    may_decide = user.may(Permission.DECIDE_ELIGIBILITY)
    overridable = [reason.id for reason in blocking if reason.severity != "HARD_STOP"]
    if request.method == "POST" and "ask_for_all" in request.POST:
        count = ask_for_all(patient=row, result=result, catalogue=content.facts, by=user, at=now)
        messages.success(request, f"Asked {counted(count, 'kind of person', 'kinds of people')}: a task each, with an owner and a time.")
        return redirect(f"{request.path}?protocol={protocol.id}")
    shown = reasons_mark(open_ones)
    form = DecisionForm(request.POST or None, overridable=overridable, initial={"rests_on": shown}) if may_decide else None
    if request.method == "POST" and form is not None and form.is_valid() and form.still_rests_on(shown):
        given = form.cleaned_data
        overrides = [OverrideGiven(rule, given[f"reason-{rule}"]) for rule in overridable if given.get(f"reason-{rule}")]

        def do() -> dict[str, int]:
            second = form.second(request)
            made = decide(patient=row, intention="screen", result=result, overrides=overrides, second=second, by=user, at=now)
            return {"decision": made.pk}

        answer = do_once(request, form, f"decide:{pk}:{protocol.id}", do)
        if answer is not None:
            messages.success(request, "The decision is written, with everything it rested on.")
            return redirect(f"{reverse('course_new', args=[pk])}?protocol={protocol.id}")
    elif request.method != "POST":
        note("see_screening", at=now, by=user, patient=row, protocol=protocol.id)
    today = clinic_date(now, row.site.zone)
    staging = result.maudsley
    decided = row.decisions.filter(intention="screen", protocol_id=protocol.id, is_passed=True).order_by("-decided_at").first()
    passed = {gone["rule"] for gone in decided.overrides} if decided else set()
    since = [reason.answer.rstrip(".") for reason in blocking if reason.id not in passed] if decided else []
    decision_mark = f"{shown}-{decided.pk if decided else 0}"
    context = {
        "patient": who_of(row, today),
        "pk": pk,
        "facts": [
            KeyFact("Asked for", protocol.title),
            KeyFact("Protocol", f"version {protocol.version}", "signed here" if signature else "not signed here"),
        ],
        "protocol": protocol,
        "protocols": protocol_choices(row, content),
        "signature": signature,
        "headline": headline(result, open_ones),
        "lead": lead(result),
        "open": [reason for reason in open_ones if reason.is_tall],
        "unchecked": [reason for reason in open_ones if not reason.is_tall and reason.state == "unknown"],
        "worth_knowing": [reason for reason in open_ones if not reason.is_tall and reason.state != "unknown"],
        "citations": citations(result),
        "reason_fields": [form[name] for name in form.fields if name.startswith("reason-")] if form else [],
        "settled": settled,
        "not_due": not_due,
        "blocking": blocking,
        "count": len(open_ones) + len(settled),
        "to_settle": [(lack, reason) for reason in blocking for lack in reason.missing],
        "staging": staging,
        "thase_rush": result.thase_rush,
        "definitions": result.definitions,
        "trials": trial_rows(result),
        "content_version": result.content_version[:12],
        "form": form,
        "decided": decided,
        "since": since,
        "decision_mark": decision_mark,
        "facts_href": facts_href,
        "observation": result.observation_minutes,
        "settlers": settlers(lacking(result), content.facts, content.settling, asked_tasks(row, protocol.id)),
        "lacks": sum(len(facts) for facts in lacking(result).values()),
        "blocking_known": [reason for reason in blocking if not reason.missing],
        "seen": seen,
        "now": now,
        "is_live": "seen" in request.GET,
    }
    if request.headers.get("HX-Request"):
        part = "screening_parts.html" if request.GET.get("decision") != decision_mark else "screening_live.html"
        return render(request, part, context | {"swap_decision": True})
    return render(request, "screening.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)

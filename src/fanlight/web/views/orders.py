"""The dose of one session: the arithmetic as it would be written by hand, what it is checked against, the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.care.dosing import DoseAnswer
from fanlight.core.answers import Severity
from fanlight.core.errors import FanlightError
from fanlight.core.facts import Fact
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import order_session
from fanlight.records.actions.gates import OverrideGiven, decide
from fanlight.records.judging import extra_observation, in_the_way, judge_order, result_json
from fanlight.records.library import library
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person, session_or_404
from fanlight.web.forms import ExactField, KeyedForm, SecondPersonMixin, do_once
from fanlight.web.pages.course_panes import session_fan
from fanlight.web.pages.reasoning import Reason, reasons
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.words import counted, day_words

_TYPED = (("per_kg", "dose_mg_per_kg", "mg/kg"), ("mg", "dose_mg", "mg"), ("bag", "bag_ml", "mL"))


class OrderForm(SecondPersonMixin, KeyedForm):
    """The order. Empty fields follow the protocol's own start."""

    product = forms.ChoiceField(
        label="Product in hand", widget=forms.RadioSelect, error_messages={"required": "Choose the product in hand."}
    )
    per_kg = ExactField(label="Dose per kg", required=False)
    mg = ExactField(label="Dose", required=False)
    bag = ExactField(label="Bag or syringe volume", required=False)

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]], overridable: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = products  # type: ignore[attr-defined]
        for rule in overridable:
            self.fields[f"reason-{rule}"] = forms.CharField(
                label=f"I go past {rule}, because", required=False, widget=forms.Textarea(attrs={"rows": "2", "class": "textarea"})
            )


@page(Permission.SEE_COURSE)
def order(request: HttpRequest, reference: str) -> HttpResponse:
    """Work the dose out, look at what stands against it, order it. The order pins the session's plan."""
    user, now = person(request), clock.now()
    row = session_or_404(request, reference)
    content = library()
    signature = row.course.protocol_signature
    protocol = content.pinned_protocol(signature.protocol_id, signature.content_text)
    phase = protocol.phase_of_session(row.number) or protocol.phases[-1]
    names = [(name, content.products[name].name) for name in protocol.products if name in content.products]
    product = request.POST.get("product") or (names[0][0] if names else "")
    said = [Fact("product", product, now, "the order")] if product else []
    typed = OrderForm(request.POST or None, products=names)
    if typed.is_bound and typed.is_valid():
        for field, name, unit in _TYPED:
            value = typed.cleaned_data.get(field)
            if value is not None and name in content.facts:
                said.append(Fact(name, value, now, "the order", unit))
    dose, shown, result = judge_order(row.patient, protocol, signature, content, phase_id=phase.id, at=now, on=row.planned_on, extra=said)
    facts_href = f"{reverse('facts', args=[row.patient.pk])}?protocol={protocol.id}&stage=order"
    open_ones, settled, _ = reasons(result, content.facts, facts_href)
    overridable = [answer.id for answer in in_the_way(result) if answer.severity is not Severity.HARD_STOP]
    may_order = user.may(Permission.ORDER_DOSE) and row.state in ("planned", "arrived", "checked")
    form = OrderForm(request.POST or None, products=names, overridable=overridable, initial={"product": product})
    is_ordering = request.method == "POST" and "order" in request.POST
    if is_ordering and may_order and form.is_valid():
        given = form.cleaned_data
        overrides = [OverrideGiven(rule, given[f"reason-{rule}"]) for rule in overridable if given.get(f"reason-{rule}")]

        def do() -> dict[str, int]:
            planned = dose.planned()
            if planned is None:
                raise FanlightError("FAN-WEB-004", "Cannot order this dose", "it could not be worked out", "Look at what is missing.")
            second = form.second(request)
            decision = decide(
                patient=row.patient,
                intention="order",
                session=row,
                result=result,
                shown=result_json(result, dose),
                overrides=overrides,
                second=second,
                permission=Permission.ORDER_DOSE,
                by=user,
                at=now,
            )
            order_session(
                session=row,
                phase_id=phase.id,
                dose=planned,
                dose_shown=shown,
                decision=decision,
                extra_observation_minutes=extra_observation(result.rules),
                library=content,
                by=user,
                at=now,
            )
            return {"decision": decision.pk}

        if do_once(request, form, f"order:{reference}", do) is not None:
            messages.success(request, "Ordered. The plan of the session is pinned now.")
            return redirect("session" if user.may(Permission.SEE_SESSION) else "course", reference)
    states = dict(row.course.sessions.values_list("number", "state"))
    today = clinic_date(now, row.patient.site.zone)
    context = {
        "patient": who_of(row.patient, today),
        "fan": session_fan(row.number, states, len(states)),
        "facts": [KeyFact("Session", f"{row.number} of {len(states)}", day_words(row.planned_on, today)), KeyFact("Phase", phase.title)],
        "session": row,
        "protocol": protocol,
        "arithmetic": shown["arithmetic"],
        "dose": shown["dose"],
        "preparation": shown["preparation"],
        "weights": shown["weights"],
        "findings": dose.findings,
        "open": open_ones,
        "settled": settled,
        "form": form,
        "may_order": may_order,
        "can_be_ordered": dose.planned() is not None,
        "headline": order_headline(dose, shown, open_ones),
        "reason_fields": [form[name] for name in form.fields if name.startswith("reason-")],
        "is_ordering": is_ordering,
    }
    return render(request, "order.html", context, status=422 if is_ordering else 200)


def order_headline(dose: DoseAnswer, shown: dict[str, Any], open_ones: Sequence[Reason]) -> str:
    """The amount, and whether anything stands in the way."""
    if dose.planned() is None:
        return "No dose can be worked out yet."
    made = shown["dose"] or {}
    blocking = sum(reason.stands_in_the_way for reason in open_ones)
    amount = f"{made.get('mg')} mg" + (f", {made['mg_per_kg']} mg/kg" if made.get("mg_per_kg") else "")
    stands = f"{counted(blocking, 'thing').capitalize()} stand{'s' if blocking == 1 else ''} in the way."
    return f"{amount}. {stands if blocking else 'Nothing stands in the way.'}"

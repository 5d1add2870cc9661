"""Consent: read the exact text, sign, withdraw."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.patients import sign_consent, withdraw_consent
from fanlight.records.library import library
from fanlight.records.models import Consent
from fanlight.records.permissions import Permission
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.evidence.library import evidence
from fanlight.web.evidence.page_parts import choices_of
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.pages.who import who_of

RELATIONS = [("patient", "The patient"), ("guardian", "A guardian"), ("representative", "A legal representative")]


class SignForm(KeyedForm):
    """Who signs, after every statement was agreed to."""

    signer = forms.CharField(
        label="Name of the person who signs", max_length=120, error_messages={"required": "Type the name of the person who signs."}
    )
    relation = forms.ChoiceField(label="Signing as", choices=RELATIONS, widget=forms.RadioSelect, initial="patient")

    def __init__(self, *args: Any, acknowledgements: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acknowledged = [f"agrees-{number}" for number in range(len(acknowledgements))]
        for name, words in zip(self.acknowledged, acknowledgements, strict=True):
            self.fields[name] = forms.BooleanField(label=words, error_messages={"required": "Not agreed to yet."})


class WithdrawForm(KeyedForm):
    """A consent taken back; the reason may stay unsaid."""

    reason = forms.CharField(label="Reason given", max_length=240, required=False)


@page(Permission.SEE_CONSENT)
def consents(request: HttpRequest, pk: int) -> HttpResponse:
    """Every text of this clinic, and what was signed."""
    row = patient_or_404(request, pk)
    texts = library().consents
    signed: dict[str, list[Any]] = {}
    for consent in row.consents.select_related("withdrawal", "taken_by").order_by("-signed_at"):
        current = texts.get(consent.document_id)
        withdrawal = getattr(consent, "withdrawal", None)
        state = "withdrawn" if withdrawal else "current" if current and current.content_hash == consent.document_hash else "older version"
        signed.setdefault(consent.document_id, []).append({"row": consent, "withdrawal": withdrawal, "state": state})
    standing = sum(any(item["state"] == "current" for item in found) for found in signed.values())
    return render(
        request,
        "consents.html",
        {
            "patient": who_of(row, clinic_date(clock.now(), row.site.zone)),
            "pk": pk,
            "texts": [{"text": text, "signed": signed.get(text.id, [])} for text in texts.values()],
            "standing": standing,
            "may_take": person(request).may(Permission.TAKE_CONSENT),
        },
    )


@page(Permission.SEE_CONSENT)
def consent_text(request: HttpRequest, pk: int, document: str) -> HttpResponse:
    """One text, whole, and the place to sign it."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    text = library().consents.get(document)
    if text is None:
        raise Http404
    may_take = user.may(Permission.TAKE_CONSENT)
    form = SignForm(request.POST or None, acknowledgements=text.acknowledgements) if may_take else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = form.cleaned_data

        def do() -> dict[str, int]:
            made = sign_consent(
                patient=row,
                document_id=text.id,
                document_version=text.version,
                document_hash=text.content_hash,
                signer=given["signer"],
                signer_relation=given["relation"],
                signed_at=now,
                by=user,
                at=now,
            )
            return {"consent": made.pk}

        if do_once(request, form, f"consent:{pk}:{document}", do) is not None:
            messages.success(request, "Signed.")
            return redirect("consents", pk)
    context = {
        "patient": who_of(row, clinic_date(now, row.site.zone)),
        "pk": pk,
        "text": text,
        "choices": choices_of(evidence(), clock.now().date(), frozenset(drug.value for drug in text.drugs)),
        "on": clock.now().date(),
        "form": form,
        "agreements": [form[name] for name in form.acknowledged] if form else [],
    }
    return render(request, "consent_text.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


@page(Permission.TAKE_CONSENT)
def withdraw(request: HttpRequest, pk: int, consent_pk: int) -> HttpResponse:
    """Take a consent back: nothing may rest on it from now on."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    consent = Consent.objects.for_user(user).filter(pk=consent_pk, patient=row).first()
    if consent is None:
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def do() -> dict[str, int]:
            made = withdraw_consent(consent=consent, withdrawn_at=now, reason=form.cleaned_data["reason"], by=user, at=now)
            return {"withdrawal": made.pk}

        if do_once(request, form, f"withdraw:{consent_pk}", do) is not None:
            messages.success(request, "Withdrawn. It stops future use at once, and stays on record.")
            return redirect("consents", pk)
    context = {"patient": who_of(row, clinic_date(now, row.site.zone)), "pk": pk, "consent": consent, "form": form}
    return render(request, "consent_withdraw.html", context, status=422 if form.is_bound and form.errors else 200)

"""Protocols: the list, one written out with its sources, and the director's signature under its exact text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from fanlight.care.documents import Signature, written_protocol
from fanlight.care.protocols import LintSeverity, Protocol, ProtocolDocument, compare, lint, protocol_document
from fanlight.core.errors import FanlightError
from fanlight.records import clock
from fanlight.records.actions.courses import SIGNATURE_MEANING, current_signature, sign_protocol, who_may_sign
from fanlight.records.audit import note
from fanlight.records.canonical import sha256
from fanlight.records.instruments import shipped_instrument
from fanlight.records.library import Library, library
from fanlight.records.permissions import Permission
from fanlight.records.policies import RefusedError
from fanlight.records.signing import confirm_identity
from fanlight.web.access import page, person
from fanlight.web.forms import KeyedForm, do_once

_SAID_OTHERWISE = ("needs-sign-off",)
"""Findings the page tells in its own list, with the words of each statement."""


class SignatureForm(KeyedForm):
    """The person who signs proves who they are, there and then: being signed in alone never signs."""

    second_password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=False),
        error_messages={"required": "Type your password: being signed in is not a signature."},
    )
    code = forms.CharField(label="One-time code", required=False, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))

    def __init__(self, *args: Any, asks_code: bool, text_mark: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text_mark"] = forms.CharField(
            widget=forms.HiddenInput, initial=text_mark, error_messages={"required": "Reload the page."}
        )
        if not asks_code:
            del self.fields["code"]


@page(Permission.SEE_PROTOCOLS)
def protocols(request: HttpRequest) -> HttpResponse:
    """Every protocol in the house, the signed ones first."""
    content, site = library(), person(request).site
    own = content.overlaid
    rows = [
        {
            "protocol": protocol,
            "signature": current_signature(site, protocol.id, content),
            "route": protocol.route.value,
            "drug": protocol.drug.value,
            "is_own": protocol.id in own.replaced or protocol.id in own.added,
        }
        for protocol in content.protocols.values()
    ]
    rows.sort(key=lambda row: (row["signature"] is None, getattr(row["protocol"], "title", "")))
    signed = sum(row["signature"] is not None for row in rows)
    return render(request, "protocols.html", {"rows": rows, "signed": signed, "total": len(rows)})


@page(Permission.SEE_PROTOCOLS)
def protocol(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """One protocol as inspectors and new staff read it; for the medical director, what stands against signing it, and the place to."""
    from django.conf import settings

    user = person(request)
    content = library()
    found = _protocol_or_404(content, protocol_id)
    signature = current_signature(user.site, protocol_id, content)
    faults = lint(found, content.lint_against)
    contradictions = [fault for fault in faults if fault.severity is LintSeverity.ERROR]
    text_mark = sha256(content.protocol_text(protocol_id))
    form = None
    if user.may(Permission.SIGN_PROTOCOLS) and signature is None and not contradictions:
        form = SignatureForm(request.POST or None, asks_code=settings.MFA_IS_REQUIRED, text_mark=text_mark)
    if request.method == "POST" and form is not None and form.is_valid():
        signed_now = _sign(request, form, found, content, text_mark)
        if signed_now is not None:
            messages.success(request, "Signed: this exact text, for this clinic.")
            return redirect("protocol", protocol_id)
    doc = written(found, content)
    context = {
        "protocol": found,
        "doc": doc,
        "waiting": [entry for entry in doc.entries() if entry.mark is not None and entry.mark.needs_sign_off],
        "signature": signature,
        "meaning": SIGNATURE_MEANING,
        "text_mark": text_mark,
        "contradictions": contradictions,
        "notes": [fault for fault in faults if fault.severity is LintSeverity.WARNING and fault.code not in _SAID_OTHERWISE],
        "changes": compare(content.shipped_protocols[protocol_id], found) if protocol_id in content.overlaid.replaced else (),
        "is_own": protocol_id in content.overlaid.replaced or protocol_id in content.overlaid.added,
        "form": form,
        "who_may_sign": who_may_sign(user.site) if signature is None else (),
    }
    return render(request, "protocol.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


def _sign(request: HttpRequest, form: SignatureForm, found: Protocol, content: Library, text_mark: str) -> Mapping[str, object] | None:
    """Confirm who signs, then sign what was read. The confirmation stands on its own, so that a refused one stays in the audit chain."""
    site, given, now = person(request).site, form.cleaned_data, clock.now()
    try:
        if given["text_mark"] != text_mark:
            raise RefusedError("FAN-WEB-005", "Not signed", "the text has changed since you read it", "Read it again, then sign.")
        password, code = given["second_password"], given.get("code", "")
        by = confirm_identity(username=person(request).username, password=password, code=code, site=site, at=now)
    except FanlightError as problem:
        form.say(problem)
        return None

    def do() -> dict[str, int]:
        return {"signature": sign_protocol(site=site, protocol_id=found.id, library=content, by=by, at=now).pk}

    return do_once(request, form, f"sign_protocol:{found.id}", do)


@page(Permission.SEE_PROTOCOLS)
@require_GET
def protocol_pdf(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """The written protocol as PDF."""
    from fanlight.web.pdf import render_pdf

    user, now = person(request), clock.now()
    content = library()
    found = _protocol_or_404(content, protocol_id)
    signature = current_signature(user.site, protocol_id, content)
    zone = user.site.zone
    signed = None
    if signature is not None:
        at = f"{signature.signed_at.astimezone(zone):%-d %b %Y %H:%M %Z}"
        signed = Signature(str(signature.signed_by), "medical director", f"{at}: {SIGNATURE_MEANING}")
    document = written_protocol(
        written(found, content),
        clinic=user.site.name,
        dated=f"printed {now.astimezone(zone):%-d %b %Y, %H:%M}",
        text_mark=sha256(content.protocol_text(protocol_id)),
        signature=signed,
        is_sample=user.site.is_sample,
    )
    note("print_protocol", at=now, by=user, protocol=protocol_id, version=found.version)
    response = HttpResponse(render_pdf(document, now.replace(microsecond=0)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{protocol_id}-{found.version}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def written(found: Protocol, content: Library) -> ProtocolDocument:
    """The written protocol with the names of its sources and scales."""
    titles = {rule.scale: shipped_instrument(rule.scale).title for rule in found.follow_up.measures}
    return protocol_document(found, dict(content.sources), titles)


def _protocol_or_404(content: Library, protocol_id: str) -> Protocol:
    found = content.protocols.get(protocol_id)
    if found is None:
        raise Http404
    return found

"""Protocols: the list, one written out with its sources, and the director's signature under its exact text."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.care.protocols import protocol_document
from fanlight.records import clock
from fanlight.records.actions.courses import current_signature, sign_protocol
from fanlight.records.library import library
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.forms import KeyedForm, do_once


@page(Permission.SEE_PROTOCOLS)
def protocols(request: HttpRequest) -> HttpResponse:
    """Every protocol in the house, the signed ones first."""
    content, site = library(), person(request).site
    rows = [
        {
            "protocol": protocol,
            "signature": current_signature(site, protocol.id, content),
            "route": protocol.route.value,
            "drug": protocol.drug.value,
        }
        for protocol in content.protocols.values()
    ]
    rows.sort(key=lambda row: (row["signature"] is None, getattr(row["protocol"], "title", "")))
    signed = sum(row["signature"] is not None for row in rows)
    return render(request, "protocols.html", {"rows": rows, "signed": signed, "total": len(rows)})


@page(Permission.SEE_PROTOCOLS)
def protocol(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """One protocol as inspectors and new staff read it; printed as it stands."""
    user, now = person(request), clock.now()
    content = library()
    found = content.protocols.get(protocol_id)
    if found is None:
        raise Http404
    may_sign = user.may(Permission.SIGN_PROTOCOLS)
    form = KeyedForm(request.POST or None)
    if request.method == "POST" and may_sign and form.is_valid():

        def do() -> dict[str, int]:
            return {"signature": sign_protocol(site=user.site, protocol_id=protocol_id, library=content, by=user, at=now).pk}

        if do_once(request, form, f"sign_protocol:{protocol_id}", do) is not None:
            messages.success(request, "Signed: this exact text, for this clinic.")
            return redirect("protocol", protocol_id)
    context = {
        "protocol": found,
        "doc": protocol_document(found, dict(content.sources)),
        "signature": current_signature(user.site, protocol_id, content),
        "form": form,
        "may_sign": may_sign,
    }
    return render(request, "protocol.html", context)

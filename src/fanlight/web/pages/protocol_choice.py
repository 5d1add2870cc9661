"""Which protocol a page is about: the one asked for, else the patient's running course, else the first signed here."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from fanlight.care.protocols.protocol import Protocol
from fanlight.records.actions.courses import signed_protocols
from fanlight.records.library import Library
from fanlight.records.models import Patient


def protocol_choices(patient: Patient, content: Library) -> list[tuple[str, str, bool]]:
    """Id, title and whether it is signed here; the signed ones first."""
    signed = signed_protocols(patient.site, content)
    found = [(protocol.id, protocol.title, protocol.id in signed) for protocol in content.protocols.values()]
    return sorted(found, key=lambda item: (not item[2], item[1]))


def chosen_protocol(request: HttpRequest, patient: Patient, content: Library) -> Protocol:
    """The protocol in question."""
    wanted = request.GET.get("protocol") or request.POST.get("protocol")
    if wanted:
        if wanted not in content.protocols:
            raise Http404
        return content.protocols[wanted]
    for course in patient.courses.select_related("protocol_signature").order_by("-opened_at"):
        if course.ending is None and course.protocol_signature.protocol_id in content.protocols:
            return content.protocols[course.protocol_signature.protocol_id]
    return content.protocols[protocol_choices(patient, content)[0][0]]

"""Names and circumstances of a session for its documents, from the record."""

from __future__ import annotations

from datetime import datetime, tzinfo

from fanlight.care.documents import (
    Document,
    InstructionsFile,
    SessionHeader,
    discharge_instructions,
    downtime_sheet,
    monitoring_form,
    procedure_note,
    referrer_letter,
    visit_summary,
)
from fanlight.content import content_folder, read
from fanlight.core.instants import clinic_day
from fanlight.core.session_plan import Drug, SessionPlan
from fanlight.records.actions.people import on_site
from fanlight.records.bedside import Bedside
from fanlight.records.knowledge import allergy_words
from fanlight.records.library import library
from fanlight.records.models import Consent, StaffMember, TreatmentSession
from fanlight.records.permissions import Role
from fanlight.web.pages.after_signing import entries_since, with_signatures

KINDS = {
    "procedure_note": "Procedure note",
    "discharge_instructions": "Discharge instructions",
    "visit_summary": "Visit summary, for the patient",
    "referrer_letter": "Letter to the referrer",
    "monitoring_form": "REMS monitoring form, its content",
    "downtime_sheet": "Downtime sheet, for paper",
}
UNSIGNED = frozenset({"downtime_sheet"})
"""Written by hand on paper: nobody signs it here."""


def kinds_for(plan: SessionPlan) -> dict[str, str]:
    """The documents a session has: the monitoring form is for esketamine in the United States alone."""
    has_form = plan.drug is Drug.ESKETAMINE and plan.jurisdiction == "US"
    return {kind: label for kind, label in KINDS.items() if kind != "monitoring_form" or has_form}


def header_of(row: TreatmentSession, now: datetime) -> SessionHeader:
    """The header of every document of this session."""
    patient, site, signature = row.patient, row.patient.site, row.course.protocol_signature
    protocol = library().pinned_protocol(signature.protocol_id, signature.content_text)
    day = row.planned_on
    since, until = clinic_day(day, site.zone)
    present = on_site(site, Role.PRESCRIBER, at=min(until, now), since=since)
    consents = [c for c in patient.consents.select_related("withdrawal").order_by("-signed_at") if not hasattr(c, "withdrawal")]
    return SessionHeader(
        clinic=site.name,
        patient=patient.name,
        record=patient.number,
        reference=row.reference,
        number=row.number,
        protocol=f"{protocol.title}, version {signature.protocol_version}",
        zone=site.zone,
        born=patient.birth_date,
        sex=patient.sex,
        of_sessions=row.course.sessions.count(),
        allergies=allergy_words(patient),
        indication=protocol.indication.text,
        consent=_signed(consents[0], site.zone) if consents else "",
        on_site=", ".join(someone.name for someone in present),
        phone=site.phone,
        crisis_phone=site.crisis_text,
        people={str(pk): name for pk, name in StaffMember.objects.filter(site=site).values_list("pk", "name")},
        products={id: product.name for id, product in library().products.items()},
        is_sample=site.is_sample,
    )


def _signed(consent: Consent, zone: tzinfo) -> str:
    return f"{consent.document_id.replace('_', ' ')} v{consent.document_version}, {consent.signed_at.astimezone(zone):%-d %b %Y}"


def document_of(kind: str, row: TreatmentSession, bedside: Bedside, now: datetime) -> Document:
    """One document of a session, as its stream says it now: the text that is signed, without its signatures."""
    header = header_of(row, now)
    state, plan = bedside.state, bedside.plan
    if kind == "procedure_note":
        return procedure_note(state, plan, header, now)
    if kind == "referrer_letter":
        return referrer_letter(state, plan, header, now)
    if kind == "visit_summary":
        return visit_summary(state, plan, header, now)
    if kind == "downtime_sheet":
        return downtime_sheet(state, plan, header, now)
    if kind == "monitoring_form":
        return monitoring_form(state, plan, header, now)
    file = read(content_folder() / "documents" / "discharge_instructions.yaml", InstructionsFile)
    return discharge_instructions(bedside.state, bedside.plan, header, file, now, is_signed=row.patient.site.is_sample)


def shown_document(made: Document, kind: str, row: TreatmentSession) -> Document:
    """The document with the signatures given to it, and what was recorded after the first that was given to an earlier text."""
    given = row.signatures.filter(document_id=kind).select_related("signed_by").order_by("signed_at", "pk")
    zone = row.patient.site.zone
    return with_signatures(made, given, zone, entries_since(row, zone))

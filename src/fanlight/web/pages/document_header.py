"""Names and circumstances of a session for its documents, from the record."""

from __future__ import annotations

from datetime import datetime, tzinfo

from fanlight.care.documents import Document, InstructionsFile, SessionHeader, Signature, discharge_instructions, procedure_note
from fanlight.content import content_folder, read
from fanlight.core.instants import clinic_day
from fanlight.records.actions.people import on_site
from fanlight.records.bedside import Bedside
from fanlight.records.knowledge import allergy_words
from fanlight.records.library import library
from fanlight.records.models import Consent, StaffMember, TreatmentSession
from fanlight.records.permissions import Role

KINDS = {"procedure_note": "Procedure note", "discharge_instructions": "Discharge instructions"}


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
        is_sample=site.is_sample,
    )


def _signed(consent: Consent, zone: tzinfo) -> str:
    return f"{consent.document_id.replace('_', ' ')} v{consent.document_version}, {consent.signed_at.astimezone(zone):%-d %b %Y}"


def document_of(kind: str, row: TreatmentSession, bedside: Bedside, now: datetime) -> Document:
    """One document of a session, as its stream says it now."""
    header = header_of(row, now)
    if kind == "procedure_note":
        signed = tuple(
            Signature(
                str(signature.signed_by),
                signature.meaning.replace("_", " "),
                f"{signature.signed_at.astimezone(header.zone):%-d %b %Y %H:%M}",
            )
            for signature in row.signatures.filter(document_id=kind).select_related("signed_by").order_by("signed_at")
        )
        return procedure_note(bedside.state, bedside.plan, header, now, signed)
    file = read(content_folder() / "documents" / "discharge_instructions.yaml", InstructionsFile)
    return discharge_instructions(bedside.state, bedside.plan, header, file, now, is_signed=row.patient.site.is_sample)

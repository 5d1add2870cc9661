"""Signing what the documents of a session or a course say: bound to the exact text, so that a later change shows (AUD-2, AUD-3)."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.sessions import ENDED, SessionStatus
from fanlight.core.errors import FanlightError
from fanlight.records.audit import change
from fanlight.records.models import Course, CourseDocumentSignature, DocumentSignature, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

MEANINGS = ("author", "review", "approval")
"""What a signature may mean; it is printed beside the name."""


class DocumentError(FanlightError):
    """A document that cannot be signed now."""


def sign_document(
    *, session: TreatmentSession, document_id: str, content_hash: str, meaning: str, by: StaffMember, at: datetime
) -> DocumentSignature:
    """Sign one document of an ended session. The same person signing the same text for the same meaning again changes nothing.

    The caller has asked for the password there and then; a sign-in alone never signs (AUD-7).
    """
    check_may(by, Permission.SIGN_DOCUMENTS, at=at, patient=session.patient)
    if SessionStatus(session.state) not in ENDED:
        raise DocumentError("FAN-DOC-101", f"Cannot sign for session {session.reference}", "it has not ended", "End it first.")
    _check_meaning(meaning)
    same = DocumentSignature.objects.filter(
        session=session, document_id=document_id, content_hash=content_hash, meaning=meaning, signed_by=by
    ).first()
    if same is not None:
        return same
    with change("sign_document", at=at, by=by, patient=session.patient, session=session.pk, document=document_id, meaning=meaning) as entry:
        signature = DocumentSignature(
            session=session, document_id=document_id, content_hash=content_hash, meaning=meaning, signed_by=by, signed_at=at
        )
        entry.add(signature)
    return signature


def sign_course_document(
    *, course: Course, document_id: str, content_hash: str, meaning: str, by: StaffMember, at: datetime
) -> CourseDocumentSignature:
    """Sign one document of an ended course, as `sign_document` does for a session."""
    check_may(by, Permission.SIGN_DOCUMENTS, at=at, patient=course.patient)
    if course.ending is None:
        raise DocumentError("FAN-DOC-104", "Cannot sign for this course", "it has not ended", "End it first.")
    _check_meaning(meaning)
    values = {"course": course, "document_id": document_id, "content_hash": content_hash, "meaning": meaning, "signed_by": by}
    same = CourseDocumentSignature.objects.filter(**values).first()
    if same is not None:
        return same
    with change("sign_document", at=at, by=by, patient=course.patient, course=course.pk, document=document_id, meaning=meaning) as entry:
        signature = CourseDocumentSignature(**values, signed_at=at)
        entry.add(signature)
    return signature


def _check_meaning(meaning: str) -> None:
    if meaning not in MEANINGS:
        raise DocumentError("FAN-DOC-102", "Cannot sign", f"{meaning!r} is no meaning of a signature", f"Choose {', '.join(MEANINGS)}.")

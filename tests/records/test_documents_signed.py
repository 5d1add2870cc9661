"""Signatures under a session's documents: by those who may, after the end, bound to the text."""

from __future__ import annotations

import pytest

from fanlight.records.actions.documents import DocumentError, sign_document
from fanlight.records.models import DocumentSignature
from fanlight.records.policies import NotAllowedError
from records.test_sessions import say, session  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db


def sign(clinic, session, **values):  # noqa: F811
    given = {"document_id": "procedure_note", "content_hash": "a" * 64, "meaning": "author", "by": clinic.nurse, "at": clinic.at} | values
    return sign_document(session=session, **given)


def test_a_note_is_signed_once_the_session_has_ended(clinic, session):  # noqa: F811
    with pytest.raises(DocumentError, match="FAN-DOC-101"):
        sign(clinic, session)
    say(clinic, session, "left_against_advice", {"was_advised": True})
    session.refresh_from_db()
    first = sign(clinic, session)
    assert sign(clinic, session) == first
    sign(clinic, session, content_hash="b" * 64)
    assert DocumentSignature.objects.count() == 2
    with pytest.raises(DocumentError, match="FAN-DOC-102"):
        sign(clinic, session, meaning="decoration")
    with pytest.raises(NotAllowedError):
        sign(clinic, session, by=clinic.therapist)

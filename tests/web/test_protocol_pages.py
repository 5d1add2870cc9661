"""The written protocol as page and paper, and the signature under it."""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from fanlight.content import content_folder
from fanlight.records.library import Library
from fanlight.records.models import AuditEvent, ProtocolSignature
from fanlight.web.views import courses, protocols
from records.conftest import PASSWORD, clinic  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
ID = "iv-racemic-induction"
PAGE = f"/protocols/{ID}/"


def own_library(folder, *changes) -> Library:
    text = (content_folder() / "protocols" / f"{ID}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / f"{ID}.yaml").write_text(text, encoding="utf-8")
    return Library(overlay=folder)


@pytest.fixture
def own(tmp_path, monkeypatch) -> Library:
    """A clinic with an own infusion protocol: it alerts at 150."""
    made = own_library(
        tmp_path,
        ('version: "1.0.0"', 'version: "1.0.0-own"'),
        ("relation: at_or_above, value: 160, response: alert", "relation: at_or_above, value: 150, response: alert"),
    )
    for module in (protocols, courses):
        monkeypatch.setattr(module, "library", lambda: made)
    return made


@pytest.fixture
def as_role(clinic):  # noqa: F811
    """A signed-in client of a role."""
    cache.clear()

    def made(role: str) -> Client:
        client = Client()
        client.force_login(getattr(clinic, role))
        return client

    return made


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def answers(page: str, password: str = PASSWORD) -> dict[str, str]:
    return {
        "write_key": str(uuid.uuid4()),
        "text_mark": re.search(r'name="text_mark" value="([0-9a-f]{64})"', page)[1],
        "second_password": password,
    }


def test_the_page_shows_the_whole_protocol_with_sources_and_marks(as_role):
    from fanlight.care.protocols import protocol_document
    from fanlight.records.library import library

    page = text_of(as_role("nurse").get(PAGE))
    shown = protocol_document(library().protocols[ID])
    for section in shown.sections:
        assert section.title in page
    assert page.count('<td class="src">') == len(list(shown.entries()))
    assert page.count("needs sign-off") == shown.needs_sign_off
    for source in library().protocols[ID].source_ids:
        assert f"<dt>{source}</dt>" in page


def test_an_unsigned_protocol_says_who_may_sign_and_offers_nobody_else_to(as_role):
    page = text_of(as_role("prescriber").get(PAGE))
    assert "May sign: Medical Director Person" in page
    assert 'name="second_password"' not in page


def test_a_signed_in_director_signs_only_with_the_password(as_role):
    director = as_role("medical_director")
    page = text_of(director.get(PAGE))
    assert "you take on: recalled, or a default" in page
    for password in ("", "not-the-password"):
        answer = director.post(PAGE, answers(page, password))
        assert answer.status_code == 422
        assert not ProtocolSignature.objects.exists()
    assert AuditEvent.objects.filter(action="refused:confirm_identity").exists()
    assert director.post(PAGE, answers(page)).status_code == 302
    signed = text_of(director.get(PAGE))
    assert re.search(r"Signed [^<]+ by Medical Director Person", signed)
    assert "approved for use at this clinic" in signed
    assert ProtocolSignature.objects.get().signed_by.username == "larkfield-medical_director"


def test_a_text_that_changed_since_it_was_read_is_not_signed(as_role):
    director = as_role("medical_director")
    given = answers(text_of(director.get(PAGE))) | {"text_mark": "0" * 64}
    answer = director.post(PAGE, given)
    assert answer.status_code == 422
    assert "has changed since you read it" in text_of(answer)
    assert not ProtocolSignature.objects.exists()


def test_nobody_else_signs_by_sending_the_form(as_role):
    page = text_of(as_role("medical_director").get(PAGE))
    as_role("prescriber").post(PAGE, answers(page))
    assert not ProtocolSignature.objects.exists()


def test_an_own_protocol_says_what_was_changed(as_role, own):
    page = text_of(as_role("nurse").get(PAGE))
    assert "this clinic’s own" in page
    assert "What this clinic changed" in page
    assert "from at or above 160: alert (M01) to at or above 150: alert (M01)" in page


def test_a_contradiction_is_shown_and_leaves_nothing_to_sign(as_role, tmp_path, monkeypatch):
    broken = own_library(tmp_path, ('version: "1.0.0"', 'version: "1.0.0-own"'), ("cap: {value: 80,", "cap: {value: 400,"))
    monkeypatch.setattr(protocols, "library", lambda: broken)
    director = as_role("medical_director")
    page = text_of(director.get(PAGE))
    assert "each is mended before anybody can sign" in page
    assert 'name="second_password"' not in page
    director.post(PAGE, {"write_key": str(uuid.uuid4()), "text_mark": "0" * 64, "second_password": PASSWORD})
    assert not ProtocolSignature.objects.exists()


def test_a_course_on_an_unsigned_text_cannot_be_begun_and_says_who_may_sign(as_role, clinic, own):  # noqa: F811
    prescriber = as_role("prescriber")
    address = f"{reverse('course_new', args=[clinic.patient.pk])}?protocol={ID}"
    page = text_of(prescriber.get(address))
    assert "nobody has signed this version here; Medical Director Person may" in page
    prescriber.post(address, {"write_key": str(uuid.uuid4()), "protocol": ID, "start": "2026-11-30"})
    assert not clinic.patient.courses.exists()


def test_the_paper_is_a_pdf_and_says_whether_it_is_signed(as_role):
    director = as_role("medical_director")
    paper = director.get(f"{PAGE}pdf/")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="print_protocol").exists()
    assert director.get("/protocols/no-such-protocol/pdf/").status_code == 404


def test_the_document_holds_every_statement_with_its_source_and_mark():
    from fanlight.care.documents import Signature, written_protocol
    from fanlight.records.library import library

    for name, found in library().protocols.items():
        shown = protocols.written(found, library())
        unsigned = written_protocol(shown, clinic="C", dated="D", text_mark="ab" * 32, signature=None)
        rows = [row.cells for section in unsigned.sections if section.table for row in section.table.rows]
        texts = {cells[1] for cells in rows} | {line.text for line in unsigned.lines}
        assert {entry.text for entry in shown.entries()} <= texts, name
        assert sum("needs sign-off" in cells[-1] for cells in rows) == shown.needs_sign_off
        assert unsigned.warnings[0].text.startswith("Not signed at this clinic")
        signed = written_protocol(shown, clinic="C", dated="D", text_mark="ab" * 32, signature=Signature("N", "R", "today"))
        assert not any("needs sign-off" in text or "Not signed" in text for text in signed.texts)

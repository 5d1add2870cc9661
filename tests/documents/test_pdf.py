"""PDF: text comes out letter for letter, in any script, and what cannot be printed is said."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest

from chair import at, iv_plan, nasal_plan, whole_infusion
from fanlight.care.documents import (
    Document,
    InstructionsFile,
    SessionHeader,
    Signature,
    discharge_instructions,
    downtime_sheet,
    procedure_note,
)
from fanlight.care.sessions import fold
from fanlight.content.reader import content_folder, read
from fanlight.web.pdf import missing_letters, render_pdf, with_letter_warning

IV = iv_plan()


def note(patient: str = "Ada Quillfeather", **more: object) -> Document:
    header = SessionHeader("Larkfield Clinic", patient, "FL-0417", "8F3K", 4, "IV-STD", **more)  # type: ignore[arg-type]
    chair = whole_infusion()
    chair.vitals(87, None, None, 93, None)
    chair.vitals(88, None, None, 96, None)
    return procedure_note(
        fold(chair.events, IV), IV, header, at(180), (Signature("N. Bellweather", "nurse", "12:11"), Signature("Dr H.", "prescriber"))
    )


def words(document: Document) -> str:
    pages = pypdf.PdfReader(io.BytesIO(render_pdf(document))).pages
    return "\n".join(page.extract_text() for page in pages)


def test_a_note_is_a_pdf_with_its_words() -> None:
    found = words(note())
    for wanted in (
        "Ada Quillfeather",
        "Ketamine infusion, session 4",
        "Not finished",
        "Reached the patient: 36 mg",
        "124/78",
        "not yet signed",
    ):
        assert wanted in found


@pytest.mark.parametrize(
    "name",
    ["Zoë O’Neil", "O'Brien", "#strong[x] *b* _i_ @ref $x$ <label>", "a // b /* c */ \\ `raw` ~ --- ...", "Łukasz Čapek", "Ιωάννα", "Анна"],
)
def test_names_come_out_letter_for_letter(name: str) -> None:
    assert name in words(note(name)).replace("\n", " ")


def test_a_markup_bomb_is_only_text() -> None:
    found = words(note('#import "@preview/x:1.0.0" #read("/etc/passwd") #eval("1+1")'))
    assert "#read(" in found
    assert "root:" not in found


@pytest.mark.parametrize("name", ["مريم العباس", "רות"])
def test_right_to_left_names_print_where_the_machine_has_the_letters(name: str) -> None:
    document = note(name)
    lacks = missing_letters([name])
    warned = [line for line in with_letter_warning(document).warnings if "lacks" in line.text]
    assert bool(warned) is bool(lacks)
    assert render_pdf(document).startswith(b"%PDF")


def test_letters_the_machine_lacks_are_said_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.web.pdf._known_letters", lambda: frozenset())
    found = words(note("王小明 😀"))
    assert "This machine lacks 4 letters of this document" in found
    assert "Chinese, Japanese or Korean" in found
    assert "signs and emoji" in found
    one = with_letter_warning(note("王")).warnings[0].text
    assert "lacks 1 letter of" in one
    assert not missing_letters(["Ada Quillfeather, 36 mg, SpO₂ 98 %, −5, “x” …"])


def test_letters_the_machine_has_are_found_in_its_fonts() -> None:
    assert "ა" in missing_letters(["ა"]) or not missing_letters(["ა"])  # Georgian: whatever this machine has, it answers
    assert missing_letters(["\ue000 \u200f"]) == frozenset()  # private and invisible signs are no letters


def test_the_same_document_gives_the_same_bytes() -> None:
    made = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
    assert render_pdf(note(), made) == render_pdf(note(), made)


def test_the_other_documents_print() -> None:
    header = SessionHeader("Larkfield Clinic", "Ada Quillfeather", "FL-0417", "8F3K", 4, "IV-STD", is_sample=True)
    state = fold(whole_infusion().events, IV)
    content = read(content_folder() / "documents" / "discharge_instructions.yaml", InstructionsFile)
    home = words(discharge_instructions(state, IV, header, content, at(175)))
    assert "Do not drive or use machines before Fri 13 Nov 2026 at 10:45" in home
    assert "Sample: every person" in home
    assert "Downtime sheet" in words(downtime_sheet(state, IV, header, at(175)))


def test_empty_and_strange_sessions_print_too() -> None:
    header = SessionHeader("C", "P", "R", "X", 1, "p")
    for plan in (IV, nasal_plan()):
        assert "No drug was given" in words(procedure_note(fold([], plan), plan, header, at(0)))
    bare = replace(note(), facts=(), warnings=(), signatures=())
    assert "Before" in words(bare)


def test_every_page_says_whose_it_is() -> None:
    header = SessionHeader("Larkfield Clinic", "Ada Quillfeather", "FL-0417", "8F3K", 4, "IV-STD")
    chair = whole_infusion()
    state = fold(chair.events, IV)
    for document in (downtime_sheet(state, IV, header, at(60)), procedure_note(state, IV, header, at(180))):
        pages = pypdf.PdfReader(io.BytesIO(render_pdf(document))).pages
        assert len(pages) > 1 or document.id != "downtime_sheet"
        for page in pages:
            assert "Ada Quillfeather" in page.extract_text(), document.id
            assert "FL-0417" in page.extract_text()

"""The crisis text is the clinic's own, in each language the clinic gives it in; without a translation the clinic's first text stands."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from fanlight.care.scales.crisis_texts import CrisisTexts
from fanlight.care.scales.instrument import ScaleError
from fanlight.cli import main
from fanlight.content import ContentError
from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, token_of
from fanlight.records.actions.scales import open_form
from fanlight.records.library import Library
from fanlight.records.models import Patient, StaffMember
from fanlight.records.session_path import keep_transitions
from fanlight.records.site_overlay import read_site_overlay
from fanlight.sample.fill import fill_clinic

FILE = 'version: "1"\nclinic: {code}\ntexts:\n  {language}: "{text}"\n'
SPANISH = "Si está en peligro, llame al 112-00."


def overlay(folder, code, language="es", text=SPANISH):
    (folder / "asking").mkdir(exist_ok=True)
    (folder / "asking" / f"crisis_{code}.yaml").write_text(FILE.format(code=code, language=language, text=text), encoding="utf-8")
    return folder


@pytest.fixture
def patient(db) -> Patient:
    keep_transitions()
    fill_clinic()
    return Patient.objects.get(family_name="Larkmoor")


def page(patient, language, monkeypatch, shelf) -> str:
    monkeypatch.setattr("fanlight.web.pages.duty.library", lambda: shelf)
    nurse = StaffMember.objects.get(username="nurse")
    form = open_form(patient=patient, instrument_id="phq9", way="phone", by=nurse, at=clock.now())
    address = f"/p/{token_of(make_link(form=form, by=nurse, at=clock.now()))}/"
    return html.unescape(Client().get(address, {"language": language}, follow=True).content.decode())


def test_a_page_shows_the_crisis_text_in_its_own_language_and_keeps_every_number(patient, monkeypatch, tmp_path):
    site = patient.site
    shown = page(patient, "es", monkeypatch, Library(overlay=overlay(tmp_path, site.code)))
    assert f'<p lang="es"><strong>{SPANISH}</strong></p>' in shown
    assert site.crisis_text not in shown
    assert shown.index('href="tel:11200"') < shown.index('href="tel:988"'), "the numbers of the first text keep their buttons"


@pytest.mark.parametrize(
    ("language", "code"), [("en", ""), ("es", "somewhere-else"), ("es", None)], ids=["in English", "another clinic", "no file"]
)
def test_without_a_text_in_the_language_the_clinics_own_stands(patient, monkeypatch, tmp_path, language, code):
    shelf = Library() if code is None else Library(overlay=overlay(tmp_path, code or patient.site.code))
    shown = page(patient, language, monkeypatch, shelf)
    assert f'<p lang="en"><strong>{patient.site.crisis_text}</strong></p>' in shown
    assert SPANISH not in shown


@pytest.mark.parametrize(("language", "text"), [("es", "  "), ("Spanish", "Llame al 988.")])
def test_a_text_that_says_nothing_or_in_no_language_is_refused(language, text):
    with pytest.raises(ScaleError, match="FAN-SCALE-022"):
        CrisisTexts("1", "here", {language: text})


def test_faults_of_the_folder_are_said_when_it_is_read(tmp_path):
    overlay(tmp_path, "here", text="")
    (tmp_path / "asking" / "crisis_again.yaml").write_text(FILE.format(code="here", language="es", text="x"), encoding="utf-8")
    with pytest.raises((ContentError, ScaleError), match="nothing is said in es"):
        read_site_overlay(tmp_path)


def test_two_files_for_one_clinic_are_refused(tmp_path):
    overlay(tmp_path, "here")
    (tmp_path / "asking" / "crisis_again.yaml").write_text(FILE.format(code="here", language="es", text="x"), encoding="utf-8")
    with pytest.raises(ContentError, match="second time"):
        read_site_overlay(tmp_path)


@pytest.mark.parametrize(
    ("language", "said"),
    [("es", ""), ("en", "has no crisis text in Español (es)"), ("fr", "is given in fr, in which there are no pages")],
)
def test_the_content_check_names_a_language_without_a_crisis_text(tmp_path, capsys, language, said):
    overlay(tmp_path, "here", language)
    assert main(["check", str(tmp_path / "asking")]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert ("lacking" in out) == bool(said)

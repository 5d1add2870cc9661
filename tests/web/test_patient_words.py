"""A patient's pages in English and Spanish: nothing untranslated, the choice remembered, the questions truthfully in English."""

from __future__ import annotations

import ast
import html
import json
import re
import uuid
from pathlib import Path

import pytest
from django.test import Client

import fanlight.web
from fanlight.care.scales.instrument import ScaleError
from fanlight.care.scales.patient_words import PatientWords
from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, token_of
from fanlight.records.actions.scales import open_form
from fanlight.records.library import library
from fanlight.records.models import ContactAgreement, Patient, StaffMember
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic

WEB = Path(fanlight.web.__file__).parent
PAGES = [
    *sorted((WEB / "templates").glob("phone_*.html")),
    *((WEB / "templates" / name) for name in ("tablet_back.html", "parts/crisis.html")),
]
SCRIPT = (WEB / "static" / "fanlight" / "js" / "phone.js").read_text(encoding="utf-8")
SAYING = re.compile(r"""\{%\s*say\s+(?:"([^"]+)"|'([^']+)')""")
# words of a page that are no sentence to a patient: marks of the document and what is filled in from elsewhere
NOT_SAID = {"English", "Español"}


def spoken_in_templates() -> set[str]:
    return {double or single for page in PAGES for double, single in SAYING.findall(page.read_text(encoding="utf-8"))}


def spoken_in_code() -> set[str]:
    found = set()
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
            if is_call and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def spoken_by_forms() -> set[str]:
    from fanlight.web.views.patient_messages import TellForm

    field = TellForm().fields["text"]
    return {str(field.label), str(field.error_messages["required"]), "Reload the page."}


def spoken_by_script() -> set[str]:
    return set(re.findall(r'\bt\("([^"]+)"', SCRIPT))


@pytest.fixture
def patient(db) -> Patient:
    keep_transitions()
    fill_clinic()
    return Patient.objects.get(family_name="Larkmoor")


def link_to(patient, instrument="phq9", way="phone") -> str:
    nurse = StaffMember.objects.get(username="nurse")
    form = open_form(patient=patient, instrument_id=instrument, way=way, by=nurse, at=clock.now())
    return f"/p/{token_of(make_link(form=form, by=nurse, at=clock.now()))}/"


def born(patient) -> dict[str, object]:
    return {"act": "birth", "day": patient.birth_date.day, "month": patient.birth_date.month, "year": patient.birth_date.year}


def seen(response) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_holds_a_bare_word(page):
    """Whatever is left when tags, values and marks are taken away would be read by a patient in English only."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", page.read_text(encoding="utf-8"), flags=re.S)
    said = re.findall(r"""(?:aria-label|title|placeholder|alt)=["']([^"']*)["']""", text)
    left = re.sub(r"""<[^>]*>|\bdata-[\w-]+(?:="[^"]*")?""", " ", text)
    assert [word for part in (left, *said) for word in re.findall(r"[^\W\d_]{2,}", part) if word not in NOT_SAID] == []


def test_the_script_says_nothing_but_through_the_catalogue():
    for line in SCRIPT.splitlines():
        code = line.split("//")[0]
        bare = re.sub(r'\bt\("[^"]+"', "", code)
        sentences = [text for text in re.findall(r'["`]([^"`]*)["`]', bare) if re.match(r"[A-Z][a-z]+( |$)", text) and "-" not in text]
        assert sentences in ([], ["Enter"]), line


def test_every_sentence_is_there_in_spanish_and_none_is_left_over():
    words = library().patient_words["es"]
    assert spoken_in_templates() | spoken_in_code() | spoken_by_forms() == set(words.phrases)
    assert spoken_by_script() == set(words.scripts)
    assert len(words.phrases) > 80


def test_every_refusal_a_patient_can_meet_has_spanish_words():
    codes = set()
    for name in ("scales", "intake", "patient_messages"):
        text = (WEB.parent / "records" / "actions" / f"{name}.py").read_text(encoding="utf-8")
        codes |= set(re.findall(r'"(FAN-(?:FORM|INTAKE|MSG)-\d+)"', text))
    only_staff = {f"FAN-FORM-00{number}" for number in range(1, 5)}  # of opening a form
    assert codes - only_staff == set(library().patient_words["es"].refusals)


def test_a_phrase_with_other_places_or_nothing_said_is_refused():
    words = library().patient_words["es"]
    for other in ("Le quedan {cuenta} intentos.", " "):
        with pytest.raises(ScaleError, match="FAN-SCALE-021"):
            PatientWords("1", "es", "Español", {"{count} tries left.": other}, {}, {}, "No.", words.source)


def test_the_switch_is_on_the_page_remembered_by_the_link_and_by_no_other(patient):
    client, address, other = Client(), link_to(patient), link_to(patient)
    assert '<html lang="en"' in seen(client.get(address))
    answer = client.get(f"{address}?language=es")
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = seen(client.get(address))
    assert '<html lang="es"' in page
    assert "¿cuándo nació?" in page
    assert "enero" in page
    assert 'href="?language=en" lang="en"' in page
    assert "were you born" not in page
    assert answer.cookies["fanlight_language"]["path"] == address, "a browser sends it to this link alone"
    assert "were you born" in seen(Client().get(other))
    wrong = seen(client.post(address, born(patient) | {"year": 1901}))
    assert "Le quedan 4 intentos." in wrong
    assert "Eso no es una fecha." in seen(client.post(address, {"act": "birth", "day": "x"}))
    client.post(address, born(patient))
    client.get(f"{address}?language=en")
    assert "Hand in my answers" in seen(client.get(address))


def test_the_form_is_spanish_and_says_that_its_questions_are_english(patient):
    client, address = Client(), link_to(patient)
    client.get(f"{address}?language=es")
    client.post(address, born(patient))
    page = seen(client.get(address))
    assert "Las preguntas están en inglés" in page
    assert '<legend tabindex="-1" lang="en">' in page
    assert '<label class="choice" lang="en">' in page
    assert "Entregar mis respuestas" in page
    scripts = json.loads(
        re.search(r"data-words='([^']*)'|data-words=\"([^\"]*)\"", client.get(address).content.decode())
        .group(2)
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
    )
    assert scripts["Next"] == "Siguiente"
    assert set(scripts) == spoken_by_script()
    own = re.sub(r"<(\w+)[^>]*lang=\"en\".*?</\1>|data-words=\"[^\"]*\"", "", client.get(address).content.decode(), flags=re.S)
    left = {english for english in spoken_in_templates() if len(english) > 6 and f">{english}<" in html.unescape(own)}
    assert not left
    said = client.post(
        f"{address}say/",
        json.dumps({"kind": "answer", "id": str(uuid.uuid4()), "item": "q9", "value": 9, "at": clock.now().isoformat()}),
        content_type="application/json",
    )
    assert said.status_code == 422
    assert said.json()["message"].startswith("Esa respuesta no es posible")
    kept = client.post(
        f"{address}say/",
        json.dumps({"kind": "answer", "id": str(uuid.uuid4()), "item": "q9", "value": 2, "at": clock.now().isoformat()}),
        content_type="application/json",
    ).json()
    assert re.search(r"Se avisa ahora a|Ahora no hay nadie de guardia", kept["promise"][0])
    page = seen(client.get(address))
    assert "Gracias por decírnoslo." in page
    assert "Llamar al 988" in page
    assert patient.site.crisis_text.split(",")[0] in page
    assert "No sé si estoy a salvo" in page
    tell = seen(client.get(f"{address}tell/"))
    assert "¿Qué quiere decir a la clínica?" in tell
    assert "Escriba lo que quiere decir." in seen(client.post(f"{address}tell/", {"message_id": uuid.uuid4(), "text": ""}))
    assert "La clínica ya tiene su mensaje." in seen(client.post(f"{address}tell/", {"message_id": uuid.uuid4(), "text": "Me duele."}))
    assert client.post(address, {"act": "finish"}).status_code == 302
    assert "Gracias. La clínica ya tiene sus respuestas." in seen(client.get(address))
    assert "Este enlace ya no se puede usar." in seen(Client(headers={"accept-language": "es-MX,es;q=0.9"}).get("/p/nothing/"))


def test_the_language_a_patient_agreed_to_be_written_in_is_where_a_link_starts(patient):
    address = link_to(patient)
    ContactAgreement.objects.create(
        patient=patient,
        channel="sms",
        is_agreed=True,
        address="+1 802 555 0100",
        language="es",
        said_at=clock.now(),
        entered_by=StaffMember.objects.get(username="nurse"),
    )
    client = Client(headers={"accept-language": "en-US"})
    assert '<html lang="es"' in seen(client.get(address))
    client.get(f"{address}?language=en")
    assert '<html lang="en"' in seen(client.get(address)), "what the patient chooses goes before what was recorded"


def test_a_language_that_is_not_there_changes_nothing(patient):
    address = link_to(patient)
    answer = Client().get(f"{address}?language=xx")
    assert answer.status_code == 200
    assert '<html lang="en"' in seen(answer)


def test_a_locked_tablet_keeps_the_language_to_its_last_page(patient):
    tablet = Client()
    tablet.force_login(StaffMember.objects.get(username="nurse"))
    form = open_form(patient=patient, instrument_id="phq9", way="kiosk", by=StaffMember.objects.get(username="nurse"), at=clock.now())
    address = tablet.post(f"/patients/{patient.pk}/scales/", {"hand_over": form.pk}).url
    assert tablet.get(f"{address}?language=es").url == address
    assert "¿cuándo nació?" in seen(tablet.get(address))
    back = seen(tablet.get("/tablet/"))
    assert "Devuelva la tableta" in back
    assert "Personal: entrar" in back
    tablet.get("/tablet/?language=en")
    assert "Please give the tablet back" in seen(tablet.get("/tablet/"))


def test_staff_pages_stay_english(patient):
    client = Client(headers={"accept-language": "es"})
    client.force_login(StaffMember.objects.get(username="nurse"))
    assert '<html lang="en"' in seen(client.get(f"/patients/{patient.pk}/messages/"))

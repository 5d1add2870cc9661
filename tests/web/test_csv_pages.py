"""The pages of a CSV import: upload, mapping, dry run, once in, the report, the refused rows as a file."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fanlight.records.models import CsvUpload, ImportBatch, Patient
from records.conftest import make_clinic

FILE = (
    b"MRN;Last Name;First Name;DOB;Weight;Epilepsy\n1;Abel;Ann;03/04/1980;154;1\n2;Bell;Bo;21/11/1975;160;no\n=3;Cole;Cy;99/99/1999;70;no\n"
)


@pytest.fixture
def house(db):
    return make_clinic()


def client_of(house, role: str) -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def upload(client: Client, content: bytes = FILE, name: str = "north.csv"):
    return client.post("/import/csv/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def answers(**more):
    given = {"source": "North", "target-0": "number", "target-1": "family_name", "target-2": "given_names", "target-3": "birth_date"}
    return given | {"day-3": "dmy", "target-4": "weight_kg", "unit-4": "[lb_av]", "target-5": "seizure_disorder", "word-5-0": "yes"} | more


def test_the_mapping_page_asks_what_cannot_be_known(house):
    client = client_of(house, "nurse")
    text = upload(client).content.decode()
    assert "1 cannot be read as a day, first in row 4" in text
    assert "Windows" not in text
    pk = CsvUpload.objects.get().pk
    page = client.post(f"/import/csv/{pk}/", answers(**{"unit-4": "", "day-3": "", "act": "dry"}))
    assert page.status_code == 422
    words = page.content.decode()
    assert "Its unit is not said. Choose the unit; it is never guessed." in words
    assert "How its days are written is not said." in words
    assert Patient.objects.count() == 0


def test_a_word_nobody_knows_is_asked_with_its_column(house):
    client = client_of(house, "nurse")
    upload(client)
    pk = CsvUpload.objects.get().pk
    page = client.post(f"/import/csv/{pk}/", answers(act="look")).content.decode()
    assert "“1” means" in page
    assert "“no” means" not in page


def dry(client: Client, pk: int, **more) -> tuple[str, dict[str, str]]:
    page = client.post(f"/import/csv/{pk}/", answers(act="dry", **more))
    assert page.status_code == 200, page.content.decode()[:3000]
    carried = {"mapping_json": page.context["mapping_json"], "write_key": str(page.context["write_key"]), "act": "commit"}
    return page.content.decode(), carried


def test_from_upload_to_report_once(house):
    client = client_of(house, "nurse")
    upload(client)
    pk = CsvUpload.objects.get().pk
    text, carried = dry(client, pk)
    assert "2 of 3 rows would go in." in text
    assert Patient.objects.count() == 0
    first = client.post(f"/import/csv/{pk}/", carried, follow=True)
    assert "2 people entered, 4 facts to look at." in first.content.decode()
    second = client.post(f"/import/csv/{pk}/", carried, follow=True)  # a button pressed twice
    assert second.redirect_chain == first.redirect_chain
    assert (Patient.objects.count(), ImportBatch.objects.count()) == (2, 1)
    abel = Patient.objects.get(family_name="Abel")
    page = client.get(f"/patients/{abel.pk}/received/").content.decode()
    assert "given as 154 lb" in page
    shown = re.findall(r'name="shown" value="(\d+)"', page)
    client.post(f"/patients/{abel.pk}/received/", {"settle": "all", "shown": shown, "write_key": str(uuid.uuid4())})
    assert set(abel.facts.values_list("name", flat=True)) == {"weight_kg", "seizure_disorder"}


def test_the_refused_rows_come_as_a_file_no_spreadsheet_runs(house):
    client = client_of(house, "nurse")
    upload(client, FILE.replace(b"DOB", b"=DOB"))
    pk = CsvUpload.objects.get().pk
    _, carried = dry(client, pk)
    client.post(f"/import/csv/{pk}/", carried)
    batch = ImportBatch.objects.get()
    answer = client.get(f"/import/{batch.pk}/refused.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert ",'=DOB," in answer.content.decode()


def test_a_mapping_is_kept_and_used_for_the_next_file(house):
    client = client_of(house, "nurse")
    upload(client)
    pk = CsvUpload.objects.get().pk
    client.post(f"/import/csv/{pk}/", answers(act="keep", keep_as="north"))
    upload(client, FILE + b"4;Dale;Di;01/02/1990;;\n")
    other = CsvUpload.objects.order_by("-pk").first().pk
    page = client.get(f"/import/csv/{other}/?mapping=north")
    chosen = {row.name: (row.target, row.unit, row.day_format) for row in page.context["rows"]}
    assert chosen["Weight"] == ("weight_kg", "[lb_av]", "")
    assert chosen["DOB"] == ("birth_date", "", "dmy")


def test_what_is_no_table_is_said(house):
    page = upload(client_of(house, "nurse"), b"PK\x03\x04\x00")
    assert "Save the sheet as CSV first" in page.content.decode()
    assert CsvUpload.objects.count() == 0


def test_three_hundred_columns_make_a_page_and_a_form_that_is_taken(house):
    client = client_of(house, "nurse")
    heads = ["Last Name", "DOB", *(f"c{at}" for at in range(298))]
    page = upload(client, (",".join(heads) + "\n" + ",".join(["Abel", "1980-05-06", *("x" for _ in range(298))]) + "\n").encode())
    assert len(page.content) < 600_000
    given = {f"target-{at}": "" for at in range(300)} | {"target-0": "family_name", "target-1": "birth_date", "day-1": "iso"}
    answer = client.post(f"/import/csv/{CsvUpload.objects.get().pk}/", given | {"source": "x", "act": "dry"})
    assert "1 of 1 row would go in." in answer.content.decode()


def test_rubbish_for_a_mapping_is_refused(house):
    client = client_of(house, "nurse")
    upload(client)
    pk = CsvUpload.objects.get().pk
    for rubbish in ("", "[]", json.dumps({"source": "x", "columns": [1]})):
        client.post(f"/import/csv/{pk}/", {"mapping_json": rubbish, "write_key": str(uuid.uuid4()), "act": "commit"})
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("role", ["front_desk", "therapist", "medical_director", "pharmacy", "auditor", "administrator"])
def test_who_may_not_import_sees_none_of_it(house, role):
    upload(client_of(house, "nurse"))
    pk = CsvUpload.objects.get().pk
    client = client_of(house, role)
    for url in ("/import/csv/", f"/import/csv/{pk}/", "/import/1/refused.csv"):
        assert client.get(url).status_code == 403


def test_a_file_of_another_clinic_is_not_there(house):
    upload(client_of(house, "nurse"))
    pk = CsvUpload.objects.get().pk
    other = make_clinic("elsewhere")
    client = Client()
    client.force_login(other.nurse)
    assert client.get(f"/import/csv/{pk}/").status_code == 404


def test_a_dry_run_shows_the_cell_at_fault_and_gives_every_fault_as_a_file(house):
    client = client_of(house, "nurse")
    many = b"MRN;Last Name;First Name;DOB;Weight;Epilepsy\n" + b"".join(
        b"%d;Abel;Ann;31/02/19%02d;70;no\n" % (n, n % 90 + 10) for n in range(230)
    )
    upload(client, many + b'900;"=cmd|x";Bo;03/04/1980;=1+1;no\n')
    pk = CsvUpload.objects.get().pk
    words, carried = dry(client, pk, **{"unit-4": "kg"})
    assert "DOB “31/02/1910”: the calendar has no such day" in words
    assert "All 231 faults as a file" in words
    assert "31 more" in words
    file = client.post(f"/import/csv/{pk}/", carried | {"act": "faults"})
    assert file["Content-Type"].startswith("text/csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 232
    assert lines[1] == "2,DOB,31/02/1910,the calendar has no such day"
    assert lines[-1].startswith("232,Weight,'=1+1,")
    assert Patient.objects.count() == ImportBatch.objects.count() == 0


def test_a_file_of_a_head_alone_says_so_and_offers_nothing_to_import(house):
    client = client_of(house, "nurse")
    upload(client, b"MRN;Last Name;First Name;DOB\n")
    page = client.post(f"/import/csv/{CsvUpload.objects.get().pk}/", answers(act="dry"))
    words = page.content.decode()
    assert "There is no row below the head." in words
    assert re.search(r'value="commit" disabled', words)
    assert "<table" not in words


def test_a_file_too_large_for_a_page_is_still_tried_and_the_command_named(house):
    client = client_of(house, "nurse")
    upload(
        client,
        b"MRN;Last Name;First Name;DOB\n"
        + b"".join(b"%d;Abel%d;Ann;%d/11/%d\n" % (n, n, n % 28 + 1, n % 70 + 1920) for n in range(10_001)),
    )
    pk = CsvUpload.objects.get().pk
    words, carried = dry(client, pk)
    assert "of 10,001 rows would go in." in words
    assert "fanlight import-csv" in words
    assert re.search(r'value="commit" disabled', words)
    assert client.post(f"/import/csv/{pk}/", carried).status_code == 200
    assert ImportBatch.objects.count() == Patient.objects.count() == 0


def forms_of(text: str) -> list[str]:
    """Each form of the page, whole."""
    return re.findall(r"<form.*?</form>", text, re.DOTALL)


def test_enter_in_the_name_of_a_mapping_keeps_it_and_lets_nothing_in(house):
    client = client_of(house, "nurse")
    upload(client)
    text, _ = dry(client, CsvUpload.objects.get().pk)
    (form,) = [form for form in forms_of(text) if 'name="keep_as"' in form]
    first = re.search(r'<button[^>]*value="(\w+)"', form)
    assert first is not None
    assert first.group(1) == "keep", "Enter in a field presses the first button of its form"


def test_the_same_file_again_is_noticed_on_both_pages_with_who_let_it_in(house):
    client = client_of(house, "nurse")
    assert "let in before" not in upload(client).content.decode()
    pk = CsvUpload.objects.get().pk
    text, carried = dry(client, pk)
    assert "let in before" not in text
    client.post(f"/import/csv/{pk}/", carried)
    again = upload(client, name="renamed.csv")
    words = " ".join(again.content.decode().split())
    assert "This very file was let in before." in words
    assert house.nurse.name in words.split("let in before")[1]
    assert f"/import/{ImportBatch.objects.get().pk}/" in words
    text, _ = dry(client, CsvUpload.objects.order_by("-pk").first().pk)
    assert "This very file was let in before." in text


def test_the_facts_promised_are_those_of_the_rows_that_go_in(house):
    client = client_of(house, "nurse")
    upload(client, FILE + b"4;Abel;Ann;03/04/1980;150;no\n")
    pk = CsvUpload.objects.get().pk
    text, carried = dry(client, pk)
    assert "4 facts would arrive" in text
    report = client.post(f"/import/csv/{pk}/", carried, follow=True).content.decode()
    assert "4 facts to look at" in report
    assert re.findall(r"<dt>([\w ]+)</dt>", report) == re.findall(r"<dt>([\w ]+)</dt>", text), "the report reads as the dry run did"


def test_thousands_of_rows_are_written_as_they_are_read(house):
    rows = b"".join(b"%d;Abel;Ann;03.04.1980;;\n" % number for number in range(1200))
    assert "1,200 rows" in upload(client_of(house, "nurse"), FILE.splitlines()[0] + b"\n" + rows).content.decode()

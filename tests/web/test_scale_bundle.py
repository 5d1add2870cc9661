"""Forms out as FHIR and in again: the same answers, scored anew, from nobody's total but our own."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.scales import finish_form, open_form, save_answer
from fanlight.records.importing import ReceivedFile, import_fhir
from fanlight.records.library import library
from fanlight.records.models import Patient, ScaleResponse, StaffMember, Task
from fanlight.records.permissions import Permission
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def answered(db) -> Patient:
    keep_transitions()
    fill_clinic()
    nurse = StaffMember.objects.get(username="nurse")
    patient = Patient.objects.get(family_name="Larkmoor")
    at = clock.now()
    form = open_form(patient=patient, instrument_id="phq9", way="read_aloud", by=nurse, at=at)
    for number in range(1, 9):  # the ninth is left out
        item = {"item": f"q{number}", "value": number % 4, "answer_id": uuid.uuid4()}
        save_answer(form=form, answered_at=at, content=library(), by=nurse, at=at, **item)
    finish_form(form=form, content=library(), by=nurse, at=at)
    return patient


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(StaffMember.objects.get(username=username))
    return client


def test_out_and_in_again_the_answers_are_the_same(answered):
    sent = client_of("nurse").get(f"/patients/{answered.pk}/scales/fhir/").content
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(sent)["entry"]]
    assert kinds[:3] == ["Patient", "Questionnaire", "QuestionnaireResponse"]
    assert kinds.count("Observation") == 9, "eight items and the total"
    first = ScaleResponse.objects.get(patient=answered, instrument_id="phq9")
    files = [ReceivedFile("forms.json", "elsewhere", sent)]
    nurse = StaffMember.objects.get(username="nurse")
    import_fhir(files=files, site=answered.site, by=nurse, at=clock.now())
    again = ScaleResponse.objects.exclude(pk=first.pk).get(instrument_id="phq9")
    assert again.answers == first.answers
    assert {key: again.score[key] for key in ("status", "total", "band")} == {key: first.score[key] for key in ("status", "total", "band")}
    assert again.source.startswith("from: ")
    assert again.patient_id == answered.pk, "it comes back to the person it left from"
    import_fhir(files=files, site=answered.site, by=nurse, at=clock.now())
    assert ScaleResponse.objects.filter(instrument_id="phq9").count() == 2, "the same file twice is one answer set"


def test_who_may_not_see_scores_takes_none_away(answered):
    for someone in StaffMember.objects.filter(is_active=True):
        client = Client()
        client.force_login(someone)
        wanted = 200 if someone.may(Permission.SEE_SCALES) else 403
        assert client.get(f"/patients/{answered.pk}/scales/fhir/").status_code == wanted, someone.username


def received(answered, item9: int, days_old: int, instrument: str = "phq9", answers: dict[str, int] | None = None):
    """A response from another system, of the same person, authored some days ago."""
    from datetime import timedelta

    items = answers if answers is not None else {f"q{n}": 0 for n in range(1, 9)} | {"q9": item9}
    bundle = json.loads(client_of("nurse").get(f"/patients/{answered.pk}/scales/fhir/").content)
    patient = bundle["entry"][0]["resource"]
    when = (clock.now() - timedelta(days=days_old)).isoformat()
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": f"r-{days_old}-{item9}-{instrument.replace('_', '-')}",
        "questionnaire": f"https://elsewhere.example/Questionnaire/{instrument.replace('_', '-')}",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "authored": when,
        "item": [{"linkId": name, "answer": [{"valueInteger": value}]} for name, value in items.items()],
    }
    data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": response}]})
    nurse = StaffMember.objects.get(username="nurse")
    import_fhir(files=[ReceivedFile("r.json", "elsewhere", data)], site=answered.site, by=nurse, at=clock.now())
    return Task.objects.filter(patient=answered, kind="suicide_risk", closed_at__isnull=True)


def test_a_fresh_answer_of_danger_from_elsewhere_is_owned_and_an_old_one_is_history(answered):
    assert not received(answered, item9=3, days_old=30).exists()
    task = received(answered, item9=3, days_old=0).get()
    assert task.owner_id
    assert ScaleResponse.objects.filter(patient=answered).count() == 3


def test_a_harmless_answer_from_elsewhere_opens_nothing(answered):
    assert not received(answered, item9=0, days_old=0).exists()


def test_a_mans_drinking_is_judged_as_a_mans(answered):
    Patient.objects.filter(pk=answered.pk).update(sex="male")
    received(answered, 0, 1, "audit_c", {"q1": 1, "q2": 1, "q3": 1})
    assert "audit_c_positive" not in ScaleResponse.objects.get(instrument_id="audit_c").score["flags"]


def test_a_set_that_was_corrected_stands_in_no_chart_and_no_line(answered):
    from datetime import date

    from fanlight.web.pages.scales import scale_charts, score_lines

    first = ScaleResponse.objects.get(patient=answered, instrument_id="phq9")
    before = scale_charts(answered, date(2030, 1, 1))[0][1]
    values = {field.attname: getattr(first, field.attname) for field in first._meta.concrete_fields if field.attname != "id"}
    ScaleResponse(**values | {"amends_id": first.pk, "score": first.score | {"total": 3}}).save()
    after = scale_charts(answered, date(2030, 1, 1))[0][1]
    assert before.count("m-main") == after.count("m-main") == 1
    assert ">3</text>" in after
    page = client_of("nurse").get(f"/patients/{answered.pk}/scales/").content.decode()
    assert page.count("/scales/answers/") == 1
    assert len(score_lines(list(ScaleResponse.objects.filter(patient=answered, amended_by__isnull=True)))) == 1

"""Forms out as FHIR and in again: the same answers, scored anew, from nobody's total but our own."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from fanlight.exchange.fhir import to_json
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


def received(answered, item9: int, days_old: int, instrument: str = "phq9", answers: dict[str, int] | None = None, version: str = ""):
    """A response from another system, of the same person, authored some days ago."""
    from datetime import timedelta

    items = answers if answers is not None else {f"q{n}": 0 for n in range(1, 9)} | {"q9": item9}
    bundle = json.loads(client_of("nurse").get(f"/patients/{answered.pk}/scales/fhir/").content)
    patient = bundle["entry"][0]["resource"]
    when = (clock.now() - timedelta(days=days_old)).isoformat()
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": f"r-{days_old}-{item9}-{instrument.replace('_', '-')}",
        "questionnaire": f"https://elsewhere.example/Questionnaire/{instrument.replace('_', '-')}" + (f"|{version}" if version else ""),
        "status": "completed",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "authored": when,
        "item": [{"linkId": name, "answer": [{"valueInteger": value}]} for name, value in items.items()],
    }
    data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": response}]})
    nurse = StaffMember.objects.get(username="nurse")
    report = import_fhir(files=[ReceivedFile("r.json", "elsewhere", data)], site=answered.site, by=nurse, at=clock.now())
    if version:
        return " ".join(line.reason for line in report.attention)
    return Task.objects.filter(patient=answered, kind="suicide_risk", closed_at__isnull=True)


def test_a_fresh_answer_of_danger_from_elsewhere_is_owned_and_an_old_one_is_history(answered):
    assert not received(answered, item9=3, days_old=30).exists()
    task = received(answered, item9=3, days_old=0).get()
    assert task.owner_id
    assert ScaleResponse.objects.filter(patient=answered).count() == 3


def test_another_version_of_a_form_than_the_one_scored_here_is_said(answered):
    assert "names version 1999 of the form, and version 2001 is scored here" in received(answered, item9=0, days_old=0, version="1999")
    assert "version" not in received(answered, item9=0, days_old=1, version="2001")


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


def take(answered, response: dict, *more: dict) -> dict:
    """Import a response of the same person, with what stands beside it; the report as JSON."""
    sent = client_of("nurse").get(f"/patients/{answered.pk}/scales/fhir/").content
    patient = json.loads(sent)["entry"][0]["resource"]
    whole = {"resourceType": "QuestionnaireResponse", "id": "r1", "subject": {"reference": f"Patient/{patient['id']}"}} | response
    data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (patient, whole, *more)]})
    nurse = StaffMember.objects.get(username="nurse")
    return to_json(import_fhir(files=[ReceivedFile("r.json", "elsewhere", data)], site=answered.site, by=nurse, at=clock.now()))


def phq9_answers(**values: int) -> list[dict]:
    return [{"linkId": name, "answer": [{"valueInteger": value}]} for name, value in values.items()]


UNSCORED = "2 answers to PHQ-9 not scored: "
NONE = "nothing of "
WHEN = {"authored": "2026-11-01T09:00:00Z"}
OURS = {"questionnaire": "https://elsewhere.example/Questionnaire/mood-of-ours"}


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        ({"status": "in-progress"} | WHEN, UNSCORED + "it is not finished there (status in-progress)"),
        (WHEN, UNSCORED + "it is not finished there (status not given)"),
        ({"status": "completed"}, UNSCORED + "it does not say when it was answered"),
        ({"status": "completed", "authored": "2026-11"}, UNSCORED + "the time it was answered is no whole instant"),
        ({"status": "completed", "item": []} | WHEN, NONE + "PHQ-9 was scored: it holds no answer that could be read"),
        ({"status": "completed"} | OURS, NONE + "it was scored: it names no scale"),
        ({"status": "entered-in-error"} | WHEN, NONE + "it was scored: it was entered in error"),
    ],
)
def test_what_is_not_taken_is_said_with_its_reason(answered, response, sentence):
    before = ScaleResponse.objects.count()
    known = {"questionnaire": "https://elsewhere.example/Questionnaire/phq9", "item": phq9_answers(q1=1, q2=2)}
    report = take(answered, known | response)
    assert ScaleResponse.objects.count() == before
    said = [line["reason"] for line in report["not_recorded"] if "QuestionnaireResponse" in line["resource"]]
    assert len(said) == 1
    assert said[0].startswith(sentence)
    assert said[0].endswith("its text is kept")


@pytest.mark.parametrize(
    ("response", "is_owned"),
    [
        ({"status": "in-progress", "authored": "fresh"}, True),
        ({"status": "in-progress", "authored": "2020-01-01T09:00:00Z"}, False),
        ({"status": "completed"}, True),
        ({"status": "entered-in-error", "authored": "fresh"}, False),
    ],
)
def test_an_answer_of_danger_in_a_form_left_unfinished_is_owned_all_the_same(answered, response, is_owned):
    known = {"questionnaire": "https://elsewhere.example/Questionnaire/phq9", "item": phq9_answers(q9=3)} | response
    if known.get("authored") == "fresh":
        known["authored"] = clock.now().isoformat()
    take(answered, known)
    assert Task.objects.filter(patient=answered, kind="suicide_risk", closed_at__isnull=True).exists() is is_owned


FORM = {
    "resourceType": "Questionnaire",
    "id": "mood",
    "url": "https://elsewhere.example/Questionnaire/mood",
    "status": "active",
    "item": [
        {"linkId": "a", "type": "choice", "code": [{"system": "http://loinc.org", "code": "44250-9"}]},
        {"linkId": "b", "type": "choice", "code": [{"system": "http://loinc.org", "code": "44255-8"}]},
        {"linkId": "i", "type": "choice", "code": [{"system": "http://loinc.org", "code": "44260-8"}]},
    ],
}


@pytest.mark.parametrize("named", [f"{FORM['url']}|2", FORM["url"], "Questionnaire/mood", "#mood"])
def test_the_questionnaire_beside_a_response_says_what_its_links_ask(answered, named):
    response = {"questionnaire": named, "status": "completed", "authored": "2026-11-01T09:00:00Z", "item": phq9_answers(a=1, b=2, i=0)}
    beside = () if named.startswith("#") else (FORM,)
    before = set(ScaleResponse.objects.values_list("pk", flat=True))
    take(answered, response | ({} if beside else {"contained": [FORM]}), *beside)
    row = ScaleResponse.objects.exclude(pk__in=before).get()
    assert (row.instrument_id, row.answers) == ("phq9", {"q1": 1, "q2": 2, "q9": 0})


def test_without_that_questionnaire_its_links_mean_nothing(answered):
    response = {
        "questionnaire": FORM["url"],
        "status": "completed",
        "authored": "2026-11-01T09:00:00Z",
        "item": phq9_answers(a=1, b=2, i=0),
    }
    before = ScaleResponse.objects.count()
    assert "names no scale" in json.dumps(take(answered, response)["not_recorded"])
    assert ScaleResponse.objects.count() == before

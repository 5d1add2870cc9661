"""Importing: whole or not at all, once however often, and nobody taken for another."""

from __future__ import annotations

import json
from datetime import date

import pytest

from fanlight.exchange.fhir import Fate, to_json
from fanlight.records.actions.people import command_line_account
from fanlight.records.audit import write_head
from fanlight.records.import_details import RECEIVED_KINDS
from fanlight.records.importing import ReceivedFile, import_fhir
from fanlight.records.models import (
    AuditEvent,
    DirectoryEntry,
    HistoryEntry,
    ImportBatch,
    ImportedResource,
    Patient,
    PatientFact,
    StaffMember,
)
from fanlight.records.policies import NotAllowedError
from fanlight.records.received_facts import ProposalError, accept_proposals, received_proposals, value_of
from fanlight.records.session_path import keep_transitions
from fanlight.records.verification import verify

pytestmark = pytest.mark.django_db
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
PERSON = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:mrn", "value": "77"}],
    "name": [{"family": "Moreau", "given": ["Ida"]}],
    "gender": "female",
    "birthDate": "1980-05-06",
}
CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "code": {"coding": [{"system": ICD, "code": "F33.1"}]},
    "subject": {"reference": "Patient/p1"},
    "onsetDateTime": "2019-04",
}
MEDICINE = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "lorazepam 0.5 MG Oral Tablet"},
    "subject": {"reference": "Patient/p1"},
}
WEIGHT = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-11-01",
    "valueQuantity": {"value": 154, "unit": "lb", "code": "[lb_av]", "system": UCUM},
}
CLINIC_NURSE = {
    "resourceType": "Practitioner",
    "id": "d1",
    "name": [{"family": "Ng", "given": ["Bo"]}],
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
}


def file_of(*resources, name="b.json", source="north", kind="transaction"):
    entries = [{"resource": r, "request": {"method": "POST"}} for r in resources]
    return ReceivedFile(name, source, json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}))


def lines_of(*resources, name="x.ndjson", source="north"):
    return ReceivedFile(name, source, "\n".join(json.dumps(r) for r in resources))


def take(clinic, *files, **more):
    return import_fhir(files=files, by=clinic.nurse, at=clinic.at, **more)


def counts():
    return [m.objects.count() for m in (Patient, HistoryEntry, ImportedResource, ImportBatch, DirectoryEntry, PatientFact)]


def test_a_bundle_becomes_records_with_where_they_are_from(clinic):
    report = take(clinic, file_of(CONDITION, MEDICINE, WEIGHT, PERSON, CLINIC_NURSE))
    assert report.total(Fate.IMPORTED) == 5
    patient = Patient.objects.get(family_name="Moreau")
    assert (patient.birth_date, patient.sex, patient.identifiers.get().value) == (date(1980, 5, 6), "female", "77")
    condition = patient.history.get(kind="condition")
    assert condition.source == "from: Condition/c1"
    assert condition.details["onset"] == "2019-04"
    weight = patient.history.get(kind="observation").details["measurements"][0]
    assert (weight["value"], weight["unit"], weight["as_received"]) == ("154", "[lb_av]", "lb")
    assert DirectoryEntry.objects.get().npi == "1234567893"


def test_the_text_is_kept_to_the_letter(clinic):
    text = '{ "resourceType":"Basic","id" : "b1",  "x": 1.500, "name": "\\u00e9 é" }'
    take(clinic, ReceivedFile("b.json", "north", text))
    assert ImportedResource.objects.get(resource_type="Basic").text == text


def test_importing_twice_changes_nothing(clinic):
    files = (file_of(PERSON, CONDITION, MEDICINE, WEIGHT, CLINIC_NURSE), lines_of({"resourceType": "Basic", "subject": {}}))
    take(clinic, *files)
    before = counts()
    report = take(clinic, *files)
    assert counts() == before
    assert report.total(Fate.IMPORTED) == report.total(Fate.KEPT) == 0
    assert report.total(Fate.UNCHANGED) == 6


def test_the_order_of_files_says_nothing(clinic):
    report = take(clinic, lines_of(CONDITION, name="Condition.ndjson"), lines_of(PERSON, name="Patient.ndjson"))
    assert report.total(Fate.IMPORTED) == 2
    assert report.dangling == []


def test_a_bundle_of_providers_after_the_patients_that_name_it(clinic):
    person = PERSON | {"generalPractitioner": [{"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893"}]}
    assert take(clinic, file_of(person), file_of(CLINIC_NURSE, name="p.json")).dangling == []
    assert take(clinic, file_of(person | {"language": "fr"})).dangling == [], "found on record too"


def test_a_reference_to_nobody_is_named_and_its_resource_is_kept(clinic):
    report = take(clinic, file_of(CONDITION))
    (line,) = report.dangling
    assert (line.resource, line.path, line.reference) == ("Condition/c1", "subject", "Patient/p1")
    assert report.total(Fate.KEPT) == 1
    assert HistoryEntry.objects.count() == 0


def test_a_patient_who_comes_late_brings_what_was_waiting_and_only_once(clinic):
    take(clinic, file_of(CONDITION))
    take(clinic, file_of(PERSON))
    assert take(clinic, file_of(CONDITION)).total(Fate.IMPORTED) == 1
    assert take(clinic, file_of(CONDITION)).total(Fate.UNCHANGED) == 1
    assert HistoryEntry.objects.filter(kind="condition").count() == 1


def test_a_newer_text_replaces_its_line_and_a_retraction_strikes_it(clinic):
    take(clinic, file_of(PERSON, CONDITION))
    newer = CONDITION | {"code": {"coding": [{"system": ICD, "code": "F33.2"}]}}
    take(clinic, file_of(newer))
    lines = list(HistoryEntry.objects.filter(kind="condition").order_by("pk"))
    assert lines[1].amends_id == lines[0].pk
    take(clinic, file_of(newer | {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}))
    strike = HistoryEntry.objects.filter(kind="condition").order_by("-pk")[0]
    assert strike.is_struck
    assert strike.amends_id == lines[1].pk
    assert received_proposals(Patient.objects.get(family_name="Moreau")).facts == ()


def test_an_older_text_seen_before_does_not_come_back(clinic):
    take(clinic, file_of(PERSON, CONDITION))
    take(clinic, file_of(CONDITION | {"onsetDateTime": "2020"}))
    before = counts()
    assert take(clinic, file_of(CONDITION)).total(Fate.UNCHANGED) == 1
    assert counts() == before


def test_one_identity_given_to_two_people_waits_for_a_person(clinic):
    take(clinic, file_of(PERSON))
    other = PERSON | {"name": [{"family": "Okafor"}], "birthDate": "1991-01-02", "identifier": []}
    report = take(clinic, file_of(other))
    assert "another name and birth date" in report.quarantined[0].reason
    assert not Patient.objects.filter(family_name="Okafor").exists()


def test_a_difference_is_shown_and_nothing_is_overwritten(clinic):
    take(clinic, file_of(PERSON))
    report = take(clinic, file_of(PERSON | {"birthDate": "1980-06-05"}))
    assert "birth date" in report.attention[0].reason
    assert Patient.objects.get(family_name="Moreau").birth_date == date(1980, 5, 6)


def test_the_same_identifier_from_another_source_is_the_same_person(clinic):
    take(clinic, file_of(PERSON))
    take(clinic, file_of(PERSON | {"id": "z9"}, source="south"))
    assert Patient.objects.filter(family_name="Moreau").count() == 1


def test_the_same_id_from_another_source_is_another_person(clinic):
    take(clinic, file_of(PERSON))
    other = PERSON | {"name": [{"family": "Okafor"}], "birthDate": "1991-01-02", "identifier": [{"system": "urn:mrn", "value": "78"}]}
    condition = CONDITION | {"code": {"text": "asthma"}}
    take(clinic, file_of(other, condition, source="south"))
    assert Patient.objects.get(family_name="Okafor").history.get().details["text"] == "asthma"


def test_identifiers_of_two_people_wait_for_a_person(clinic):
    second = PERSON | {"id": "p2", "identifier": [{"system": "urn:mrn", "value": "78"}], "name": [{"family": "Roy"}]}
    take(clinic, file_of(PERSON, second))
    both = PERSON | {"id": "p3", "identifier": [{"system": "urn:mrn", "value": "77"}, {"system": "urn:mrn", "value": "78"}]}
    assert "more than one person" in take(clinic, file_of(both)).quarantined[0].reason


def test_a_namesake_is_made_and_shown(clinic):
    take(clinic, file_of(PERSON))
    report = take(clinic, file_of(PERSON | {"id": "p8", "identifier": []}))
    assert "compare the two" in report.attention[0].reason
    assert Patient.objects.filter(family_name="Moreau").count() == 2


def test_a_merged_record_leads_to_the_one_that_lives(clinic):
    merged = {"resourceType": "Patient", "id": "old", "link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]}
    take(clinic, file_of(PERSON, merged, CONDITION | {"subject": {"reference": "Patient/old"}}))
    assert Patient.objects.get(family_name="Moreau").history.count() == 1


def test_a_conditional_entry_is_made_once(clinic):
    condition = {"method": "POST", "ifNoneExist": "identifier=http://hl7.org/fhir/sid/us-npi|1234567893"}

    def bundle(id):
        entry = {"resource": CLINIC_NURSE | {"id": id}, "request": condition}
        return ReceivedFile("b.json", "north", json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}))

    assert take(clinic, bundle("d1"), bundle("d3")).total(Fate.UNCHANGED) == 1, "within one import"
    assert take(clinic, bundle("d2")).total(Fate.UNCHANGED) == 1, "in a later one"
    assert DirectoryEntry.objects.count() == 1


def test_a_conditional_entry_that_two_on_record_answer_is_refused(clinic):
    take(clinic, file_of(CLINIC_NURSE, CLINIC_NURSE | {"id": "d2"}))
    entry = {
        "resource": CLINIC_NURSE | {"id": "d3"},
        "request": {"method": "POST", "ifNoneExist": "identifier=http://hl7.org/fhir/sid/us-npi|1234567893"},
    }
    report = take(clinic, ReceivedFile("b.json", "north", json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [entry]})))
    assert "2 on record" in report.refused[0].reason


def test_a_condition_that_is_a_whole_address_is_refused_clearly(clinic):
    entry = {"resource": CLINIC_NURSE, "request": {"method": "POST", "ifNoneExist": "https://a.example/Practitioner?identifier=x|1"}}
    report = take(clinic, ReceivedFile("b.json", "n", json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [entry]})))
    assert "identifier=system|value" in report.refused[0].reason


def test_one_resource_twice_and_not_the_same_is_refused_the_second_time(clinic):
    report = take(clinic, file_of(PERSON, CONDITION, CONDITION | {"onsetDateTime": "2001"}))
    assert "stands twice" in report.refused[0].reason
    assert HistoryEntry.objects.get(kind="condition").details["onset"] == "2019-04"


def test_a_unit_that_fails_leaves_neither_rows_nor_audit(clinic, monkeypatch):
    before, links = counts(), AuditEvent.objects.count()

    def fail(*_args, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(ImportBatch, "save", fail)
    with pytest.raises(RuntimeError):
        take(clinic, file_of(PERSON, CONDITION))
    assert counts() == before
    assert AuditEvent.objects.count() == links


def test_a_bundle_cut_in_half_gives_its_first_half(clinic):
    whole = file_of(PERSON, CONDITION, MEDICINE)
    report = take(clinic, ReceivedFile("half.json", "north", whole.content[: whole.content.index('"MedicationRequest"')]))
    assert report.total(Fate.IMPORTED) == 2
    assert "cut in half" in report.refused[0].reason


def test_the_audit_names_no_file_and_no_person(clinic):
    take(clinic, file_of(PERSON, name="Moreau_Ida.json"))
    event = AuditEvent.objects.filter(action="import_fhir").latest("sequence")
    assert "Moreau" not in json.dumps(event.details)
    assert event.details["imported"] == 1


@pytest.mark.parametrize("role", ["front_desk", "therapist", "medical_director", "pharmacy", "auditor", "administrator"])
def test_roles_that_may_not_import(clinic, role):
    with pytest.raises(NotAllowedError):
        import_fhir(files=[file_of(PERSON)], by=getattr(clinic, role), at=clinic.at)
    assert not Patient.objects.filter(family_name="Moreau").exists()


def test_the_command_line_writes_under_an_account_nobody_can_use(clinic):
    account = command_line_account(site=clinic.site, at=clinic.at)
    assert command_line_account(site=clinic.site, at=clinic.at).pk == account.pk
    assert not account.is_active
    assert not account.has_usable_password()
    import_fhir(files=[file_of(PERSON)], by=account, at=clinic.at)
    assert Patient.objects.get(family_name="Moreau").entered_by_id == account.pk


def test_a_namesake_of_that_account_gains_nothing(clinic):
    person = StaffMember(username="command-line-x", name="X", initials="X", site=clinic.site, is_active=True)
    person.save()
    with pytest.raises(NotAllowedError):
        import_fhir(files=[file_of(PERSON)], by=person, at=clinic.at)


def test_nothing_received_answers_a_rule_until_a_person_has_looked(clinic):
    take(clinic, file_of(PERSON, CONDITION, MEDICINE, WEIGHT))
    patient = Patient.objects.get(family_name="Moreau")
    assert patient.facts.count() == 0
    assert not patient.history.filter(kind="medications").exists()
    proposed = received_proposals(patient)
    assert {fact.fact for fact in proposed.facts} == {"diagnosis", "medications", "weight_kg", "weight_measured_on"}
    assert accept_proposals(patient=patient, proposals=proposed.facts, by=clinic.prescriber, at=clinic.at) == 4
    weight = patient.facts.get(name="weight_kg")
    assert (weight.value, weight.unit, weight.source) == ("154", "[lb_av]", "from: Observation/o1")
    assert patient.history.get(kind="medications").details == {"name": "lorazepam 0.5 MG Oral Tablet"}


def test_a_proposal_that_no_longer_stands_cannot_be_taken_over(clinic):
    take(clinic, file_of(PERSON, CONDITION))
    patient = Patient.objects.get(family_name="Moreau")
    old = received_proposals(patient).facts
    take(clinic, file_of(CONDITION | {"clinicalStatus": {"coding": [{"code": "resolved"}]}}))
    with pytest.raises(ProposalError):
        accept_proposals(patient=patient, proposals=old, by=clinic.prescriber, at=clinic.at)
    assert patient.facts.count() == 0


def test_lines_of_history_hold_all_that_was_received(clinic):
    take(clinic, file_of(PERSON, CONDITION, MEDICINE, WEIGHT))
    for line in HistoryEntry.objects.all():
        assert line.kind in RECEIVED_KINDS
        assert value_of(line.kind, line.details) is not None


def test_the_report_is_plain_json(clinic):
    report = take(clinic, file_of(PERSON, CONDITION, MEDICINE, WEIGHT, {"resourceType": "Pateint"}))
    values = json.loads(json.dumps(to_json(report)))
    assert values["totals"]["imported"] == 4
    assert values["types"]["Pateint"]["refused"] == 1


def test_verify_covers_what_was_imported(clinic, tmp_path):
    take(clinic, file_of(PERSON, CONDITION, MEDICINE, WEIGHT, CLINIC_NURSE))
    keep_transitions()
    last = AuditEvent.objects.latest("sequence")
    write_head(tmp_path / "head", last.sequence, last.hash)
    found = verify(tmp_path / "head")
    assert found.is_sound, found.fault
    assert found.counts["records_importedresource"] == 5


def test_eleven_people_of_the_shared_bundles_once(clinic, shared_data):
    folder = shared_data / "fhir-synthea-bundles"
    files = [ReceivedFile(path.name, folder.name, path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    before = Patient.objects.count()
    report = take(clinic, *files)
    assert Patient.objects.count() - before == 11
    assert report.total(Fate.REFUSED) == 0
    assert report.dangling == []
    assert sum(sum(c.values()) for c in report.counts.values()) == 9461
    again = take(clinic, *files)
    assert again.total(Fate.IMPORTED) == again.total(Fate.KEPT) == 0


def test_every_dangling_reference_of_the_shared_examples_is_named(clinic, shared_data):
    """Twin: references counted by hand over the files, each source on its own."""
    root = shared_data / "fhir-examples"
    files = [ReceivedFile(path.name, path.parent.name, path.read_bytes()) for path in sorted(root.rglob("*.json"))]
    report = take(clinic, *files)
    named = {(d.resource, d.reference) for d in report.dangling}
    assert ("Patient/example", "Organization/1") in named
    assert ("Observation/PHQ9-panel-example-44249-1", "Observation/PHQ9-item-example-44250-9") in named
    assert ("Observation/PHQ9-panel-example-44249-1", "Observation/PHQ9-item-example-44260-8") not in named
    assert [line.resource for line in report.not_recorded if "cancelled" in line.reason] == ["Observation/blood-pressure-cancel"]


def test_the_report_of_a_batch_names_what_could_not_be_read(clinic):
    whole = file_of(PERSON, CONDITION)
    take(clinic, ReceivedFile("half.json", "north", whole.content[: whole.content.index('"Condition"')]), ReceivedFile("x.json", "n", "{"))
    report = ImportBatch.objects.get().report
    assert "cut in half" in report["refused"][0]["reason"]
    assert [document["is_whole"] for document in report["documents"]] == [False]


def test_an_allergy_named_by_its_reaction_alone_is_named(clinic):
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": {"reference": "Patient/p1"},
        "reaction": [{"substance": {"text": "Latex"}}],
    }
    take(clinic, file_of(PERSON, allergy))
    assert HistoryEntry.objects.get(kind="allergy").details["text"] == "Latex"

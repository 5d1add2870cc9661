"""A delimited file into the record: new, the same, suspected, refused; twice; interrupted; and nothing believed."""

from __future__ import annotations

import pytest

from fanlight.care.rules import Stage
from fanlight.core.errors import InputError
from fanlight.core.instants import clinic_date
from fanlight.exchange.csv_files import Choice, Mapping, read_table
from fanlight.records.audit import change
from fanlight.records.csv_importing import content_of, import_csv, keep_mapping, keep_upload, kept_mappings
from fanlight.records.csv_planning import dry_run
from fanlight.records.judging import screen_patient
from fanlight.records.knowledge import current_facts, patient_facts
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, Patient, PatientIdentifier, ReceivedFact
from fanlight.records.policies import NotAllowedError
from fanlight.records.received_answers import open_received, settle_received

HEAD = "No,Family,Given,Born,Sex,Tel,Kg,Epilepsy,Meds,Allergies"
MAPPING = Mapping(
    "North practice",
    (
        Choice("No", "number"),
        Choice("Family", "family_name"),
        Choice("Given", "given_names"),
        Choice("Born", "birth_date", day_format="iso"),
        Choice("Sex", "sex"),
        Choice("Tel", "phone"),
        Choice("Kg", "weight_kg", unit="[lb_av]"),
        Choice("Epilepsy", "seizure_disorder"),
        Choice("Meds", "medications"),
        Choice("Allergies", "allergy"),
    ),
)
FILE = f"""{HEAD}
n1,Moreau,Anna,1980-05-06,F,555 0101,154,no,sertraline 50 mg; lorazepam,NKDA
n2,=cmd|' /C calc'!A0,Bo,1975-01-02,m,,,yes,,latex
,Odell,Ada,1985-02-03,f,,,,,
n1,Moreau,Anna,1980-05-06,F,,156,,,
n1,Smith,Joan,1961-01-01,F,,,,,
n4,,Zed,1990-13-40,?,,fat,maybe,,
""".encode()


def take(clinic, content=FILE, mapping=MAPPING, **more):
    return import_csv(name="north.csv", content=content, mapping=mapping, by=clinic.nurse, at=clinic.at, library=library(), **more)


def planned(clinic, content=FILE, mapping=MAPPING):
    at = clinic.at
    return dry_run(read_table(content), mapping, site=clinic.site, content=library(), today=clinic_date(at, clinic.site.zone))


def test_a_dry_run_says_of_every_row_what_it_would_do_and_writes_nothing(clinic):
    links = AuditEvent.objects.count()
    found = planned(clinic)
    assert [(plan.person.row, plan.fate.value, plan.same_as) for plan in found.plans] == [
        (2, "new", 0),
        (3, "new", 0),
        (4, "suspected duplicate", 0),  # O'Dell, Ada is on record with that birth date
        (5, "same person", 2),
        (6, "refused", 0),  # the number of row 2 with another name and another birth date
        (7, "refused", 0),
    ]
    assert found.plans[2].patient_pk == clinic.patient.pk
    assert {fault.column for fault in found.plans[5].faults} == {"Family", "Born", "Sex", "Kg", "Epilepsy"}
    assert (Patient.objects.count(), AuditEvent.objects.count()) == (1, links)


def test_a_mapping_that_leaves_something_open_reads_nothing(clinic):
    with pytest.raises(InputError) as found:
        planned(clinic, mapping=Mapping("", (Choice("Kg", "weight_kg"),)))
    assert len(found.value.faults) == 4  # no name, no birth date, no sender, no unit


def test_what_the_dry_run_said_is_what_is_written(clinic):
    batch = take(clinic)
    assert batch.report["totals"] == {"new": 2, "same person": 1, "suspected duplicate": 1, "refused": 2}
    assert (batch.report["entered"], Patient.objects.count()) == (2, 3)
    odd = Patient.objects.get(given_names="Bo")
    assert odd.family_name == "=cmd|' /C calc'!A0"  # kept as text
    assert PatientIdentifier.objects.get(value="n1").system == "csv:north practice"
    assert not any("Moreau" in str(line) or "fat" in str(line) for line in batch.report["refused"])


def test_what_comes_is_received_and_answers_no_rule(clinic):
    take(clinic)
    anna = Patient.objects.get(family_name="Moreau")
    said = {(row.name, str(row.value)) for row in open_received(anna)}
    assert ("seizure_disorder", "False") in said
    assert len([name for name, _ in said if name == "weight_kg"]) == 2  # both weights stand; a person looks
    assert current_facts(anna) == {}
    assert "seizure_disorder" not in patient_facts(anna, library(), at=clinic.at)
    protocol = next(iter(library().protocols.values()))
    before = screen_patient(clinic.patient, protocol, None, library(), stage=Stage.SCREEN, at=clinic.at)
    after = screen_patient(anna, protocol, None, library(), stage=Stage.SCREEN, at=clinic.at)
    assert [(a.rule.id, a.answer) for a in after.rules] == [(a.rule.id, a.answer) for a in before.rules]


def test_taken_over_one_by_one_a_fact_keeps_who_said_it(clinic):
    take(clinic)
    anna = Patient.objects.get(family_name="Moreau")
    rows = {(row.name, str(row.value)): row.pk for row in open_received(anna)}
    wanted = [rows["seizure_disorder", "False"], rows["weight_kg", "69.85322498"]]
    aside = [rows["weight_kg", "70.76040972"]]
    assert settle_received(patient=anna, taken=wanted, aside=aside, by=clinic.nurse, at=clinic.at) == 2
    facts = current_facts(anna)
    assert facts["seizure_disorder"].value is False
    assert facts["weight_kg"].source == "from North practice, given as 154 lb"
    assert [row.name for row in open_received(anna)] == ["medications", "medications"]
    settle_received(patient=anna, taken=[row.pk for row in open_received(anna)], aside=[], by=clinic.nurse, at=clinic.at)
    names = [row["name"] for row in patient_facts(anna, library(), at=clinic.at).value("medications")]
    assert names == ["sertraline 50 mg", "lorazepam"]


def test_the_same_file_again_adds_nothing(clinic):
    take(clinic)
    people, facts = Patient.objects.count(), ReceivedFact.objects.count()
    again = take(clinic)
    assert (Patient.objects.count(), ReceivedFact.objects.count()) == (people, facts)
    assert again.report["totals"] == {"new": 0, "same person": 3, "suspected duplicate": 1, "refused": 2}
    assert (again.report["facts_received"], again.report["facts_unchanged"]) == (0, facts)


def test_a_file_without_numbers_again_is_suspected_and_left_out(clinic):
    mapping = Mapping("south", tuple(choice for choice in MAPPING.choices if choice.target != "number"))
    take(clinic, mapping=mapping)
    people = Patient.objects.count()
    again = take(clinic, mapping=mapping)
    assert (Patient.objects.count(), again.report["entered"]) == (people, 0)


def test_an_import_cut_short_is_taken_up_again(clinic, monkeypatch):
    import fanlight.records.csv_importing as room

    born = [f"19{at % 60 + 30}-0{at % 9 + 1}-1{at % 9}" for at in range(40)]
    lines = "".join(f"m{at},Person{'abcdefghij'[at % 10] * (at // 10 + 3)},X,{born[at]},f,,{100 + at},,,\n" for at in range(40))
    content = f"{HEAD}\n{lines}".encode()
    monkeypatch.setattr(room, "_CHUNK", 10)
    calls = []

    def stop(what, done, of):
        if what == "writing":
            calls.append(done)
            if len(calls) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(clinic, content, progress=stop)
    assert Patient.objects.filter(family_name__startswith="Person").count() == 20
    batch = take(clinic, content)
    assert Patient.objects.filter(family_name__startswith="Person").count() == 40
    assert batch.report["totals"]["same person"] == 20
    assert len(set(Patient.objects.values_list("number", flat=True))) == Patient.objects.count()


def test_suspected_ones_are_entered_only_when_asked_for(clinic):
    batch = take(clinic, with_suspected=True)
    assert batch.report["entered"] == 3
    (line,) = batch.report["suspected"]
    assert line["like"] == clinic.patient.pk
    assert Patient.objects.get(pk=line["patient"]).family_name == "Odell"


def test_our_own_number_finds_the_record_and_a_strange_one_is_refused(clinic):
    head = "Ours,Family,Born\n"
    columns = (Choice("Ours", "clinic_number"), Choice("Family", "family_name"), Choice("Born", "birth_date", day_format="iso"))
    mapping = Mapping("x", columns)
    text = f"{head}{clinic.patient.number.lower()},O'Dell,1985-02-03\n{clinic.patient.number},Odell,1985-02-04\nFL-9999,A,1990-01-01\n"
    found = planned(clinic, text.encode(), mapping)
    assert [plan.fate.value for plan in found.plans] == ["same person", "same person", "refused"]
    assert "birth date; nothing is overwritten" in found.plans[1].attention


def test_a_kept_mapping_is_found_by_its_newest_and_kept_once(clinic):
    first = keep_mapping(name="north", mapping=MAPPING, by=clinic.nurse, at=clinic.at)
    assert keep_mapping(name="north", mapping=MAPPING, by=clinic.nurse, at=clinic.at).pk == first.pk
    other = Mapping("North practice", MAPPING.choices[:4])
    keep_mapping(name="north", mapping=other, by=clinic.nurse, at=clinic.at)
    assert kept_mappings(clinic.site) == {"north": other}


def test_an_upload_is_kept_to_the_byte(clinic):
    content = "a;b\nÅsa;1\n".encode("utf-16")
    row = keep_upload(name="x.csv", content=content, by=clinic.nurse, at=clinic.at)
    assert content_of(row) == content
    assert keep_upload(name="x.csv", content=content, by=clinic.nurse, at=clinic.at).pk == row.pk


def test_who_may_not_import_may_not(clinic):
    with pytest.raises(NotAllowedError):
        import_csv(name="x", content=FILE, mapping=MAPPING, by=clinic.therapist, at=clinic.at, library=library())
    assert Patient.objects.count() == 1


def test_an_audit_link_for_every_part(clinic):
    with change("before", at=clinic.at, by=clinic.nurse):
        pass
    take(clinic)
    actions = list(AuditEvent.objects.order_by("-sequence").values_list("action", flat=True)[:2])
    assert actions == ["import_csv_report", "import_csv"]

"""Two records, one person: read as one under the survivor, taken apart without a trace in what is read."""

from __future__ import annotations

from datetime import date

import pytest

from fanlight.care.rules import Stage
from fanlight.care.screening import screening_as_json
from fanlight.records.actions.merging import MergeError, merge_patients, say_two_people, unmerge_patients, why_not
from fanlight.records.actions.patients import add_history, current_history, record_facts, register_patient, sign_consent
from fanlight.records.actions.tasks import open_task
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.importing import ReceivedFile, import_fhir
from fanlight.records.judging import screen_patient
from fanlight.records.knowledge import allergy_words, current_facts
from fanlight.records.library import library
from fanlight.records.merged import like_this, survivors, suspected_pairs, with_merged
from fanlight.records.models import Consent, Patient, PatientFact, PatientMerge, ScaleResponse
from fanlight.records.policies import NotAllowedError

TODAY = date(2026, 11, 12)
READ = ("facts", "history", "courses", "consents", "tasks", "decisions", "scale_responses", "scale_forms", "risks", "received_facts")


@pytest.fixture
def two(clinic):
    """The patient of the clinic and the same person entered once more, each with something of their own."""
    again = register_patient(
        family_name="ODell", given_names="Ada", birth_date=date(1985, 2, 3), sex="female", by=clinic.front_desk, at=clinic.at, today=TODAY
    )
    record_facts(
        patient=clinic.patient, facts=[{"name": "seizure_disorder", "value": False}], by=clinic.nurse, at=clinic.at, source="asked"
    )
    record_facts(
        patient=again, facts=[{"name": "weight_kg", "value": "70", "unit": "kg"}], by=clinic.nurse, at=clinic.at, source="measured"
    )
    add_history(patient=again, kind="allergy", details={"substance": "latex"}, by=clinic.nurse, at=clinic.at, source="asked")
    sign_consent(
        patient=again,
        document_id="ketamine",
        document_version="1",
        document_hash="0" * 64,
        signer="Ada",
        signer_relation="patient",
        signed_at=clinic.at,
        by=clinic.nurse,
        at=clinic.at,
    )
    open_task(
        site=clinic.site, key="call", kind="call", title="Call.", owner=clinic.nurse, due_at=clinic.at, patient=again, at=clinic.at, by=None
    )
    return fresh(clinic.patient), fresh(again)


def fresh(patient: Patient) -> Patient:
    return Patient.objects.select_related("site").get(pk=patient.pk)


def reads(patient: Patient, clinic) -> str:
    """A hash of everything read of a person: rows by every way to them, and the screening made of them."""
    row = fresh(patient)
    found = {name: sorted(getattr(row, name).values_list("pk", flat=True)) for name in READ}
    found["consents direct"] = list(Consent.objects.filter(patient=row).values_list("pk", flat=True))
    found["facts in force"] = sorted((name, str(fact.value), fact.source) for name, fact in current_facts(row).items())
    found["allergy"] = allergy_words(row)
    protocol = next(iter(library().protocols.values()))
    result = screen_patient(row, protocol, None, library(), stage=Stage.SCREEN, at=clinic.site.patients.first().entered_at, on=TODAY)
    found["screening"] = screening_as_json(result)
    found["who"] = [row.name, row.number, row.birth_date, row.phone, row.survivor.pk, row.record_ids]
    return sha256(canonical_json(found))


def merge(clinic, keep, gone, **more):
    given = {"grounds": "the same name", "by": clinic.nurse, "second": clinic.prescriber, "at": clinic.at} | more
    return merge_patients(survivor=keep, merged=gone, **given)


def test_the_two_are_suspected_and_stay_apart_until_two_people_say_so(clinic, two):
    keep, gone = two
    assert [(one, other) for one, other, _ in suspected_pairs(clinic.site)] == [(keep.pk, gone.pk)]
    assert [other.pk for other, _ in like_this(keep)] == [gone.pk]
    assert allergy_words(keep) == "not asked"
    for second in (None, clinic.nurse, clinic.therapist):
        with pytest.raises(MergeError) as found:
            merge(clinic, keep, gone, second=second)
        assert found.value.code == "FAN-MERGE-001"
    with pytest.raises(NotAllowedError):
        merge(clinic, keep, gone, by=clinic.therapist, second=clinic.nurse)
    assert PatientMerge.objects.count() == 0


def test_merged_both_are_read_as_one_and_apart_again_as_before(clinic, two):
    keep, gone = two
    before = reads(keep, clinic), reads(gone, clinic)
    made = merge(clinic, keep, gone)
    here = fresh(keep)
    assert set(current_facts(here)) == {"seizure_disorder", "weight_kg"}
    assert allergy_words(here) == "latex"
    assert (here.consents.count(), here.tasks.count()) == (1, 1)
    assert reads(keep, clinic) != before[0]
    assert fresh(gone).survivor.pk == keep.pk
    assert suspected_pairs(clinic.site) == []
    assert PatientFact.objects.get(name="weight_kg").patient_id == gone.pk  # nothing was moved
    unmerge_patients(merge=made, reason="Two sisters.", by=clinic.nurse, second=clinic.prescriber, at=clinic.at)
    assert (reads(keep, clinic), reads(gone, clinic)) == before


def test_a_row_asked_for_through_either_record_is_the_same_row(clinic, two):
    keep, gone = two
    merge(clinic, keep, gone)
    assert [row.pk for row in current_history(fresh(gone), "allergy")] == [row.pk for row in current_history(fresh(keep), "allergy")]
    assert ScaleResponse.objects.filter(patient=fresh(keep)).count() == 0


def test_one_record_into_another_into_a_third(clinic, two):
    keep, gone = two
    third = register_patient(
        family_name="O Dell", given_names="Ada", birth_date=date(1985, 2, 3), sex="female", by=clinic.nurse, at=clinic.at, today=TODAY
    )
    first = merge(clinic, keep, gone)
    merge(clinic, fresh(third), fresh(keep))
    assert survivors(clinic.site) == {gone.pk: third.pk, keep.pk: third.pk}
    assert set(fresh(gone).record_ids) == {third.pk, keep.pk, gone.pk}
    assert set(current_facts(fresh(third))) == {"seizure_disorder", "weight_kg"}
    assert with_merged(clinic.site, [gone.pk]) == {third.pk: third.pk, keep.pk: third.pk, gone.pk: third.pk}
    unmerge_patients(merge=first, reason="Not her.", by=clinic.nurse, second=clinic.prescriber, at=clinic.at)
    assert set(current_facts(fresh(third))) == {"seizure_disorder"}
    assert fresh(gone).survivor.pk == gone.pk


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"birth_date": date(1985, 3, 2)}, "birth dates differ"), ({"sex": "male"}, "sex differs"), ({"is_synthetic": True}, "invented")],
)
def test_what_contradicts_blocks(clinic, two, change, reason):
    keep, gone = two
    for name, value in change.items():
        setattr(gone, name, value)
    Patient.objects.filter(pk=gone.pk).update(**change)
    assert reason in why_not(keep, gone)[0]
    with pytest.raises(MergeError) as found:
        merge(clinic, keep, gone)
    assert found.value.code == "FAN-MERGE-002"


def test_a_sex_that_was_never_said_does_not_block(clinic, two):
    keep, gone = two
    gone.sex = "unknown"
    assert why_not(keep, gone) == []


def test_what_is_merged_cannot_be_merged_again_nor_with_itself(clinic, two):
    keep, gone = two
    made = merge(clinic, keep, gone)
    for pair in ((keep, gone), (gone, keep), (keep, keep)):
        with pytest.raises(MergeError):
            merge(clinic, *(fresh(row) for row in pair))
    unmerge_patients(merge=made, reason="x", by=clinic.nurse, second=clinic.prescriber, at=clinic.at)
    with pytest.raises(MergeError):
        unmerge_patients(merge=made, reason="x", by=clinic.nurse, second=clinic.prescriber, at=clinic.at)
    merge(clinic, fresh(gone), fresh(keep))  # and the other way round it can be done now


def test_two_people_said_to_be_two_are_not_suspected_again(clinic, two):
    keep, gone = two
    say_two_people(one=gone, other=keep, by=clinic.nurse, at=clinic.at)
    assert suspected_pairs(clinic.site) == []
    assert like_this(keep) == []


def test_what_comes_by_the_merged_records_number_goes_to_the_survivor(clinic, two):
    keep, gone = two
    numbered = '{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"7"}]'
    said = numbered + ',"name":[{"family":"ODell"}],"birthDate":"1985-02-03"}'
    import_fhir(files=[ReceivedFile("p.json", "x", said)], by=clinic.nurse, at=clinic.at)
    third = Patient.objects.order_by("-pk").first()
    merge(clinic, keep, third)
    more = said.replace('"id":"p"', '"id":"q"')
    import_fhir(files=[ReceivedFile("q.json", "x", more)], by=clinic.nurse, at=clinic.at)
    assert Patient.objects.count() == 3
    assert gone.pk != keep.pk


def test_a_patients_page_asks_for_likenesses_in_few_questions_however_many_share_a_name(clinic, two, django_assert_max_num_queries):
    for day in range(1, 20):
        register_patient(
            family_name="ODell",
            given_names=f"N{day}",
            birth_date=date(1960, 1, day),
            sex="female",
            by=clinic.nurse,
            at=clinic.at,
            today=TODAY,
        )
    with django_assert_max_num_queries(9):
        assert [other.pk for other, _ in like_this(fresh(two[1]))] == [two[0].pk]

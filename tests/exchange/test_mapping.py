"""What received resources become, and every trap of the interoperability reference that concerns input."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fanlight.exchange.fhir import Fate, map_resource, pair_blood_pressures, screening_facts
from fanlight.exchange.fhir.check_digits import is_loinc, is_npi
from fanlight.exchange.fhir.dates import Precision, parse_date
from fanlight.exchange.fhir.inspection import inspect
from fanlight.exchange.fhir.limits import Limits
from fanlight.records.code_tables import code_tables

TODAY = date(2026, 11, 12)
UCUM = "http://unitsofmeasure.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def mapped(kind: str, **fields):
    return map_resource({"resourceType": kind, "id": "a", **fields}, code_tables(), TODAY)


def patient(**fields):
    person = {"name": [{"family": "Moreau", "given": ["Ida", "Ruth"]}], "birthDate": "1980-05-06", "gender": "female"} | fields
    return mapped("Patient", **person)


def coded(code: str, system: str = "http://loinc.org", text: str = ""):
    return {"coding": [{"system": system, "code": code}], "text": text}


def vital(loinc: str, value=None, unit: str = "", *, system: str = UCUM, **fields):
    quantity = {} if value is None else {"valueQuantity": {"value": value, "unit": unit, "code": unit, "system": system}}
    return mapped(
        "Observation",
        **{
            "status": "final",
            "code": coded(loinc),
            "effectiveDateTime": "2026-11-01T09:30:00-05:00",
            "category": [coded("vital-signs", "http://terminology.hl7.org/CodeSystem/observation-category")],
            **quantity,
            **fields,
        },
    )


class TestPatients:
    def test_a_whole_person(self):
        found = patient(telecom=[{"system": "phone", "value": "1", "use": "old"}, {"system": "phone", "value": "2", "use": "home"}])
        assert found.fate is Fate.IMPORTED
        assert (found.value.family_name, found.value.given_names, found.value.sex, found.value.phone) == (
            "Moreau",
            "Ida Ruth",
            "female",
            "2",
        )
        assert found.value.birth_date.day == date(1980, 5, 6)

    @pytest.mark.parametrize(
        ("born", "fate"), [("1980", Fate.KEPT), ("1980-05", Fate.KEPT), (None, Fate.KEPT), ("2026-11-12", Fate.IMPORTED)]
    )
    def test_a_partial_birth_date_is_never_completed(self, born, fate):
        assert patient(birthDate=born).fate is fate

    @pytest.mark.parametrize("born", ["2026-11-13", "1890-01-01"])
    def test_a_birth_date_in_the_future_or_too_long_ago_is_quarantined(self, born):
        assert patient(birthDate=born).fate is Fate.QUARANTINED

    def test_the_official_name_is_taken_and_a_former_one_is_not(self):
        found = patient(
            name=[{"use": "maiden", "family": "Old"}, {"use": "nickname", "given": ["Jim"]}, {"use": "official", "family": "New"}]
        )
        assert found.value.family_name == "New"

    def test_a_merged_record_is_kept_and_names_the_one_that_lives(self):
        found = patient(link=[{"type": "replaced-by", "other": {"reference": "Patient/b"}}])
        assert (found.fate, found.replaced_by) == (Fate.KEPT, "Patient/b")

    def test_a_record_out_of_use_is_kept(self):
        assert patient(active=False).fate is Fate.KEPT

    def test_death_is_put_before_a_person(self):
        assert "deceased" in patient(deceasedDateTime="2020").attention
        assert patient(deceasedBoolean=False).attention == ""

    def test_identifiers_need_both_parts(self):
        found = patient(identifier=[{"system": "urn:x", "value": "1"}, {"value": "2"}, {"system": "urn:y"}])
        assert [(item.system, item.value) for item in found.value.identifiers] == [("urn:x", "1")]

    def test_unknown_extensions_and_empty_genders_do_no_harm(self):
        assert patient(extension=[{"url": "urn:anything", "valueString": "x"}], gender="x").value.sex == "unknown"


class TestObservations:
    def test_a_blood_pressure_panel(self):
        parts = [
            {"code": coded("8480-6"), "valueQuantity": {"value": 120, "code": "mm[Hg]", "system": UCUM}},
            {"code": coded("8462-4"), "dataAbsentReason": coded("not-asked", "x")},
        ]
        found = vital("85354-9", component=parts)
        assert [(m.measure, m.value) for m in found.value.measurements] == [("systolic_mmhg", Decimal(120))]

    def test_halves_of_one_moment_are_one_reading(self):
        records = [("Observation/s", vital("8480-6", 120, "mm[Hg]").value), ("Observation/d", vital("8462-4", 80, "mm[Hg]").value)]
        (reading,) = pair_blood_pressures(records)
        assert (reading.systolic_mmhg, reading.diastolic_mmhg, reading.origins) == (120, 80, ("Observation/s", "Observation/d"))

    def test_halves_of_two_moments_or_devices_stay_apart(self):
        later = vital("8462-4", 80, "mm[Hg]", effectiveDateTime="2026-11-01T09:35:00-05:00").value
        other = vital("8462-4", 80, "mm[Hg]", device={"reference": "Device/2"}).value
        first = ("Observation/s", vital("8480-6", 120, "mm[Hg]").value)
        assert len(pair_blood_pressures([first, ("Observation/d", later)])) == 2
        assert len(pair_blood_pressures([first, ("Observation/d", other)])) == 2

    def test_three_halves_of_one_moment_are_never_joined_crosswise(self):
        records = [(f"Observation/{n}", vital("8480-6", 120 + n, "mm[Hg]").value) for n in (1, 2)]
        records.append(("Observation/d", vital("8462-4", 80, "mm[Hg]").value))
        assert all(r.systolic_mmhg is None or r.diastolic_mmhg is None for r in pair_blood_pressures(records))

    @pytest.mark.parametrize("code", ["2708-6", "59408-5"])
    def test_either_saturation_code_is_saturation(self, code):
        assert vital(code, 97, "%").value.measurements[0].measure == "spo2_percent"

    def test_both_saturation_codes_are_one_reading(self):
        both = {"coding": [{"system": "http://loinc.org", "code": code} for code in ("2708-6", "59408-5")]}
        assert len(vital("2708-6", 97, "%", code=both).value.measurements) == 1

    @pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary", "registered", "unknown", ""])
    def test_an_unfinished_observation_is_kept_and_never_a_fact(self, status):
        assert vital("8867-4", 70, "/min", status=status).fate is Fate.KEPT

    @pytest.mark.parametrize("quantity", [{"value": 154, "unit": "lb"}, {"value": 154, "unit": "kg"}, {"value": 70, "code": "kg"}])
    def test_a_weight_without_code_and_system_is_quarantined(self, quantity):
        found = vital("29463-7", valueQuantity=quantity)
        assert found.fate is Fate.QUARANTINED
        assert "never guessed" in found.reason

    def test_pounds_with_their_code_are_pounds(self):
        reading = vital("29463-7", 154, "[lb_av]").value.measurements[0]
        assert (reading.value, reading.unit) == (154, "[lb_av]")

    def test_a_unit_often_received_is_mapped_and_kept_as_written(self):
        reading = vital("8480-6", 120, "mmHg").value.measurements[0]
        assert (reading.unit, reading.received_unit) == ("mm[Hg]", "mmHg")

    @pytest.mark.parametrize("unit", ["stone", "mg", "/min"])
    def test_any_other_unit_is_quarantined(self, unit):
        assert vital("29463-7", 70, unit).fate is Fate.QUARANTINED

    @pytest.mark.parametrize(
        ("kg", "fate"),
        [("24.9", Fate.QUARANTINED), ("25", Fate.IMPORTED), ("350", Fate.IMPORTED), ("350.1", Fate.QUARANTINED), ("700", Fate.QUARANTINED)],
    )
    def test_a_weight_is_believed_from_25_to_350_kg(self, kg, fate):
        assert vital("29463-7", Decimal(kg), "kg").fate is fate

    def test_a_comparator_is_not_a_number(self):
        found = vital("29463-7", valueQuantity={"value": 70, "comparator": "<", "code": "kg", "system": UCUM})
        assert found.fate is Fate.QUARANTINED

    def test_a_reading_from_the_future_is_quarantined(self):
        assert vital("8867-4", 70, "/min", effectiveDateTime="2026-11-14").fate is Fate.QUARANTINED
        assert vital("8867-4", 70, "/min", effectiveDateTime="2026-11-13").fate is Fate.IMPORTED

    def test_no_value_and_no_time_are_not_readings(self):
        assert "unknown" in vital("8867-4", dataAbsentReason=coded("unknown", "x")).reason
        assert vital("8867-4", 70, "/min", effectiveDateTime=None).fate is Fate.KEPT

    def test_digits_are_kept(self):
        assert str(vital("8310-5", Decimal("37.10"), "Cel").value.measurements[0].value) == "37.10"

    def test_a_mistyped_loinc_code_is_kept_in_words_and_charted_nowhere(self):
        found = vital("8480-7", 120, "mm[Hg]")
        assert found.fate is Fate.IMPORTED
        assert found.value.measurements == ()
        assert "check digit" in found.warnings[0]

    def test_an_answer_about_suicide_is_put_before_a_person(self):
        answer = {"coding": [{"system": "http://loinc.org", "code": "LA6569-3"}]}
        assert "suicide" in vital("44260-8", valueCodeableConcept=answer).attention
        none = {"coding": [{"system": "http://loinc.org", "code": "LA6568-5"}]}
        assert vital("44260-8", valueCodeableConcept=none).attention == ""

    def test_what_is_neither_vital_sign_nor_survey_is_kept(self):
        assert vital("718-7", 13, "g/dL", category=[coded("laboratory", "x")]).fate is Fate.KEPT


class TestProblems:
    @pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
    @pytest.mark.parametrize("kind", ["Condition", "AllergyIntolerance"])
    def test_what_was_refuted_is_kept_and_not_shown(self, kind, status):
        found = mapped(kind, code=coded("F32.1", ICD), verificationStatus=coded(status, "x"))
        assert found.fate is Fate.KEPT

    @pytest.mark.parametrize("text", ["No known allergies", "NKDA", "no known drug allergy"])
    def test_no_known_allergy_is_not_an_allergy(self, text):
        assert mapped("AllergyIntolerance", code={"text": text}).value.is_negation
        assert not mapped("AllergyIntolerance", code={"text": "Penicillin"}).value.is_negation

    def test_an_uncoded_allergy_is_shown_and_said_to_be_uncoded(self):
        found = mapped("AllergyIntolerance", code={"text": "that red pill"})
        assert found.fate is Fate.IMPORTED
        assert "not coded" in found.warnings[0]

    def test_partial_dates_stay_partial(self):
        onset = mapped("Condition", code=coded("F32.1", ICD), onsetDateTime="2019-04").value.onset
        assert (onset.text, onset.precision, onset.day) == ("2019-04", Precision.MONTH, None)

    def test_all_codings_are_kept(self):
        both = {"coding": [{"system": ICD, "code": "F32.1"}, {"system": "urn:own", "code": "17"}], "text": "Low mood"}
        assert [c.code for c in mapped("Condition", code=both).value.concept.codings] == ["F32.1", "17"]


class TestMedicines:
    def order(self, **fields):
        return mapped(
            "MedicationRequest", **{"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "Sertraline"}, **fields}
        )

    @pytest.mark.parametrize("intent", ["proposal", "plan", "option", None])
    def test_what_was_only_thought_of_is_not_a_medicine(self, intent):
        assert self.order(intent=intent).fate is Fate.KEPT

    def test_do_not_perform_is_obeyed(self):
        assert self.order(doNotPerform=True).fate is Fate.KEPT
        assert self.order(doNotPerform=False).fate is Fate.IMPORTED

    @pytest.mark.parametrize(
        ("status", "current"), [("active", True), ("completed", False), ("stopped", False), ("unknown", None), ("on-hold", None)]
    )
    def test_statuses_say_whether_it_is_taken(self, status, current):
        assert self.order(status=status).value.is_current is current

    @pytest.mark.parametrize("status", ["cancelled", "draft", "entered-in-error", None])
    def test_statuses_that_nobody_takes(self, status):
        assert self.order(status=status).fate is Fate.KEPT

    @pytest.mark.parametrize("status", ["not-taken", "intended", "entered-in-error"])
    def test_a_statement_of_what_is_not_taken(self, status):
        assert mapped("MedicationStatement", status=status, medicationCodeableConcept={"text": "x"}).fate is Fate.KEPT

    def test_a_contained_medicine_gives_its_name(self):
        found = self.order(
            medicationCodeableConcept=None,
            medicationReference={"reference": "#m"},
            contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Lithium"}}],
        )
        assert found.value.concept.words == "Lithium"

    def test_a_field_of_a_later_release_names_no_medicine(self):
        assert self.order(medicationCodeableConcept=None, medication={"concept": {"text": "R5"}}).fate is Fate.KEPT


def test_providers_and_their_numbers():
    good = mapped("Practitioner", name=[{"family": "Ng"}], identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}])
    bad = mapped("Organization", name="North", identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567890"}])
    assert good.value.npi == "1234567893"
    assert (bad.value.npi, bool(bad.warnings)) == ("", True)


@pytest.mark.parametrize(
    ("code", "sound"), [("8480-6", True), ("3150-0", True), ("3150-6", False), ("8480-7", False), ("LA6568-5", False), ("", False)]
)
def test_the_loinc_check_digit(code, sound):
    assert is_loinc(code) is sound


@pytest.mark.parametrize(("number", "sound"), [("1234567893", True), ("1234567890", False), ("123456789", False), ("12345678931", False)])
def test_the_npi_check_digit(number, sound):
    """1234567893 is the worked example of the published check-digit rule."""
    assert is_npi(number) is sound


def test_every_loinc_code_of_the_tables_passes():
    assert all(is_loinc(code) for code in code_tables().measures)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-13", "0001-01-01", "2026-01-01T10:00:60Z", "2026-01-01T10:00:00", "2026-01-01T10:00Z", "1 May", ""]
)
def test_what_is_no_date_is_not_read_as_one(text):
    assert parse_date(text) is None


def test_dates_keep_their_precision_and_instants_are_utc():
    assert parse_date("2026").precision is Precision.YEAR
    assert parse_date("2024-02-29").day == date(2024, 2, 29)
    found = parse_date("2026-11-01T23:30:00.097123456-05:00")
    assert found.instant.isoformat() == "2026-11-02T04:30:00.097123+00:00"
    assert found.day == date(2026, 11, 1)


def test_a_modifier_extension_refuses_wherever_it_stands():
    deep = {"resourceType": "Patient", "contact": [{"name": {"modifierExtension": [{"url": "u"}]}}]}
    assert "contact[0].name.modifierExtension" in inspect(deep).faults[0]
    assert not inspect({"resourceType": "Patient", "extension": [{"url": "u"}]}).faults


def test_depth_and_length_are_bounded_on_both_sides():
    def nested(levels: int):
        value = {}
        for _ in range(levels - 1):
            value = {"a": value}
        return value

    assert not [f for f in inspect(nested(64)).faults if "deeper" in f]
    assert [f for f in inspect(nested(65)).faults if "deeper" in f]
    limits = Limits(string_characters=10)
    assert not inspect({"a": "x" * 10}, limits).faults
    assert inspect({"a": "x" * 11}, limits).faults
    assert inspect({"a": "\ud800"}).faults
    assert inspect({"a": "b\x00"}).faults


@pytest.mark.parametrize("kind", ["Pateint", "RequestOrchestration", "", 3, None])
def test_what_is_no_type_of_r4_is_refused(kind):
    assert map_resource({"resourceType": kind}, code_tables(), TODAY).fate is Fate.REFUSED


def test_ids_follow_the_rule():
    assert map_resource({"resourceType": "Basic", "id": "has_underscore"}, code_tables(), TODAY).fate is Fate.REFUSED
    assert map_resource({"resourceType": "Basic", "id": "a-1.B"}, code_tables(), TODAY).fate is Fate.KEPT


class TestProposals:
    def proposals(self, *records):
        return screening_facts(records, code_tables())

    def test_a_diagnosis_proposes_and_says_where_from(self):
        found = self.proposals(("Condition/9", mapped("Condition", code=coded("F33.1", ICD), clinicalStatus=coded("active", "x")).value))
        (fact,) = found.facts
        assert (fact.fact, fact.value, fact.origin) == ("diagnosis", "major_depression", "from: Condition/9")

    def test_an_ended_psychosis_is_past_and_not_present(self):
        found = self.proposals(("Condition/9", mapped("Condition", code=coded("F20.9", ICD), clinicalStatus=coded("resolved", "x")).value))
        assert [(fact.fact, fact.value) for fact in found.facts] == [("psychosis_past", True)]

    def test_a_suspicion_and_an_unknown_code_are_named_as_not_checked(self):
        found = self.proposals(
            ("Condition/1", mapped("Condition", code=coded("F20.9", ICD), verificationStatus=coded("provisional", "x")).value),
            ("Condition/2", mapped("Condition", code={"text": "feels odd"}).value),
        )
        assert found.facts == ()
        assert [(item.words, item.why) for item in found.not_checked] == [
            ("F20.9", "only provisional"),
            ("feels odd", "no code Fanlight knows"),
        ]

    def test_no_known_allergy_denies_nothing(self):
        found = self.proposals(("AllergyIntolerance/1", mapped("AllergyIntolerance", code={"text": "No known allergy"}).value))
        assert found.facts == ()
        assert len(found.not_checked) == 1

    def test_an_allergy_to_ketamine_by_its_reaction_substance(self):
        substance = coded("293707005", "http://snomed.info/sct")
        found = self.proposals(("AllergyIntolerance/1", mapped("AllergyIntolerance", reaction=[{"substance": substance}]).value))
        assert [(fact.fact, fact.value) for fact in found.facts] == [("hypersensitivity_ketamine", True)]

    def test_nothing_is_ever_proposed_as_absent(self):
        meanings = code_tables().meanings.values()
        assert not [p for meaning in meanings for p in meaning.proposes if p.value is False]

    def test_the_latest_weight_is_proposed_in_its_own_unit_with_its_date(self):
        old = vital("29463-7", 60, "kg", effectiveDateTime="2020-01-01T10:00:00Z").value
        new = vital("29463-7", 154, "[lb_av]").value
        found = {fact.fact: fact for fact in self.proposals(("Observation/2", new), ("Observation/1", old)).facts}
        assert (found["weight_kg"].value, found["weight_kg"].unit) == (154, "[lb_av]")
        assert found["weight_measured_on"].value == "2026-11-01"

    def test_a_blood_pressure_from_elsewhere_never_answers_for_the_chair(self):
        assert self.proposals(("Observation/1", vital("8480-6", 120, "mm[Hg]").value)).facts == ()

    def test_medicines_taken_are_proposed_and_unsure_ones_named(self):
        def order(status):
            return mapped("MedicationRequest", status=status, intent="order", medicationCodeableConcept={"text": "Lithium"}).value

        found = self.proposals(
            ("MedicationRequest/1", order("active")), ("MedicationRequest/2", order("unknown")), ("MedicationRequest/3", order("stopped"))
        )
        assert [fact.value for fact in found.facts] == [{"name": "Lithium"}]
        assert [item.origin for item in found.not_checked] == ["from: MedicationRequest/2"]

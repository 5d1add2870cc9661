"""Scales out to FHIR and back in; the traps seen in official examples."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fanlight.care.scales import Status, score
from fanlight.exchange.questionnaire_answers import read_observations, read_response
from fanlight.exchange.questionnaires import Answered, observations, questionnaire, questionnaire_response
from fanlight.records.instruments import shipped_instrument, shipped_instruments

BASE = "https://clinic.example/fhir"
FILLED = Answered("form-1", "Patient/7", datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "Practitioner/3", is_finished=True)
PHQ = dict(zip([f"q{i}" for i in range(1, 10)], [3, 0, 1, 2, 0, 0, 1, 0, 3], strict=True))


def answers_for(instrument, chance):
    found = {}
    for item in instrument.items:
        values = instrument.answers_of(item.id)
        if chance.random() < 0.1:
            continue
        if values.only_options:
            found[item.id] = chance.choice(values.options).value
        elif values.places:
            found[item.id] = Decimal(chance.randint(values.low * 10**values.places, values.high * 10**values.places)).scaleb(-values.places)
        else:
            found[item.id] = chance.randint(values.low, values.high)
    return found


def no_empties(value):
    if isinstance(value, dict):
        return bool(value) and all(no_empties(part) for part in value.values())
    if isinstance(value, list):
        return bool(value) and all(no_empties(part) for part in value)
    return value is not None and value != ""


@pytest.mark.parametrize("name", sorted(shipped_instruments()))
def test_what_goes_out_comes_back_in(name):
    instrument = shipped_instrument(name)
    chance = random.Random(name)
    for _ in range(5):
        answers = answers_for(instrument, chance)
        own = score(instrument, answers)
        response = questionnaire_response(instrument, answers, FILLED, BASE)
        back = read_response(json.loads(json.dumps(response, default=float)), shipped_instruments().values())
        if answers:
            assert back is not None
            assert back.instrument_id == name
            assert back.faults == ()
            again = back.scored(instrument)
            assert (again.total, again.band, again.subscales) == (own.total, own.band, own.subscales)
            kept = {item["linkId"] for item in response.get("item", [])}
            assert back.answers == {item: value for item, value in answers.items() if item in kept}


@pytest.mark.parametrize("name", sorted(shipped_instruments()))
def test_observations_come_back_in(name):
    instrument = shipped_instrument(name)
    answers = answers_for(instrument, random.Random(name))
    own = score(instrument, answers)
    made = observations(instrument, answers, own, FILLED, BASE)
    back = read_observations(json.loads(json.dumps(made, default=float)), instrument)
    assert back.scored(instrument).total == own.total
    assert not back.disagrees(instrument)
    assert back.stated_total == own.total
    assert all(no_empties(one) for one in made)
    assert all(len(one["id"]) <= 64 and "_" not in one["id"] for one in made)
    assert len({one["id"] for one in made}) == len(made)


@pytest.mark.parametrize("name", sorted(shipped_instruments()))
def test_a_questionnaire_is_well_formed_and_holds_no_total(name):
    instrument = shipped_instrument(name)
    form = questionnaire(instrument, BASE)
    assert no_empties(form)
    links = [item["linkId"] for item in form["item"]]
    assert links == [item.id for item in instrument.items]
    assert "_" not in form["id"]
    assert not set(form["version"]) & set(" ,|#()"), "a canonical address holds no blanks"
    assert all("enableBehavior" in item for item in form["item"] if len(item.get("enableWhen", [])) > 1), "que-12"
    assert not any(code["code"] == instrument.loinc.total for item in form["item"] for code in item["code"] if instrument.loinc.total)
    assert all(("answerOption" in item) == (item["type"] == "choice") for item in form["item"])


def test_phq9_options_carry_their_points_and_loinc_codes():
    item = questionnaire(shipped_instrument("phq9"), BASE)["item"][0]
    assert [(o["valueCoding"]["code"], o["extension"][0]["valueDecimal"]) for o in item["answerOption"]] == [
        ("LA6568-5", 0),
        ("LA6569-3", 1),
        ("LA6570-1", 2),
        ("LA6571-9", 3),
    ]


def test_the_skip_rules_become_enable_when():
    form = {item["linkId"]: item for item in questionnaire(shipped_instrument("cssrs_screener"), BASE)["item"]}
    assert form["q3"]["enableWhen"] == [
        {"question": "q2", "operator": "=", "answerCoding": {"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}}
    ]
    audit = {item["linkId"]: item for item in questionnaire(shipped_instrument("audit_c"), BASE)["item"]}
    assert (len(audit["q2"]["enableWhen"]), audit["q2"]["enableBehavior"]) == (4, "any")


def test_no_wording_leaves_that_may_not():
    for scale in shipped_instruments().values():
        if scale.licence.tier != "A":
            for line, item in zip(questionnaire(scale, BASE)["item"], scale.items, strict=True):
                assert line["text"] == item.topic


def test_an_answer_to_a_question_not_asked_leaves_nothing_behind():
    response = questionnaire_response(shipped_instrument("pc_ptsd5"), {"q0": 0, "q1": 1}, FILLED, BASE)
    assert [item["linkId"] for item in response["item"]] == ["q0"]


def test_the_canonical_pins_the_version_and_the_status_follows_the_form():
    response = questionnaire_response(shipped_instrument("phq9"), PHQ, FILLED, BASE)
    assert response["questionnaire"] == "https://clinic.example/fhir/Questionnaire/phq9|2001"
    assert (response["status"], response["authored"]) == ("completed", "2026-11-20T09:30:00+00:00")


def test_a_total_that_cannot_be_given_says_so_and_is_not_0():
    phq9 = shipped_instrument("phq9")
    half = {f"q{i}": 0 for i in range(1, 6)}
    total = observations(phq9, half, score(phq9, half), FILLED, BASE)[-1]
    assert "valueQuantity" not in total
    assert total["dataAbsentReason"]["text"] == "too many answers are missing"


def test_a_prorated_total_says_so_and_a_band_is_an_interpretation():
    phq9 = shipped_instrument("phq9")
    answers = {**PHQ, "q4": None}
    total = observations(phq9, answers, score(phq9, answers), FILLED, BASE)[-1]
    assert total["note"][0]["text"].startswith("Prorated")
    assert total["interpretation"] == [{"text": "mild"}]
    assert total["code"]["coding"][0]["code"] == "44261-6"
    assert len(total["hasMember"]) == 8


def _load(shared_data, *names):
    return [json.loads((shared_data / "fhir-examples" / name).read_text(encoding="utf-8"), parse_float=Decimal) for name in names]


@pytest.mark.shared_data
def test_the_us_core_phq9_is_12_and_not_24(shared_data):
    (response,) = _load(shared_data, "us-core/QuestionnaireResponse-phq-9-example.json")
    form = read_response(response, shipped_instruments().values())
    assert form is not None
    assert form.instrument_id == "phq9"
    assert form.stated_total == 12
    assert form.answers["q10"] == 1, "the difficulty item is there, and scores nothing"
    assert form.scored(shipped_instrument("phq9")).total == 12
    assert not form.disagrees(shipped_instrument("phq9"))


@pytest.mark.shared_data
def test_a_total_that_disagrees_is_seen(shared_data):
    (response,) = _load(shared_data, "us-core/QuestionnaireResponse-phq-9-example.json")
    response["item"][9]["answer"][0]["valueDecimal"] = 24
    form = read_response(response, shipped_instruments().values())
    assert form.disagrees(shipped_instrument("phq9"))


@pytest.mark.shared_data
def test_questions_nested_in_a_group_are_found(shared_data):
    (response,) = _load(shared_data, "us-core/QuestionnaireResponse-phq-9-example.json")
    nested = {
        **response,
        "item": [
            {"linkId": "group", "item": response["item"][:5]},
            {"linkId": "more", "item": [{"linkId": "deep", "item": response["item"][5:]}]},
        ],
    }
    assert read_response(nested, shipped_instruments().values()).scored(shipped_instrument("phq9")).total == 12


@pytest.mark.shared_data
def test_us_core_observations(shared_data):
    phq9 = shipped_instrument("phq9")
    item, total, panel = _load(
        shared_data,
        "us-core/Observation-PHQ9-item-example-44260-8.json",
        "us-core/Observation-PHQ9-item-example-44261-6.json",
        "us-core/Observation-PHQ9-panel-example-44249-1.json",
    )
    form = read_observations([item, total, panel], phq9)
    assert form.answers == {"q9": 0}
    assert form.stated_total is None, "the official example writes its total as text"
    assert [fault.path for fault in form.faults] == ["44261-6"]
    stated = {key: value for key, value in total.items() if key != "valueString"} | {"valueQuantity": {"value": Decimal("12")}}
    assert read_observations([stated], phq9).stated_total == 12
    assert form.scored(phq9).status is Status.INCOMPLETE, "one item and a stated total are not a whole form"
    mistaken = read_observations([{**item, "status": "entered-in-error"}, total], phq9)
    assert (mistaken.answers, mistaken.is_finished) == ({}, False)


@pytest.mark.shared_data
def test_link_ids_of_another_form_are_read_through_its_questionnaire(shared_data):
    (form,) = _load(shared_data, "r4/Questionnaire-phq-9-questionnaire.json")
    links = [
        "LittleInterest",
        "FeelingDown",
        "TroubleSleeping",
        "FeelingTired",
        "BadAppetite",
        "FeelingBadAboutSelf",
        "TroubleConcentrating",
        "MovingSpeaking",
    ]
    item = [{"linkId": link, "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6570-1"}}]} for link in links]
    item += [
        {"linkId": "TotalScore", "answer": [{"valueInteger": 16}]},
        {"linkId": "Difficulty", "answer": [{"valueCoding": {"code": "LA6573-5"}}]},
    ]
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": item}
    received = read_response(response, shipped_instruments().values(), form)
    assert received.instrument_id == "phq9"
    assert (len(received.answers), received.stated_total, received.ignored) == (8, 16, ("Difficulty",))
    assert received.scored(shipped_instrument("phq9")).flags >= {"suicide_item_missing"}, "this form never asks item 9"
    assert received.disagrees(shipped_instrument("phq9")), "a sum of eight is no total of nine"
    assert read_response(response, shipped_instruments().values()) is None, "without its form nobody can say what was asked"


@pytest.mark.shared_data
def test_a_form_of_something_else_is_nobodys(shared_data):
    (response,) = _load(shared_data, "r4/QuestionnaireResponse-3141.json")
    assert read_response(response, shipped_instruments().values()) is None


def _response(*items, **more):
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": f"{BASE}/Questionnaire/phq9|2001",
        "item": list(items),
        **more,
    }


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([{"valueString": "2"}], "holds no answer"),
        ([{"valueInteger": 1}, {"valueInteger": 2}], "more than once"),
        ([{"valueBoolean": "yes"}], "holds no answer"),
        ([{"valueQuantity": {"value": 2, "comparator": ">"}}], "holds no answer"),
        ([{"valueCoding": {"code": "LA0000-0"}}], "holds no answer"),
    ],
)
def test_what_is_no_answer_is_a_fault_and_missing(answer, reason):
    form = read_response(_response({"linkId": "q1", "answer": answer}), shipped_instruments().values())
    assert "q1" not in form.answers
    assert [fault.path for fault in form.faults] == ["q1"]
    assert reason in form.faults[0].reason


def test_the_same_item_twice_counts_as_missing():
    form = read_response(
        _response({"linkId": "q9", "answer": [{"valueInteger": 0}]}, {"linkId": "q9", "answer": [{"valueInteger": 3}]}),
        shipped_instruments().values(),
    )
    assert "q9" not in form.answers
    assert form.faults


def test_ordinal_values_are_read_where_the_code_is_unknown():
    coding = {
        "system": "urn:x",
        "code": "b",
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}],
    }
    form = read_response(_response({"linkId": "q9", "answer": [{"valueCoding": coding}]}), shipped_instruments().values())
    assert form.answers == {"q9": 2}


def test_a_form_entered_in_error_is_not_read_and_one_in_progress_is_not_finished():
    assert read_response(_response(status="entered-in-error"), shipped_instruments().values()) is None
    assert not read_response(
        _response({"linkId": "q9", "answer": [{"valueInteger": 1}]}, status="in-progress"), shipped_instruments().values()
    ).is_finished


def test_two_items_are_a_phq2():
    items = [
        {"linkId": f"/{code}", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}]}
        for code in ("44250-9", "44255-8")
    ]
    form = read_response({"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}, shipped_instruments().values())
    assert form.instrument_id == "phq2"


ITEM_WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


@pytest.mark.parametrize("url", [ORDINAL_VALUE, ITEM_WEIGHT])
@pytest.mark.parametrize("stands", ["option", "coding"], ids=["beside the option's coding", "inside it"])
def test_an_answer_in_anothers_own_codes_is_worth_what_its_form_says(url, stands):
    def option(code, points):
        worth = {"extension": [{"url": url, "valueDecimal": points}]}
        coding = {"system": "urn:x", "code": code}
        return {"valueCoding": coding, **worth} if stands == "option" else {"valueCoding": {**coding, **worth}}

    loinc = [item.loinc for item in shipped_instrument("phq9").items[:9]]
    options = [option(code, points) for points, code in enumerate("abcd")]
    asked = [
        {"linkId": f"L{n}", "code": [{"system": "http://loinc.org", "code": code}], "answerOption": options} for n, code in enumerate(loinc)
    ]
    form = {"resourceType": "Questionnaire", "item": [{"linkId": "g", "item": asked}]}
    given = [{"linkId": f"L{n}", "answer": [{"valueCoding": {"system": "urn:x", "code": "abcdabcda"[n]}}]} for n in range(9)]
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{"linkId": "g", "item": given}]}
    found = read_response(response, shipped_instruments().values(), form)
    assert (found.instrument_id, found.faults) == ("phq9", ())
    assert list(found.answers.values()) == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    without = read_response(response, shipped_instruments().values(), {"item": [{**one, "answerOption": []} for one in asked]})
    assert without.answers == {}
    assert len(without.faults) == 9, "a code nobody explains is no answer"


@pytest.mark.parametrize("value", [{"valueInteger": 2}, {"valueDecimal": 2.0}, {"valueQuantity": {"value": 2}}])
def test_one_answer_may_come_as_any_kind_of_number(value):
    assert read_response(_response({"linkId": "q9", "answer": [value]}), shipped_instruments().values()).answers == {"q9": 2}


def test_the_version_a_response_names_is_kept():
    named = _response({"linkId": "q9", "answer": [{"valueInteger": 1}]}, questionnaire=f"{BASE}/Questionnaire/phq9|1999")
    assert read_response(named, shipped_instruments().values()).stated_version == "1999"
    own = questionnaire_response(shipped_instrument("phq9"), PHQ, FILLED, BASE)
    assert read_response(own, shipped_instruments().values()).stated_version == "2001"

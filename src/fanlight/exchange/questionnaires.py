"""Scales to FHIR R4: Questionnaire, QuestionnaireResponse and scored Observations. Plain values; no network.

`base` is the site's canonical address, without a slash at its end. Ids hold letters, digits, ``-`` and ``.`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fanlight.care.scales import Instrument, QuestionnaireItem, Score, Status, questionnaire_items
from fanlight.care.scales.answers import read_answers
from fanlight.care.scales.parts import Option
from fanlight.core.instants import as_utc
from fanlight.exchange.fhir.concepts import LOINC, UCUM

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
MIN_VALUE = "http://hl7.org/fhir/StructureDefinition/minValue"
MAX_VALUE = "http://hl7.org/fhir/StructureDefinition/maxValue"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the "
    "LOINC Committee, and is available at no cost under the license at http://loinc.org/license."
)

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """One filled form: whose, when, by whom, and on which form. References are relative (``Patient/17``)."""

    response_id: str
    subject: str
    authored: datetime
    author: str
    is_finished: bool
    encounter: str = ""


def fhir_id(text: str) -> str:
    """A legal FHIR id: an underscore is not allowed in one."""
    return text.replace("_", "-")


def canonical(instrument: Instrument, base: str) -> str:
    """The address of an instrument's Questionnaire, without its version."""
    return f"{base}/Questionnaire/{fhir_id(instrument.id)}"


def canonical_version(instrument: Instrument) -> str:
    """The instrument's version as a canonical address may carry it: without blanks or commas."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", instrument.version).strip("-")


def questionnaire(instrument: Instrument, base: str) -> Resource:
    """An instrument as a Questionnaire. Wording appears only where it may; otherwise the topic in our own words.

    The total is no item of it: a sum over "every number" of a response must never meet the total itself.
    """
    notice = " ".join(part for part in (instrument.licence.notice, LOINC_NOTICE if _has_loinc(instrument) else "") if part)
    return _filled(
        {
            "resourceType": "Questionnaire",
            "id": fhir_id(instrument.id),
            "url": canonical(instrument, base),
            "version": canonical_version(instrument),
            "name": "".join(part.capitalize() for part in instrument.id.split("_")),
            "title": instrument.title,
            "status": "active",
            "subjectType": ["Patient"],
            "copyright": notice,
            "code": [_loinc(instrument.loinc.panel)] if instrument.loinc.panel else [],
            "item": [_question(instrument, line, base) for line in questionnaire_items(instrument)],
        }
    )


def questionnaire_response(instrument: Instrument, answers: Mapping[str, object], answered: Answered, base: str) -> Resource:
    """An answer set. Answers out of range, and answers to questions that are not asked, are left out: they score nothing."""
    found = read_answers(instrument, answers, {})
    lines = {line.id: line for line in questionnaire_items(instrument)}
    keeps = instrument.keeps_skipped
    items = [
        {"linkId": name, "text": lines[name].wording, "answer": [_answer(instrument, lines[name], answers[name], base)]}
        for name in lines
        if name in answers and answers[name] is not None and name not in found.out_of_range and (keeps or name not in found.not_asked)
    ]
    return _filled(
        {
            "resourceType": "QuestionnaireResponse",
            "id": fhir_id(answered.response_id),
            "questionnaire": f"{canonical(instrument, base)}|{canonical_version(instrument)}",
            "status": "completed" if answered.is_finished else "in-progress",
            "subject": {"reference": answered.subject},
            "encounter": {"reference": answered.encounter} if answered.encounter else {},
            "authored": _instant(answered.authored),
            "author": {"reference": answered.author},
            "item": items,
        }
    )


def observations(instrument: Instrument, answers: Mapping[str, object], score: Score, answered: Answered, base: str) -> list[Resource]:
    """Scored Observations: one per item answered, one per score. A total that could not be given says so, and holds no value."""
    lines = {line.id: line for line in questionnaire_items(instrument)}
    response = questionnaire_response(instrument, answers, answered, base)
    made: list[Resource] = []
    for item in response.get("item", []):
        line = lines[item["linkId"]]
        code = _coding(instrument, line.loinc, line.id, line.wording, base)
        made.append(_observation(instrument, line.id, code, answered, _value(line, item["answer"][0], answers[line.id])))
    members = [{"reference": f"Observation/{one['id']}"} for one in made]
    numbers = {"total": score.total, **score.subscales} if instrument.score_rule("total") else dict(score.subscales)
    for name, number in numbers.items():
        loinc = instrument.loinc.total if name == "total" else ""
        body = _score_value(score, number)
        if name == (instrument.bands.of if instrument.bands else "total") and score.band:
            body["interpretation"] = [{"text": score.band}]
        scored = _observation(
            instrument, f"score.{name}", _coding(instrument, loinc, f"score.{name}", f"{instrument.title} {name}", base), answered, body
        )
        made.append(_filled({**scored, "hasMember": members}))
    return made


def _question(instrument: Instrument, line: QuestionnaireItem, base: str) -> Resource:
    kind = "choice" if _is_choice(line) else "boolean" if line.is_yes_no else "decimal" if line.places else "integer"
    number = "valueDecimal" if line.places else "valueInteger"
    limits = [{"url": MIN_VALUE, number: line.low}, {"url": MAX_VALUE, number: line.high}] if kind in ("integer", "decimal") else []
    return _filled(
        {
            "extension": limits,
            "linkId": line.id,
            "code": [_coding(instrument, line.loinc, line.id, "", base)],
            "text": line.wording,
            "type": kind,
            "enableWhen": [
                {"question": needed.item, "operator": "=", **_expected(instrument, needed.item, value, base)}
                for needed in line.asked_when_any
                for value in needed.values
            ],
            "enableBehavior": "any" if sum(len(needed.values) for needed in line.asked_when_any) > 1 else "",
            "required": line.is_required,
            "answerOption": [_option(instrument, line, option, base) for option in line.options] if kind == "choice" else [],
        }
    )


def _is_choice(line: QuestionnaireItem) -> bool:
    if line.is_yes_no:
        return any(option.loinc for option in line.options)
    return bool(line.options)


def _option(instrument: Instrument, line: QuestionnaireItem, option: Option, base: str) -> Resource:
    ordinal = {"url": ORDINAL, "valueDecimal": option.value}
    return {"extension": [ordinal], "valueCoding": _answer_coding(instrument, line.id, option, base)}


def _answer_coding(instrument: Instrument, item: str, option: Option, base: str) -> Resource:
    if option.loinc:
        return _filled({"system": LOINC, "code": option.loinc, "display": option.label})
    code = f"{fhir_id(instrument.id)}.{fhir_id(instrument.item(item).answers)}.{option.value}"
    return _filled({"system": f"{base}/CodeSystem/scale-answer", "code": code, "display": option.label})


def _expected(instrument: Instrument, item: str, value: int, base: str) -> Resource:
    line = next(line for line in questionnaire_items(instrument) if line.id == item)
    if _is_choice(line):
        return {"answerCoding": _answer_coding(instrument, item, next(o for o in line.options if o.value == value), base)}
    return {"answerBoolean": bool(value)} if line.is_yes_no else {"answerInteger": value}


def _answer(instrument: Instrument, line: QuestionnaireItem, raw: object, base: str) -> Resource:
    number = Decimal(str(int(raw) if isinstance(raw, bool) else raw))
    if _is_choice(line):
        option = next(option for option in line.options if option.value == number)
        return {
            "valueCoding": {
                **_answer_coding(instrument, line.id, option, base),
                "extension": [{"url": ORDINAL, "valueDecimal": option.value}],
            }
        }
    if line.is_yes_no:
        return {"valueBoolean": bool(number)}
    return {"valueDecimal": number} if line.places else {"valueInteger": int(number)}


def _value(line: QuestionnaireItem, answer: Resource, raw: object) -> Resource:
    if "valueCoding" in answer:
        coding = answer["valueCoding"]
        return {"valueCodeableConcept": _filled({"coding": [coding], "text": coding.get("display", "")})}
    if "valueBoolean" in answer:
        return {"valueBoolean": answer["valueBoolean"]}
    return {"valueQuantity": _quantity(Decimal(str(raw)) if line.places else int(answer["valueInteger"]))}


def _score_value(score: Score, number: int | Decimal | None) -> Resource:
    if number is None:
        why = "an answer could not be used" if score.status is Status.INVALID else "too many answers are missing"
        return {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}], "text": why}}
    note = [{"text": "Prorated: made from fewer answers than the form has."}] if score.status is Status.PRORATED else []
    return {"valueQuantity": _quantity(number), "note": note}


def _quantity(number: int | Decimal) -> Resource:
    return {"value": number, "unit": "{score}", "system": UCUM, "code": "{score}"}


def _observation(instrument: Instrument, part: str, coding: Resource, answered: Answered, body: Resource) -> Resource:
    return _filled(
        {
            "resourceType": "Observation",
            "id": fhir_id(f"{answered.response_id}.{part}")[:64],
            "status": "final" if answered.is_finished else "preliminary",
            "category": [{"coding": [{"system": CATEGORY, "code": "survey", "display": "Survey"}]}],
            "code": {"coding": [coding], "text": f"{instrument.title}: {part.removeprefix('score.')}"},
            "subject": {"reference": answered.subject},
            "encounter": {"reference": answered.encounter} if answered.encounter else {},
            "effectiveDateTime": _instant(answered.authored),
            "performer": [{"reference": answered.author}],
            "derivedFrom": [{"reference": f"QuestionnaireResponse/{fhir_id(answered.response_id)}"}],
            **body,
        }
    )


def _coding(instrument: Instrument, loinc: str, part: str, display: str, base: str) -> Resource:
    if loinc:
        return _loinc(loinc)
    return _filled({"system": f"{base}/CodeSystem/scale", "code": f"{fhir_id(instrument.id)}.{fhir_id(part)}", "display": display})


def _loinc(code: str) -> Resource:
    return {"system": LOINC, "code": code}


def _has_loinc(instrument: Instrument) -> bool:
    return bool(instrument.loinc.panel or instrument.loinc.total or any(item.loinc for item in instrument.items))


def _instant(moment: datetime) -> str:
    return as_utc(moment).isoformat(timespec="seconds")


def _filled(resource: Resource) -> Resource:
    """The same resource without empty texts, lists and objects, which FHIR does not allow."""
    return {key: value for key, value in resource.items() if value not in ("", [], {}, None)}

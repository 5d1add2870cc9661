"""Answers out of received FHIR R4: which scale it is, what was answered, and what stands beside the answers.

A total is never an answer, even where it is an item of the form; an unscored item is never summed; a number written as text
is never read as one. Fanlight scores the answers itself and says when the sender's total differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from fanlight.care.scales import Instrument, Score, questionnaire_items, score
from fanlight.core.errors import Fault
from fanlight.exchange.fhir.concepts import LOINC, text_of
from fanlight.exchange.questionnaires import ORDINAL, fhir_id

_WEIGHTS = (ORDINAL, "http://hl7.org/fhir/StructureDefinition/itemWeight")
_FINISHED = ("completed", "amended", "final", "corrected")


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """One form as received. `answers` by item id. `stated_total`: the sender's own total, or None.

    `stated_version`: the version of the form it names, where it
    names one of Fanlight's. `is_finished`: completed, amended or final. `ignored`: link ids or codes of what is no item of the scale.
    `faults`: answers that could not be read; they count as missing.
    """

    instrument_id: str
    answers: Mapping[str, int | Decimal]
    stated_total: Decimal | None
    is_finished: bool
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]
    stated_version: str = ""

    def scored(self, instrument: Instrument) -> Score:
        """Fanlight's own score of what was received."""
        return score(instrument, self.answers)

    def disagrees(self, instrument: Instrument) -> bool:
        """Whether the sender states a total and Fanlight's is another, or none."""
        return self.stated_total is not None and self.scored(instrument).total != self.stated_total


def read_response(
    resource: Mapping[str, Any], instruments: Iterable[Instrument], form: Mapping[str, Any] | None = None
) -> ReceivedForm | None:
    """A QuestionnaireResponse as answers of the instrument it belongs to; None where it belongs to none.

    `form`: the Questionnaire it names, if it is at hand; its item codes then tell what each link id asks, and the points it
    gives its options what an answer of its own coding is worth. Without it a link id is an item id of Fanlight, or a LOINC
    code, with or without a slash before it.
    Refused as None too: a response entered in error.
    """
    if resource.get("resourceType") != "QuestionnaireResponse" or resource.get("status") == "entered-in-error":
        return None
    codes = {text_of(item.get("linkId")): _loinc_of(item.get("code")) for item in _walk(form.get("item"))} if form else {}
    points = {text_of(item.get("linkId")): _points_of(item) for item in _walk(form.get("item"))} if form else {}
    entries = [
        _Entry(codes.get(link) or link.lstrip("/"), link, _answers_of(item), points.get(link, {}))
        for item in _walk(resource.get("item"))
        if (link := text_of(item.get("linkId")))
    ]
    address, _, version = text_of(resource.get("questionnaire")).partition("|")
    named = address.rpartition("/")[2]
    own = next((scale for scale in instruments if fhir_id(scale.id) == named), None)
    chosen = own or _best(instruments, {entry.key for entry in entries if entry.answers})
    if chosen is None:
        return None
    found = _form(chosen, entries, resource.get("status") in _FINISHED, is_own=own is not None)
    return replace(found, stated_version=version) if own is not None else found


def read_observations(resources: Iterable[Mapping[str, Any]], instrument: Instrument) -> ReceivedForm:
    """Survey Observations of one form as answers: items by LOINC or Fanlight code, the total apart, the panel left alone.

    Only final, amended and corrected Observations count; an unfinished or mistaken one is ignored.
    """
    entries, is_finished = [], True
    for resource in resources:
        key = _code_of(resource.get("code"), instrument)
        if resource.get("status") not in _FINISHED:
            is_finished = False
        elif key != instrument.loinc.panel or not key:
            entries.append(_Entry(key, key, [resource]))
    return _form(instrument, entries, is_finished, is_own=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    link: str
    answers: list[Mapping[str, Any]]
    points: Mapping[tuple[str, str], int | Decimal] = field(default_factory=dict)


def _form(instrument: Instrument, entries: list[_Entry], is_finished: bool, *, is_own: bool) -> ReceivedForm:
    by_key = _keys(instrument) | ({item.id: item.id for item in instrument.items} if is_own else {})
    answers: dict[str, int | Decimal] = {}
    seen: dict[str, int] = {}
    ignored: list[str] = []
    faults: list[Fault] = []
    totals: list[int | Decimal] = []
    for entry in entries:
        if entry.key in _score_keys(instrument):
            continue
        if entry.key in _total_keys(instrument):
            numbers = [_plain_number(answer) for answer in entry.answers if "dataAbsentReason" not in answer]
            totals += [number for number in numbers if number is not None]
            if None in numbers:
                faults.append(Fault(entry.link, "states a total that is not a number", None, "Text is never read as one."))
            continue
        item = by_key.get(entry.key)
        if item is None:
            if entry.answers:
                ignored.append(entry.link)
            continue
        seen[item] = seen.get(item, 0) + len(entry.answers)
        if seen[item] > 1:
            answers.pop(item, None)
            faults.append(Fault(entry.link, "is answered more than once"))
            continue
        for answer in entry.answers:
            number = _number(answer, instrument, item, entry.points)
            if number is None:
                faults.append(Fault(entry.link, "holds no answer of this scale"))
            else:
                answers[item] = number
    stated = Decimal(totals[0]) if totals and all(number == totals[0] for number in totals) else None
    return ReceivedForm(instrument.id, answers, stated, is_finished, tuple(ignored), tuple(faults))


def _best(instruments: Iterable[Instrument], keys: set[str]) -> Instrument | None:
    """The instrument most of whose LOINC-coded items were answered; of equals the shortest form (PHQ-2 before PHQ-9)."""
    ranked = []
    for scale in instruments:
        coded = {item.loinc for item in scale.items if item.loinc}
        total = scale.loinc.total in keys and bool(scale.loinc.total)
        hits = len(coded & keys)
        if hits:
            ranked.append(((hits + total, -len(scale.items)), scale.id, scale))
    return max(ranked, key=lambda entry: (entry[0], entry[1]))[2] if ranked else None


def _keys(instrument: Instrument) -> dict[str, str]:
    local = {f"{fhir_id(instrument.id)}.{fhir_id(item.id)}": item.id for item in instrument.items}
    return local | {item.loinc: item.id for item in instrument.items if item.loinc}


def _total_keys(instrument: Instrument) -> set[str]:
    return ({instrument.loinc.total} - {""}) | {f"{fhir_id(instrument.id)}.score.total"}


def _score_keys(instrument: Instrument) -> set[str]:
    """Codes of subscales: made from the items again, never read."""
    return {f"{fhir_id(instrument.id)}.score.{fhir_id(rule.id)}" for rule in instrument.scores if rule.id != "total"}


def _walk(items: Any) -> Iterator[Mapping[str, Any]]:
    """Every item at any depth: questions stand in groups, and under answers too."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item
            yield from _walk(item.get("item"))
            for answer in _answers_of(item):
                yield from _walk(answer.get("item"))


def _answers_of(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    answers = item.get("answer")
    return [answer for answer in answers if isinstance(answer, Mapping)] if isinstance(answers, list) else []


def _points_of(item: Mapping[str, Any]) -> dict[tuple[str, str], int | Decimal]:
    """What a received form's own options are worth, by system and code."""
    found: dict[tuple[str, str], int | Decimal] = {}
    options = item.get("answerOption")
    for option in options if isinstance(options, list) else ():
        coding = option.get("valueCoding") if isinstance(option, Mapping) else None
        if not isinstance(coding, Mapping):
            continue
        worth = next((number for part in (option, coding) if (number := _weight(part)) is not None), None)
        if worth is not None:
            found[text_of(coding.get("system")), text_of(coding.get("code"))] = worth
    return found


def _weight(part: Mapping[str, Any]) -> int | Decimal | None:
    extensions = part.get("extension")
    given = (
        [e.get("valueDecimal") for e in extensions if isinstance(e, Mapping) and e.get("url") in _WEIGHTS]
        if isinstance(extensions, list)
        else []
    )
    return _whole(given[0]) if given else None


def _number(
    answer: Mapping[str, Any], instrument: Instrument, item: str, points: Mapping[tuple[str, str], int | Decimal]
) -> int | Decimal | None:
    if isinstance(answer.get("valueBoolean"), bool):
        return int(answer["valueBoolean"])
    concept = answer.get("valueCodeableConcept")
    listed = concept.get("coding", []) if isinstance(concept, Mapping) else []
    for coding in [answer.get("valueCoding"), *(listed if isinstance(listed, list) else [])]:
        if isinstance(coding, Mapping) and (number := _coded(coding, instrument, item, points)) is not None:
            return number
    return _plain_number(answer)


def _coded(
    coding: Mapping[str, Any], instrument: Instrument, item: str, points: Mapping[tuple[str, str], int | Decimal]
) -> int | Decimal | None:
    code, system = text_of(coding.get("code")), text_of(coding.get("system"))
    options = next(line.options for line in questionnaire_items(instrument) if line.id == item)
    prefix = f"{fhir_id(instrument.id)}.{fhir_id(instrument.item(item).answers)}."
    for option in options:
        if (system == LOINC and option.loinc and option.loinc == code) or f"{prefix}{option.value}" == code:
            return option.value
    own = _weight(coding)
    return own if own is not None else points.get((system, code))


def _plain_number(answer: Mapping[str, Any]) -> int | Decimal | None:
    quantity = answer.get("valueQuantity")
    inside = quantity.get("value") if isinstance(quantity, Mapping) and not quantity.get("comparator") else None
    return next(
        (number for raw in (answer.get("valueInteger"), answer.get("valueDecimal"), inside) if (number := _whole(raw)) is not None), None
    )


def _whole(raw: Any) -> int | Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    return int(number) if number == number.to_integral_value() else number


def _loinc_of(codings: Any) -> str:
    listed = codings if isinstance(codings, list) else []
    return next((text_of(coding.get("code")) for coding in listed if isinstance(coding, Mapping) and coding.get("system") == LOINC), "")


def _code_of(concept: Any, instrument: Instrument) -> str:
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    codes = [text_of(coding.get("code")) for coding in codings if isinstance(coding, Mapping)] if isinstance(codings, list) else []
    known = _keys(instrument)
    return next(
        (code for code in codes if code in known or code in _total_keys(instrument) | _score_keys(instrument)), codes[0] if codes else ""
    )

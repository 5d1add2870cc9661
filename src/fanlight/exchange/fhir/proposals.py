"""What received records propose for screening: facts to be confirmed by a person, each with where it is from.

Nothing here becomes true by itself. A list received is not a list asked for, so silence in it denies nothing; what
cannot be classified is named as "not checked" and never dropped (HAZ-16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fanlight.exchange.fhir.concepts import Concept
from fanlight.exchange.fhir.tables import CodedMeaning, CodeTables
from fanlight.exchange.fhir.values import AllergyValue, ConditionValue, ImportValue, MedicationValue, ObservationValue

SUSPECTED = ("unconfirmed", "provisional", "differential")
"""Verification statuses of a condition that nobody has confirmed."""


@dataclass(frozen=True, slots=True)
class ProposedFact:
    """A value proposed for a fact of the catalogue. `origin` reads "from: Condition/abc"; `because` says why in words.

    `value` and `unit` are as received, for the catalogue to convert. `on` is when it was true, as received.
    """

    fact: str
    value: bool | str | Decimal | Mapping[str, object]
    unit: str
    origin: str
    because: str
    on: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something received that Fanlight cannot classify: a person must read it."""

    kind: str
    words: str
    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class ScreeningProposals:
    """Facts proposed, in the order of their records, and everything that was not checked."""

    facts: tuple[ProposedFact, ...]
    not_checked: tuple[NotChecked, ...]


def screening_facts(records: Iterable[tuple[str, ImportValue]], tables: CodeTables) -> ScreeningProposals:
    """Propose facts from received records, given as (``Type/id``, value).

    Of several readings of one measure only the latest is proposed. Conditions only suspected are not proposed, but named.
    """
    facts: list[ProposedFact] = []
    unchecked: list[NotChecked] = []
    latest: dict[str, tuple[str, ProposedFact]] = {}
    for name, value in records:
        origin = f"from: {name}"
        match value:
            case ConditionValue():
                _condition(value, origin, tables, facts, unchecked)
            case AllergyValue():
                _allergy(value, origin, tables, facts, unchecked)
            case MedicationValue():
                _medicine(value, origin, facts, unchecked)
            case ObservationValue():
                _observation(value, origin, tables, latest, unchecked)
    return ScreeningProposals((*facts, *(fact for _, fact in latest.values())), tuple(unchecked))


def _condition(value: ConditionValue, origin: str, tables: CodeTables, facts: list[ProposedFact], unchecked: list[NotChecked]) -> None:
    meaning = _meaning("Condition", value.concept, tables)
    words = value.concept.words
    if meaning is None:
        unchecked.append(NotChecked("condition", words, origin, "no code Fanlight knows"))
        return
    if value.verification in SUSPECTED:
        unchecked.append(NotChecked("condition", words, origin, f"only {value.verification}"))
        return
    on = value.onset or value.recorded
    state = "past" if value.has_ended else "active"
    for proposal in meaning.proposes:
        if proposal.when in ("always", state) and proposal.value is not None:
            because = f"{meaning.meaning} ({meaning.code}), {state}"
            facts.append(
                ProposedFact(proposal.fact, proposal.value, "", origin, because, on.text if on else "", on.instant if on else None)
            )


def _allergy(value: AllergyValue, origin: str, tables: CodeTables, facts: list[ProposedFact], unchecked: list[NotChecked]) -> None:
    if value.is_negation:
        unchecked.append(NotChecked("allergy", value.concept.words, origin, "it says that none is known; ask the patient"))
        return
    concepts = [concept for concept in (value.concept, *value.substances) if concept.words]
    meanings = [found for concept in concepts if (found := _meaning("AllergyIntolerance", concept, tables)) is not None]
    if not meanings:
        unchecked.append(NotChecked("allergy", concepts[0].words, origin, "no code Fanlight knows"))
        return
    on = value.onset or value.recorded
    for meaning in meanings[:1]:
        for proposal in meaning.proposes:
            if proposal.value is not None:
                because = f"{meaning.meaning} ({meaning.code})"
                facts.append(
                    ProposedFact(proposal.fact, proposal.value, "", origin, because, on.text if on else "", on.instant if on else None)
                )


def _medicine(value: MedicationValue, origin: str, facts: list[ProposedFact], unchecked: list[NotChecked]) -> None:
    if not value.concept.words:
        unchecked.append(NotChecked("medicine", "a medicine named elsewhere", origin, "the resource that names it was not received"))
        return
    if value.is_current is False:
        return
    if value.is_current is None:
        unchecked.append(NotChecked("medicine", value.concept.words, origin, f"its status is {value.status}: ask whether it is taken"))
        return
    line: dict[str, object] = {"name": value.concept.words}
    codes = [coding.code for coding in value.concept.codings if coding.code]
    line |= {"code": codes[0]} if codes else {}
    line |= {"dose": value.dose_text} if value.dose_text else {}
    line |= {"as_needed": value.as_needed} if value.as_needed is not None else {}
    line |= {"started_on": value.started.day.isoformat()} if value.started and value.started.day else {}
    on = value.started
    facts.append(ProposedFact("medications", line, "", origin, f"status {value.status}", on.text if on else "", on.instant if on else None))


def _observation(
    value: ObservationValue,
    origin: str,
    tables: CodeTables,
    latest: dict[str, tuple[str, ProposedFact]],
    unchecked: list[NotChecked],
) -> None:
    by_name = {measure.measure: measure for measure in tables.measures.values()}
    if not value.measurements:
        unchecked.append(NotChecked("observation", value.concept.words, origin, "no code Fanlight can chart"))
    when = value.effective
    order = when.instant.isoformat() if when.instant else when.text
    for reading in value.measurements:
        measure = by_name[reading.measure]
        because = f"{measure.label} {reading.value} {reading.unit}"
        proposed: list[ProposedFact] = []
        if measure.fact and not _belongs_to_a_session(measure.fact):
            proposed.append(ProposedFact(measure.fact, reading.value, reading.unit, origin, because, when.text, when.instant))
        if measure.dated_fact and when.day is not None:
            proposed.append(ProposedFact(measure.dated_fact, when.day.isoformat(), "", origin, because, when.text, when.instant))
        for fact in proposed:
            if fact.fact not in latest or latest[fact.fact][0] < order:
                latest[fact.fact] = (order, fact)


SESSION_FACTS = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "respiratory_rate_per_min", "spo2_percent")
"""Facts of the chair: a reading from elsewhere never answers them."""


def _belongs_to_a_session(fact: str) -> bool:
    return fact in SESSION_FACTS


def _meaning(kind: str, concept: Concept, tables: CodeTables) -> CodedMeaning | None:
    return next(
        (found for coding in concept.codings if (found := tables.meanings.get((kind, coding.system, coding.code))) is not None), None
    )

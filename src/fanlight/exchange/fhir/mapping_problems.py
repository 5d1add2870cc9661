"""Condition and AllergyIntolerance: what somebody has, and what nobody should be told they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanlight.exchange.fhir.concepts import Concept, concept_of, status_of
from fanlight.exchange.fhir.dates import FhirDate, parse_date
from fanlight.exchange.fhir.tables import CodeTables
from fanlight.exchange.fhir.values import AllergyValue, ConditionValue, Fate, Mapped, kept

_ENDED = ("inactive", "remission", "resolved")


def map_condition(resource: Mapping[str, Any]) -> Mapped:
    """A problem or diagnosis; a refuted one, or one entered in error, is kept and never shown as a diagnosis."""
    verification = status_of(resource.get("verificationStatus"))
    if verification in ("refuted", "entered-in-error"):
        return kept(f"it is {verification.replace('-', ' ')}")
    concept = concept_of(resource.get("code"))
    if not concept.words:
        return kept("it names no condition")
    clinical = status_of(resource.get("clinicalStatus"))
    abated = _date(resource, "abatement")
    has_ended = clinical in _ENDED or any(key.startswith("abatement") for key in resource)
    value = ConditionValue(
        concept=concept,
        clinical=clinical,
        verification=verification,
        onset=_date(resource, "onset"),
        abated=abated,
        has_ended=has_ended,
        recorded=parse_date(resource.get("recordedDate")),
    )
    return Mapped(Fate.IMPORTED, value=value, warnings=_uncoded(concept))


def map_allergy(resource: Mapping[str, Any], tables: CodeTables) -> Mapped:
    """An allergy or intolerance. "No known allergy" is a statement of its own and never an allergy."""
    verification = status_of(resource.get("verificationStatus"))
    if verification in ("refuted", "entered-in-error"):
        return kept(f"it is {verification.replace('-', ' ')}")
    concept = concept_of(resource.get("code"))
    reactions = resource.get("reaction")
    listed = [item for item in reactions if isinstance(item, Mapping)] if isinstance(reactions, list) else []
    substances = tuple(found for item in listed if (found := concept_of(item.get("substance"))).words)
    if not concept.words and not substances:
        return kept("it names no substance")
    value = AllergyValue(
        concept=concept,
        substances=substances,
        clinical=status_of(resource.get("clinicalStatus")),
        verification=verification,
        criticality=str(resource.get("criticality", "")),
        onset=_date(resource, "onset"),
        recorded=parse_date(resource.get("recordedDate")),
        is_negation=_is_negation(concept, tables),
    )
    return Mapped(Fate.IMPORTED, value=value, warnings=_uncoded(concept))


def _is_negation(concept: Concept, tables: CodeTables) -> bool:
    if any((coding.system, coding.code) in tables.negations for coding in concept.codings):
        return True
    said = [concept.text, *(coding.display for coding in concept.codings)]
    return any(text.strip().casefold().startswith(word) for text in said for word in tables.negation_words)


def _date(resource: Mapping[str, Any], name: str) -> FhirDate | None:
    period = resource.get(f"{name}Period")
    return parse_date(resource.get(f"{name}DateTime")) or (parse_date(period.get("start")) if isinstance(period, Mapping) else None)


def _uncoded(concept: Concept) -> tuple[str, ...]:
    return () if concept.is_coded else ("it is not coded: shown in its own words",)

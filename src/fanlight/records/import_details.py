"""Received values as lines of history: what pages show, with every coding and every digit."""

from __future__ import annotations

from typing import Any

from fanlight.exchange.fhir.concepts import Concept
from fanlight.exchange.fhir.dates import FhirDate
from fanlight.exchange.fhir.values import AllergyValue, ConditionValue, ImportValue, MedicationValue, ObservationValue

RECEIVED_KINDS = ("condition", "allergy", "no_known_allergy", "medicine_received", "observation")
"""Kinds of history that came with an import. They are shown and proposed, and answer no rule until a person has said so."""


def history_of(value: ImportValue) -> tuple[str, dict[str, Any]]:
    """The kind of a history line and its details. Dates are text as received, partial ones too."""
    match value:
        case ConditionValue():
            return "condition", {
                **_concept(value.concept),
                "clinical": value.clinical,
                "verification": value.verification,
                "has_ended": value.has_ended,
                "onset": _date(value.onset),
                "abated": _date(value.abated),
                "recorded": _date(value.recorded),
            }
        case AllergyValue():
            kind = "no_known_allergy" if value.is_negation else "allergy"
            named = [value.concept, *value.substances]
            return kind, {
                **_concept(value.concept),
                "text": next((concept.words for concept in named if concept.words), ""),
                "substances": [_concept(substance) for substance in value.substances],
                "clinical": value.clinical,
                "verification": value.verification,
                "criticality": value.criticality,
                "onset": _date(value.onset),
                "recorded": _date(value.recorded),
            }
        case MedicationValue():
            return "medicine_received", {
                **_concept(value.concept),
                "status": value.status,
                "is_current": value.is_current,
                "is_order": value.is_order,
                "dose": value.dose_text,
                "as_needed": value.as_needed,
                "started": _date(value.started),
                "ended": _date(value.ended),
            }
        case ObservationValue():
            return "observation", {
                **_concept(value.concept),
                "category": value.category,
                "effective": _date(value.effective),
                "measurements": [
                    {"measure": m.measure, "value": m.value, "unit": m.unit, "as_received": m.received_unit} for m in value.measurements
                ],
                "said": value.said,
                "device": value.device,
            }
        case _:
            raise TypeError(f"{type(value).__name__} is not a line of history")


def when_true(value: ImportValue) -> FhirDate | None:
    """When a received value was true, as far as its sender said."""
    match value:
        case ConditionValue():
            return value.onset or value.recorded
        case AllergyValue():
            return value.onset or value.recorded
        case MedicationValue():
            return value.started
        case ObservationValue():
            return value.effective
        case _:
            return None


def _concept(concept: Concept) -> dict[str, Any]:
    return {
        "text": concept.words,
        "codings": [{"system": c.system, "code": c.code, "display": c.display} for c in concept.codings],
    }


def _date(moment: FhirDate | None) -> str:
    return moment.text if moment else ""

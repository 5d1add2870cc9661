"""MedicationRequest and MedicationStatement: what somebody takes or took; never what was only thought of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanlight.exchange.fhir.concepts import Concept, concept_of, text_of
from fanlight.exchange.fhir.dates import parse_date
from fanlight.exchange.fhir.values import Fate, Mapped, MedicationValue, kept

_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
_NOT_TAKEN = {
    "MedicationRequest": ("cancelled", "draft", "entered-in-error"),
    "MedicationStatement": ("intended", "not-taken", "entered-in-error"),
}
_CURRENT = ("active",)
_PAST = ("completed", "stopped")


def map_medication(resource: Mapping[str, Any]) -> Mapped:
    """A medicine on somebody's list. A proposal, a plan, or "do not give" is kept and never becomes a medicine taken."""
    kind = str(resource["resourceType"])
    status = text_of(resource.get("status"))
    if status in _NOT_TAKEN[kind] or not status:
        return kept(f"its status is {status.replace('-', ' ') or 'missing'}: nobody takes it")
    if kind == "MedicationRequest":
        intent = text_of(resource.get("intent"))
        if intent not in _ORDERS:
            return kept(f"it is a {intent or 'request without intent'}, not an order")
        if resource.get("doNotPerform") is True:
            return kept("it says that the medicine is not to be given")
    reference = resource.get("medicationReference")
    concept = concept_of(resource.get("medicationCodeableConcept"))
    if isinstance(reference, Mapping) and not concept.words:
        concept = _contained(resource, text_of(reference.get("reference"))) or Concept(text=text_of(reference.get("display")))
    if not concept.words and not isinstance(reference, Mapping):
        return kept("it names no medicine")
    dosage = _first_dosage(resource, "dosageInstruction" if kind == "MedicationRequest" else "dosage")
    period = resource.get("effectivePeriod")
    times = period if isinstance(period, Mapping) else {}
    value = MedicationValue(
        concept=concept,
        status=status,
        is_current=True if status in _CURRENT else False if status in _PAST else None,
        is_order=kind == "MedicationRequest",
        dose_text=_dose(dosage),
        as_needed=_as_needed(dosage),
        started=parse_date(resource.get("authoredOn") or resource.get("effectiveDateTime") or times.get("start")),
        ended=parse_date(times.get("end")),
    )
    return Mapped(Fate.IMPORTED, value=value, warnings=() if concept.is_coded else ("it is not coded: shown in its own words",))


def _contained(resource: Mapping[str, Any], reference: str) -> Concept | None:
    listed = resource.get("contained")
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, Mapping) and reference == f"#{item.get('id')}":
            return concept_of(item.get("code"))
    return None


def _first_dosage(resource: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    listed = resource.get(key)
    return next((item for item in listed if isinstance(item, Mapping)), {}) if isinstance(listed, list) else {}


def _dose(dosage: Mapping[str, Any]) -> str:
    if dosage.get("text"):
        return text_of(dosage["text"])[:200]
    rates = dosage.get("doseAndRate")
    first = next((item for item in rates if isinstance(item, Mapping)), {}) if isinstance(rates, list) else {}
    quantity = first.get("doseQuantity")
    if not isinstance(quantity, Mapping) or quantity.get("value") is None:
        return ""
    return f"{quantity['value']} {text_of(quantity.get('unit')) or text_of(quantity.get('code'))}".strip()


def _as_needed(dosage: Mapping[str, Any]) -> bool | None:
    if isinstance(dosage.get("asNeededBoolean"), bool):
        return bool(dosage["asNeededBoolean"])
    return True if "asNeededCodeableConcept" in dosage else None

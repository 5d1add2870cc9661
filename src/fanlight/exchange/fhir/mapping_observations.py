"""Observation: vital signs and answers of scales. What is not surely a reading is kept apart, never charted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fanlight.core.quantities import Quantity
from fanlight.core.units import find_unit, received_unit
from fanlight.exchange.fhir.concepts import LOINC, UCUM, Concept, concept_of, concepts_of, status_of, text_of
from fanlight.exchange.fhir.dates import FhirDate, parse_date
from fanlight.exchange.fhir.tables import CodeTables, MeasureCode
from fanlight.exchange.fhir.values import Fate, Mapped, Measurement, ObservationValue, kept, quarantined

_FINISHED = ("final", "amended", "corrected")
_RECORDED_CATEGORIES = ("vital-signs", "survey")


class _UnsureError(Exception):
    """A number that may be a reading and may be wrong."""


def map_observation(resource: Mapping[str, Any], tables: CodeTables, today: date) -> Mapped:
    """A reading or an answer, with every measurement Fanlight can chart; `today` is the clinic's date.

    Only finished observations count. A number without its UCUM code and system, or out of any believable range, is
    quarantined: pounds were read as kilograms that way.
    """
    status = text_of(resource.get("status"))
    if status not in _FINISHED:
        return kept(f"its status is {status.replace('-', ' ') or 'missing'}: not a finished reading")
    concept = concept_of(resource.get("code"))
    category = _category(resource)
    try:
        measurements = _measurements(resource, concept, tables)
    except _UnsureError as problem:
        return quarantined(str(problem))
    if not measurements and category not in _RECORDED_CATEGORIES:
        return kept("it is neither a vital sign nor an answer to a scale")
    effective = _effective(resource)
    if effective is None:
        return kept("it does not say when it was true")
    if effective.day is not None and effective.day > today + timedelta(days=1):
        return quarantined("it is from the future")
    said, said_concept = _said(resource)
    if not measurements and not said and "component" not in resource and "hasMember" not in resource:
        return kept(f"it holds no value{_why_absent(resource)}")
    value = ObservationValue(concept, category, effective, measurements, said, said_concept, _device(resource))
    unsound = sorted({coding.code for coding in concept.codings if not coding.is_sound})
    warnings = tuple(f"the code {code[:40]} fails the check digit of LOINC: kept in words, charted nowhere" for code in unsound)
    return Mapped(Fate.IMPORTED, value=value, warnings=warnings, attention=_attention(measurements, tables))


def _category(resource: Mapping[str, Any]) -> str:
    codes = [coding.code for concept in concepts_of(resource.get("category")) for coding in concept.codings]
    return next((code for code in _RECORDED_CATEGORIES if code in codes), codes[0] if codes else "")


def _measurements(resource: Mapping[str, Any], concept: Concept, tables: CodeTables) -> tuple[Measurement, ...]:
    found: dict[str, Measurement] = {}
    parts = resource.get("component")
    listed = [resource, *(part for part in parts if isinstance(part, Mapping))] if isinstance(parts, list) else [resource]
    for part in listed:
        coded = concept if part is resource else concept_of(part.get("code"))
        measure = _measure_of(coded, tables)
        if measure is None:
            continue
        reading = _reading(part, measure, tables)
        if reading is None:
            continue
        if measure.measure in found and found[measure.measure].value != reading.value:
            raise _UnsureError(f"it gives {measure.label.lower()} twice, and not the same")
        found[measure.measure] = reading
    return tuple(found.values())


def _measure_of(concept: Concept, tables: CodeTables) -> MeasureCode | None:
    return next((tables.measures[code] for code in concept.codes_of(LOINC) if code in tables.measures), None)


def _reading(part: Mapping[str, Any], measure: MeasureCode, tables: CodeTables) -> Measurement | None:
    if isinstance(part.get("valueQuantity"), Mapping):
        reading = _quantity(part["valueQuantity"], measure)
    elif isinstance(part.get("valueInteger"), int) and measure.unit == "{score}":
        reading = Measurement(measure.measure, Decimal(part["valueInteger"]), measure.unit)
    else:
        points = [tables.answers[code].points for code in _answer_codes(part) if code in tables.answers]
        reading = Measurement(measure.measure, points[0], measure.unit) if points and measure.unit == "{score}" else None
    if reading is not None:
        _must_be_believable(reading, measure, tables)
    return reading


def _answer_codes(part: Mapping[str, Any]) -> tuple[str, ...]:
    return concept_of(part.get("valueCodeableConcept")).codes_of(LOINC)


def _quantity(value: Mapping[str, Any], measure: MeasureCode) -> Measurement | None:
    number = value.get("value")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return None
    shown = text_of(value.get("unit"))
    if value.get("comparator"):
        raise _UnsureError(f"{measure.label.lower()} is given as {text_of(value['comparator'])} a number, not as a number")
    code = text_of(value.get("code"))
    is_score = measure.unit == "{score}"
    if not is_score and (not code or value.get("system") != UCUM):
        raise _UnsureError(f"{measure.label.lower()} comes without a UCUM unit code, and a unit is never guessed")
    unit = measure.unit if is_score and code in ("", "1", "score", "{score}", "{#}") else received_unit(code)
    accepted = (measure.unit, *measure.units)
    if unit is None or unit not in accepted:
        raise _UnsureError(f"{measure.label.lower()} comes in a unit that is not one of {', '.join(accepted)}")
    return Measurement(measure.measure, Decimal(number), unit, shown)


def _must_be_believable(reading: Measurement, measure: MeasureCode, tables: CodeTables) -> None:
    lowest, highest = tables.plausible.get(measure.measure, (None, None))
    if find_unit(reading.unit) is None:
        return
    size = Quantity(reading.value, reading.unit).exact_in(measure.unit)
    if (lowest is not None and size < lowest) or (highest is not None and size > highest):
        raise _UnsureError(
            f"{measure.label.lower()} is outside {lowest} to {highest} {measure.unit}, what is believed without a second look"
        )


def _effective(resource: Mapping[str, Any]) -> FhirDate | None:
    period = resource.get("effectivePeriod")
    start = period.get("start") if isinstance(period, Mapping) else None
    return parse_date(resource.get("effectiveDateTime") or resource.get("effectiveInstant") or start)


def _said(resource: Mapping[str, Any]) -> tuple[str, Concept | None]:
    if isinstance(resource.get("valueCodeableConcept"), Mapping):
        concept = concept_of(resource["valueCodeableConcept"])
        return concept.words[:500], concept
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, Mapping) and quantity.get("value") is not None:
        return f"{quantity['value']} {text_of(quantity.get('unit')) or text_of(quantity.get('code'))}".strip()[:500], None
    plain = next(
        (resource[key] for key in ("valueString", "valueDateTime", "valueTime", "valueInteger", "valueBoolean") if key in resource), None
    )
    return ("" if plain is None else str(plain)[:500]), None


def _why_absent(resource: Mapping[str, Any]) -> str:
    reason = status_of(resource.get("dataAbsentReason"))
    return f" ({reason.replace('-', ' ')})" if reason else ""


def _device(resource: Mapping[str, Any]) -> str:
    device = resource.get("device")
    return text_of(device.get("reference")) if isinstance(device, Mapping) else ""


def _attention(measurements: tuple[Measurement, ...], tables: CodeTables) -> str:
    by_name = {measure.measure: measure for measure in tables.measures.values()}
    words = [
        by_name[reading.measure].attention
        for reading in measurements
        if (limit := by_name[reading.measure].attention_above) is not None and reading.value > limit
    ]
    return "; ".join(words)

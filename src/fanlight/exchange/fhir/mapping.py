"""From a received resource to what it becomes. One line per type; every other type is kept as its exact text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from fanlight.exchange.fhir.mapping_medicines import map_medication
from fanlight.exchange.fhir.mapping_observations import map_observation
from fanlight.exchange.fhir.mapping_people import map_patient, map_provider
from fanlight.exchange.fhir.mapping_problems import map_allergy, map_condition
from fanlight.exchange.fhir.resource_types import R4_TYPES
from fanlight.exchange.fhir.tables import CodeTables
from fanlight.exchange.fhir.values import Mapped, kept, refused

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")
RECORDED_TYPES = (
    "Patient",
    "Condition",
    "MedicationRequest",
    "MedicationStatement",
    "AllergyIntolerance",
    "Observation",
    "Practitioner",
    "Organization",
)
"""Types that become records."""


def map_resource(resource: Mapping[str, Any], tables: CodeTables, today: date) -> Mapped:
    """What this resource becomes; `today` is the clinic's date."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in R4_TYPES:
        return refused(f"{str(kind)[:40]!r} is not a resource type of FHIR R4")
    given = resource.get("id")
    if given is not None and not (isinstance(given, str) and _ID.match(given)):
        return refused("its id is not 1 to 64 letters, digits, hyphens and points")
    match kind:
        case "Patient":
            return map_patient(resource, today)
        case "Condition":
            return map_condition(resource)
        case "MedicationRequest" | "MedicationStatement":
            return map_medication(resource)
        case "AllergyIntolerance":
            return map_allergy(resource, tables)
        case "Observation":
            return map_observation(resource, tables, today)
        case "Practitioner" | "Organization":
            return map_provider(resource)
        case _:
            return kept("")

"""What a received resource becomes: typed values, before anything is written.

A `Mapped` says what the resource turned out to be; `value` is there only when it is a record to be made.
Dates stay as received (`FhirDate`), every coding is kept, numbers keep their digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fanlight.exchange.fhir.concepts import Concept
from fanlight.exchange.fhir.dates import FhirDate


class Fate(StrEnum):
    """What became of a received resource."""

    IMPORTED = "imported"
    KEPT = "kept"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A business identifier: a value within a system."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class PatientValue:
    """A person. `birth_date` is whole; a person without one is kept, not imported."""

    identifiers: tuple[Identifier, ...]
    family_name: str
    given_names: str
    birth_date: FhirDate
    sex: str
    phone: str
    is_deceased: bool


@dataclass(frozen=True, slots=True)
class ConditionValue:
    """A problem or diagnosis that nobody refuted. `clinical` and `verification` are the codes received, or empty."""

    concept: Concept
    clinical: str
    verification: str
    onset: FhirDate | None
    abated: FhirDate | None
    has_ended: bool
    recorded: FhirDate | None


@dataclass(frozen=True, slots=True)
class MedicationValue:
    """A medicine ordered or stated. `is_current` is None where the sender does not know.

    `concept` is empty where the resource names a Medication by reference.
    """

    concept: Concept
    status: str
    is_current: bool | None
    is_order: bool
    dose_text: str
    as_needed: bool | None
    started: FhirDate | None
    ended: FhirDate | None


@dataclass(frozen=True, slots=True)
class AllergyValue:
    """An allergy or intolerance; `is_negation` where the record says that there is none known."""

    concept: Concept
    substances: tuple[Concept, ...]
    clinical: str
    verification: str
    criticality: str
    onset: FhirDate | None
    recorded: FhirDate | None
    is_negation: bool


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number of one measure, in a UCUM unit; `received_unit` is what the sender wrote for people."""

    measure: str
    value: Decimal
    unit: str
    received_unit: str = ""


@dataclass(frozen=True, slots=True)
class ObservationValue:
    """A reading or an answer. `measurements` holds those Fanlight can chart; `said` is any other value in words."""

    concept: Concept
    category: str
    effective: FhirDate
    measurements: tuple[Measurement, ...]
    said: str
    said_concept: Concept | None
    device: str = ""


@dataclass(frozen=True, slots=True)
class ProviderValue:
    """A person or an organisation elsewhere that gives care: one entry of the directory."""

    kind: str
    name: str
    identifiers: tuple[Identifier, ...]
    npi: str
    phone: str
    is_active: bool


ImportValue = PatientValue | ConditionValue | MedicationValue | AllergyValue | ObservationValue | ProviderValue


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a resource turned out to be. `reason` says why it was not imported; `attention` what a person must see."""

    fate: Fate
    reason: str = ""
    value: ImportValue | None = None
    warnings: tuple[str, ...] = ()
    attention: str = ""
    replaced_by: str = ""


def kept(reason: str) -> Mapped:
    """Kept as its exact text, and listed; not made into a record."""
    return Mapped(Fate.KEPT, reason)


def quarantined(reason: str) -> Mapped:
    """Kept apart until a person has looked: it may be a reading, and may be wrong."""
    return Mapped(Fate.QUARANTINED, reason)


def refused(reason: str) -> Mapped:
    """Not taken at all."""
    return Mapped(Fate.REFUSED, reason)

"""Coded values: every coding received is kept, beside the text; none replaces another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.exchange.fhir.check_digits import is_loinc

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
NPI = "http://hl7.org/fhir/sid/us-npi"


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of one system, as received."""

    system: str
    code: str
    display: str = ""

    @property
    def is_sound(self) -> bool:
        """False where a check digit shows a typing error; a system without one is taken as it is."""
        return self.system != LOINC or is_loinc(self.code)


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning: all its codings, and the words of whoever wrote it."""

    codings: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """What a person reads: the text, else the first display, else the first code."""
        displays = (coding.display for coding in self.codings if coding.display)
        codes = (coding.code for coding in self.codings if coding.code)
        return self.text or next(displays, "") or next(codes, "")

    @property
    def is_coded(self) -> bool:
        """True where at least one coding names its system and code."""
        return any(coding.system and coding.code for coding in self.codings)

    def codes_of(self, system: str) -> tuple[str, ...]:
        """Codes of one system, in the order received."""
        return tuple(coding.code for coding in self.codings if coding.system == system)


def concept_of(value: Any) -> Concept:
    """Read a CodeableConcept; what is not one gives an empty concept."""
    if not isinstance(value, Mapping):
        return Concept()
    codings = value.get("coding")
    found = tuple(coding_of(item) for item in codings if isinstance(item, Mapping)) if isinstance(codings, list) else ()
    return Concept(found, text_of(value.get("text")))


def concepts_of(value: Any) -> tuple[Concept, ...]:
    """Read a list of CodeableConcepts."""
    return tuple(concept_of(item) for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def coding_of(value: Mapping[str, Any]) -> Coding:
    """Read a Coding."""
    return Coding(text_of(value.get("system")), text_of(value.get("code")), text_of(value.get("display")))


def text_of(value: Any) -> str:
    """A text, or an empty one where there is none."""
    return value if isinstance(value, str) else ""


def status_of(value: Any) -> str:
    """The first code of a status that is a CodeableConcept (clinical or verification status)."""
    return next((coding.code for coding in concept_of(value).codings if coding.code), "")

"""Who a page is about: the first of its three answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fanlight.records.models import Patient
from fanlight.web.pages.risk import RiskBanner, risk_banner
from fanlight.web.words import birth_words


@dataclass(frozen=True, slots=True)
class Who:
    """Name, birth date with age, record number, where their page is, and a risk that is open."""

    name: str
    born: str
    number: str
    href: str = ""
    is_synthetic: bool = False
    risk: RiskBanner | None = None


@dataclass(frozen=True, slots=True)
class KeyFact:
    """One of the few facts a page turns on."""

    label: str
    value: str
    small: str = ""


def who_of(patient: Patient, today: date) -> Who:
    """The banner of a person: of the record that stands for them, where two were merged."""
    patient = patient.survivor
    return replace(line_of(patient, today), risk=risk_banner(patient))


def line_of(patient: Patient, today: date) -> Who:
    """A record as one of a list says it: nothing more is read for it, and its own page shows a risk that is open."""
    return Who(
        name=patient.name,
        born=birth_words(patient.birth_date, today),
        number=patient.number,
        href=f"/patients/{patient.pk}/",
        is_synthetic=patient.is_synthetic,
    )

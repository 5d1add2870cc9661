"""Who a page is about: the first of its three answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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


def who_of(patient: object, today: date) -> Who:
    """The banner of a person: of the record that stands for them, where two were merged."""
    patient = getattr(patient, "survivor", patient)
    return Who(
        name=patient.name,  # type: ignore[attr-defined]
        born=birth_words(patient.birth_date, today),  # type: ignore[attr-defined]
        number=patient.number,  # type: ignore[attr-defined]
        href=f"/patients/{patient.pk}/",  # type: ignore[attr-defined]
        is_synthetic=patient.is_synthetic,  # type: ignore[attr-defined]
        risk=risk_banner(patient),  # type: ignore[arg-type]
    )

"""Who a page is about: the first of its three answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanlight.web.words import birth_words


@dataclass(frozen=True, slots=True)
class Who:
    """Name, birth date with age, record number, and where their page is."""

    name: str
    born: str
    number: str
    href: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class KeyFact:
    """One of the few facts a page turns on."""

    label: str
    value: str
    small: str = ""


def who_of(patient: object, today: date) -> Who:
    """The banner of a patient record."""
    return Who(
        name=patient.name,  # type: ignore[attr-defined]
        born=birth_words(patient.birth_date, today),  # type: ignore[attr-defined]
        number=patient.number,  # type: ignore[attr-defined]
        href=f"/patients/{patient.pk}/",  # type: ignore[attr-defined]
        is_synthetic=patient.is_synthetic,  # type: ignore[attr-defined]
    )

"""The sample clinic as written in ``clinic.yaml``: its staff, and the people who come to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fanlight.content import read

_DAY = re.compile(r"today(?:-(\d+))?$")


@dataclass(frozen=True, slots=True)
class SampleSite:
    """The made-up clinic."""

    code: str
    name: str
    zone_name: str
    jurisdiction: str
    phone: str
    crisis_text: str


@dataclass(frozen=True, slots=True)
class SampleStaff:
    """A made-up member of staff."""

    username: str
    name: str
    initials: str
    roles: tuple[str, ...]
    credential: str = ""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A made-up patient: facts by catalogue name, lists as the catalogue has them, and how far along they are."""

    key: str
    family_name: str
    given_names: str
    birth_date: date
    sex: str
    denied_except: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    antidepressant_trials: tuple[dict[str, Any], ...] = ()
    medications: tuple[dict[str, Any], ...] = ()
    is_worked_up: bool = False
    protocol: str = ""
    product: str = ""
    stage: str = ""
    phq9: tuple[int, ...] = ()
    """Totals before treatment, then before each visit held."""


@dataclass(frozen=True, slots=True)
class SampleClinic:
    """Everything in the file."""

    site: SampleSite
    staff: tuple[SampleStaff, ...]
    on_site: tuple[str, ...]
    signed_protocols: tuple[str, ...]
    denied_by_all: tuple[str, ...]
    worked_up: dict[str, Any]
    people: tuple[SamplePerson, ...]
    neighbours: tuple[SamplePerson, ...] = ()


def read_clinic() -> SampleClinic:
    """The shipped sample clinic."""
    return read(Path(__file__).with_name("clinic.yaml"), SampleClinic)


def on_day(value: Any, today: date) -> Any:
    """ "today-3" as the date it means; anything else as it is."""
    match = _DAY.match(value) if isinstance(value, str) else None
    return (today - timedelta(days=int(match.group(1) or 0))).isoformat() if match else value


def plain_value(value: Any) -> Any:
    """A value as the record keeps it: decimals as text."""
    return format(value, "f") if isinstance(value, Decimal) else value

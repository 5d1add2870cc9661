"""FHIR dates: whole or partial, kept as written, never forced to the first of January."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

_PARTIAL = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\Z")
_FRACTION = re.compile(r"\.([0-9]+)")
EARLIEST_YEAR = 1800
"""A year before this in a health record is a slip, not a date."""


class Precision(StrEnum):
    """How much of a date was said."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class FhirDate:
    """A date or time as received. `day` only where a whole date was said; `instant` (UTC) only where a time was."""

    text: str
    precision: Precision
    day: date | None = None
    instant: datetime | None = None


def parse_date(value: Any) -> FhirDate | None:
    """Read a FHIR `date`, `dateTime` or `instant`; None where it is none (a leap second, the year 1, no offset)."""
    if not isinstance(value, str):
        return None
    return _partial(value) or _instant(value)


def _partial(text: str) -> FhirDate | None:
    found = _PARTIAL.match(text)
    if found is None or int(found["year"]) < EARLIEST_YEAR:
        return None
    if found["month"] is None:
        return FhirDate(text, Precision.YEAR)
    if found["day"] is None:
        return FhirDate(text, Precision.MONTH) if 1 <= int(found["month"]) <= 12 else None
    try:
        return FhirDate(text, Precision.DAY, day=date.fromisoformat(text))
    except ValueError:
        return None


def _instant(text: str) -> FhirDate | None:
    if not _INSTANT.match(text) or int(text[:4]) < EARLIEST_YEAR:
        return None
    shortened = _FRACTION.sub(lambda fraction: "." + fraction[1][:6].ljust(6, "0"), text)
    try:
        moment = datetime.fromisoformat(shortened)
    except ValueError:
        return None
    return FhirDate(text, Precision.INSTANT, day=moment.date(), instant=moment.astimezone(UTC))

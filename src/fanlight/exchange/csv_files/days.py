"""Days as people write them. What can be read two ways is asked, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

FORMATS = {
    "iso": "year-month-day (1980-11-21)",
    "dmy": "day, month, year (21.11.1980)",
    "mdy": "month, day, year (11/21/1980)",
    "named": "with the month's name (21 Nov 1980)",
    "compact": "eight digits, year first (19801121)",
}
EACH = "each"
"""The choice for a column of several formats: each cell is read by whichever format gives it a day, where only one day can be meant."""
CHOICES = FORMATS | {EACH: "more than one way"}
_MONTHS = {name: at + 1 for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?\Z")
_THREE = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4})(?: 0{1,2}:00(?::00)?)?\Z")
_NAMED = re.compile(r"(?:(\d{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4})|([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}))\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}\Z")


def read_day(text: str, format: str) -> date | None:
    """The day a text says under one format; None where it says none."""
    text = text.strip()
    if format == "iso":
        found = _ISO.match(text)
        return _day(found.group(1), found.group(2), found.group(3)) if found else None
    if format in ("dmy", "mdy"):
        found = _THREE.match(text)
        if not found:
            return None
        day, month = (found.group(1), found.group(2)) if format == "dmy" else (found.group(2), found.group(1))
        return _day(found.group(3), month, day)
    if format == "named":
        found = _NAMED.match(text)
        if not found:
            return None
        day, name, year = found.group(1, 2, 3) if found.group(1) else found.group(5, 4, 6)
        named = _MONTHS.get(name[:3].lower())
        return _day(year, str(named), day) if named else None
    found = _COMPACT.match(text)
    return _day(*found.groups()) if found else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class DaysFound:
    """What a column of days can be.

    `fits` are formats that read every value. `first_only` gives, for each format some value can have alone, the row of
    the first such value and how many there are: two of them are two formats in one column. `unreadable` counts the rest.
    """

    fits: tuple[str, ...]
    first_only: tuple[tuple[str, int, int], ...]
    unreadable: int
    first_unreadable: int
    short_years: int

    @property
    def is_mixed(self) -> bool:
        """True when the column holds values that can only be of two different formats."""
        return len(self.first_only) > 1

    @property
    def suspect(self) -> frozenset[str]:
        """The formats of a mixed column under which a value that both could read is not believed."""
        alone = {name for name, _, _ in self.first_only}
        return frozenset({"dmy", "mdy"}) if {"dmy", "mdy"} <= alone else frozenset()


def look_at_days(values: Iterable[tuple[int, str]]) -> DaysFound:
    """Which formats (row number, text) pairs can have."""
    fits: set[str] | None = None
    only: dict[str, tuple[int, int]] = {}
    unreadable = first_unreadable = short = 0
    for number, text in values:
        here = {name: day for name in FORMATS if (day := read_day(text, name)) is not None}
        if not here:
            unreadable += 1
            first_unreadable = first_unreadable or number
            short += bool(_SHORT_YEAR.match(text.strip()))
            continue
        fits = set(here) if fits is None else fits & set(here)
        if len(here) == 1:
            (name,) = here
            row, count = only.get(name, (number, 0))
            only[name] = (row, count + 1)
    listed = tuple(name for name in FORMATS if fits and name in fits)
    return DaysFound(listed, tuple((name, *only[name]) for name in FORMATS if name in only), unreadable, first_unreadable, short)


def is_two_ways(text: str) -> bool:
    """True when day-first and month-first give two different days."""
    one, other = read_day(text, "dmy"), read_day(text, "mdy")
    return one is not None and other is not None and one != other


def days_meant(text: str) -> frozenset[date]:
    """Every day a text can mean, by whichever format: one is read, two are asked back."""
    return frozenset(day for name in FORMATS if (day := read_day(text, name)) is not None)


def why_no_day(text: str, format: str) -> str:
    """Why a text is no day under the chosen format, without repeating the text."""
    text = text.strip()
    if format == EACH and len(days_meant(text)) > 1:
        return "it can be two days; write it year-month-day (1980-11-21) in the file, and bring the file again"
    if _SHORT_YEAR.match(text):
        return "the year has two digits, and the century is not said"
    if text.isdigit() and len(text) == 5:
        return "it is a spreadsheet's day number; format the column as a date and save again"
    other = next((name for name in FORMATS if name != format and read_day(text, name) is not None), None)
    if format == EACH and other is None and not any(shape.match(text) for shape in (_ISO, _THREE, _COMPACT)):
        return "it is no day in any way that is known"
    if other is None and any(shape.match(text) for shape in (_ISO, _THREE, _COMPACT)):
        return "the calendar has no such day"
    return f"it is not {FORMATS[format]}" + (f", but {FORMATS[other]}" if other else "")

"""What several commands take from the shelf of content: a protocol by name, a site's overlay, a calendar, a day."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fanlight.core.errors import FanlightError

if TYPE_CHECKING:
    from fanlight.care.protocols import ClinicCalendar, Protocol
    from fanlight.records.library import Library


class ShelfError(FanlightError):
    """Something asked for that is not on the shelf."""


def protocols_in_force(shelf: Library, overlay_folder: str = "") -> Mapping[str, Protocol]:
    """The shipped protocols with a site's folder laid over them."""
    if not overlay_folder:
        return shelf.protocols
    return shelf_with(shelf, overlay_folder).protocols


def shelf_with(shelf: Library, overlay_folder: str) -> Library:
    """The same shelf with a site's folder laid over it; the shelf itself where none is given."""
    return replace(shelf, overlay=Path(overlay_folder)) if overlay_folder else shelf


def protocol_named(shelf: Library, wanted: str, overlay_folder: str = "") -> Protocol:
    """One protocol by its id."""
    found = protocols_in_force(shelf, overlay_folder)
    if wanted not in found:
        raise ShelfError("FAN-CLI-011", f"There is no protocol {wanted!r}", "", _hint(wanted, found, "Protocols"))
    return found[wanted]


def calendar_named(shelf: Library, wanted: str) -> ClinicCalendar:
    """A clinic's calendar: a file, or the id of a shipped one."""
    from fanlight.care.protocols import ClinicCalendar
    from fanlight.content import read

    if wanted in shelf.calendars:
        return shelf.calendars[wanted]
    if Path(wanted).is_file():
        return read(Path(wanted), ClinicCalendar)
    raise ShelfError("FAN-CLI-012", f"There is no calendar {wanted!r}", "", _hint(wanted, shelf.calendars, "Calendars"))


def planned_day(text: str) -> date:
    """The clinic date given, or today's on this machine."""
    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ShelfError("FAN-CLI-013", f"{text!r} is not a date", "", "Write it as 2026-11-21.") from problem


def _hint(wanted: str, known: Mapping[str, object], label: str) -> str:
    near = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.4)
    return f'Did you mean "{near[0]}"?' if near else f"{label}: {', '.join(sorted(known))}."

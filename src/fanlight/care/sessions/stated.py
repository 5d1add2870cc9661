"""One fact from one event, with its time and source."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.sessions.entries import Entry
from fanlight.core.facts import Fact, FactValue


def stated(name: str, value: FactValue, entry: Entry | None, unit: str = "", at: datetime | None = None) -> Fact:
    source = f"session event {entry.id}" if entry is not None else "session"
    return Fact(name, value, at if entry is None else entry.at, source, unit)

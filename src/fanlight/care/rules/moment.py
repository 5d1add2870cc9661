"""When a question is asked, and the bare values it is asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fanlight.core.facts import FactValue

Values = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Moment:
    """The planned date at the clinic, and the instant of asking where minutes are counted."""

    on: date
    now: datetime | None = None

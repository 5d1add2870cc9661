"""What somebody must see: the value itself, and how pressing it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from fanlight.core.session_plan import Measure


class AlertLevel(Enum):
    """How pressing an alert is, in order."""

    NOTICE = 1
    ALERT = 2
    HOLD = 3
    STOP = 4
    EMERGENCY = 5


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who saw an alert, when, what was done, and the event that says so."""

    by: str
    at: datetime
    action: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing somebody must see.

    `is_open` stands until what it says is over (a repeat back inside its limit, a plan made). `repeat_by`: take the
    reading again by then. `count` readings are grouped in it. `needs_acknowledgement` blocks closing the session.
    `owes_explanation`: a prescriber's note is owed. `is_serious_candidate`: a person must judge whether it is serious.
    """

    id: str
    level: AlertLevel
    rule: str
    sentence: str
    at: datetime
    last_at: datetime
    event_ids: tuple[str, ...]
    is_open: bool
    count: int = 1
    measure: Measure | None = None
    repeat_by: datetime | None = None
    owes_explanation: bool = False
    is_serious_candidate: bool = False
    acknowledged: Acknowledgement | None = None
    needs_acknowledgement: bool = True
    explained_by: str | None = None

    @property
    def is_stop(self) -> bool:
        """True while the drug must not run."""
        return self.is_open and self.level in (AlertLevel.STOP, AlertLevel.EMERGENCY)

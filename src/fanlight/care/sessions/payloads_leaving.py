"""What can be said about leaving: escort, plan, the seven ends; and about the record: notes, overrides, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fanlight.care.sessions.payloads_before import SecondMode
from fanlight.care.sessions.schema import entry
from fanlight.core.session_plan import Measure


@dataclass(frozen=True, slots=True)
class Escort:
    """The named adult who takes the patient home."""

    name: str = entry("Name", is_text=True)
    is_present: bool = entry("Here")


@dataclass(frozen=True, slots=True)
class WrittenPlan:
    """The written plan was handed over."""

    is_read_back: bool | None = entry("Read back", default=None)
    no_driving_understood: bool | None = entry("No driving understood", default=None)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence in the record. Psychotherapy notes do not belong here and have no event."""

    text: str = entry("Note", is_text=True)


@dataclass(frozen=True, slots=True)
class MissedBecause:
    """A reading that was due and can no longer be taken. `readings` are due identifiers; no measure named closes all."""

    readings: tuple[str, ...] = entry("Readings")
    reason: str = entry("Reason", is_text=True)
    measures: tuple[Measure, ...] = entry("Only these", default=())

    def __post_init__(self) -> None:
        if not self.readings:
            raise ValueError("names no reading.")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A prescriber's note on something out of order: `about` names the alert, rule or event it explains."""

    about: str = entry("About")
    text: str = entry("Explanation", is_text=True)


@dataclass(frozen=True, slots=True)
class Override:
    """A prescriber goes past one rule or criterion, with a reason and a second licensed person."""

    rule: str = entry("Rule or criterion")
    reason: str = entry("Reason", is_text=True)
    second_person: str | None = entry("Second person", default=None)
    second_mode: SecondMode = entry("How", default=SecondMode.ON_SITE)


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """Somebody saw the alert, and says what was done."""

    alert: str = entry("Alert")
    action: str | None = entry("Done", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Discharged:
    """Released after the criteria were met, or overridden one by one."""

    escort: str | None = entry("Left with", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class LeftAgainstAdvice:
    """Left before it was advised."""

    was_advised: bool = entry("Told what staying is for")
    reason: str | None = entry("Reason given", default=None, is_text=True)
    with_whom: str | None = entry("Left with", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Absconded:
    """Went without a word."""

    last_seen_at: datetime | None = entry("Last seen", default=None)
    called_patient: bool | None = entry("Patient called", default=None)
    called_escort: bool | None = entry("Escort called", default=None)
    line_in_place: bool | None = entry("Line still in", default=None)


@dataclass(frozen=True, slots=True)
class Transferred:
    """Handed over to another place."""

    to: str = entry("To")
    is_emergency: bool = entry("Emergency")
    reason: str = entry("Reason", is_text=True)
    handed_over_to: str | None = entry("Handed over to", default=None)


@dataclass(frozen=True, slots=True)
class CancelledBeforeDose:
    """No drug was given, and none will be today."""

    reason: str = entry("Reason", is_text=True)


@dataclass(frozen=True, slots=True)
class DidNotAttend:
    """The patient did not come."""

    was_contacted: bool | None = entry("Reached", default=None)
    reason: str | None = entry("Reason", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class StoppedAndObserved:
    """The dose was stopped early and the patient observed until fit to leave."""

    reason: str = entry("Why it was stopped", is_text=True)
    escort: str | None = entry("Left with", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Amended:
    """A correction of an earlier event, which stays readable. Exactly one of: struck, or something corrected.

    `payload` is the whole corrected payload of the same kind; `taken_at` the corrected time.
    """

    amends: str = entry("Event")
    reason: str = entry("Reason", is_text=True)
    payload: Mapping[str, object] | None = entry("Corrected values", default=None)
    taken_at: datetime | None = entry("Corrected time", default=None)
    is_struck: bool = entry("Entered in error", default=False)

    def __post_init__(self) -> None:
        corrects = self.payload is not None or self.taken_at is not None
        if corrects == self.is_struck:
            raise ValueError("either strikes the event or corrects it: give corrected values or a corrected time, or strike it.")

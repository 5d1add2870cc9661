"""The phases of a protocol: how many sessions, how far apart, how much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanlight.care.protocols.cited import Cited
from fanlight.core.sources import Mark


class DoseBasis(StrEnum):
    """What an ordered dose is counted by; told by the unit of the dose."""

    PER_KG = "per_kg"
    FIXED = "fixed"
    DEVICES = "devices"
    PER_KG_PER_HOUR = "per_kg_per_hour"
    PER_HOUR = "per_hour"


_BASIS_OF_UNIT = {
    "mg/kg": DoseBasis.PER_KG,
    "mg": DoseBasis.FIXED,
    "mg/kg/h": DoseBasis.PER_KG_PER_HOUR,
    "mg/h": DoseBasis.PER_HOUR,
}


@dataclass(frozen=True, slots=True)
class DosePart:
    """One part of a dose given in parts: a bolus, then an infusion."""

    title: str
    dose: Cited
    minutes: Cited


@dataclass(frozen=True, slots=True)
class DoseRule:
    """How much one session of a phase may give.

    `start` is the usual first dose of the phase. `allowed` is the whole set where the dose is one of a list (devices, arms,
    tablets). `minimum` and `maximum` bound a titrated dose; `first` is the most that the first dose of a course may be; `step`
    the most one dose may rise above the last given; `cap` the most of a session in mg, whatever the weight.
    `minutes` is how long the drug runs; `device` what one nasal device or spray holds; `rest_minutes` the rest between devices.
    """

    start: Cited
    allowed: tuple[Cited, ...] = ()
    minimum: Cited | None = None
    maximum: Cited | None = None
    first: Cited | None = None
    step: Cited | None = None
    step_when: str = ""
    cap: Cited | None = None
    minutes: Cited | None = None
    device: Cited | None = None
    rest_minutes: Cited | None = None
    hold_minutes: Cited | None = None
    parts: tuple[DosePart, ...] = ()

    @property
    def basis(self) -> DoseBasis | None:
        """What the dose is counted by; None where its unit is no unit of dose (`lint` names it)."""
        found = _BASIS_OF_UNIT.get(self.start.unit)
        return DoseBasis.DEVICES if found is DoseBasis.FIXED and self.device is not None else found

    def numbers(self) -> tuple[tuple[str, Cited], ...]:
        """Every number of the rule with its name, for reading, linting and comparing."""
        single = [(name, getattr(self, name)) for name in _SINGLE_NUMBERS]
        listed = [(f"allowed[{i}]", value) for i, value in enumerate(self.allowed)]
        parts = [
            (f"parts[{i}].{name}", value)
            for i, part in enumerate(self.parts)
            for name, value in (("dose", part.dose), ("minutes", part.minutes))
        ]
        return tuple((name, value) for name, value in [*single, *listed, *parts] if value is not None)


_SINGLE_NUMBERS = ("start", "minimum", "maximum", "first", "step", "cap", "minutes", "device", "rest_minutes", "hold_minutes")


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from one session to the next: at least, usually (a pattern that repeats), at most. Calendar days of the clinic."""

    minimum_days: int
    usual_days: tuple[int, ...]
    maximum_days: int
    mark: Mark
    source: str = ""


@dataclass(frozen=True, slots=True)
class AtMost:
    """A frequency the phase keeps: no more than `sessions` on any `days` clinic dates in a row."""

    sessions: int
    days: int
    mark: Mark
    source: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a course with one rhythm and one dose rule.

    `sessions` is how many the phase holds (unit ``{session}``); None where it goes on for as long as it is decided to.
    `review_every_days` is how often an open-ended phase is judged again.
    """

    id: str
    title: str
    interval: Interval
    dose: DoseRule
    sessions: Cited | None = None
    at_most: AtMost | None = None
    review_every_days: Cited | None = None
    entered_when: str = ""
    optional: bool = False
    note: str = ""

    @property
    def session_count(self) -> int | None:
        """Sessions in the phase, or None where it is open-ended."""
        return None if self.sessions is None else int(self.sessions.value)

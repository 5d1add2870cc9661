"""What a protocol asks for in the chair: readings, signed limits, observation, and how the session may end."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from fanlight.care.protocols.cited import Cited, Statement
from fanlight.core.session_plan import Anchor, Measure, Relation, Response
from fanlight.core.sources import Mark


class BloodPressurePolicy(StrEnum):
    """Two published ways to answer a high reading without symptoms; the site chooses (4.2)."""

    AGGRESSIVE = "aggressive"
    SYMPTOM_LED = "symptom_led"


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """A set of readings due `minutes` after `anchor`; `every` repeats it. As `core.session_plan.ReadingTime`, with its basis."""

    id: str
    label: str
    anchor: Anchor
    minutes: int
    measures: tuple[Measure, ...]
    mark: Mark
    source: str = ""
    early: int = 5
    late: int = 10
    every: int | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A limit on one measure, which rule judges it, and what going past it asks for."""

    id: str
    measure: Measure
    relation: Relation
    value: Decimal
    response: Response
    phase: str
    rule: str
    mark: Mark
    source: str = ""
    repeat_within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """The least time a patient stays, in minutes from `anchor`."""

    minutes: int
    anchor: Anchor
    mark: Mark
    source: str = ""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The whole monitoring plan of a session."""

    readings: tuple[ReadingRule, ...]
    limits: tuple[LimitRule, ...]
    observation: Observation
    staffing: tuple[Statement, ...] = ()
    equipment: tuple[Statement, ...] = ()
    bp_policy: BloodPressurePolicy = BloodPressurePolicy.AGGRESSIVE


@dataclass(frozen=True, slots=True)
class Discharge:
    """Which criteria must be met before a patient leaves, and the numbers they use, by name."""

    criteria: tuple[str, ...]
    parameters: dict[str, Cited] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()

"""What a treatment session is held to: the order, the readings due, the signed limits, how it may end.

A protocol makes one of these for a session; the session stream is judged against it. It is pinned when
the session is opened, so that a later change of protocol never changes a session under way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from fanlight.core.quantities import Quantity


class Drug(StrEnum):
    """The substances, never interchangeable."""

    RACEMIC_KETAMINE = "racemic_ketamine"
    ESKETAMINE = "esketamine"
    PSILOCYBIN = "psilocybin"


class Route(StrEnum):
    """How the drug is given."""

    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    NASAL = "nasal"
    ORAL = "oral"
    SUBLINGUAL = "sublingual"


class Measure(StrEnum):
    """One thing read from the patient during a session; the value's unit is in the name or fixed here."""

    SYSTOLIC_MMHG = "systolic_mmhg"
    DIASTOLIC_MMHG = "diastolic_mmhg"
    HEART_RATE_PER_MIN = "heart_rate_per_min"
    SPO2_PERCENT = "spo2_percent"
    RESPIRATORY_RATE_PER_MIN = "respiratory_rate_per_min"
    TEMPERATURE_CEL = "temperature_cel"
    SEDATION_MOAAS = "sedation_moaas"
    DISSOCIATION_0_10 = "dissociation_0_10"
    DISTRESS_0_10 = "distress_0_10"


class Anchor(StrEnum):
    """The moment a due time is counted from, in elapsed UTC minutes."""

    CHECK_IN = "check_in"
    START = "start"
    LAST_DEVICE = "last_device"
    DRUG_END = "drug_end"


@dataclass(frozen=True, slots=True)
class ReadingTime:
    """A set of readings the protocol asks for.

    Due `minutes` after `anchor`; taken in time from `minutes - early` to `minutes + late`, both included.
    `every` repeats it at that many minutes until the session may end (None: once).
    """

    id: str
    label: str
    anchor: Anchor
    minutes: int
    measures: tuple[Measure, ...]
    early: int = 5
    late: int = 10
    every: int | None = None
    required: bool = True


class Relation(StrEnum):
    """How a reading is held against a limit. `RISE_*` compare with the pre-dose value of this session."""

    ABOVE = "above"
    AT_OR_ABOVE = "at_or_above"
    BELOW = "below"
    AT_OR_BELOW = "at_or_below"
    RISE_AT_OR_ABOVE = "rise_at_or_above"


class Response(StrEnum):
    """What going past a limit asks for, in the site's signed protocol."""

    HOLD = "hold"
    ALERT = "alert"
    REPEAT = "repeat"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Limit:
    """One signed limit of the protocol for a measure; `phase` is when it holds (pre_dose or in_session).

    `rule` names the rule (R05, R18, R19, M01...) that judges it on the server.
    """

    id: str
    measure: Measure
    relation: Relation
    value: Decimal
    response: Response
    phase: str
    rule: str
    source: str
    repeat_within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Everything one treatment session is judged against.

    `planned` is the ordered amount (mg of base); `devices` for nasal esketamine; `infusion_minutes` and
    `rate_ml_per_h` for infusions. `minimum_observation_minutes` counts from `observation_anchor`.
    `discharge_parameters` holds the numbers of the discharge criteria by name. `not_overridable` names the criteria
    no prescriber may go past (rule semantics, section 6: the suicide screener re-asked and the escort, by default).
    """

    protocol_id: str
    protocol_version: str
    drug: Drug
    route: Route
    planned: Quantity
    readings: tuple[ReadingTime, ...]
    limits: tuple[Limit, ...]
    minimum_observation_minutes: int
    observation_anchor: Anchor
    discharge_parameters: dict[str, Decimal] = field(default_factory=dict)
    discharge_criteria: tuple[str, ...] = ()
    devices: int | None = None
    rest_between_devices_minutes: int | None = None
    infusion_minutes: int | None = None
    rate_ml_per_h: Decimal | None = None
    bag_ml: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    jurisdiction: str = "US"
    not_overridable: tuple[str, ...] = ("suicidality_reasked", "escort")

"""What can be said before and around a dose: arrival, checks, preparation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fanlight.care.sessions.schema import entry


class SecondMode(StrEnum):
    """How a second person stood in: beside, by live video, or a scan with read-back where a site signed that policy."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    SCAN_AND_READ_BACK = "scan_and_read_back"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The patient is here and is who the page says."""

    has_two_identifiers: bool | None = entry("Name and birth date confirmed", default=None)
    chair: str | None = entry("Chair", default=None)


@dataclass(frozen=True, slots=True)
class PreDoseCheck:
    """What was asked today. A field left out was not asked, and stays unknown."""

    has_two_identifiers: bool | None = entry("Name and birth date confirmed", default=None)
    consent_confirmed: bool | None = entry("Consent confirmed", default=None)
    prescriber_on_site: bool | None = entry("Prescriber on site", default=None)
    emergency_kit_checked: bool | None = entry("Emergency kit checked", default=None)
    alcohol_today: bool | None = entry("Alcohol today", default=None)
    opioid_today: bool | None = entry("Opioid today", default=None)
    sedative_today: bool | None = entry("Benzodiazepine or hypnotic today", default=None)
    stimulant_today: bool | None = entry("Stimulant today", default=None)
    maoi_today: bool | None = entry("MAO inhibitor", default=None)
    new_medicine: bool | None = entry("New medicine since last session", default=None)
    escort_arranged: bool | None = entry("Escort arranged", default=None)
    escort_name: str | None = entry("Escort's name", default=None, is_text=True)
    appears_intoxicated: bool | None = entry("Appears intoxicated", default=None)
    monitor_present: bool | None = entry("Trained professional there to monitor", default=None)
    pulse_oximeter_ready: bool | None = entry("Pulse oximeter in place", default=None)
    assent_today: bool | None = entry("The young person says yes today", default=None)
    two_facilitators_present: bool | None = entry("Two facilitators present", default=None)
    answers: Mapping[str, object] | None = entry("Further facts asked, yes or no, by fact name", default=None)

    def __post_init__(self) -> None:
        if self.answers and not all(isinstance(answer, bool) for answer in self.answers.values()):
            raise ValueError("gives further facts that are not true or false.")


@dataclass(frozen=True, slots=True)
class FastingConfirmed:
    """When the patient last ate, drank and used a nasal spray. "None today" is said, never assumed."""

    last_food_at: datetime | None = entry("Last food", default=None)
    last_drink_at: datetime | None = entry("Last drink", default=None)
    last_nasal_spray_at: datetime | None = entry("Last nasal steroid or decongestant", default=None)
    no_nasal_spray_today: bool | None = entry("No nasal steroid or decongestant today", default=None)


@dataclass(frozen=True, slots=True)
class WeightTaken:
    """A weight measured today."""

    weight_kg: Decimal = entry("Weight", unit="kg", low="25", high="350")


@dataclass(frozen=True, slots=True)
class Container:
    """One vial, ampoule or device: its own mark, and its lot."""

    id: str = entry("Container")
    lot: str = entry("Lot")


@dataclass(frozen=True, slots=True)
class DosePrepared:
    """What was drawn, from what, into what. `drawn_mg` is base.

    `bag_ml` is the whole volume in the bag or syringe after dilution; `line_volume_ml` what the line holds
    between bag and patient. One that is left out stays unknown in the amount given.
    """

    product: str = entry("Product")
    drawn_mg: Decimal = entry("Drawn", unit="mg", low="0")
    lot: str | None = entry("Lot", default=None)
    containers: tuple[Container, ...] = entry("Containers", default=())
    concentration_mg_per_ml: Decimal | None = entry("Strength", unit="mg/mL", low="0", default=None)
    drawn_ml: Decimal | None = entry("Volume drawn", unit="mL", low="0", default=None)
    bag_ml: Decimal | None = entry("Bag or syringe", unit="mL", low="0", default=None)
    rate_ml_per_h: Decimal | None = entry("Pump rate", unit="mL/h", low="0", default=None)
    line_volume_ml: Decimal | None = entry("Line volume", unit="mL", low="0", default=None)
    devices: int | None = entry("Devices", low="0", default=None)
    is_past_beyond_use: bool | None = entry("Container past its beyond-use time", default=None)


@dataclass(frozen=True, slots=True)
class SecondCheck:
    """A second person checked the preparation. `by` of the event is that second person."""

    agrees: bool = entry("Agrees")
    mode: SecondMode = entry("How", default=SecondMode.ON_SITE)
    checks: str | None = entry("Event checked", default=None)


@dataclass(frozen=True, slots=True)
class Spo2Accepted:
    """Before dosing, a prescriber accepts this patient's lower resting saturation as their own."""

    spo2_percent: Decimal = entry("Accepted saturation", unit="%", low="0", high="100")
    reason: str = entry("Reason", is_text=True)


@dataclass(frozen=True, slots=True)
class CssrsAsked:
    """The suicide screener was asked. `ideation_level` is the highest of 0 (none) to 5.

    `behaviour_3_months` left out means that part was not asked.
    """

    ideation_level: int = entry("Highest ideation", low="0", high="5")
    behaviour_3_months: bool | None = entry("Suicidal behaviour in 3 months", default=None)


@dataclass(frozen=True, slots=True)
class RiskPlanMade:
    """A prescriber made a plan for a raised suicide risk; who stays with the patient, and where they go."""

    plan: str = entry("Plan", is_text=True)
    is_supervised: bool = entry("Leaves only with somebody")

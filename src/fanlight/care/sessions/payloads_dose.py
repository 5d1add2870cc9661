"""What can be said of the drug itself: devices, infusion, single doses, waste, other medicines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fanlight.care.sessions.payloads_before import SecondMode
from fanlight.care.sessions.schema import entry


@dataclass(frozen=True, slots=True)
class DeviceTaken:
    """One nasal device used by the patient, under observation."""

    number: int = entry("Device", low="1")
    mg: Decimal = entry("Amount", unit="mg", low="0")
    lot: str | None = entry("Lot", default=None)


@dataclass(frozen=True, slots=True)
class DeviceRefused:
    """One nasal device the patient did not take. Its content is accounted for as returned or wasted."""

    number: int = entry("Device", low="1")
    reason: str = entry("Reason", is_text=True)


@dataclass(frozen=True, slots=True)
class Started:
    """The pump was started. The rate left out is the prepared or planned rate."""

    rate_ml_per_h: Decimal | None = entry("Rate", unit="mL/h", low="0", default=None)


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """One dose given at once: an injection, a bolus, a swallowed or dissolved dose."""

    mg: Decimal = entry("Amount", unit="mg", low="0")
    volume_ml: Decimal | None = entry("Volume", unit="mL", low="0", default=None)
    site: str | None = entry("Where", default=None)


@dataclass(frozen=True, slots=True)
class RateChanged:
    """The pump's rate from this moment."""

    rate_ml_per_h: Decimal = entry("Rate", unit="mL/h", low="0")
    reason: str | None = entry("Reason", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Paused:
    """The pump was paused."""

    reason: str = entry("Reason", is_text=True)


@dataclass(frozen=True, slots=True)
class Resumed:
    """The pump runs again; the rate left out is the rate before."""

    rate_ml_per_h: Decimal | None = entry("Rate", unit="mL/h", low="0", default=None)
    reason: str | None = entry("Reason", default=None, is_text=True)


class StopReason(StrEnum):
    """Why the drug ended."""

    COMPLETED = "completed"
    PROTOCOL_LIMIT = "protocol_limit"
    CLINICIAN = "clinician"
    PATIENT_ASKED = "patient_asked"
    EMERGENCY = "emergency"
    EQUIPMENT = "equipment"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The drug ended. `pump_infused_ml` is what the pump says it delivered, when it was read."""

    reason: StopReason = entry("Reason")
    pump_infused_ml: Decimal | None = entry("Delivered, by the pump", unit="mL", low="0", default=None)
    detail: str | None = entry("Detail", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Flushed:
    """The line was flushed with this volume."""

    volume_ml: Decimal = entry("Flush", unit="mL", low="0")


@dataclass(frozen=True, slots=True)
class MedicineGiven:
    """Another medicine, given by order."""

    name: str = entry("Medicine")
    amount: Decimal = entry("Amount", low="0")
    unit: str = entry("Unit")
    route: str = entry("Route")
    reason: str | None = entry("Reason", default=None, is_text=True)
    ordered_by: str | None = entry("Ordered by", default=None)


@dataclass(frozen=True, slots=True)
class Wasted:
    """Drug destroyed before a witness. Without `witness` the waste is recorded and stays owed a second signature."""

    mg: Decimal = entry("Amount", unit="mg", low="0")
    volume_ml: Decimal | None = entry("Volume", unit="mL", low="0", default=None)
    witness: str | None = entry("Witness", default=None)
    witness_mode: SecondMode = entry("How", default=SecondMode.ON_SITE)
    lot: str | None = entry("Lot", default=None)
    reason: str | None = entry("Reason", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class Returned:
    """Drug put back unopened."""

    mg: Decimal = entry("Amount", unit="mg", low="0")
    lot: str | None = entry("Lot", default=None)
    reason: str | None = entry("Reason", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class LineOut:
    """The cannula is out."""

    site_is_dry: bool | None = entry("Site dry", default=None)

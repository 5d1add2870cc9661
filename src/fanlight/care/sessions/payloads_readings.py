"""What is read from, asked of or happens to the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from fanlight.care.sessions.schema import entry
from fanlight.core.session_plan import Measure


class Breathing(StrEnum):
    """What the patient breathed when saturation was read."""

    ROOM_AIR = "room_air"
    OXYGEN = "oxygen"


class ReadBy(StrEnum):
    """Whether a person wrote the numbers down or a monitor sent them. A monitor's zero is a lead off, not a reading."""

    PERSON = "person"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Vitals:
    """A set of readings; each left out was not taken and stays due.

    `has_symptoms` answers "faint, dizzy or unwell with it?"; `suspected_artefact` names readings taken with a
    probe off or a cuff slipped, in the reader's own judgement: they ask for a repeat at once.
    """

    systolic_mmhg: Decimal | None = entry("Systolic", unit="mmHg", low="0", high="400", default=None)
    diastolic_mmhg: Decimal | None = entry("Diastolic", unit="mmHg", low="0", high="300", default=None)
    heart_rate_per_min: Decimal | None = entry("Heart rate", unit="/min", low="0", high="400", default=None)
    spo2_percent: Decimal | None = entry("SpO₂", unit="%", low="0", high="100", default=None)
    breathing: Breathing | None = entry("Breathing", default=None)
    oxygen_l_per_min: Decimal | None = entry("Oxygen", unit="L/min", low="0", high="100", default=None)
    respiratory_rate_per_min: Decimal | None = entry("Breaths", unit="/min", low="0", high="120", default=None)
    temperature_cel: Decimal | None = entry("Temperature", unit="°C", low="10", high="50", default=None)
    has_symptoms: bool | None = entry("Faint, dizzy or unwell with it", default=None)
    read_by: ReadBy = entry("Read by", default=ReadBy.PERSON)
    suspected_artefact: tuple[Measure, ...] = entry("Probe off or cuff slipped", default=())

    def __post_init__(self) -> None:
        systolic, diastolic = self.systolic_mmhg, self.diastolic_mmhg
        if self.read_by is ReadBy.PERSON and systolic is not None and diastolic is not None and systolic < diastolic:
            raise ValueError("systolic is below diastolic. Check which number is which.")


@dataclass(frozen=True, slots=True)
class Sedation:
    """Modified observer's assessment of alertness and sedation: 5 awake to 0 no response."""

    moaas: int = entry("MOAA/S", low="0", high="5")


@dataclass(frozen=True, slots=True)
class Dissociation:
    """The patient's own rating, 0 none to 10 most."""

    score: int = entry("Dissociation", low="0", high="10")


@dataclass(frozen=True, slots=True)
class Distress:
    """The patient's own rating, 0 none to 10 most; behaviour that endangers somebody is said apart."""

    score: int | None = entry("Distress", low="0", high="10", default=None)
    is_unsafe: bool | None = entry("Unsafe behaviour", default=None)


@dataclass(frozen=True, slots=True)
class Orientation:
    """Whether the patient knows each of four things. One left out was not asked."""

    person: bool | None = entry("Person", default=None)
    place: bool | None = entry("Place", default=None)
    date: bool | None = entry("Date", default=None)
    reason: bool | None = entry("Why here", default=None)


@dataclass(frozen=True, slots=True)
class Gait:
    """Watched walking."""

    is_steady: bool = entry("Steady")
    aid: str | None = entry("Aid", default=None)


class Degree(StrEnum):
    """How strong something is."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Nausea:
    """How sick the patient feels; `is_controlled` is the nurse's judgement and is asked for when there is any."""

    degree: Degree = entry("Nausea")
    is_vomiting: bool | None = entry("Vomiting", default=None)
    is_controlled: bool | None = entry("Controlled", default=None)


@dataclass(frozen=True, slots=True)
class RestingNotAsked:
    """The patient rests and was not disturbed for these ratings; whether a light word would rouse them is said."""

    is_rousable: bool = entry("Rousable")
    measures: tuple[Measure, ...] = entry("Not asked", default=(Measure.DISSOCIATION_0_10, Measure.DISTRESS_0_10))


class Severity(StrEnum):
    """How strong an adverse event is; whether it is serious is another question."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Seriousness(StrEnum):
    """The regulatory grounds that make an event serious, however mild it feels."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    IMPORTANT_MEDICAL_EVENT = "important_medical_event"


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """Something unwanted. `is_serious` left out means nobody has judged it yet, which keeps it a candidate."""

    term: str = entry("What happened", is_text=True)
    severity: Severity = entry("Severity")
    is_serious: bool | None = entry("Serious", default=None)
    seriousness: tuple[Seriousness, ...] = entry("Grounds", default=())
    onset_at: datetime | None = entry("Began", default=None)
    resolved_at: datetime | None = entry("Resolved", default=None)
    had_airway_intervention: bool = entry("Airway intervention", default=False)
    action: str | None = entry("Done", default=None, is_text=True)

    def __post_init__(self) -> None:
        if self.is_serious is False and self.seriousness:
            raise ValueError("is said not to be serious, yet names a ground for seriousness.")


@dataclass(frozen=True, slots=True)
class RedFlag:
    """Symptoms that call for emergency care, by their code in the content list; none named means asked and absent."""

    symptoms: tuple[str, ...] = entry("Symptoms", default=())


@dataclass(frozen=True, slots=True)
class ClinicianAttended:
    """A clinician came to the chair."""

    role: str | None = entry("Who", default=None)
    finding: str | None = entry("Finding", default=None, is_text=True)


@dataclass(frozen=True, slots=True)
class EmergencyCalled:
    """Emergency help was called."""

    service: str = entry("Who was called")
    reason: str | None = entry("Reason", default=None, is_text=True)

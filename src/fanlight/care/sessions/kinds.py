"""Every kind of event: its label, its payload, and who may say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fanlight.care.sessions import payloads_before as before
from fanlight.care.sessions import payloads_dose as dose
from fanlight.care.sessions import payloads_leaving as leaving
from fanlight.care.sessions import payloads_readings as readings


class EventKind(StrEnum):
    """The one list of things that can be said of a treatment session."""

    CHECKED_IN = "checked_in"
    PRE_DOSE_CHECK = "pre_dose_check"
    FASTING_CONFIRMED = "fasting_confirmed"
    WEIGHT_TAKEN = "weight_taken"
    SPO2_ACCEPTED = "spo2_accepted"
    CSSRS_ASKED = "cssrs_asked"
    RISK_PLAN_MADE = "risk_plan_made"
    DOSE_PREPARED = "dose_prepared"
    SECOND_CHECK = "second_check"
    DEVICE_TAKEN = "device_taken"
    DEVICE_REFUSED = "device_refused"
    STARTED = "started"
    DOSE_GIVEN = "dose_given"
    RATE_CHANGED = "rate_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    FLUSHED = "flushed"
    VITALS = "vitals"
    SEDATION = "sedation"
    DISSOCIATION = "dissociation"
    DISTRESS = "distress"
    ORIENTATION = "orientation"
    GAIT = "gait"
    NAUSEA = "nausea"
    RESTING_NOT_ASKED = "resting_not_asked"
    RED_FLAG = "red_flag"
    ADVERSE_EVENT = "adverse_event"
    MEDICINE_GIVEN = "medicine_given"
    CLINICIAN_ATTENDED = "clinician_attended"
    EMERGENCY_CALLED = "emergency_called"
    WASTED = "wasted"
    RETURNED = "returned"
    LINE_OUT = "line_out"
    ESCORT = "escort"
    WRITTEN_PLAN = "written_plan"
    NOTE = "note"
    MISSED_BECAUSE = "missed_because"
    EXPLANATION = "explanation"
    OVERRIDE = "override"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    DISCHARGED = "discharged"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    ABSCONDED = "absconded"
    TRANSFERRED = "transferred"
    CANCELLED_BEFORE_DOSE = "cancelled_before_dose"
    DID_NOT_ATTEND = "did_not_attend"
    STOPPED_AND_OBSERVED = "stopped_and_observed"
    AMENDED = "amended"


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind of event: how a page names it, what it holds, and the roles that may record it."""

    kind: EventKind
    label: str
    payload: type[Any]
    roles: frozenset[str]


CHART = frozenset({"nurse", "prescriber"})
"""Roles that may chart what happened (safety reference 3.2: session vitals, dose given)."""
_PRESCRIBER = frozenset({"prescriber"})
_DESK = CHART | {"front_desk"}
_ACKNOWLEDGE = CHART | {"therapist", "medical_director"}
_CHECK = CHART | {"pharmacy", "medical_director"}

_K = EventKind
_ROWS: tuple[tuple[EventKind, str, type[Any], frozenset[str]], ...] = (
    (_K.CHECKED_IN, "Checked in", before.CheckedIn, _DESK),
    (_K.PRE_DOSE_CHECK, "Pre-dose check", before.PreDoseCheck, CHART),
    (_K.FASTING_CONFIRMED, "Food, drink, sprays", before.FastingConfirmed, CHART),
    (_K.WEIGHT_TAKEN, "Weight", before.WeightTaken, CHART),
    (_K.SPO2_ACCEPTED, "Lower saturation accepted", before.Spo2Accepted, _PRESCRIBER),
    (_K.CSSRS_ASKED, "C-SSRS asked", before.CssrsAsked, CHART | {"therapist"}),
    (_K.RISK_PLAN_MADE, "Plan for raised risk", before.RiskPlanMade, _PRESCRIBER),
    (_K.DOSE_PREPARED, "Dose prepared", before.DosePrepared, CHART | {"pharmacy"}),
    (_K.SECOND_CHECK, "Second check", before.SecondCheck, _CHECK),
    (_K.DEVICE_TAKEN, "Device taken", dose.DeviceTaken, CHART),
    (_K.DEVICE_REFUSED, "Device refused", dose.DeviceRefused, CHART),
    (_K.STARTED, "Infusion started", dose.Started, CHART),
    (_K.DOSE_GIVEN, "Dose given", dose.DoseGiven, CHART),
    (_K.RATE_CHANGED, "Rate changed", dose.RateChanged, CHART),
    (_K.PAUSED, "Paused", dose.Paused, CHART),
    (_K.RESUMED, "Resumed", dose.Resumed, CHART),
    (_K.STOPPED, "Drug ended", dose.Stopped, CHART),
    (_K.FLUSHED, "Line flushed", dose.Flushed, CHART),
    (_K.VITALS, "Vitals", readings.Vitals, CHART),
    (_K.SEDATION, "Sedation", readings.Sedation, CHART),
    (_K.DISSOCIATION, "Dissociation", readings.Dissociation, CHART),
    (_K.DISTRESS, "Distress", readings.Distress, CHART),
    (_K.ORIENTATION, "Orientation", readings.Orientation, CHART),
    (_K.GAIT, "Gait", readings.Gait, CHART),
    (_K.NAUSEA, "Nausea", readings.Nausea, CHART),
    (_K.RESTING_NOT_ASKED, "Resting, not asked", readings.RestingNotAsked, CHART),
    (_K.RED_FLAG, "Red-flag symptoms", readings.RedFlag, CHART),
    (_K.ADVERSE_EVENT, "Adverse event", readings.AdverseEvent, CHART),
    (_K.MEDICINE_GIVEN, "Medicine given", dose.MedicineGiven, CHART),
    (_K.CLINICIAN_ATTENDED, "Clinician at the chair", readings.ClinicianAttended, CHART),
    (_K.EMERGENCY_CALLED, "Emergency called", readings.EmergencyCalled, CHART | {"front_desk", "therapist", "medical_director"}),
    (_K.WASTED, "Wasted", dose.Wasted, CHART | {"pharmacy"}),
    (_K.RETURNED, "Returned unopened", dose.Returned, CHART | {"pharmacy"}),
    (_K.LINE_OUT, "Line out", dose.LineOut, CHART),
    (_K.ESCORT, "Escort", leaving.Escort, _DESK),
    (_K.WRITTEN_PLAN, "Written plan", leaving.WrittenPlan, CHART),
    (_K.NOTE, "Note", leaving.Note, CHART | {"therapist"}),
    (_K.MISSED_BECAUSE, "Reading missed, because", leaving.MissedBecause, CHART),
    (_K.EXPLANATION, "Explanation", leaving.Explanation, _PRESCRIBER),
    (_K.OVERRIDE, "Override", leaving.Override, _PRESCRIBER),
    (_K.ALERT_ACKNOWLEDGED, "Alert acknowledged", leaving.AlertAcknowledged, _ACKNOWLEDGE),
    (_K.DISCHARGED, "Discharged", leaving.Discharged, CHART | {"medical_director"}),
    (_K.LEFT_AGAINST_ADVICE, "Left against advice", leaving.LeftAgainstAdvice, CHART),
    (_K.ABSCONDED, "Absconded", leaving.Absconded, CHART),
    (_K.TRANSFERRED, "Transferred", leaving.Transferred, CHART),
    (_K.CANCELLED_BEFORE_DOSE, "Cancelled before dose", leaving.CancelledBeforeDose, CHART),
    (_K.DID_NOT_ATTEND, "Did not attend", leaving.DidNotAttend, _DESK),
    (_K.STOPPED_AND_OBSERVED, "Stopped and observed to discharge", leaving.StoppedAndObserved, CHART),
    (_K.AMENDED, "Corrected", leaving.Amended, _DESK | {"therapist", "pharmacy", "medical_director"}),
)
EVENT_KINDS: Mapping[EventKind, KindInfo] = {kind: KindInfo(kind, label, payload, roles) for kind, label, payload, roles in _ROWS}
"""Every kind of event with its label, payload type and the roles that may record it."""

ENDS = (
    EventKind.DISCHARGED,
    EventKind.LEFT_AGAINST_ADVICE,
    EventKind.ABSCONDED,
    EventKind.TRANSFERRED,
    EventKind.CANCELLED_BEFORE_DOSE,
    EventKind.DID_NOT_ATTEND,
    EventKind.STOPPED_AND_OBSERVED,
)
"""The seven ways a treatment session ends (rule semantics, section 3)."""

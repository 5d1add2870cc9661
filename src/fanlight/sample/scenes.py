"""What has happened so far in each sample session, recorded event by event at its own time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fanlight.care.sessions import EventKind
from fanlight.records.actions.sessions import record_event
from fanlight.records.models import TreatmentSession

if TYPE_CHECKING:
    from fanlight.sample.fill import Cast


def play(cast: Cast, session: TreatmentSession, stage: str) -> None:
    """Record the scene of a stage: ready to start, in the chair, or to discharge."""
    _Scene(cast, session).run(stage)


class _Scene:
    def __init__(self, cast: Cast, session: TreatmentSession) -> None:
        self.cast = cast
        self.session = session
        self.start = cast.now

    def say(self, minute: int, kind: str, payload: dict[str, Any], by: str = "nurse") -> None:
        """One event, `minute` minutes after the start of the scene."""
        at = self.start + timedelta(minutes=minute)
        record_event(
            session=self.session, event_id=uuid.uuid4(), kind=EventKind(kind), payload=payload, taken_at=at, by=self.cast.staff[by], at=at
        )

    def vitals(self, minute: int, systolic: int, diastolic: int, pulse: int, spo2: int, breaths: int, moaas: int, felt: int | None) -> None:
        self.say(
            minute,
            "vitals",
            {
                "systolic_mmhg": str(systolic),
                "diastolic_mmhg": str(diastolic),
                "heart_rate_per_min": str(pulse),
                "spo2_percent": str(spo2),
                "breathing": "room_air",
                "respiratory_rate_per_min": str(breaths),
            },
        )
        self.say(minute, "sedation", {"moaas": moaas})
        if felt is not None:
            self.say(minute, "dissociation", {"score": felt})

    def run(self, stage: str) -> None:
        """Play one stage."""
        if stage == "ready_to_start":
            self.start = self.cast.now - timedelta(minutes=25)
            self._before()
            self._infusion_prepared()
        elif stage == "in_the_chair":
            self.start = self.cast.now - timedelta(minutes=58)
            self._before()
            self._devices()
        elif stage == "to_discharge":
            self.start = self.cast.now - timedelta(minutes=135)
            self._before()
            self._infusion_prepared()
            self._infusion_run()

    def _before(self) -> None:
        self.say(0, "checked_in", {"has_two_identifiers": True, "chair": self.session.chair or "1"}, by="desk")
        checked: dict[str, Any] = {
            "has_two_identifiers": True,
            "consent_confirmed": True,
            "prescriber_on_site": True,
            "emergency_kit_checked": True,
            "alcohol_today": False,
            "opioid_today": False,
            "sedative_today": False,
            "stimulant_today": False,
            "maoi_today": False,
            "new_medicine": False,
            "escort_arranged": True,
            "pulse_oximeter_ready": True,
            "appears_intoxicated": False,
            "escort_name": "Robin (sample)",
            "answers": {"vial_past_beyond_use": False, "hypnotic_today": False},
        }
        self.vitals(6, 128, 80, 72, 98, 14, 5, 0)
        fed = self.start - timedelta(hours=7)
        self.say(
            7,
            "fasting_confirmed",
            {"last_food_at": _text(fed), "last_drink_at": _text(fed + timedelta(hours=4)), "no_nasal_spray_today": True},
        )
        self.say(8, "cssrs_asked", {"ideation_level": 1, "behaviour_3_months": False})
        self.say(9, "pre_dose_check", checked)

    def _infusion_prepared(self) -> None:
        dose = self.session.dose or {}
        made, amount = dose.get("preparation") or {}, dose.get("dose") or {}
        self.say(
            14,
            "dose_prepared",
            {
                "product": "ketamine-50-mg-ml-10-ml-multi",
                "lot": "SAMPLE-K1",
                "drawn_mg": str(made.get("drawn_mg") or amount.get("mg")),
                "drawn_ml": str(made["volume_ml"]) if made.get("volume_ml") else None,
                "bag_ml": str(made["bag_ml"]) if made.get("bag_ml") else None,
                "rate_ml_per_h": str(made["rate_ml_h"]) if made.get("rate_ml_h") else None,
                "line_volume_ml": "2",
            },
        )
        self.say(16, "second_check", {"agrees": True}, by="nurse2")

    def _devices(self) -> None:
        self.say(14, "dose_prepared", {"product": "spravato-28-mg", "lot": "SAMPLE-E1", "drawn_mg": "56", "devices": 2})
        self.say(18, "device_taken", {"number": 1, "mg": "28", "lot": "SAMPLE-E1"})
        self.say(23, "device_taken", {"number": 2, "mg": "28", "lot": "SAMPLE-E1"})
        self.vitals(38, 141, 88, 80, 97, 14, 4, 4)

    def _infusion_run(self) -> None:
        self.say(20, "started", {})
        for minute, reading in ((35, (134, 84, 78, 98, 14, 5, 2)), (50, (146, 90, 84, 97, 14, 4, 5))):
            self.vitals(minute, *reading)
        self.say(60, "stopped", {"reason": "completed"})
        self.say(61, "flushed", {"volume_ml": "10"})
        self.vitals(62, 142, 88, 82, 97, 14, 4, 4)
        self.say(64, "line_out", {"site_is_dry": True})
        self.vitals(77, 134, 84, 78, 98, 14, 5, 2)
        self.vitals(92, 130, 82, 74, 98, 14, 5, 1)
        self.vitals(107, 128, 80, 72, 98, 14, 5, 0)
        self.vitals(124, 126, 80, 70, 98, 14, 5, 0)
        self.say(125, "orientation", {"person": True, "place": True, "date": True, "reason": True})
        self.say(126, "nausea", {"degree": "none"})


def _text(moment: datetime) -> str:
    return moment.isoformat()

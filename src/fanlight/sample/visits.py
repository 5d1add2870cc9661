"""What is said in one whole visit of the made-up clinic, minute by minute: from the door to the criteria of leaving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """One thing said: minutes after the patient came, what, and the sign-in name of who says it."""

    minute: int
    kind: str
    payload: dict[str, Any]
    by: str = "nurse"


@dataclass(frozen=True, slots=True)
class Body:
    """How a body takes this visit. Pressures in mmHg; `felt` is dissociation at its height, 0 to 10."""

    systolic_mmhg: int
    peak_systolic_mmhg: int
    felt: int
    ideation_level: int = 1


INFUSION_STARTS, DEVICE_STARTS = 20, 18


def infusion_visit(start: datetime, dose: Mapping[str, Any], product: str, body: Body) -> Iterator[Word]:
    """An infusion of forty minutes and an hour and more of watching."""
    yield from before(start, body)
    yield infusion_prepared(dose, product)
    yield Word(16, "second_check", {"agrees": True}, "nurse2")
    yield Word(INFUSION_STARTS, "started", {})
    yield from readings(35, body.systolic_mmhg + 6, 84, 78, 98, 5, 2)
    yield from readings(50, body.peak_systolic_mmhg, 90, 84, 97, 4, body.felt)
    yield Word(60, "stopped", {"reason": "completed"})
    yield Word(61, "flushed", {"volume_ml": "10"})
    yield from readings(62, body.systolic_mmhg + 10, 88, 82, 97, 4, 4)
    yield Word(64, "line_out", {"site_is_dry": True})
    for minute, more, felt in ((77, 6, 2), (92, 4, 1), (107, 2, 0), (124, 0, 0)):
        yield from readings(minute, body.systolic_mmhg + more, 82, 74, 98, 5, felt)
    yield from leaving(124)


def spray_visit(start: datetime, dose: Mapping[str, Any], product: str, body: Body) -> Iterator[Word]:
    """Devices five minutes apart and two hours of watching after the last."""
    devices = int((dose.get("dose") or {}).get("devices") or 2)
    yield from before(start, body)
    yield Word(14, "dose_prepared", {"product": product, "lot": "SAMPLE-E1", "drawn_mg": str(28 * devices), "devices": devices})
    for number in range(1, devices + 1):
        yield Word(DEVICE_STARTS + 5 * (number - 1), "device_taken", {"number": number, "mg": "28", "lot": "SAMPLE-E1"})
    last = DEVICE_STARTS + 5 * (devices - 1)
    yield from readings(last + 40, body.peak_systolic_mmhg, 88, 80, 97, 4, body.felt)
    for after, more, felt in ((70, 6, 2), (100, 2, 0), (121, 0, 0)):
        yield from readings(last + after, body.systolic_mmhg + more, 80, 74, 98, 5, felt)
    yield from leaving(last + 121)


def readings(minute: int, systolic: int, diastolic: int, pulse: int, spo2: int, moaas: int, felt: int) -> Iterator[Word]:
    """One whole set."""
    values = {"systolic_mmhg": systolic, "diastolic_mmhg": diastolic, "heart_rate_per_min": pulse, "spo2_percent": spo2}
    plain = {name: str(value) for name, value in values.items()}
    yield Word(minute, "vitals", {**plain, "breathing": "room_air", "respiratory_rate_per_min": "14"})
    yield Word(minute, "sedation", {"moaas": moaas})
    yield Word(minute, "dissociation", {"score": felt})
    yield Word(minute, "distress", {"score": 1})


def before(start: datetime, body: Body) -> Iterator[Word]:
    """The door, the first set, the questions of the day."""
    yield Word(0, "checked_in", {"has_two_identifiers": True, "chair": "1"}, "desk")
    yield from readings(6, body.systolic_mmhg, 80, 72, 98, 5, 0)
    fed = start - timedelta(hours=7)
    drank = fed + timedelta(hours=4)
    asked = {"last_food_at": fed.isoformat(), "last_drink_at": drank.isoformat(), "no_nasal_spray_today": True}
    yield Word(7, "fasting_confirmed", asked)
    yield Word(8, "cssrs_asked", {"ideation_level": body.ideation_level, "behaviour_3_months": False})
    yes = ("has_two_identifiers", "consent_confirmed", "prescriber_on_site", "emergency_kit_checked", "escort_arranged")
    no = ("alcohol_today", "opioid_today", "sedative_today", "stimulant_today", "maoi_today", "new_medicine", "appears_intoxicated")
    checked: dict[str, Any] = dict.fromkeys((*yes, "pulse_oximeter_ready"), True) | dict.fromkeys(no, False)
    more = {"vial_past_beyond_use": False, "hypnotic_today": False}
    yield Word(9, "pre_dose_check", checked | {"escort_name": "Robin (sample)", "answers": more})


def infusion_prepared(dose: Mapping[str, Any], product: str) -> Word:
    """The bag as the order has it."""
    made, amount = dose.get("preparation") or {}, dose.get("dose") or {}
    named = {"drawn_ml": "volume_ml", "bag_ml": "bag_ml", "rate_ml_per_h": "rate_ml_h"}
    drawn = {field: str(made[name]) if made.get(name) else None for field, name in named.items()}
    mg = str(made.get("drawn_mg") or amount.get("mg"))
    return Word(14, "dose_prepared", {"product": product, "lot": "SAMPLE-K1", "drawn_mg": mg, "line_volume_ml": "2", **drawn})


def leaving(minute: int) -> Iterator[Word]:
    """What is asked before the door opens again."""
    yield Word(minute + 1, "orientation", {"person": True, "place": True, "date": True, "reason": True})
    yield Word(minute + 1, "nausea", {"degree": "none"})
    yield Word(minute + 1, "gait", {"is_steady": True})
    yield Word(minute + 2, "cssrs_asked", {"ideation_level": 1, "behaviour_3_months": False})
    yield Word(minute + 2, "escort", {"name": "Robin (sample)", "is_present": True})
    yield Word(minute + 2, "written_plan", {"is_read_back": True, "no_driving_understood": True})

"""Short ways to write a session down in a test: minutes from a morning, plans from the shipped protocols."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fanlight.care.protocols import PlannedDose, Protocol, session_plan
from fanlight.care.sessions import Event, EventKind, Person, SessionParametersFile, parse_event, with_session_parameters
from fanlight.content.reader import content_folder, read
from fanlight.core.session_plan import SessionPlan

ARRIVAL = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
NURSE = Person("nurse-1", "nurse")
PRESCRIBER = Person("doc-1", "prescriber")


def at(minute: float) -> datetime:
    """An instant so many minutes after arrival (09:00)."""
    return ARRIVAL + timedelta(minutes=minute)


def plan_of(protocol: str, phase: str, order: PlannedDose) -> SessionPlan:
    folder = content_folder()
    shipped = read(folder / "protocols" / f"{protocol}.yaml", Protocol)
    return with_session_parameters(
        session_plan(shipped, phase, order), read(folder / "sessions" / "parameters.yaml", SessionParametersFile)
    )


def iv_plan(**changes: Any) -> SessionPlan:
    """36 mg in 50 mL over 40 min."""
    order = PlannedDose(Decimal(36), None, 40, Decimal(75), Decimal(50), Decimal(50))
    return replace(plan_of("iv-racemic-induction", "induction", order), **changes)


def nasal_plan(**changes: Any) -> SessionPlan:
    """56 mg: two devices."""
    return replace(plan_of("esketamine-us-trd", "induction", PlannedDose(Decimal(56), devices=2)), **changes)


class Chair:
    """Events of one session, each said at the minute it happened unless told otherwise."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._said = 0

    def say(
        self,
        kind: EventKind | str,
        minute: float,
        *,
        by: Person = NURSE,
        entered: float | None = None,
        received: float | None = None,
        offset: int | None = None,
        id: str | None = None,
        **payload: Any,
    ) -> str:
        self._said += 1
        name = id or f"e{self._said:03d}"
        raw = {
            "id": name,
            "kind": str(kind),
            "taken_at": at(minute),
            "entered_at": at(minute if entered is None else entered),
            "by": {"id": by.id, "role": by.role},
            "payload": payload,
        }
        if received is not None:
            raw["received_at"] = at(received)
        if offset is not None:
            raw["clock_offset_seconds"] = offset
        self.events.append(parse_event(raw))
        return name

    def vitals(
        self, minute: float, bp: str | None = "124/78", hr: int | None = 70, spo2: int | None = 98, rr: int | None = 14, **more: Any
    ) -> str:
        payload: dict[str, Any] = dict(more.pop("payload", {}))
        if bp:
            payload["systolic_mmhg"], payload["diastolic_mmhg"] = bp.split("/")
        if hr is not None:
            payload["heart_rate_per_min"] = hr
        if spo2 is not None:
            payload["spo2_percent"] = spo2
            payload.setdefault("breathing", "room_air")
        if rr is not None:
            payload["respiratory_rate_per_min"] = rr
        return self.say("vitals", minute, **more, **payload)

    def round(
        self, minute: float, bp: str = "124/78", hr: int = 70, spo2: int = 98, rr: int = 14, moaas: int = 5, diss: int | None = None
    ) -> None:
        """A full set of readings."""
        self.vitals(minute, bp, hr, spo2, rr)
        self.say("sedation", minute, moaas=moaas)
        if diss is not None:
            self.say("dissociation", minute, score=diss)


def before(chair: Chair, *, drug_at: float = 65) -> None:
    """Arrival at minute 0, checks, a full set of readings five minutes before the drug."""
    chair.say("checked_in", 0, has_two_identifiers=True)
    chair.say("weight_taken", 41, weight_kg="72.4")
    chair.say("cssrs_asked", 55, ideation_level=0, behaviour_3_months=False)
    chair.round(drug_at - 5, "124/78", 68, 98, 14, 5, 0)
    chair.say(
        "pre_dose_check",
        drug_at - 4,
        has_two_identifiers=True,
        consent_confirmed=True,
        prescriber_on_site=True,
        emergency_kit_checked=True,
        alcohol_today=False,
        opioid_today=False,
        sedative_today=False,
        escort_arranged=True,
    )


def infusion(chair: Chair, *, start: float = 65) -> None:
    """The mock's session: 36 mg in 50 mL at 75 mL/h for 40 min, line of 2 mL flushed at its end."""
    chair.say(
        "dose_prepared",
        start - 3,
        product="ketamine 50 mg/mL",
        lot="K-2207",
        drawn_mg="36",
        drawn_ml="0.72",
        concentration_mg_per_ml="50",
        bag_ml="50",
        rate_ml_per_h="75",
        line_volume_ml="2",
    )
    chair.say("second_check", start - 2, by=PRESCRIBER, agrees=True)
    chair.say("started", start, rate_ml_per_h="75")
    for minute, bp, hr, spo2, moaas, diss in (
        (15, "142/88", 81, 97, 4, 5),
        (30, "148/92", 86, 97, 4, 7),
    ):
        chair.round(start + minute, bp, hr, spo2, 14, moaas, diss)
    chair.say("stopped", start + 40, reason="completed")
    chair.say("flushed", start + 40, volume_ml="5")
    chair.round(start + 40, "150/92", 85, 97, 13, 4, 6)
    chair.round(start + 45, "150/92", 85, 97, 13, 4)
    chair.say("distress", start + 40, score=3)


def leaving(chair: Chair, *, start: float = 65) -> None:
    """Everything looked at before going home, 100 to 102 minutes after the start."""
    chair.round(start + 60, "142/88", 80, 98, 14, 5)
    chair.round(start + 75, "136/86", 75, 98, 14, 5)
    chair.round(start + 90, "132/84", 71, 98, 14, 5)
    chair.round(start + 101, "132/84", 70, 98, 14, 5, 1)
    chair.say("orientation", start + 101, person=True, place=True, date=True, reason=True)
    chair.say("nausea", start + 101, degree="none")
    chair.say("distress", start + 101, score=1)
    chair.say("gait", start + 101, is_steady=True)
    chair.say("cssrs_asked", start + 101, ideation_level=0, behaviour_3_months=False)
    chair.say("line_out", start + 67, site_is_dry=True)
    chair.say("escort", start + 101, name="A. Companion", is_present=True)
    chair.say("written_plan", start + 85, is_read_back=True, no_driving_understood=True)


def whole_infusion() -> Chair:
    """An uneventful infusion, ready to leave at minute 170."""
    chair = Chair()
    before(chair)
    infusion(chair)
    leaving(chair)
    return chair

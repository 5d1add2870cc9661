"""The discharge table of tests/spec/sessions, and a session made from one of its rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from chair import PRESCRIBER, Chair, iv_plan, nasal_plan
from fanlight.core.session_plan import SessionPlan

IV, NASAL = iv_plan(), nasal_plan()
TABLE = list(csv.DictReader((Path(__file__).parent / "spec" / "sessions" / "discharge.csv").open(encoding="utf-8")))


def scene(case: dict[str, str]) -> tuple[Chair, SessionPlan, float]:
    """A session whose drug ended at minute 100, with one thing looked at as the row says, asked when the row says."""
    said = dict(word.split("=", 1) for word in case["given"].split(" ") if "=" in word)
    rest = [word for word in case["given"].split(" ") if "=" not in word]
    plan = NASAL if case["drug"] == "esketamine" else IV
    minimum = plan.minimum_observation_minutes
    observed = int(said.get("observed", minimum))
    now, seen = 100 + observed, 100 + observed - 1
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("pre_dose_check", 1)
    first: dict[str, Any] = {"breathing": "room_air", "spo2_percent": said.get("baseline_spo2", "98")}
    if said.get("baseline", "120/80") != "missing":
        first["systolic_mmhg"], first["diastolic_mmhg"] = said.get("baseline", "120/80").split("/")
    chair.say("vitals", 50, **first)
    chair.say("dissociation", 50, score=int(said.get("baseline_dissociation", 0)))
    if "accepted" in said:
        chair.say("spo2_accepted", 52, by=PRESCRIBER, spo2_percent=said["accepted"], reason="COPD, usual value")
    if plan is NASAL:
        chair.say("device_taken", 95, number=1, mg="28")
        chair.say("device_taken", 100, number=2, mg="28")
    else:
        chair.say("started", 60, rate_ml_per_h="75")
        chair.say("stopped", 100, reason="completed")
    one = lambda kind, **payload: chair.say(kind, seen, **payload)  # noqa: E731
    if said.get("now", "missing") != "missing":
        systolic, diastolic = said["now"].split("/")
        more = {"has_symptoms": said["symptoms"] == "yes"} if "symptoms" in said else {}
        one("vitals", systolic_mmhg=systolic, diastolic_mmhg=diastolic, **more)
    if said.get("spo2", "missing") != "missing":
        air = said.get("air", "room_air")
        one("vitals", spo2_percent=said["spo2"], **({} if air == "missing" else {"breathing": air}))
    if said.get("rr", "missing") != "missing":
        one("vitals", respiratory_rate_per_min=said["rr"])
    for word, kind, field in (("moaas", "sedation", "moaas"), ("dissociation", "dissociation", "score"), ("distress", "distress", "score")):
        if said.get(word, "missing") != "missing":
            one(kind, **{field: int(said[word])})
    if said.get("oriented", "missing") != "missing":
        words = [said["oriented"], *rest]
        one("orientation", **{word.removeprefix("not-"): not word.startswith("not-") for word in words})
    if said.get("nausea", "missing") != "missing":
        more = {
            field: said[word] == "yes" for word, field in (("controlled", "is_controlled"), ("vomiting", "is_vomiting")) if word in said
        }
        one("nausea", degree=said["nausea"], **more)
    if said.get("gait", "missing") != "missing":
        one("gait", is_steady=said["gait"] == "steady")
    if said.get("cssrs", "missing") != "missing":
        behaviour = said.get("behaviour", "no")
        one(
            "cssrs_asked",
            ideation_level=int(said["cssrs"]),
            **({} if behaviour == "missing" else {"behaviour_3_months": behaviour == "yes"}),
        )
    if "plan" in said:
        one("risk_plan_made", by=PRESCRIBER, plan="stays with partner", is_supervised=True)
    if said.get("escort", "missing") != "missing":
        one("escort", name="P.", is_present=said["escort"] == "here")
    if said.get("plan_given", "missing") != "missing":
        one("written_plan")
    if said.get("driving", "missing") != "missing":
        one("written_plan", no_driving_understood=said["driving"] == "understood")
    if said.get("line", "missing") != "missing":
        one("line_out", site_is_dry=said["line"] == "dry")
    return chair, plan, now

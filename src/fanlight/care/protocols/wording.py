"""Words of a written protocol: drugs in tall-man letters, measures, relations, dose numbers."""

from __future__ import annotations

from collections.abc import Sequence

from fanlight.care.protocols.cited import Cited
from fanlight.care.protocols.follow_up import MeasureRule, When
from fanlight.care.protocols.monitoring import BloodPressurePolicy
from fanlight.care.protocols.protocol import LabelStatus
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Measure, Relation, Route

DRUGS = {Drug.RACEMIC_KETAMINE: "ketamine (racemic)", Drug.ESKETAMINE: "esKETAmine", Drug.PSILOCYBIN: "psilocybin"}
STATUSES = {
    LabelStatus.LABELLED: "Labelled for this use.",
    LabelStatus.OFF_LABEL: "Off-label: no product is approved for this use.",
    LabelStatus.INVESTIGATIONAL: "Investigational: only inside an approved trial.",
}
BP_POLICIES = {
    BloodPressurePolicy.AGGRESSIVE: "every reading past a limit is answered",
    BloodPressurePolicy.SYMPTOM_LED: "readings are repeated and symptoms decide",
}
MEASURES = {
    Measure.SYSTOLIC_MMHG: "systolic pressure",
    Measure.DIASTOLIC_MMHG: "diastolic pressure",
    Measure.HEART_RATE_PER_MIN: "heart rate",
    Measure.SPO2_PERCENT: "SpO2",
    Measure.RESPIRATORY_RATE_PER_MIN: "respiratory rate",
    Measure.TEMPERATURE_CEL: "temperature",
    Measure.SEDATION_MOAAS: "sedation (MOAA/S)",
    Measure.DISSOCIATION_0_10: "dissociation (0 to 10)",
    Measure.DISTRESS_0_10: "distress (0 to 10)",
}
RELATIONS = {
    Relation.ABOVE: "above",
    Relation.AT_OR_ABOVE: "at or above",
    Relation.BELOW: "below",
    Relation.AT_OR_BELOW: "at or below",
    Relation.RISE_AT_OR_ABOVE: "a rise of at least",
}
CRITERIA = {
    "observation_time": "observed long enough",
    "sedation": "awake",
    "orientation": "oriented",
    "blood_pressure": "blood pressure settled",
    "oxygen": "oxygen saturation",
    "dissociation": "dissociation settled",
    "nausea": "nausea controlled",
    "gait": "steady on the feet",
    "suicidality_reasked": "suicidality asked again",
    "escort": "named escort present",
    "written_plan": "written plan given",
    "no_driving": "no driving, understood",
}
DISCHARGE_NUMBERS = {
    "sedation_min_moaas": "MOAA/S at least",
    "systolic_max_mmhg": "systolic pressure not above",
    "diastolic_max_mmhg": "diastolic pressure not above",
    "bp_rise_max_percent": "pressure not above the value before the dose by more than",
    "systolic_min_mmhg": "a fall matters when symptomatic, or systolic below",
    "spo2_min_percent": "SpO2 at least",
    "dissociation_max_0_10": "dissociation (0 to 10) not above",
    "no_drive_hours": "no driving for",
}
USES = {
    "trd": "treatment-resistant depression",
    "mdsi": "depression with acute suicidality",
    "ptsd": "post-traumatic stress disorder",
    "alcohol_use": "alcohol use disorder",
    "pain": "chronic pain",
    "kap": "ketamine-assisted psychotherapy",
    "trial": "approved trial",
    "youth_trial": "approved trial under 18",
}
DOSE_NUMBERS = {
    "start": "starting dose",
    "first": "first dose at most",
    "minimum": "dose at least",
    "maximum": "dose at most",
    "step": "largest rise between doses",
    "cap": "most of one session",
    "minutes": "given over",
    "device": "in one device",
    "rest_minutes": "rest between devices",
    "hold_minutes": "held in the mouth",
}


def joined(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def route_words(drug: Drug, route: Route) -> str:
    """``esKETAmine, nasal``."""
    return f"{DRUGS[drug]}, {route.value}"


_UNIT_WORDS = {"a": "year", "d": "day", "h": "hour", "{session}": "session", "{dose}": "dose", "{device}": "device"}


def number_words(value: Cited) -> str:
    """A number as it is read aloud: ``18 years``, ``1 session``, ``0.5 mg/kg``."""
    word = _UNIT_WORDS.get(value.unit)
    if word is None:
        return str(value).removesuffix(" score")
    return f"{plain(value.value)} {word}{'' if value.value == 1 else 's'}"


def sentence_case(text: str) -> str:
    """First letter upper, the rest as it stands."""
    return text[:1].upper() + text[1:]


def when_words(rule: MeasureRule) -> str:
    """When a scale is due: ``7, 28 and 90 days after the last dose``."""
    days = joined([str(day) for day in rule.days])
    count = f"{days} day{'' if rule.days == (1,) else 's'}"
    match rule.when:
        case When.BASELINE:
            return "before the first dose"
        case When.BEFORE_EACH_DOSE:
            return "before each dose"
        case When.AFTER_EACH_DOSE:
            return f"{count} after each dose" if rule.days else "the day after each dose"
        case When.DAYS_AFTER_START:
            return f"{count} after the first dose"
        case When.DAYS_AFTER_LAST_DOSE:
            return f"{count} after the last dose"
        case When.EVERY_DAYS:
            return f"every {count}"

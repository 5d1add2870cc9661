"""Facts the screening tests share: somebody nothing is wrong with, and histories of treatment."""

from __future__ import annotations

from datetime import date
from typing import Any

from fanlight.care.protocols.scope import rule_scope
from fanlight.care.rules import ProtocolScope, Stage
from fanlight.care.screening import ScreeningResult, screen
from fanlight.core.fact_reading import parse_facts
from fanlight.records.library import library

TODAY = date(2026, 11, 21)


def tried(
    treatment: str, dose: int | None = 150, weeks: int | None = 8, taken: int | None = 90, better: int | None = 20, **more: Any
) -> dict[str, Any]:
    """One trial; adequate and failed unless something is changed. None leaves a thing unknown."""
    given = {
        "treatment": treatment,
        "highest_dose_mg_per_day": dose,
        "weeks_at_or_above_floor": weeks,
        "adherence_percent": taken,
        "improvement_percent": better,
        "in_current_episode": True,
        **more,
    }
    return {name: value for name, value in given.items() if value is not None}


HEALTHY: dict[str, Any] = {
    "birth_date": "1986-04-12",
    "sex": "female",
    "cannot_become_pregnant_because": "hysterectomy 2015",
    "breastfeeding": False,
    "weight_kg": 70,
    "height_cm": 170,
    "diagnosis": "major_depression",
    "episode_duration_months": 14,
    "episode_severity": "severe_without_psychosis",
    "has_capacity": True,
    "cardiovascular_event_ever": False,
    "child_pugh_class": "none",
    "urine_drug_screen": [],
    "medications": [{"name": "sertraline 100 mg"}],
    "antidepressant_trials": [tried("sertraline"), tried("venlafaxine xr")],
    "augmentation_used": False,
    "ect_used": False,
    "cssrs_ideation_past_month": 1,
    "bpic_ss_total": 3,
    "alt_times_upper_limit": 1,
    **dict.fromkeys(
        (
            "aneurysmal_vascular_disease",
            "arteriovenous_malformation",
            "intracerebral_haemorrhage_history",
            "hypersensitivity_ketamine",
            "unstable_cardiovascular_disease",
            "uncontrolled_hypertension",
            "hypertensive_encephalopathy_history",
            "raised_intracranial_pressure",
            "raised_intraocular_pressure",
            "psychosis_current",
            "psychosis_past",
            "psychosis_first_degree_family",
            "mania_current",
            "bipolar_disorder",
            "severe_renal_impairment",
            "on_dialysis",
            "active_substance_use_disorder",
            "past_substance_use_disorder",
            "pdmp_conflict",
            "active_cystitis",
            "untreated_hyperthyroidism",
            "porphyria",
            "seizure_disorder",
            "acute_glaucoma",
            "open_globe_injury",
            "obstructive_sleep_apnoea",
            "severe_respiratory_disease",
            "neurocognitive_disorder",
            "delirium",
            "cssrs_behaviour_past_3_months",
            "cssrs_behaviour_lifetime",
            "new_urinary_symptoms",
            "haematuria",
            "liver_symptoms",
            "concurrent_ect_tms_vns_dbs",
        ),
        False,
    ),
}
"""Somebody with treatment-resistant depression and nothing else, all asked and answered."""


def scope_of(protocol: str, jurisdiction: str | None = None) -> ProtocolScope:
    """A shipped protocol as the rules see it."""
    return rule_scope(library().protocols[protocol], jurisdiction)


def screened(
    raw: dict[str, Any],
    protocol: str = "iv-racemic-induction",
    stage: Stage = Stage.SCREEN,
    on: date = TODAY,
    jurisdiction: str | None = None,
) -> ScreeningResult:
    """The screening of facts as somebody would write them."""
    shelf = library()
    return screen(parse_facts(raw, shelf.facts), scope_of(protocol, jurisdiction), shelf.screening, stage=stage, on=on)

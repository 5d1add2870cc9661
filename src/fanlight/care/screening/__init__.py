"""Screening: treatment history, resistance, contraindications, eligibility; each answer with its reasons."""

from fanlight.care.screening.as_json import screening_as_json
from fanlight.care.screening.definition_types import DefinitionsFile
from fanlight.care.screening.definitions import DefinitionAnswer, DefinitionBook
from fanlight.care.screening.drugs import Drug, DrugDictionary, DrugsFile
from fanlight.care.screening.screening import Patient, ScreeningContent, ScreeningResult, prepare, screen, screen_patient
from fanlight.care.screening.staging import MaudsleyStaging, ThaseRushStaging
from fanlight.care.screening.trials import AntidepressantTrial, TrialJudgement

__all__ = [
    "AntidepressantTrial",
    "DefinitionAnswer",
    "DefinitionBook",
    "DefinitionsFile",
    "Drug",
    "DrugDictionary",
    "DrugsFile",
    "MaudsleyStaging",
    "Patient",
    "ScreeningContent",
    "ScreeningResult",
    "ThaseRushStaging",
    "TrialJudgement",
    "prepare",
    "screen",
    "screen_patient",
    "screening_as_json",
]

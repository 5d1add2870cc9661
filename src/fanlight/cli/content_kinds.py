"""Which kind of content stands in which folder. A builder of a new kind adds a line here."""

from __future__ import annotations

from fnmatch import fnmatch
from importlib import import_module
from typing import Any

KINDS: tuple[tuple[str, str], ...] = (
    ("asking/messages.yaml", "fanlight.care.scales.messages:MessageTexts"),
    ("asking/words_*.yaml", "fanlight.care.scales.patient_words:PatientWords"),
    ("asking/crisis_*.yaml", "fanlight.care.scales.crisis_texts:CrisisTexts"),
    ("asking/*.yaml", "fanlight.care.scales.asking:AskingPolicy"),
    ("calendars/*.yaml", "fanlight.care.protocols:ClinicCalendar"),
    ("codes/measures.yaml", "fanlight.exchange.fhir.tables:MeasuresFile"),
    ("codes/*.yaml", "fanlight.exchange.fhir.tables:MeaningsFile"),
    ("consents/*.yaml", "fanlight.records.consent_texts:ConsentText"),
    ("crosswalks/*.yaml", "fanlight.care.scales.crosswalk:CrosswalkFile"),
    ("definitions/*.yaml", "fanlight.care.screening:DefinitionsFile"),
    ("dosing/*.yaml", "fanlight.care.dosing:DosingPolicy"),
    ("drugs/*.yaml", "fanlight.care.screening:DrugsFile"),
    ("documents/*.yaml", "fanlight.care.documents:InstructionsFile"),
    ("evidence/choices.yaml", "fanlight.science.evidence.public_pages:Choices"),
    ("evidence/curves.yaml", "fanlight.science.evidence.public_pages:TeachingCurves"),
    ("evidence/harms.yaml", "fanlight.records.evidence_base:HarmFile"),
    ("evidence/pages.yaml", "fanlight.science.evidence.public_pages:PublicPages"),
    ("evidence/questions/*.yaml", "fanlight.science.evidence.questions:Question"),
    ("evidence/text_rules.yaml", "fanlight.science.evidence.text_check:TextRules"),
    ("facts/*.yaml", "fanlight.core.facts:FactsFile"),
    ("instruments/*.yaml", "fanlight.care.scales:Instrument"),
    ("intake/interview.yaml", "fanlight.records.intake_content:InterviewOrder"),
    ("intake/phone_questions.yaml", "fanlight.records.intake_content:PhoneQuestions"),
    ("intake/settling.yaml", "fanlight.records.intake_content:SettlingFile"),
    ("intake/csv_words.yaml", "fanlight.exchange.csv_files:CsvWords"),
    ("pharmacology/cases/*.yaml", "fanlight.records.expected_curves:Case"),
    ("pharmacology/effects.yaml", "fanlight.science.pharmacology.effects:EffectContent"),
    ("pharmacology/response.yaml", "fanlight.science.pharmacology.response:ResponseModel"),
    ("pharmacology/substances.yaml", "fanlight.science.pharmacology.substances:SubstanceContent"),
    ("pharmacology/trials/*.yaml", "fanlight.science.pharmacology.trials:Trial"),
    ("pharmacology/models/*.yaml", "fanlight.science.pharmacology.models:Model"),
    ("products/*.yaml", "fanlight.care.dosing:ProductsFile"),
    ("protocols/*.yaml", "fanlight.care.protocols:Protocol"),
    ("risk/*.yaml", "fanlight.care.scales.risk:RiskTable"),
    ("rule_policy/*.yaml", "fanlight.care.rules:OverridePolicies"),
    ("rules/*.yaml", "fanlight.care.rules:RulesFile"),
    ("sessions/owed.yaml", "fanlight.care.sessions.owed:OwedTimesFile"),
    ("sessions/parameters.yaml", "fanlight.care.sessions.parameters:SessionParametersFile"),
    ("sessions/red_flags.yaml", "fanlight.web.pages.red_flags:RedFlagsFile"),
    ("sources/*.yaml", "fanlight.care.rules:SourcesFile"),
    ("withheld/*.yaml", "fanlight.care.scales.catalogue:WithheldFile"),
)
"""Pattern of the path inside a content folder, and the type such a file is read as. The first that fits holds."""


def kind_of(place: str) -> Any | None:
    """The type of the file at this path inside a content folder; None where no kind is known for it."""
    for pattern, where in KINDS:
        if fnmatch(place, pattern):
            module, _, name = where.partition(":")
            return getattr(import_module(module), name)
    return None


def folders() -> frozenset[str]:
    """The folders that hold content of a known kind."""
    return frozenset(pattern.partition("/")[0] for pattern, _ in KINDS)

"""FHIR R4 as it arrives: text in, values out. No network, no file, no clock."""

from fanlight.exchange.fhir.blood_pressure import BloodPressure, pair_blood_pressures
from fanlight.exchange.fhir.documents import Document, DocumentKind, Piece, Refusal, read_document
from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits
from fanlight.exchange.fhir.mapping import RECORDED_TYPES, map_resource
from fanlight.exchange.fhir.proposals import NotChecked, ProposedFact, ScreeningProposals, screening_facts
from fanlight.exchange.fhir.receiving import (
    Dangling,
    Received,
    dangling_references,
    index_of,
    is_bundle,
    receive,
    subject_of,
    with_medicine,
)
from fanlight.exchange.fhir.references import Index, Known, NothingKnown, Target
from fanlight.exchange.fhir.report import Line, Report, to_json
from fanlight.exchange.fhir.tables import CodeTables, MeaningsFile, MeasuresFile
from fanlight.exchange.fhir.values import Fate, Mapped

__all__ = [
    "DEFAULT_LIMITS",
    "RECORDED_TYPES",
    "BloodPressure",
    "CodeTables",
    "Dangling",
    "Document",
    "DocumentKind",
    "Fate",
    "Index",
    "Known",
    "Limits",
    "Line",
    "Mapped",
    "MeaningsFile",
    "MeasuresFile",
    "NotChecked",
    "NothingKnown",
    "Piece",
    "ProposedFact",
    "Received",
    "Refusal",
    "Report",
    "ScreeningProposals",
    "Target",
    "dangling_references",
    "index_of",
    "is_bundle",
    "map_resource",
    "pair_blood_pressures",
    "read_document",
    "receive",
    "screening_facts",
    "subject_of",
    "to_json",
    "with_medicine",
]

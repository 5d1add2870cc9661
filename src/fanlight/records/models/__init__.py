"""Every model, in one place for those who import them."""

from fanlight.records.models.base import AppendOnly, AppendOnlyError, ExactJSONField, Recorded, Versioned
from fanlight.records.models.patients import (
    Consent,
    ConsentWithdrawal,
    HistoryEntry,
    Patient,
    PatientFact,
    PatientIdentifier,
    ScaleResponse,
    SiteQuerySet,
)
from fanlight.records.models.people import Presence, RoleGrant, RoleWithdrawal, Site, StaffMember
from fanlight.records.models.received import DirectoryEntry, ImportedIdentifier
from fanlight.records.models.treatment import (
    Course,
    CourseEnding,
    Decision,
    DocumentSignature,
    GatePassage,
    ProtocolSignature,
    SessionEvent,
    SessionTransition,
    TreatmentSession,
)
from fanlight.records.models.work import AuditEvent, ImportBatch, ImportedResource, Task, WriteKey

__all__ = [
    "AppendOnly",
    "AppendOnlyError",
    "AuditEvent",
    "Consent",
    "ConsentWithdrawal",
    "Course",
    "CourseEnding",
    "Decision",
    "DirectoryEntry",
    "DocumentSignature",
    "ExactJSONField",
    "GatePassage",
    "HistoryEntry",
    "ImportBatch",
    "ImportedIdentifier",
    "ImportedResource",
    "Patient",
    "PatientFact",
    "PatientIdentifier",
    "Presence",
    "ProtocolSignature",
    "Recorded",
    "RoleGrant",
    "RoleWithdrawal",
    "ScaleResponse",
    "SessionEvent",
    "SessionTransition",
    "Site",
    "SiteQuerySet",
    "StaffMember",
    "Task",
    "TreatmentSession",
    "Versioned",
    "WriteKey",
]

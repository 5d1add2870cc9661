"""Who may do what: roles to permissions, as the role matrix of the safety reference has it. Deny by default."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is here to do."""

    FRONT_DESK = "front_desk"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"
    MEDICAL_DIRECTOR = "medical_director"
    PHARMACY = "pharmacy"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """As shown on a page."""
        return self.value.replace("_", " ")


def whom_to_ask(labels: Iterable[str]) -> str:
    """The last sentence of a refusal.

    >>> whom_to_ask(["nurse", "auditor", "therapist"])
    'Ask an auditor, a nurse or a therapist.'
    """
    named = [f"{'an' if label[0] in 'aeiou' else 'a'} {label}" for label in sorted(set(labels))]
    if not named:
        return "Nobody here may."
    return f"Ask {', '.join(named[:-1])} or {named[-1]}." if len(named) > 1 else f"Ask {named[0]}."


class Permission(StrEnum):
    """One thing a page or an action may ask for."""

    SEE_TODAY = "see_today"
    SEE_PATIENT = "see_patient"
    EDIT_DEMOGRAPHICS = "edit_demographics"
    SEE_SCREENING = "see_screening"
    RECORD_FACTS = "record_facts"
    DECIDE_ELIGIBILITY = "decide_eligibility"
    SEE_COURSE = "see_course"
    OPEN_COURSE = "open_course"
    ORDER_DOSE = "order_dose"
    PLAN_DATES = "plan_dates"
    SEE_SESSION = "see_session"
    RECORD_SESSION = "record_session"
    CHECK_IN = "check_in"
    START_DOSE = "start_dose"
    DISCHARGE = "discharge"
    OVERRIDE = "override"
    ACKNOWLEDGE_ALERT = "acknowledge_alert"
    SEE_SCALES = "see_scales"
    RECORD_SCALES = "record_scales"
    ASSESS_RISK = "assess_risk"
    SEE_CONSENT = "see_consent"
    TAKE_CONSENT = "take_consent"
    SEE_DOCUMENTS = "see_documents"
    SIGN_DOCUMENTS = "sign_documents"
    WITNESS_WASTE = "witness_waste"
    SEE_TASKS = "see_tasks"
    CLOSE_TASKS = "close_tasks"
    IMPORT_RECORDS = "import_records"
    SEE_PROTOCOLS = "see_protocols"
    SIGN_PROTOCOLS = "sign_protocols"
    MANAGE_STAFF = "manage_staff"
    SEE_AUDIT = "see_audit"

    @property
    def refusal(self) -> str:
        """What a person without it cannot do: "see patients", "record facts"."""
        return _REFUSED_AS.get(self.value, self.value.replace("_", " "))


_REFUSED_AS = {
    "see_today": "see the page of today",
    "see_patient": "see patients",
    "see_screening": "see a screening",
    "edit_demographics": "enter or correct a person",
    "decide_eligibility": "decide on a treatment",
    "see_course": "see a course",
    "open_course": "open a course",
    "order_dose": "order a dose",
    "plan_dates": "plan dates",
    "see_session": "see a session",
    "record_session": "record at a session",
    "check_in": "check a patient in",
    "start_dose": "start a dose",
    "discharge": "let a patient leave",
    "override": "go past a rule",
    "acknowledge_alert": "acknowledge an alert",
    "assess_risk": "assess a risk",
    "see_consent": "see consents",
    "take_consent": "take a consent",
    "see_tasks": "see what is owed",
    "close_tasks": "close what is owed",
    "manage_staff": "manage accounts",
    "see_audit": "see the audit",
}
"""Where the permission's own name is no sentence."""


P = Permission
_COMMON = {P.SEE_TODAY, P.SEE_PATIENT, P.SEE_TASKS, P.CLOSE_TASKS, P.SEE_PROTOCOLS, P.SEE_CONSENT, P.SEE_COURSE}
_CLINICAL_READ = {P.SEE_SCREENING, P.SEE_SESSION, P.SEE_SCALES, P.SEE_DOCUMENTS}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_DESK: frozenset(_COMMON | {P.EDIT_DEMOGRAPHICS, P.PLAN_DATES, P.CHECK_IN, P.TAKE_CONSENT}),
    Role.NURSE: frozenset(
        _COMMON
        | _CLINICAL_READ
        | {
            P.EDIT_DEMOGRAPHICS,
            P.RECORD_FACTS,
            P.RECORD_SESSION,
            P.CHECK_IN,
            P.START_DOSE,
            P.DISCHARGE,
            P.ACKNOWLEDGE_ALERT,
            P.RECORD_SCALES,
            P.ASSESS_RISK,
        }
        | {P.TAKE_CONSENT, P.WITNESS_WASTE, P.SIGN_DOCUMENTS, P.IMPORT_RECORDS, P.PLAN_DATES}
    ),
    Role.PRESCRIBER: frozenset(
        _COMMON
        | _CLINICAL_READ
        | {
            P.EDIT_DEMOGRAPHICS,
            P.RECORD_FACTS,
            P.DECIDE_ELIGIBILITY,
            P.OPEN_COURSE,
            P.ORDER_DOSE,
            P.RECORD_SESSION,
            P.CHECK_IN,
            P.START_DOSE,
        }
        | {
            P.DISCHARGE,
            P.OVERRIDE,
            P.ACKNOWLEDGE_ALERT,
            P.RECORD_SCALES,
            P.ASSESS_RISK,
            P.TAKE_CONSENT,
            P.WITNESS_WASTE,
            P.SIGN_DOCUMENTS,
            P.IMPORT_RECORDS,
        }
        | {P.PLAN_DATES}
    ),
    Role.THERAPIST: frozenset(_COMMON | _CLINICAL_READ | {P.RECORD_SCALES, P.ASSESS_RISK, P.TAKE_CONSENT}),
    Role.MEDICAL_DIRECTOR: frozenset(
        _COMMON
        | _CLINICAL_READ
        | {
            P.RECORD_FACTS,
            P.DISCHARGE,
            P.ASSESS_RISK,
            P.ACKNOWLEDGE_ALERT,
            P.SIGN_PROTOCOLS,
            P.SIGN_DOCUMENTS,
            P.SEE_AUDIT,
            P.WITNESS_WASTE,
        }
    ),
    Role.PHARMACY: frozenset(
        {P.SEE_TODAY, P.SEE_PATIENT, P.SEE_COURSE, P.SEE_SESSION, P.SEE_TASKS, P.CLOSE_TASKS, P.SEE_PROTOCOLS, P.WITNESS_WASTE}
    ),
    Role.AUDITOR: frozenset(
        {P.SEE_TODAY, P.SEE_PATIENT, P.SEE_COURSE, P.SEE_CONSENT, P.SEE_SESSION, P.SEE_DOCUMENTS, P.SEE_PROTOCOLS, P.SEE_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset({P.MANAGE_STAFF, P.SEE_PROTOCOLS}),
}
"""Source: safety-and-security reference, section 3.2; an administrator reads nothing clinical."""


def roles_hold(roles: Iterable[str], permission: Permission) -> bool:
    """True when any of these roles holds the permission; an unknown role holds nothing."""
    known = {role.value for role in Role}
    return any(permission in ROLE_PERMISSIONS[Role(role)] for role in roles if role in known)

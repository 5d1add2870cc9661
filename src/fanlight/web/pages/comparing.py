"""Two records side by side: what is alike, what differs, and how much hangs on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fanlight.records.models import Patient, PatientIdentifier, TreatmentSession
from fanlight.web.words import birth_words


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One thing of both records. `state` is same, differs, or only (one of them says it)."""

    label: str
    left: str
    right: str
    state: str


def compare_rows(left: Patient, right: Patient, today: date) -> list[CompareRow]:
    """Who the two records say they are, then what hangs on each; counts are not compared."""
    who: list[tuple[str, Callable[[Patient], str]]] = [
        ("Family name", lambda row: row.family_name),
        ("Given names", lambda row: row.given_names),
        ("Born", lambda row: birth_words(row.birth_date, today)),
        ("Sex for dosing", lambda row: "" if row.sex == "unknown" else row.sex),
        ("Telephone", lambda row: row.phone),
    ]
    found = [_row(label, ask(left), ask(right)) for label, ask in who]
    hangs: list[tuple[str, Callable[[Patient], object]]] = [
        ("Numbers elsewhere", _numbers),
        ("Entered", lambda row: f"{row.entered_at:%d %b %Y} by {row.entered_by.name}"),
        ("Courses", lambda row: row.courses.count()),
        ("Sessions", lambda row: TreatmentSession.objects.filter(course__patient=row).count()),
        ("Facts", lambda row: row.facts.count() + row.history.count()),
        ("Said, to be looked at", lambda row: row.received_facts.filter(settled__isnull=True).count()),
        ("Answers to scales", lambda row: row.scale_responses.count()),
        ("Consents", lambda row: row.consents.count()),
        ("Open tasks", lambda row: row.tasks.filter(closed_at__isnull=True).count()),
    ]
    return found + [CompareRow(label, str(ask(left) or "–"), str(ask(right) or "–"), "") for label, ask in hangs]


def _row(label: str, left: str, right: str) -> CompareRow:
    if left.casefold() == right.casefold():
        return CompareRow(label, left or "–", right or "–", "same" if left else "")
    return CompareRow(label, left or "–", right or "–", "differs" if left and right else "only")


def _numbers(row: Patient) -> str:
    held = PatientIdentifier.objects.filter(patient__in=row.record_ids).values_list("value", "system")
    return ", ".join(f"{value} ({system.removeprefix('csv:')})" for value, system in held[:8])

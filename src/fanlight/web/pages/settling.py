"""What stands in the way, as a list of people to turn to: who can settle it, how, and how long it takes; the quickest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fanlight.core.facts import FactCatalogue
from fanlight.records.intake_content import SettlingFile
from fanlight.records.models import Patient, ProtocolSignature, Task


@dataclass(frozen=True, slots=True)
class Unknown:
    """One fact nobody has given: how it is settled, and how long that takes."""

    label: str
    how: str
    far: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Settler:
    """One kind of person and what they can settle; the task that asks them, where one is open."""

    who: str
    unknowns: tuple[Unknown, ...]
    far: str
    minutes: int
    asked: str
    due_at: datetime | None

    @property
    def first(self) -> tuple[Unknown, ...]:
        """What is shown at once."""
        return self.unknowns[:4]

    @property
    def rest(self) -> tuple[Unknown, ...]:
        """What stands behind a line."""
        return self.unknowns[4:]


def settlers(lacking: Mapping[str, list[str]], catalogue: FactCatalogue, times: SettlingFile, tasks: Mapping[str, Task]) -> list[Settler]:
    """Everybody who can settle something, whoever is soonest through first; within each the quickest unknown first."""
    found = []
    for who, facts in lacking.items():
        unknowns = sorted((_unknown(fact, catalogue, times) for fact in facts), key=lambda item: (item.minutes, item.label))
        total = sum(item.minutes for item in unknowns)
        task = tasks.get(who)
        asked, due_at = (task.owner.name, task.due_at) if task is not None else ("", None)
        found.append(Settler(who.replace("_", " "), tuple(unknowns), minutes_words(total), total, asked, due_at))
    return sorted(found, key=lambda settler: (settler.minutes, settler.who))


def minutes_words(minutes: int) -> str:
    """About how long: "1 minute", "25 minutes", "2 hours", "a day".

    >>> minutes_words(95)
    '2 hours'
    """
    if minutes < 90:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    hours = round(minutes / 60)
    if hours < 24:
        return f"{hours} hours"
    days = round(hours / 24)
    return "a day" if days == 1 else f"{days} days"


def seen_token(patient: Patient, signature: ProtocolSignature | None, on: date) -> str:
    """Changes when anything the screening page shows may have changed, a day's turn and a new signature among it; asks no rule."""
    last = [
        rows.order_by("-pk").values_list("pk", flat=True).first() or 0
        for rows in (patient.facts, patient.history, patient.consents, patient.decisions, patient.received_facts)
    ]
    versions = sum(patient.tasks.values_list("row_version", flat=True))
    signed = signature.pk if signature is not None else 0
    return "-".join(str(part) for part in (*last, patient.tasks.count(), versions, len(patient.record_ids), signed, on.toordinal()))


def _unknown(fact: str, catalogue: FactCatalogue, times: SettlingFile) -> Unknown:
    settling = times.of(fact)
    known = catalogue.definitions.get(fact)
    return Unknown(
        known.label if known else fact.replace("_", " "), times.words(settling.way), minutes_words(settling.minutes), settling.minutes
    )

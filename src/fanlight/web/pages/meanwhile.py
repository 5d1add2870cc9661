"""What somebody else recorded while a page of questions stood open: told before it is answered over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from fanlight.core.facts import FactCatalogue
from fanlight.records.actions.patients import current_history
from fanlight.records.canonical import canonical_json
from fanlight.records.knowledge import ASKED_NONE, current_facts
from fanlight.records.models import Patient, StaffMember
from fanlight.web.forms import FaultLine
from fanlight.web.pages.known import fact_value_words


def said_meanwhile(
    patient: Patient,
    rows: Sequence[Mapping[str, Any]],
    denied: Sequence[str],
    *,
    since: datetime,
    by: StaffMember,
    catalogue: FactCatalogue,
) -> dict[str, str]:
    """By fact, what another person recorded differently after `since`; and lists said to be empty that hold a line by now.

    One's own answer is corrected without a word: the later one stands, and both are kept.
    """
    found: dict[str, str] = {}
    standing = current_facts(patient, names=[row["name"] for row in rows]) if rows else {}
    for row in rows:
        there = standing.get(row["name"])
        if there is None or there.entered_by_id == by.pk or there.entered_at <= since:
            continue
        if canonical_json(there.value) != canonical_json(row["value"]):
            at = f"{timezone.localtime(there.entered_at):%H:%M}"
            answer = fact_value_words(there.value, there.unit)
            said = f"{there.entered_by.name} recorded “{answer}” at {at}, after you opened this page."
            found[row["name"]] = f"{said} Settle it together; saved again, yours stands."
    for kind in denied:
        lines = [line for line in current_history(patient, kind) if ASKED_NONE not in line.details]
        if lines:
            fields = catalogue.definitions[kind].fields
            named = ", ".join(str(line.details.get(fields[0].name, "")) for line in lines[:3]) if fields else ""
            found[kind] = f"The list holds {named} by now: it cannot be none. Take the tick away, or open the list."
    return found


def as_faults(said: Mapping[str, str], catalogue: FactCatalogue) -> list[FaultLine]:
    """The same as lines of a summary, each leading to its question."""
    return [FaultLine(f"{catalogue.definitions[name].label}: {words}", f"#fact-{name}") for name, words in said.items()]

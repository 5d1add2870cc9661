"""Changes of medicine as rows: begun, changed and stopped on the days that were told, and those first told of later.

What stood on the list when it was first taken down is no change: it is named apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fanlight.core.instants import clinic_date
from fanlight.records.actions.patients import STOPPED_ON
from fanlight.records.models import HistoryEntry, Patient
from fanlight.web.pages.course_chart.rows import MedicineChange, MedicineRow

LISTED, TRIED, RECEIVED = "medications", "antidepressant_trials", "medicine_received"


def medicine_rows(patient: Patient) -> tuple[list[MedicineRow], list[str]]:
    """Every change that has a day, in order; and the names of medicines taken all along without one."""
    zone = patient.site.zone
    entries = list(patient.history.filter(kind__in=(LISTED, TRIED, RECEIVED)).order_by("pk"))
    struck = {row.amends_id for row in entries if row.is_struck}
    standing = [row for row in entries if not row.is_struck and row.pk not in struck]
    listed = [row for row in standing if row.kind == LISTED and row.details.get("name")]
    rows = list(_of_the_list(listed, zone))
    named = {_name(row.details["name"]) for row in listed}
    for row in standing:
        if row.kind == TRIED:
            rows += _dated(
                row, _name(row.details.get("treatment")), "started_on", "ended_on", str(row.details.get("stopped_because") or "")
            )
        elif row.kind == RECEIVED and _name(row.details.get("text")) not in named:
            rows += _dated(row, _name(row.details.get("text")), "started", "ended", row.source)
    found = {(row.name, row.on, row.change): row for row in reversed(rows) if row.name}
    changed = {name for name, _, _ in found}
    replaced = {row.amends_id for row in standing if row.amends_id}
    taken = [row for row in listed if row.pk not in replaced and not row.details.get(STOPPED_ON)]
    return sorted(found.values(), key=lambda row: (row.on, row.key)), sorted({_name(row.details["name"]) for row in taken} - changed)


def _of_the_list(listed: list[HistoryEntry], zone: ZoneInfo) -> Iterator[MedicineRow]:
    """Lines of the list of medicines, a replaced one before the one that replaced it."""
    first_day = min((clinic_date(row.true_at, zone) for row in listed), default=None)
    held = {row.pk: row for row in listed}
    for row in listed:
        name, dose, told = _name(row.details["name"]), str(row.details.get("dose") or ""), clinic_date(row.true_at, zone)
        before = held.get(row.amends_id) if row.amends_id else None
        stopped, started = _day(row.details.get(STOPPED_ON)), _day(row.details.get("started_on"))
        if stopped is not None:
            yield MedicineRow(f"m{row.pk}", stopped, name, MedicineChange.STOPPED, "", row.reason)
        elif before is not None and str(before.details.get("dose") or "") != dose:
            yield MedicineRow(f"m{row.pk}", told, name, MedicineChange.CHANGED, dose, row.reason)
        elif before is None and started is not None:
            yield MedicineRow(f"m{row.pk}", started, name, MedicineChange.STARTED, dose, row.source)
        elif before is None and told != first_day:
            yield MedicineRow(f"m{row.pk}", told, name, MedicineChange.TOLD, dose, row.source)


def _dated(row: HistoryEntry, name: str, start: str, end: str, why: str) -> Iterable[MedicineRow]:
    began, ended = _day(row.details.get(start)), _day(row.details.get(end))
    dose = row.details.get("highest_dose_mg_per_day")
    shown = f"{dose} mg a day at most" if dose else str(row.details.get("dose") or "")
    if began is not None:
        yield MedicineRow(f"m{row.pk}", began, name, MedicineChange.STARTED, shown, row.source)
    if ended is not None:
        yield MedicineRow(f"m{row.pk}e", ended, name, MedicineChange.STOPPED, "", why.replace("_", " "))


def _name(value: Any) -> str:
    """A medicine's name with its first letter small, so that one medicine written two ways has one lane."""
    words = " ".join(str(value or "").split())
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _day(value: Any) -> date | None:
    """A whole date; a month or a year alone gives none."""
    text = value.isoformat() if isinstance(value, date) else str(value or "")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

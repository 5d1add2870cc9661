"""Over which time a form asks, where its instrument may ask over more than one; and what such a set carries from an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanlight.care.scales.instrument import Instrument
from fanlight.core.instants import clinic_date
from fanlight.records.carried_answers import last_full
from fanlight.records.models import Patient, ScaleResponse
from fanlight.web.words import day_words, listed


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """One choice: its key, its words, what it leaves out and where that comes from instead."""

    id: str
    words: str
    leaves_out: str = ""
    is_chosen: bool = False


def time_windows(patient: Patient, instrument: Instrument, today: date, chosen: str) -> list[TimeWindow]:
    """The choices of a form, its own time first; empty where there is nothing to choose."""
    if len(instrument.recall_forms) < 2:
        return []
    full = last_full(patient, instrument) if any(form.carried for form in instrument.recall_forms) else None
    chosen = chosen or instrument.recall_forms[0].id
    found = []
    for form in instrument.recall_forms:
        items = listed([instrument.item(name).topic for name in form.carried])
        whence = f"taken from {_day(full, today)}" if full is not None else "and stay missing: no whole rating is on record"
        found.append(
            TimeWindow(
                form.id,
                form.recall,
                f"{items} are not asked, {whence}" if items else "",
                form.id == (chosen or instrument.recall_forms[0].id),
            )
        )
    return found


def carried_line(row: ScaleResponse, instrument: Instrument, today: date) -> str:
    """What of an answer set was not asked, and of which day it is: "reduced sleep and reduced appetite are of Thu 12 Nov"."""
    carried = row.score.get("carried") or {}
    full = ScaleResponse.objects.filter(pk=int(carried.get("from") or 0)).select_related("patient__site").first()
    if full is None:
        return ""
    items = listed([instrument.item(name).topic for name in carried.get("items", []) if instrument.has_item(name)])
    return f"{items} were not asked: they are of {_day(full, today)}"


def _day(full: ScaleResponse, today: date) -> str:
    return day_words(clinic_date(full.answered_at, full.patient.site.zone), today)

"""The dose a phase would give, as the product works it out for staff: its lines, its weight and how old that weight is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fanlight.care.dosing import dose_json
from fanlight.care.protocols import Protocol
from fanlight.core.errors import FanlightError
from fanlight.core.facts import Fact
from fanlight.core.instants import clinic_date
from fanlight.records.judging import work_out_dose
from fanlight.records.knowledge import current_facts
from fanlight.records.library import Library
from fanlight.records.models import Patient, ProtocolSignature
from fanlight.web.words import counted, day_words


def dose_sum(
    patient: Patient, protocol: Protocol, signature: ProtocolSignature | None, content: Library, *, phase_id: str, at: datetime, on: date
) -> dict[str, Any]:
    """What the template `parts/dose_sum.html` shows. Nothing is ordered by it."""
    product = next((name for name in protocol.products if name in content.products), None)
    in_hand = [Fact("product", product, at, "the planner")] if product else []
    phase = protocol.phase(phase_id)
    found: dict[str, Any] = {"phase": phase.title if phase else "", "weight": _weight(patient, at)}
    try:
        answer = work_out_dose(patient, protocol, signature, content, phase_id=phase_id, at=at, on=on, extra=in_hand)
    except FanlightError as problem:
        return found | {"problem": f"{problem.what}: {problem.why}."}
    return found | dose_json(answer) | {"findings": answer.findings}


def _weight(patient: Patient, at: datetime) -> str:
    row = current_facts(patient, names=("weight_kg",)).get("weight_kg")
    if row is None or row.value is None:
        return "No weight is known."
    zone = patient.site.zone
    today, taken = clinic_date(at, zone), clinic_date(row.true_at, zone)
    days = (today - taken).days
    age = "today" if days == 0 else f"{counted(days, 'day')} ago"
    return f"{row.value} {row.unit or 'kg'}, {day_words(taken, today)} ({age}), {row.source}"

"""A received QuestionnaireResponse of a scale this house knows becomes an answer set, scored here and not by its sender."""

from __future__ import annotations

import json
from datetime import datetime

from fanlight.core.errors import FanlightError
from fanlight.core.instants import parse_instant
from fanlight.exchange.questionnaire_answers import read_response
from fanlight.records.actions.scales import score_json
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import Patient, ScaleResponse, StaffMember


def form_of(
    text: str, patient: Patient, *, source: str, amends_id: int | None, by: StaffMember, at: datetime
) -> tuple[ScaleResponse | None, str]:
    """The answer set a response holds, and what a person should look at; None where it is of no known scale, unfinished, or undated.

    It is history: nothing acts on it by itself, and a total the sender states is compared, never taken.
    """
    resource = json.loads(text)
    found = read_response(resource, shipped_instruments().values())
    if found is None or not found.is_finished or not found.answers:
        return None, ""
    try:
        answered_at = parse_instant(str(resource.get("authored", "")))
    except FanlightError:
        return None, ""
    instrument = shipped_instruments()[found.instrument_id]
    attention = []
    if found.disagrees(instrument):
        attention.append("the sender's total differs from the one worked out here")
    if found.faults:
        attention.append(f"{len(found.faults)} of its answers could not be read and count as missing")
    row = ScaleResponse(
        patient=patient,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        answers=dict(found.answers),
        score=score_json(found.scored(instrument), {}),
        answered_at=answered_at,
        entered_at=at,
        entered_by=by,
        source=source[:40],
        amends_id=amends_id,
    )
    return row, "; ".join(attention)

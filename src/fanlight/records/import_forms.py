"""A received QuestionnaireResponse of a scale this house knows becomes an answer set, scored here and not by its sender."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from fanlight.care.scales import score
from fanlight.care.scales.risk import risk_of_answers
from fanlight.core.errors import FanlightError
from fanlight.core.instants import parse_instant
from fanlight.exchange.questionnaire_answers import read_response
from fanlight.records.actions.risk import raise_risk
from fanlight.records.actions.scales import score_json
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Patient, ScaleResponse, StaffMember


def form_of(
    text: str, patient: Patient, *, source: str, amends_id: int | None, by: StaffMember, at: datetime
) -> tuple[ScaleResponse | None, str]:
    """The answer set a response holds, and what a person should look at; None where it is of no known scale, unfinished, or undated.

    A total the sender states is compared, never taken. What an answer of danger sets going is `act_on`.
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
    keys = {key.key: key.choices for key in instrument.context}
    context = {"sex": patient.sex} if patient.sex in keys.get("sex", ()) else {}
    attention = []
    scored = score(instrument, found.answers, context)
    if found.stated_total is not None and found.stated_total != scored.total:
        attention.append("the sender's total differs from the one worked out here")
    if found.faults:
        attention.append(f"{len(found.faults)} of its answers could not be read and count as missing")
    row = ScaleResponse(
        patient=patient,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        answers=dict(found.answers),
        score=score_json(scored, context),
        answered_at=answered_at,
        entered_at=at,
        entered_by=by,
        source=source[:40],
        amends_id=amends_id,
    )
    return row, "; ".join(attention)


def act_on(row: ScaleResponse, *, by: StaffMember, at: datetime) -> None:
    """A received answer that means danger, and is not old, is owned at once like one given here. How old is content."""
    content = library()
    if row.answered_at < at - timedelta(hours=content.asking_policy.received_answer_acts_within_hours):
        return
    grade = risk_of_answers(content.risk_table, shipped_instruments()[row.instrument_id], row.answers, is_finished=True)
    if grade is not None:
        raise_risk(patient=row.patient, grade=grade, content=content, event=f"received_{row.instrument_id}"[:64], by=by, at=at)

"""A received QuestionnaireResponse of a scale this house knows becomes an answer set, scored here and not by its sender."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fanlight.care.scales import score
from fanlight.care.scales.risk import risk_of_answers
from fanlight.core.errors import FanlightError
from fanlight.core.instants import parse_instant
from fanlight.exchange.fhir.concepts import text_of
from fanlight.exchange.questionnaire_answers import read_response
from fanlight.exchange.questionnaires import canonical_version
from fanlight.records.actions.risk import raise_risk
from fanlight.records.actions.scales import score_json
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Patient, ScaleResponse, StaffMember


def form_of(
    text: str,
    patient: Patient,
    *,
    asked_by: Mapping[str, Mapping[str, Any]],
    source: str,
    amends_id: int | None,
    by: StaffMember,
    at: datetime,
) -> tuple[ScaleResponse | None, str]:
    """The answer set a response holds, and what a person should look at; None, and why, where nothing of it is taken.

    `asked_by`: the Questionnaires received with it, by address. A total the sender states is compared, never taken. What an answer of
    danger sets going is `act_on`; one in a form that is not taken sets it going here, for a form left unfinished is no safer.
    """
    resource = json.loads(text)
    found = read_response(resource, shipped_instruments().values(), _form_named(resource, asked_by))
    if found is None:
        is_mistake = resource.get("status") == "entered-in-error"
        why = "it was entered in error" if is_mistake else "it names no scale of this house, and its codes are those of none"
        return None, f"nothing of it was scored: {why}; its text is kept"
    instrument = shipped_instruments()[found.instrument_id]
    answered_at, undated = _answered_at(resource)
    if not found.answers:
        return None, f"nothing of {instrument.title} was scored: it holds no answer that could be read; its text is kept"
    why = "" if found.is_finished else f"it is not finished there (status {_status(resource)})"
    why = why or undated
    if why or answered_at is None:
        act_on(patient, found.instrument_id, found.answers, answered_at, is_finished=found.is_finished, by=by, at=at)
        answers = f"{len(found.answers)} answer{'' if len(found.answers) == 1 else 's'}"
        return None, f"{answers} to {instrument.title} not scored: {why}; its text is kept"
    keys = {key.key: key.choices for key in instrument.context}
    context = {"sex": patient.sex} if patient.sex in keys.get("sex", ()) else {}
    attention = []
    scored = score(instrument, found.answers, context)
    if found.stated_total is not None and found.stated_total != scored.total:
        attention.append("the sender's total differs from the one worked out here")
    version = canonical_version(instrument)
    if found.stated_version and found.stated_version != version:
        attention.append(f"it names version {found.stated_version[:24]} of the form, and version {version} is scored here")
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


def _form_named(resource: Mapping[str, Any], asked_by: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The Questionnaire a response names: inside it, or received with it."""
    named = text_of(resource.get("questionnaire")).partition("|")[0]
    contained = resource.get("contained")
    inside = [one for one in contained if isinstance(one, Mapping)] if isinstance(contained, list) else []
    own = next((one for one in inside if one.get("resourceType") == "Questionnaire" and f"#{one.get('id')}" == named), None)
    return own or asked_by.get(named) or asked_by.get("/".join(named.split("/")[-2:]))


def forms_by_address(texts: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Received Questionnaires by the addresses a response may name them by: their canonical one, and `Questionnaire/id`."""
    found: dict[str, Mapping[str, Any]] = {}
    for text in texts:
        form = json.loads(text)
        for address in (text_of(form.get("url")), f"Questionnaire/{form['id']}" if form.get("id") else ""):
            if address:
                found.setdefault(address, form)
    return found


def _status(resource: Mapping[str, Any]) -> str:
    return text_of(resource.get("status"))[:24] or "not given"


def _answered_at(resource: Mapping[str, Any]) -> tuple[datetime | None, str]:
    """When a response was answered, or why that is not known."""
    authored = text_of(resource.get("authored"))
    if not authored:
        return None, "it does not say when it was answered"
    try:
        return parse_instant(authored), ""
    except FanlightError:
        return None, "the time it was answered is no whole instant"


def act_on(
    patient: Patient,
    instrument_id: str,
    answers: Mapping[str, Any],
    answered_at: datetime | None,
    *,
    is_finished: bool,
    by: StaffMember,
    at: datetime,
) -> None:
    """A received answer that means danger, and is not known to be old, is owned at once like one given here. How old is content."""
    content = library()
    if answered_at is not None and answered_at < at - timedelta(hours=content.asking_policy.received_answer_acts_within_hours):
        return
    grade = risk_of_answers(content.risk_table, shipped_instruments()[instrument_id], answers, is_finished=is_finished)
    if grade is not None:
        raise_risk(patient=patient, grade=grade, content=content, event=f"received_{instrument_id}"[:64], by=by, at=at)

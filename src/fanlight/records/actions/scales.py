"""Scales: a form opened, each answer kept as it is given, the finished form scored. A risk answer acts when it is saved."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from fanlight.care.scales import Instrument, RiskGrade, Score, risk_of, score
from fanlight.care.scales.answers import read_answers
from fanlight.care.scales.conditions import ContextValue
from fanlight.care.scales.risk import risk_of_answers, risk_of_event
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.core.instants import as_utc, clinic_day
from fanlight.records.actions.risk import raise_risk
from fanlight.records.actions.scale_forms import CSSRS, answers_of, edition_of, instrument_of
from fanlight.records.actions.screening_tasks import close_answered
from fanlight.records.audit import change, take_turn
from fanlight.records.carried_answers import with_carried
from fanlight.records.chance import new_id
from fanlight.records.idempotency import KeyReusedError
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import Library
from fanlight.records.models import (
    Patient,
    RiskRaised,
    ScaleFinish,
    ScaleForm,
    ScaleItemAnswer,
    ScaleResponse,
    Site,
    StaffMember,
    Task,
    TreatmentSession,
)
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

WAYS = ("read_aloud", "rated", "typed", "phone", "kiosk")
ALONE = ("phone", "kiosk")
"""Ways in which the patient answers alone: on their own phone, or on the clinic's tablet."""
SOURCES = {
    "read_aloud": "read aloud by staff",
    "rated": "rated by a clinician",
    "typed": "entered by staff",
    "phone": "patient, phone link",
    "kiosk": "patient, clinic's tablet",
}
NOT_SAFE = "patient_not_sure_of_being_safe"
TOO_LATE = "late:"
"""An event of this beginning names an answer that came when its form took none any more: item, value, and which answer it was."""


class ScaleFormError(FanlightError):
    """A form that cannot be opened, answered or finished as asked."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One answer kept. `grade` and `task`: what it set going, if anything; `is_replay`: it was here already."""

    tap: ScaleItemAnswer
    grade: RiskGrade | None = None
    task: Task | None = None
    is_replay: bool = False


def patient_account(site: Site, at: datetime) -> StaffMember:
    """The account under which a patient's own answers stand, made when first needed. Nobody signs in with it."""
    found = StaffMember.objects.filter(username=f"patient-{site.code}").first()
    if found is not None:
        return found
    with change("create_patient_account", at=at, by=None) as entry:
        account = StaffMember(site=site, username=f"patient-{site.code}", name="The patient", initials="PAT", is_active=False)
        account.set_unusable_password()
        entry.add(account)
        entry.details["staff"] = account.pk
    return account


def open_form(
    *,
    patient: Patient,
    instrument_id: str,
    way: str,
    by: StaffMember,
    at: datetime,
    rater: StaffMember | None = None,
    session: TreatmentSession | None = None,
) -> ScaleForm:
    """Open a form, on the instrument's text as it stands now. A clinician-rated scale has a rater."""
    check_may(by, Permission.RECORD_SCALES, at=at, patient=patient)
    edition, instrument = edition_of(instrument_id, at)
    if way not in WAYS:
        raise ScaleFormError(
            "FAN-FORM-001", f"Cannot open {instrument.title}", f"{way!r} is no way of asking", f"One of: {', '.join(WAYS)}."
        )
    if way in ALONE and (instrument.needs_rater or not instrument.has_full_text):
        why = "a clinician rates it" if instrument.needs_rater else "its wording may not be shown here"
        raise ScaleFormError("FAN-FORM-002", f"Cannot leave {instrument.title} to the patient alone", why, "Enter it with the patient.")
    if instrument.needs_rater and rater is None:
        raise ScaleFormError(
            "FAN-FORM-003", f"Cannot open {instrument.title}", "a clinician rates it, and nobody is named", "Name the rater."
        )
    if rater is not None and (rater.site_id != patient.site_id or not rater.may(Permission.RECORD_SCALES)):
        raise ScaleFormError(
            "FAN-FORM-004", f"Cannot open {instrument.title}", "the rater may not rate here", "Choose a clinician of this clinic."
        )
    return _open(patient, edition, way, by, at, rater, session)


def house_account(site: Site, at: datetime) -> StaffMember:
    """The account under which the house itself opens forms and makes links. Nobody signs in with it."""
    found = StaffMember.objects.filter(username=f"house-{site.code}").first()
    if found is not None:
        return found
    with change("create_house_account", at=at, by=None) as entry:
        account = StaffMember(site=site, username=f"house-{site.code}", name="The house", initials="FAN", is_active=False)
        account.set_unusable_password()
        entry.add(account)
        entry.details["staff"] = account.pk
    return account


def may_go_to_a_phone(instrument_id: str) -> bool:
    """Whether a patient may fill this scale in alone: nobody rates it, and its words may be shown."""
    known = shipped_instruments().get(instrument_id)
    return known is not None and not known.needs_rater and known.has_full_text


def form_for_message(*, patient: Patient, instrument_id: str, since: date, at: datetime) -> ScaleForm:
    """The patient's own unfinished form of a scale begun since a day, or a new one opened by the house."""
    begun = ScaleForm.objects.filter(patient=patient, way="phone", edition__instrument_id=instrument_id, finish__isnull=True)
    known = begun.filter(opened_at__gte=clinic_day(since, patient.site.zone)[0]).order_by("-pk").first()
    if known is not None:
        return known
    edition, _ = edition_of(instrument_id, at)
    return _open(patient, edition, "phone", house_account(patient.site, at), at, None, None)


def _open(
    patient: Patient, edition: Any, way: str, by: StaffMember, at: datetime, rater: StaffMember | None, session: TreatmentSession | None
) -> ScaleForm:
    with change("open_form", at=at, by=by, patient=patient, instrument=edition.instrument_id, way=way) as entry:
        form = ScaleForm(patient=patient, session=session, edition=edition, way=way, rater=rater, opened_by=by, opened_at=at)
        entry.add(form)
    return form


def save_answer(
    *,
    form: ScaleForm,
    answer_id: uuid.UUID,
    item: str,
    value: object,
    answered_at: datetime,
    content: Library,
    by: StaffMember | None,
    at: datetime,
) -> Saved:
    """Keep one answer (None takes it back) and act on it at once. `by` None: the patient, through the link of this form.

    The same `answer_id` again is the same answer; with other content it is refused. Raises `InputError` (FAN-FORM-005) where
    the form takes no such answer, `ScaleFormError` (FAN-FORM-006) where the form is finished.
    """
    if by is not None:
        check_may(by, Permission.RECORD_SCALES, at=at, patient=form.patient)
    instrument = instrument_of(form)
    value = _whole(value)
    if not instrument.has_item(item):
        raise InputError(
            "FAN-FORM-005", f"Cannot keep this answer to {instrument.title}", [Fault(item[:24], "is not a question of this form.")]
        )
    faults = read_answers(instrument, {item: value}, {}).faults
    if faults:
        raise InputError("FAN-FORM-005", f"Cannot keep this answer to {instrument.title}", list(faults))
    try:
        with transaction.atomic():
            take_turn()
            earlier = _earlier(form, answer_id, item, value)
            return earlier or _keep(form, instrument, answer_id, item, value, answered_at, content, by, at)
    except IntegrityError:  # the same answer arrived twice at once
        earlier = _earlier(form, answer_id, item, value)
        if earlier is None:
            raise
        return earlier


def _keep(
    form: ScaleForm,
    instrument: Instrument,
    answer_id: uuid.UUID,
    item: str,
    value: object,
    answered_at: datetime,
    content: Library,
    by: StaffMember | None,
    at: datetime,
) -> Saved:
    if ScaleFinish.objects.filter(form=form).exists():
        raise ScaleFormError("FAN-FORM-006", f"Cannot change {instrument.title}", "this form was handed in", "Open a new one.")
    before = answers_of(form)
    with change("save_scale_answer", at=at, by=by, patient=form.patient, form=form.pk, item=item) as entry:
        tap = ScaleItemAnswer(
            form=form,
            answer_id=answer_id,
            item=item,
            value=value,
            answered_at=min(as_utc(answered_at), as_utc(at)),
            received_at=at,
            entered_by=by or patient_account(form.patient.site, at),
        )
        entry.add(tap)
    table = content.risk_table
    alone = risk_of(table, instrument, item, value)
    earlier = risk_of_answers(table, instrument, before, is_finished=False)
    together = risk_of_answers(table, instrument, {**before, item: value}, is_finished=False)
    graver = together if together and (earlier is None or together.urgency < earlier.urgency) else None
    grade = table.gravest({one.id for one in (alone, graver) if one is not None})
    task = None if grade is None else _act(form, instrument, grade, tap, content, by, at)
    return Saved(tap, grade, task)


def _act(
    form: ScaleForm,
    instrument: Instrument,
    grade: RiskGrade,
    tap: ScaleItemAnswer | None,
    content: Library,
    by: StaffMember | None,
    at: datetime,
) -> Task:
    task = raise_risk(patient=form.patient, grade=grade, content=content, form=form, tap=tap, by=by, at=at)
    if instrument.id not in CSSRS:
        waiting = ScaleForm.objects.filter(
            patient=form.patient, edition__instrument_id__in=CSSRS, finish__isnull=True, opened_at__gte=task.opened_at
        )
        if not waiting.exists():
            edition, _ = edition_of(CSSRS[0], at)
            _open(form.patient, edition, "read_aloud", by or patient_account(form.patient.site, at), at, None, form.session)
    return task


def say_not_safe(*, form: ScaleForm, content: Library, at: datetime) -> Task:
    """The patient says "I am not sure I am safe": its own way to now, whatever was answered."""
    grade = risk_of_event(content.risk_table, NOT_SAFE) or min(content.risk_table.grades, key=lambda one: one.urgency)
    return raise_risk(patient=form.patient, grade=grade, content=content, form=form, event=NOT_SAFE, by=None, at=at)


def answered_too_late(*, form: ScaleForm, answer_id: uuid.UUID, item: str, value: object, content: Library, at: datetime) -> Task | None:
    """An answer that comes when its form takes none any more is not kept; a danger in it is owned all the same, once.

    None where it holds no danger, or is one that was kept while the form was open.
    """
    grade = risk_of(content.risk_table, instrument_of(form), item, value)
    if grade is None or ScaleItemAnswer.objects.filter(answer_id=answer_id).exists():
        return None
    event = f"{TOO_LATE}{item}={value}:{answer_id.hex}"[:64]
    with transaction.atomic():
        take_turn()
        heard = RiskRaised.objects.filter(form=form, event=event).select_related("task").first()
        if heard is not None:
            return heard.task
        return raise_risk(patient=form.patient, grade=grade, content=content, form=form, event=event, by=None, at=at)


def finish_form(
    *, form: ScaleForm, content: Library, context: Mapping[str, ContextValue] | None = None, by: StaffMember | None, at: datetime
) -> ScaleResponse:
    """Hand a form in: scored on the server by the edition it was opened with, missing answers and all. A second time gives the first."""
    if by is not None:
        check_may(by, Permission.RECORD_SCALES, at=at, patient=form.patient)
    with transaction.atomic():
        take_turn()
        done = ScaleFinish.objects.filter(form=form).select_related("response").first()
        if done is not None:
            return done.response
        instrument, answers = instrument_of(form), answers_of(form)
        if not answers:
            raise ScaleFormError(
                "FAN-FORM-007", f"Cannot hand {instrument.title} in", "nothing is answered", "Answer at least one question."
            )
        carried = with_carried(form.patient, instrument, answers, (context or {}).get("recall"))
        found = score(instrument, carried.answers, context or {})
        with change("finish_form", at=at, by=by, patient=form.patient, form=form.pk, instrument=instrument.id) as entry:
            response = ScaleResponse(
                patient=form.patient,
                session=form.session,
                instrument_id=instrument.id,
                instrument_version=instrument.version,
                answers=dict(carried.answers),
                score=score_json(found, context or {}) | carried.as_json(),
                answered_at=form.taps.order_by("-answered_at").values_list("answered_at", flat=True)[0],
                entered_at=at,
                entered_by=by or patient_account(form.patient.site, at),
                source=SOURCES[form.way],
            )
            entry.add(response)
            entry.add(ScaleFinish(form=form, response=response, finished_at=at))
        close_answered(patient=form.patient, content=content, by=by or patient_account(form.patient.site, at), at=at)
        before = risk_of_answers(content.risk_table, instrument, answers, is_finished=False)
        after = risk_of_answers(content.risk_table, instrument, answers, is_finished=True)
        if after is not None and (before is None or after.urgency < before.urgency):
            _act(form, instrument, after, None, content, by, at)
    return response


def enter_paper_form(
    *,
    patient: Patient,
    instrument_id: str,
    answers: Mapping[str, Any],
    answered_at: datetime,
    content: Library,
    session: TreatmentSession | None = None,
    rater: StaffMember | None = None,
    by: StaffMember,
    at: datetime,
) -> ScaleResponse:
    """Enter a form that was filled on paper, in one step: every answer is kept, the whole is scored, a risk answer acts at once.

    `rater` is who rated it, where a clinician does.

    Raises `InputError` (FAN-FORM-005) with every answer the form does not take; then nothing is kept.
    """
    with transaction.atomic():
        form = open_form(patient=patient, instrument_id=instrument_id, way="typed", by=by, at=at, session=session, rater=rater)
        instrument = instrument_of(form)
        faults = [Fault(item[:24], "is not a question of this form.") for item in answers if not instrument.has_item(item)]
        faults = faults or list(read_answers(instrument, answers, {}).faults)
        if faults:
            raise InputError("FAN-FORM-005", f"Cannot keep these answers to {instrument.title}", faults)
        with change("enter_paper_form", at=at, by=by, patient=patient, form=form.pk, instrument=instrument.id) as entry:
            taps = [
                ScaleItemAnswer(
                    form=form,
                    answer_id=new_id(),
                    item=item,
                    value=_whole(value),
                    answered_at=min(as_utc(answered_at), as_utc(at)),
                    received_at=at,
                    entered_by=by,
                )
                for item, value in answers.items()
            ]
            entry.add_many(taps)
        grades = [risk_of(content.risk_table, instrument, item, value) for item, value in answers.items()]
        grades.append(risk_of_answers(content.risk_table, instrument, answers, is_finished=False))
        grade = content.risk_table.gravest({one.id for one in grades if one is not None})
        if grade is not None:
            _act(form, instrument, grade, None, content, by, at)
        return finish_form(form=form, content=content, by=by, at=at)


def score_json(found: Score, context: Mapping[str, ContextValue]) -> dict[str, Any]:
    """A score as the record keeps it."""
    return {
        "status": found.status.value,
        "total": found.total,
        "subscales": dict(found.subscales),
        "band": found.band,
        "flags": sorted(found.flags),
        "context": dict(context),
    }


def _earlier(form: ScaleForm, answer_id: uuid.UUID, item: str, value: object) -> Saved | None:
    row = ScaleItemAnswer.objects.filter(answer_id=answer_id).first()
    if row is None:
        return None
    if row.form_id != form.pk or row.item != item or row.value != value:
        raise KeyReusedError(
            "FAN-KEY-001", "Cannot save this", "its key was used before for a different answer", "Reload the page and tap again."
        )
    raised = row.risks.select_related("task").first()
    return Saved(row, None, raised.task if raised else None, is_replay=True)


def _whole(value: object) -> object:
    """A number from JSON: 2.0 is 2; what is no number stays as it is and is refused later."""
    from decimal import Decimal

    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value

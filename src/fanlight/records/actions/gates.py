"""Intentions: deciding, ordering, starting, releasing. Each asks its gate, keeps the whole answer, and passes at most once.

A refusal says everything that is in the way, at once, and leaves its own audit link. Facts never come through here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from fanlight.care.rules import RuleAnswer, Stage
from fanlight.care.screening import ScreeningResult
from fanlight.care.sessions import EVENT_KINDS, INTENTION_OF, EventKind, check_payload, needs_of_end, refusals
from fanlight.care.sessions.events import Event, Person
from fanlight.care.sessions.schema import write_payload
from fanlight.core.answers import Answer, Severity
from fanlight.core.errors import Fault
from fanlight.core.instants import as_utc, clinic_date
from fanlight.records.actions.clock_jumps import unconfirmed_jump
from fanlight.records.actions.own_ways import RELEASES, SessionError
from fanlight.records.actions.sessions import EventConflictError, acting_role, append_event
from fanlight.records.audit import change
from fanlight.records.canonical import canonical_json
from fanlight.records.chance import new_id
from fanlight.records.judging import in_the_way, judge_session, result_json
from fanlight.records.library import Library
from fanlight.records.models import Decision, GatePassage, Patient, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.policies import NotAllowedError, RefusedError, check_may, refuse


class GateRefusedError(RefusedError):
    """An intention that may not be carried out now; `faults` name each thing in the way."""

    def __init__(self, what: str, faults: Sequence[Fault], next_step: str) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__("FAN-GATE-001", what, f"{count} thing{'' if count == 1 else 's'} in the way", next_step)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {fault}" for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class OverrideGiven:
    """A prescriber goes past one rule or criterion, and says why in a sentence."""

    rule: str
    reason: str


def judged_overrides(
    result: ScreeningResult, given: Sequence[OverrideGiven], *, by: StaffMember, second: StaffMember | None
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Which answers in the way are gone past, as records, and which still stand, as faults (rule-semantics 6)."""
    return _judged(in_the_way(result), given, by=by, second=second)


def _judged(
    answers: Iterable[RuleAnswer], given: Sequence[OverrideGiven], *, by: StaffMember, second: StaffMember | None
) -> tuple[list[dict[str, Any]], list[Fault]]:
    reasons = {item.rule: item.reason.strip() for item in given}
    passed: list[dict[str, Any]] = []
    standing: list[Fault] = []
    for answer in answers:
        why = _why_not(answer.severity, reasons.get(answer.id), by, second)
        if why is None:
            record: dict[str, Any] = {
                "rule": answer.id,
                "severity": answer.severity.name if answer.severity else "",
                "reason": reasons[answer.id],
            }
            if answer.severity is Severity.BLOCK and second is not None:
                record["second_person"] = second.pk
            passed.append(record)
        else:
            standing.append(Fault(answer.id, answer.message, suggestion=why))
    return passed, standing


def _why_not(severity: Severity | None, reason: str | None, by: StaffMember, second: StaffMember | None) -> str | None:
    if severity is Severity.HARD_STOP:
        return "Nobody can go past this here. What happened can still be recorded."
    if reason is None:
        return (
            "Supply the fact, or a prescriber may go past it with a reason."
            if severity is Severity.HOLD
            else "A prescriber may go past it."
        )
    if "prescriber" not in by.roles:
        return "Only a prescriber may go past it."
    if not reason:
        return "Say why in a sentence."
    if severity is Severity.BLOCK and (
        second is None or second.pk == by.pk or not second.is_licensed or not second.is_active or second.site_id != by.site_id
    ):
        return "A second licensed person must sign in as well."
    return None


def decide(
    *,
    patient: Patient,
    intention: str,
    result: ScreeningResult,
    shown: Mapping[str, Any] | None = None,
    session: TreatmentSession | None = None,
    overrides: Sequence[OverrideGiven] = (),
    second: StaffMember | None = None,
    permission: Permission = Permission.DECIDE_ELIGIBILITY,
    by: StaffMember,
    at: datetime,
) -> Decision:
    """Keep a decision with everything it rested on. Raises `GateRefusedError` where something is still in the way."""
    check_may(by, permission, at=at, patient=patient)
    passed, standing = judged_overrides(result, overrides, by=by, second=second)
    if standing:
        words = {"screen": "approve this treatment", "order": "order this dose"}.get(intention, intention.replace("_", " "))
        raise refuse(
            GateRefusedError(f"Cannot {words} now", standing, "Settle each of these first."),
            intention=intention,
            at=at,
            by=by,
            patient=patient,
        )
    with change(f"decide:{intention}", at=at, by=by, patient=patient, protocol=result.protocol.id) as entry:
        decision = Decision(
            patient=patient,
            session=session,
            intention=intention,
            protocol_id=result.protocol.id,
            stage=result.stage.value,
            outcome=result.outcome.value,
            is_passed=True,
            result=dict(shown) if shown is not None else result_json(result),
            overrides=passed,
            decided_by=by,
            second_person=second if any("second_person" in item for item in passed) else None,
            decided_at=at,
        )
        entry.add(decision)
    return decision


def give_drug(
    *,
    session: TreatmentSession,
    kind: EventKind,
    payload: Mapping[str, Any],
    event_id: uuid.UUID,
    library: Library,
    overrides: Sequence[OverrideGiven] = (),
    second: StaffMember | None = None,
    by: StaffMember,
    at: datetime,
) -> SessionEvent:
    """Start, resume, give a device or a single dose: the intention, through its gates. Two hands, one winner.

    The second of two taps gets the event of the first when it carries the same identifier, else a refusal that says who
    started and when. Raises `GateRefusedError` with everything in the way.
    """
    check_may(by, Permission.START_DOSE, at=at, patient=session.patient)
    role = acting_role(by, kind, at=at, session=session)
    if kind not in INTENTION_OF:
        raise _not_this_gate(session, kind, "a dose", by, at)
    typed = check_payload(kind.value, dict(payload))
    earlier = _said_before(session, event_id, kind, typed)
    if earlier is not None:
        return earlier
    bedside, result = judge_session(session, Stage.PRE_DOSE, library, at=at)
    standing: list[Fault] = []
    passed: list[dict[str, Any]] = []
    if bedside is None:
        standing.append(Fault("order", "No dose is ordered for this session.", suggestion="A prescriber orders it first."))
    else:
        standing += [Fault("session", reason) for reason in refusals(INTENTION_OF[kind], bedside.state, bedside.plan, at)]
        if bedside.state.dosing.has_begun:
            asked = _arisen_since_the_start(session, result)
        else:
            standing += _of_another_day(session, at)
            asked = [*in_the_way(result), *_arisen_since_the_order(session, result, library, at)]
        passed, open_rules = _judged(asked, overrides, by=by, second=second)
        standing += open_rules
    if standing:
        raise _refusal(session, INTENTION_OF[kind].value, standing, by, at)
    event = Event(str(event_id), kind, as_utc(at), as_utc(at), Person(str(by.pk), role), typed, as_utc(at))
    return _pass_gate(session, _gate_name(kind, typed), result, passed, second, event, by, at)


def release(
    *,
    session: TreatmentSession,
    kind: EventKind,
    payload: Mapping[str, Any],
    event_id: uuid.UUID,
    library: Library,
    by: StaffMember,
    at: datetime,
) -> SessionEvent:
    """Let the patient go: discharged, or observed to discharge after a stop. Every criterion met, or overridden beforehand."""
    check_may(by, Permission.DISCHARGE, at=at, patient=session.patient)
    role = acting_role(by, kind, at=at, session=session)
    if kind not in RELEASES:
        raise _not_this_gate(session, kind, "letting a patient go", by, at)
    typed = check_payload(kind.value, dict(payload))
    earlier = _said_before(session, event_id, kind, typed)
    if earlier is not None:
        return earlier
    bedside, result = judge_session(session, Stage.DISCHARGE, library, at=at)
    if bedside is None:
        raise _refusal(session, "discharge", [Fault("order", "No dose is ordered for this session.")], by, at)
    needs = needs_of_end(kind, bedside.state, bedside.plan, at, result.rules, result.criteria)
    standing = [Fault(need.id, need.sentence, suggestion=f"The {need.who} can settle it.") for need in needs if need.stops_intention]
    jump = unconfirmed_jump(session.patient.site)
    if jump is not None:
        standing.append(Fault("clock", jump.title, suggestion="Confirm the time in what is owed; then let the patient go."))
    if standing:
        raise _refusal(session, "discharge", standing, by, at)
    event = Event(str(event_id), kind, as_utc(at), as_utc(at), Person(str(by.pk), role), typed, as_utc(at))
    return _pass_gate(session, "discharge", result, [], None, event, by, at)


def record_override(
    *,
    session: TreatmentSession,
    criterion: str,
    reason: str,
    second: StaffMember,
    second_mode: str = "on_site",
    event_id: uuid.UUID,
    library: Library,
    by: StaffMember,
    at: datetime,
) -> SessionEvent:
    """A prescriber goes past one discharge criterion, with a second licensed person who signed in for it."""
    check_may(by, Permission.OVERRIDE, at=at, patient=session.patient)
    bedside, _ = judge_session(session, Stage.DISCHARGE, library, at=at)
    found = next((item for item in bedside.readiness.criteria if item.id == criterion), None) if bedside else None
    standing: list[Fault] = []
    if found is None:
        standing.append(Fault(criterion, "This is no criterion of the session."))
    elif not found.is_overridable:
        standing.append(
            Fault(
                criterion, found.because, suggestion="This one cannot be gone past. Left against advice and transferred always can be said."
            )
        )
    if not reason.strip():
        standing.append(Fault("reason", "No reason was given.", suggestion="Say it in a sentence."))
    if second.pk == by.pk or not second.is_licensed or second.site_id != by.site_id or not second.is_active:
        standing.append(Fault("second_person", "The second person must be another licensed person of this clinic."))
    if standing:
        raise _refusal(session, "override", standing, by, at)
    payload = {"rule": criterion, "reason": reason.strip(), "second_person": str(second.pk), "second_mode": second_mode}
    role = acting_role(by, EventKind.OVERRIDE, at=at, session=session)
    event = Event(
        str(event_id), EventKind.OVERRIDE, as_utc(at), as_utc(at), Person(str(by.pk), role), check_payload("override", payload), as_utc(at)
    )
    with change("record_event", at=at, by=by, patient=session.patient, session=session.pk, kind="override", second=second.pk) as entry:
        return append_event(entry, session, event, by)


def _of_another_day(session: TreatmentSession, at: datetime) -> list[Fault]:
    """An order is for its date: a dose on another day is a session moved there first."""
    today = clinic_date(at, session.patient.site.zone)
    if session.planned_on == today:
        return []
    words = f"The session is planned for {session.planned_on:%-d %B %Y}; today is {today:%-d %B %Y}."
    return [Fault("session", words, suggestion="Move it to today first: the rules then count their days to today.")]


def _arisen_since_the_order(session: TreatmentSession, result: ScreeningResult, library: Library, at: datetime) -> list[RuleAnswer]:
    """Dangers that rules of the order find now, and that nobody went past when it was ordered."""
    known = {answer.id for answer in in_the_way(result)} | _gone_past(session, "order")
    _, now = judge_session(session, Stage.ORDER, library, at=at)
    return [answer for answer in in_the_way(now) if answer.answer is Answer.TRUE and answer.id not in known]


def _arisen_since_the_start(session: TreatmentSession, result: ScreeningResult) -> list[RuleAnswer]:
    """Dangers found once drug has gone in: a consent taken back, above all. What is not known any more holds no device."""
    known = _gone_past(session, None)
    return [
        answer
        for answer in in_the_way(result)
        if answer.answer is Answer.TRUE and answer.severity in (Severity.HARD_STOP, Severity.BLOCK) and answer.id not in known
    ]


def _gone_past(session: TreatmentSession, intention: str | None) -> set[str]:
    decisions = Decision.objects.filter(session=session, is_passed=True)
    if intention is not None:
        decisions = decisions.filter(intention=intention)
    return {item["rule"] for decision in decisions for item in decision.overrides or ()}


def _said_before(session: TreatmentSession, event_id: uuid.UUID, kind: EventKind, typed: Any) -> SessionEvent | None:
    """The event an intention sent twice made the first time; the same key for something else is refused (CON-3)."""
    earlier = SessionEvent.objects.filter(event_id=event_id).first()
    if earlier is None:
        return None
    same_words = canonical_json(earlier.payload) == canonical_json(write_payload(typed))
    if earlier.session_id != session.pk or earlier.kind != kind.value or not same_words:
        raise EventConflictError(
            "FAN-SESS-011", "Cannot record this event", "its identifier was used for another one", "Reload the page and enter it again."
        )
    return earlier


def _not_this_gate(session: TreatmentSession, kind: EventKind, gate: str, by: StaffMember, at: datetime) -> SessionError:
    what = EVENT_KINDS[kind].label.lower()
    error = SessionError("FAN-SESS-019", f"Cannot pass {what} here", f"this is the gate of {gate}", "Say it on the session's page.")
    refuse(error, intention=f"pass:{kind.value}", at=at, by=by, patient=session.patient)
    return error


def _gate_name(kind: EventKind, payload: Any) -> str:
    if kind is EventKind.DEVICE_TAKEN:
        return f"device_{payload.number}"
    return "start" if kind in (EventKind.STARTED, EventKind.DOSE_GIVEN) else f"{kind.value}:{new_id().hex[:8]}"


def _refusal(session: TreatmentSession, intention: str, standing: Sequence[Fault], by: StaffMember, at: datetime) -> GateRefusedError:
    error = GateRefusedError(
        f"Cannot {intention.replace('_', ' ')} in session {session.reference}", standing, "Settle each of these first."
    )
    refuse(error, intention=intention, at=at, by=by, patient=session.patient)
    return error


def _pass_gate(
    session: TreatmentSession,
    gate: str,
    result: ScreeningResult,
    passed: list[dict[str, Any]],
    second: StaffMember | None,
    event: Event,
    by: StaffMember,
    at: datetime,
) -> SessionEvent:
    try:
        with transaction.atomic(), change(f"pass:{gate}", at=at, by=by, patient=session.patient, session=session.pk) as entry:
            decision = Decision(
                patient=session.patient,
                session=session,
                intention=gate,
                protocol_id=result.protocol.id,
                stage=result.stage.value,
                outcome=result.outcome.value,
                is_passed=True,
                result=result_json(result),
                overrides=passed,
                decided_by=by,
                second_person=second if any("second_person" in item for item in passed) else None,
                decided_at=at,
            )
            entry.add(decision)
            row = append_event(entry, session, event, by)
            entry.add(GatePassage(session=session, gate=gate, decision=decision, event=row, passed_by=by, passed_at=at))
            return row
    except IntegrityError as clash:
        first = GatePassage.objects.filter(session=session, gate=gate).select_related("passed_by").first()
        if first is None:
            raise
        when = first.passed_at.astimezone(session.patient.site.zone)
        fault = Fault("session", f"{first.passed_by.name} did this already at {when:%H:%M}.")
        raise _refusal(session, gate, [fault], by, at) from clash


__all__ = ["GateRefusedError", "NotAllowedError", "OverrideGiven", "decide", "give_drug", "judged_overrides", "record_override", "release"]

"""How a session may end, and what each end still needs. None leaves a session open for ever; none is refused as a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fanlight.care.rules import CriterionResult, RuleAnswer
from fanlight.care.sessions.kinds import ENDS, EVENT_KINDS, EventKind
from fanlight.care.sessions.movement import drug_movement
from fanlight.care.sessions.readiness import readiness
from fanlight.care.sessions.state import Irregularity, SessionState
from fanlight.care.sessions.words import amount
from fanlight.core.session_plan import Route, SessionPlan

_K = EventKind


@dataclass(frozen=True, slots=True)
class Need:
    """One thing an end still needs, and who supplies it.

    `stops_intention`: the gate refuses the intention until it is there. Otherwise it is owed, and becomes a task.
    """

    id: str
    sentence: str
    who: str
    stops_intention: bool


@dataclass(frozen=True, slots=True)
class End:
    """One of the seven ends, and whether it may be chosen now."""

    kind: EventKind
    label: str
    needs: tuple[Need, ...]

    @property
    def may_be_chosen(self) -> bool:
        """True when nothing stands in the way of the intention; what is owed does not."""
        return not any(need.stops_intention for need in self.needs)


def ends(
    state: SessionState,
    plan: SessionPlan,
    now: datetime,
    rule_answers: Iterable[RuleAnswer] = (),
    criteria_answers: Iterable[CriterionResult] = (),
) -> tuple[End, ...]:
    """All seven ends with what each still needs, in their fixed order. "Left against advice" and "transferred" always may.

    `rule_answers` and `criteria_answers` as in `readiness`: the gate of leaving asks what its panel shows.
    """
    answers, stated = tuple(rule_answers), tuple(criteria_answers)
    return tuple(End(kind, EVENT_KINDS[kind].label, needs_of_end(kind, state, plan, now, answers, stated)) for kind in ENDS)


def needs_of_end(
    kind: EventKind,
    state: SessionState,
    plan: SessionPlan,
    now: datetime,
    rule_answers: Iterable[RuleAnswer] = (),
    criteria_answers: Iterable[CriterionResult] = (),
) -> tuple[Need, ...]:
    """What one end still needs."""
    found: list[Need] = []
    if state.is_ended:
        found.append(Need("ended", f"The session has ended: {state.status.label}.", "nurse", True))
    found += _STARTS[kind](state, plan, now, _Asked(tuple(rule_answers), tuple(criteria_answers)))
    if kind not in (_K.CANCELLED_BEFORE_DOSE, _K.DID_NOT_ATTEND):
        found += _still_running(state, kind)
    return tuple(found + _owed(kind, state, plan, now))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the content answered: its rules, and its own criteria of leaving."""

    rules: tuple[RuleAnswer, ...]
    criteria: tuple[CriterionResult, ...]


def _release(state: SessionState, plan: SessionPlan, now: datetime, asked: _Asked) -> list[Need]:
    if not state.dosing.has_begun:
        return [Need("no_drug", "No drug was given. Cancel the session before the dose instead.", "nurse", True)]
    judged = readiness(state, plan, now, asked.rules, asked.criteria)
    return [Need(item.id, f"{item.label}: {item.because}", item.who, True) for item in judged.open]


def _release_after_stop(state: SessionState, plan: SessionPlan, now: datetime, asked: _Asked) -> list[Need]:
    needs = _release(state, plan, now, asked)
    if state.dosing.has_begun and not state.dosing.is_stopped_early:
        needs.append(Need("not_stopped", "The dose was not stopped early.", "nurse", True))
    return needs


def _no_drug(state: SessionState, plan: SessionPlan, now: datetime, asked: _Asked) -> list[Need]:
    if state.dosing.has_begun:
        return [Need("drug_given", f"Drug was given at {state.clock(state.dosing.first_at or now)}.", "nurse", True)]
    return []


def _not_here(state: SessionState, plan: SessionPlan, now: datetime, asked: _Asked) -> list[Need]:
    arrived = state.of(_K.CHECKED_IN)
    needs = _no_drug(state, plan, now, asked)
    if arrived:
        needs.append(Need("arrived", f"The patient checked in at {state.clock(arrived[0].at)}.", "front desk", True))
    return needs


def _free(state: SessionState, plan: SessionPlan, now: datetime, asked: _Asked) -> list[Need]:
    return []


_STARTS = {
    _K.DISCHARGED: _release,
    _K.STOPPED_AND_OBSERVED: _release_after_stop,
    _K.LEFT_AGAINST_ADVICE: _free,
    _K.ABSCONDED: _free,
    _K.TRANSFERRED: _free,
    _K.CANCELLED_BEFORE_DOSE: _no_drug,
    _K.DID_NOT_ATTEND: _not_here,
}


def _still_running(state: SessionState, kind: EventKind) -> list[Need]:
    if state.dosing.is_running or state.dosing.is_paused:
        return [Need("drug_end", "The pump's end is not recorded: say when it stopped, and how much went in.", "nurse", False)]
    return []


_OWED: Mapping[EventKind, tuple[tuple[str, str, str], ...]] = {
    _K.LEFT_AGAINST_ADVICE: (
        ("prescriber_told", "Tell the prescriber.", "nurse"),
        ("call_next_day", "Call the patient.", "nurse"),
    ),
    _K.ABSCONDED: (
        ("call_patient", "Call the patient.", "nurse"),
        ("call_escort", "Call the escort.", "nurse"),
        ("police", "Decide on the police, by policy.", "prescriber"),
        ("incident", "Write the incident.", "nurse"),
    ),
    _K.TRANSFERRED: (("handover", "Hand over to the place that takes the patient.", "nurse"),),
    _K.DID_NOT_ATTEND: (("contact", "Reach the patient.", "front desk"),),
    _K.CANCELLED_BEFORE_DOSE: (("rebook", "Decide on another date.", "prescriber"),),
}


def owed_after(kind: EventKind) -> tuple[Need, ...]:
    """What every session that ends so comes to owe, whatever happened in it."""
    return tuple(Need(name, sentence, who, False) for name, sentence, who in _OWED.get(kind, ()))


def _owed(kind: EventKind, state: SessionState, plan: SessionPlan, now: datetime) -> list[Need]:
    owed = list(owed_after(kind))
    prepared = state.of(_K.DOSE_PREPARED)
    if prepared and not state.dosing.has_begun and not state.of(_K.WASTED, _K.RETURNED):
        owed.append(Need("prepared_drug", "Account for the prepared drug: waste it with a witness, or return it unopened.", "nurse", False))
    moved = drug_movement(state, plan, now)
    if prepared and state.dosing.has_begun and moved.is_balanced is False and moved.variance_mg is not None:
        words = f"{amount(moved.variance_mg)} mg is neither given, wasted nor returned. Waste it with a witness, or explain."
        owed.append(Need("drug_account", words, "nurse", False))
    elif prepared and state.dosing.has_begun and moved.is_balanced is None:
        owed.append(Need("drug_account", f"The drug cannot be accounted for yet. Missing: {', '.join(moved.missing)}.", "nurse", False))
    had_line = plan.route is Route.INTRAVENOUS and state.dosing.has_begun and not state.of(_K.LINE_OUT)
    if had_line and kind in (_K.ABSCONDED, _K.LEFT_AGAINST_ADVICE):
        owed.append(Need("line_out", "Nobody has recorded that the line is out.", "nurse", False))
    owed += [Need(f"explain:{item.id}", f"Explain: {item.sentence}", "prescriber", False) for item in unexplained(state)]
    return owed


def unexplained(state: SessionState) -> tuple[Irregularity, ...]:
    """Facts out of order that no prescriber has explained yet."""
    said = {entry.payload.about for entry in state.of(_K.EXPLANATION)}
    return tuple(item for item in state.irregularities if said.isdisjoint((item.id, item.rule, *item.event_ids)))

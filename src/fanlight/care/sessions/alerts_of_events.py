"""Alerts from what was said: symptoms, behaviour, adverse events, raised risk, facts out of order, rules that fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.rules.stages import Stage
from fanlight.care.sessions.alert import Alert, AlertLevel
from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import IrregularityKind, SessionState
from fanlight.core.answers import Answer, Severity
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


def symptoms(state: SessionState) -> Iterator[Alert]:
    for entry in state.of(_K.RED_FLAG):
        if entry.payload.symptoms:
            named = ", ".join(symptom.replace("_", " ") for symptom in entry.payload.symptoms)
            sentence = f"{named.capitalize()} at {state.clock(entry.at)}: stop the drug, call the clinician and emergency help."
            later = [other for other in state.of(_K.RED_FLAG) if other.at > entry.at and not other.payload.symptoms]
            yield _event_alert(entry, "red_flag", AlertLevel.EMERGENCY, "R19", sentence, is_open=not later, is_serious_candidate=True)


def behaviour(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
    said = [entry for entry in state.of(_K.DISTRESS) if entry.payload.is_unsafe is not None]
    for place, entry in enumerate(said):
        if entry.payload.is_unsafe:
            over = any(not later.payload.is_unsafe for later in said[place + 1 :])
            sentence = f"Unsafe behaviour at {state.clock(entry.at)}: clinician to the chair, and no leaving."
            yield _event_alert(entry, "unsafe", AlertLevel.HOLD, "R20", sentence, is_open=not over)
    for entry in state.of(_K.RESTING_NOT_ASKED):
        if not entry.payload.is_rousable:
            sedation = state.latest(Measure.SEDATION_MOAAS)
            over = sedation is not None and sedation.at > entry.at
            sentence = f"Not rousable at {state.clock(entry.at)}: stop the drug, and score sedation at once."
            yield _event_alert(
                entry, "not_rousable", AlertLevel.STOP, "R18", sentence, is_open=not over, repeat_by=None if over else entry.at
            )


def serious(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
    """Candidates for a serious event; a person judges. Severity and seriousness are two questions."""
    for entry in state.of(_K.ADVERSE_EVENT):
        event = entry.payload
        airway = " The airway was helped." if event.had_airway_intervention else ""
        if event.is_serious or event.seriousness:
            sentence = f"Serious adverse event at {state.clock(entry.at)}: report it, even if the patient recovers.{airway}"
            yield _event_alert(entry, "serious", AlertLevel.ALERT, "R22", sentence, is_serious_candidate=True)
        elif event.had_airway_intervention or event.is_serious is None:
            sentence = f"Adverse event at {state.clock(entry.at)}, {event.severity.value}: nobody has judged whether it is serious.{airway}"
            level = AlertLevel.ALERT if event.had_airway_intervention else AlertLevel.NOTICE
            yield _event_alert(entry, "serious", level, "R18", sentence, is_serious_candidate=True)
    for entry in state.of(_K.EMERGENCY_CALLED):
        sentence = f"Emergency help was called at {state.clock(entry.at)}: judge whether this was a serious event."
        yield _event_alert(entry, "emergency", AlertLevel.ALERT, "R18", sentence, is_serious_candidate=True)
    limit = parameter(plan, "serious_event_max_moaas")
    for reading in state.readings.get(Measure.SEDATION_MOAAS, ()):
        if limit is not None and reading.value <= limit:
            sentence = f"MOAA/S {plain(reading.value)} at {state.clock(reading.at)}: a candidate for a serious event."
            yield _event_alert(reading.entry, "serious", AlertLevel.ALERT, "R18", sentence, is_serious_candidate=True)


def risk(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
    """A raised suicide screener: an alarm with a clock, open until a prescriber's plan."""
    for entry in state.of(_K.CSSRS_ASKED):
        if is_raised_risk(entry, plan):
            planned = any(made.at >= entry.at for made in state.of(_K.RISK_PLAN_MADE))
            asked = entry.payload
            found = f"ideation {asked.ideation_level}" + (", behaviour within 3 months" if asked.behaviour_3_months else "")
            sentence = f"C-SSRS {found} at {state.clock(entry.at)}: prescriber now, nobody leaves alone, a plan is owed."
            yield _event_alert(entry, "risk", AlertLevel.HOLD, "R23", sentence, is_open=not planned)


def is_raised_risk(entry: Entry, plan: SessionPlan) -> bool:
    """True when a suicide screener's answer calls the prescriber; where nobody set the level, any ideation does."""
    level = parameter(plan, "cssrs_alert_level")
    threshold = level if level is not None else 1
    return entry.payload.ideation_level >= threshold or bool(entry.payload.behaviour_3_months)


_HELD = frozenset({IrregularityKind.END_CONTRADICTED, IrregularityKind.DRUG_AFTER_END})


def irregular(state: SessionState) -> Iterator[Alert]:
    explained = {entry.payload.about: entry.id for entry in state.of(_K.EXPLANATION)}
    for odd in state.irregularities:
        names = (odd.id, odd.rule, *odd.event_ids)
        by = next((explained[name] for name in names if name and name in explained), None)
        level = AlertLevel.HOLD if odd.kind in _HELD else AlertLevel.NOTICE if odd.kind is IrregularityKind.CLOCK else AlertLevel.ALERT
        yield Alert(
            id=odd.id,
            level=level,
            rule=odd.rule,
            sentence=odd.sentence,
            at=odd.at,
            last_at=odd.at,
            event_ids=odd.event_ids,
            is_open=by is None,
            owes_explanation=odd.kind is not IrregularityKind.CLOCK and by is None,
            explained_by=by,
            needs_acknowledgement=by is None,
        )


_RULE_LEVELS = {
    Severity.WARN: AlertLevel.ALERT,
    Severity.HOLD: AlertLevel.HOLD,
    Severity.BLOCK: AlertLevel.STOP,
    Severity.HARD_STOP: AlertLevel.STOP,
}


def alerts_of_rules(answers: Iterable[RuleAnswer], said: set[str], now: datetime) -> list[Alert]:
    found = []
    for answer in answers:
        level = _RULE_LEVELS.get(answer.severity) if answer.severity is not None else None
        fires = answer.answer is Answer.TRUE and answer.stage is Stage.IN_SESSION
        if fires and level is not None and answer.id not in said:
            at = max((fact.at for fact in answer.inputs if fact.at is not None), default=now)
            found.append(Alert(f"rule:{answer.id}", level, answer.id, answer.message, at, at, (), True))
    return found


def _event_alert(
    entry: Entry,
    name: str,
    level: AlertLevel,
    rule: str,
    sentence: str,
    *,
    is_open: bool = True,
    repeat_by: datetime | None = None,
    is_serious_candidate: bool = False,
) -> Alert:
    return Alert(
        id=f"{name}:{entry.id}",
        level=level,
        rule=rule,
        sentence=sentence,
        at=entry.at,
        last_at=entry.at,
        event_ids=entry.sources,
        is_open=is_open,
        repeat_by=repeat_by,
        is_serious_candidate=is_serious_candidate,
    )

"""What somebody must see now: readings past a limit, symptoms, behaviour, facts out of order; each with its acknowledgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.rules.stages import Stage
from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.limits import Episode, episodes, unjudged_rises
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import IrregularityKind, Reading, SessionState
from fanlight.care.sessions.words import label, with_unit
from fanlight.core.answers import Answer, Severity
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Limit, Measure, Relation, Response, SessionPlan

_K = EventKind


class AlertLevel(Enum):
    """How pressing an alert is, in order."""

    NOTICE = 1
    ALERT = 2
    HOLD = 3
    STOP = 4
    EMERGENCY = 5


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who saw an alert, when, what was done, and the event that says so."""

    by: str
    at: datetime
    action: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing somebody must see.

    `is_open` stands until what it says is over (a repeat back inside its limit, a plan made). `repeat_by`: take the
    reading again by then. `count` readings are grouped in it. `needs_acknowledgement` blocks closing the session.
    `owes_explanation`: a prescriber's note is owed. `is_serious_candidate`: a person must judge whether it is serious.
    """

    id: str
    level: AlertLevel
    rule: str
    sentence: str
    at: datetime
    last_at: datetime
    event_ids: tuple[str, ...]
    is_open: bool
    count: int = 1
    measure: Measure | None = None
    repeat_by: datetime | None = None
    owes_explanation: bool = False
    is_serious_candidate: bool = False
    acknowledged: Acknowledgement | None = None
    needs_acknowledgement: bool = True
    explained_by: str | None = None

    @property
    def is_stop(self) -> bool:
        """True while the drug must not run."""
        return self.is_open and self.level in (AlertLevel.STOP, AlertLevel.EMERGENCY)


def alerts(state: SessionState, plan: SessionPlan, now: datetime, rule_answers: Iterable[RuleAnswer] = ()) -> tuple[Alert, ...]:
    """Every alert of the session, open and settled: open first, then those not yet seen, the gravest first, then by time.

    `rule_answers` are rules asked of `session_facts`; an in-session one that fires and is not already said by an open
    alert of its own number becomes an alert.
    """
    found = [
        *(_of_episode(episode, state) for episode in _said_once(episodes(state, plan))),
        *_no_signal(state),
        *_not_judged(state, plan, now),
        *_symptoms(state),
        *_behaviour(state, plan),
        *_serious(state, plan),
        *_risk(state, plan),
        *_irregular(state),
    ]
    said = {alert.rule for alert in found if alert.is_open}
    found += _of_rules(rule_answers, said, now)
    marked = [_acknowledged(alert, state, plan) for alert in found]
    return tuple(
        sorted(marked, key=lambda alert: (not alert.is_open, not alert.needs_acknowledgement, -alert.level.value, alert.at, alert.id))
    )


def stop_stands(found: Iterable[Alert]) -> bool:
    """True while any open alert asks for the drug to be stopped: starting or resuming is refused."""
    return any(alert.is_stop for alert in found)


_RELATIONS = {
    Relation.ABOVE: "above",
    Relation.AT_OR_ABOVE: "at or above",
    Relation.BELOW: "below",
    Relation.AT_OR_BELOW: "at or below",
    Relation.RISE_AT_OR_ABOVE: "a rise of at least",
}
_LEVELS = {
    Response.HOLD: AlertLevel.HOLD,
    Response.ALERT: AlertLevel.ALERT,
    Response.REPEAT: AlertLevel.ALERT,
    Response.STOP: AlertLevel.STOP,
}


def _said_once(found: Sequence[Episode]) -> list[Episode]:
    """Episodes without those that a graver one of the same measure says already, reading by reading (HAZ-08)."""
    kept = []
    for episode in found:
        own = {reading.entry.id for reading in episode.readings}
        graver = (other for other in found if other.measure is episode.measure and _gravity(other) > _gravity(episode))
        if not any(own <= {reading.entry.id for reading in other.readings} for other in graver):
            kept.append(episode)
    return kept


def _gravity(episode: Episode) -> tuple[int, bool]:
    level = AlertLevel.STOP if episode.is_stop else _LEVELS[episode.limit.response]
    return level.value, episode.limit.relation is not Relation.RISE_AT_OR_ABOVE


def _of_episode(episode: Episode, state: SessionState) -> Alert:
    limit, last = episode.limit, episode.last
    level = AlertLevel.STOP if episode.is_stop else _LEVELS[limit.response]
    what = f"{label(limit.measure)} {with_unit(limit.measure, last.value)} at {state.clock(last.at)}, {_limit_words(limit, state)}"
    repeat_by = None if episode.is_settled or _is_over(limit, state) else episode.repeat_due_at
    return Alert(
        id=episode.id,
        level=level,
        rule=limit.rule,
        sentence=f"{what}. {_then(episode, state, repeat_by)}".rstrip(),
        at=episode.readings[0].at,
        last_at=last.at,
        event_ids=_ids([reading.entry for reading in episode.readings]),
        is_open=not episode.is_settled and not _is_over(limit, state),
        count=len(episode.readings),
        measure=limit.measure,
        repeat_by=repeat_by,
    )


def _is_over(limit: Limit, state: SessionState) -> bool:
    """A limit before the dose asks nothing more once the drug is in; that it was passed stays to be seen."""
    return limit.phase == "pre_dose" and state.dosing.has_begun


def _limit_words(limit: Limit, state: SessionState) -> str:
    words = f"{_RELATIONS[limit.relation]} {plain(limit.value)}"
    base = state.baseline(limit.measure) if limit.relation is Relation.RISE_AT_OR_ABOVE else None
    return f"{words} from {plain(base.value)}" if base else words


def _then(episode: Episode, state: SessionState, repeat_by: datetime | None) -> str:
    if episode.settled_by is not None:
        back = episode.settled_by
        return f"{with_unit(back.measure, back.value)} on repeat at {state.clock(back.at)}."
    if _is_over(episode.limit, state):
        return "The dose has been given."
    at_once = repeat_by is not None and repeat_by <= episode.last.at
    if episode.is_stop and episode.limit.phase == "pre_dose":
        return "No dose today, unless a repeat says otherwise."
    if episode.is_stop:
        again = " Repeat at once." if repeat_by is not None else ""
        return f"Stop the drug.{again} The stop stands until a repeat says otherwise."
    if repeat_by is None:
        return ""
    return "Repeat at once." if at_once else f"Repeat by {state.clock(repeat_by)}."


def _no_signal(state: SessionState) -> Iterator[Alert]:
    """A monitor's zero is a lead off: not a reading, and not silence. It asks for the probe and a repeat at once."""
    for measure, values in state.readings.items():
        run: list[Reading] = []
        for reading in values:
            if not reading.is_signal:
                run.append(reading)
            elif run:
                yield _lost(measure, run, reading, state)
                run = []
        if run:
            yield _lost(measure, run, None, state)


def _lost(measure: Measure, run: Sequence[Reading], back: Reading | None, state: SessionState) -> Alert:
    since = state.clock(run[0].at)
    then = f"Back at {state.clock(back.at)}." if back else "Check the probe and repeat at once."
    return Alert(
        id=f"no_signal:{measure.value}:{run[0].entry.id}",
        level=AlertLevel.ALERT,
        rule="M",
        sentence=f"No {label(measure)} signal from the monitor since {since}: a zero is no reading. {then}",
        at=run[0].at,
        last_at=run[-1].at,
        event_ids=_ids([reading.entry for reading in run]),
        is_open=back is None,
        count=len(run),
        measure=measure,
        repeat_by=None if back else run[0].at,
        needs_acknowledgement=back is None,
    )


def _not_judged(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Alert]:
    for limit in unjudged_rises(state, plan):
        first = state.dosing.first_at or now
        sentence = f"A rise in {label(limit.measure).lower()} cannot be judged: no value before the dose was recorded."
        yield Alert(f"{limit.id}:no_baseline", AlertLevel.NOTICE, limit.rule, sentence, first, first, (), True, measure=limit.measure)


def _symptoms(state: SessionState) -> Iterator[Alert]:
    for entry in state.of(_K.RED_FLAG):
        if entry.payload.symptoms:
            named = ", ".join(symptom.replace("_", " ") for symptom in entry.payload.symptoms)
            sentence = f"{named.capitalize()} at {state.clock(entry.at)}: stop the drug, call the clinician and emergency help."
            later = [other for other in state.of(_K.RED_FLAG) if other.at > entry.at and not other.payload.symptoms]
            yield _event_alert(entry, "red_flag", AlertLevel.EMERGENCY, "R19", sentence, is_open=not later, is_serious_candidate=True)


def _behaviour(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
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


def _serious(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
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


def _risk(state: SessionState, plan: SessionPlan) -> Iterator[Alert]:
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


def _irregular(state: SessionState) -> Iterator[Alert]:
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


def _of_rules(answers: Iterable[RuleAnswer], said: set[str], now: datetime) -> list[Alert]:
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


def _ids(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries for name in entry.sources))


def _acknowledged(alert: Alert, state: SessionState, plan: SessionPlan) -> Alert:
    """The alert with its last acknowledgement; a repeat within the group window of it needs no new one (HAZ-08)."""
    head, _, tail = alert.id.rpartition(":")
    names = {alert.id, *(f"{head}:{event}" for event in alert.event_ids)} if tail in alert.event_ids else {alert.id}
    seen = [entry for entry in state.of(_K.ALERT_ACKNOWLEDGED) if entry.payload.alert in names]
    if alert.level is AlertLevel.NOTICE:
        alert = replace(alert, needs_acknowledgement=False)
    if not seen:
        return alert
    last = seen[-1]
    window = parameter(plan, "alert_group_minutes")
    covered = last.at + timedelta(minutes=float(window)) if window is not None else last.at
    return replace(
        alert,
        acknowledged=Acknowledgement(last.event.by.id, last.at, last.payload.action, last.id),
        needs_acknowledgement=alert.needs_acknowledgement and alert.last_at > covered,
    )

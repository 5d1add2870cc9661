"""Alerts from readings: past a limit, without signal, or that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fanlight.care.sessions.alert import Alert, AlertLevel
from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.limits import Episode, unjudged_rises
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.care.sessions.words import label, with_unit
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Limit, Measure, Relation, Response, SessionPlan

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


def said_once(found: Sequence[Episode]) -> list[Episode]:
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


def alert_of_episode(episode: Episode, state: SessionState) -> Alert:
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


def no_signal(state: SessionState) -> Iterator[Alert]:
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


def not_judged(state: SessionState, plan: SessionPlan, now: datetime) -> Iterator[Alert]:
    for limit in unjudged_rises(state, plan):
        first = state.dosing.first_at or now
        sentence = f"A rise in {label(limit.measure).lower()} cannot be judged: no value before the dose was recorded."
        yield Alert(f"{limit.id}:no_baseline", AlertLevel.NOTICE, limit.rule, sentence, first, first, (), True, measure=limit.measure)


def _ids(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries for name in entry.sources))

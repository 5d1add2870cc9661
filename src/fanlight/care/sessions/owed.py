"""What a session comes to owe: work after its end, an explanation of what is out of order, an alert that nobody has seen.

Each has somebody who does it, a time, and who is told next. The times are content; what is owed follows from the stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.sessions.alert import Alert
from fanlight.care.sessions.ends import needs_of_end, owed_after, unexplained
from fanlight.care.sessions.events import Event
from fanlight.care.sessions.state import SessionState
from fanlight.care.sessions.unordered import last_end
from fanlight.core.errors import FanlightError
from fanlight.core.session_plan import Drug, SessionPlan
from fanlight.core.sources import Mark

ALERT, EXPLAIN = "alert", "explain"
"""Over with an acknowledgement or an explanation on record: nobody closes these by hand."""
SETTLED_BY_RECORD = frozenset({ALERT, EXPLAIN, "drug_end", "prepared_drug", "drug_account", "line_out"})
"""Kinds of owed things that the stream itself shows to be done."""


@dataclass(frozen=True, slots=True)
class OwedTime:
    """How long one kind of owed thing may take: done in `due_minutes`, passed to `escalates_to` after `escalates_minutes`.

    `need` is the id of a need of an end, `explain`, or `alert:` with the level in capitals. `owner`: who does it, where the
    need does not say so itself. Minutes are elapsed, from the end, the fact, or the alert. A row with a `sentence` is owed after
    every ended session in which drug was given, of the `drugs` and `jurisdictions` it names (all, where it names none).
    """

    need: str
    due_minutes: int
    escalates_minutes: int
    escalates_to: str
    source: str
    mark: Mark
    owner: str = ""
    sentence: str = ""
    drugs: tuple[Drug, ...] = ()
    jurisdictions: tuple[str, ...] = ()

    def is_owed_after(self, plan: SessionPlan) -> bool:
        """True for a row that every session of such a plan owes."""
        fits_drug = not self.drugs or plan.drug in self.drugs
        return bool(self.sentence) and fits_drug and (not self.jurisdictions or plan.jurisdiction in self.jurisdictions)


@dataclass(frozen=True, slots=True)
class OwedTimesFile:
    """The content file of these times. The row named `other` is for a need that has none of its own."""

    title: str
    read_on: str
    times: tuple[OwedTime, ...]

    def __post_init__(self) -> None:
        if "other" not in (row.need for row in self.times):
            raise FanlightError(
                "FAN-SESS-030", "Cannot use the times of what a session owes", "there is no row `other`", "Add one: it catches the rest."
            )

    def of(self, need: str) -> OwedTime:
        """The row of a need: its own, that of its kind (`explain:x` is `explain`), or `other`."""
        rows = {row.need: row for row in self.times}
        return rows.get(need) or rows.get(need.partition(":")[0]) or rows["other"]


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed, by whom, by when, and who is told next. `kind` is its id without the fact it is about."""

    id: str
    kind: str
    sentence: str
    who: str
    due_at: datetime
    escalates_at: datetime
    escalates_to: str


def session_owes(state: SessionState, plan: SessionPlan, now: datetime, alerts: Iterable[Alert], times: OwedTimesFile) -> tuple[Owed, ...]:
    """Everything this session owes at `now`, in the order it is due. An alert that was seen, or is a mere notice, owes nothing."""
    found = [*_of_end(state, plan, now, times), *_explanations(state, times), *_of_alerts(alerts, times)]
    return tuple(sorted(found, key=lambda item: (item.due_at, item.id)))


def unordered_owes(events: Iterable[Event], times: OwedTimesFile) -> tuple[Owed, ...]:
    """What a visit without an order owes once it has ended: to reach who did not come, to decide on another date."""
    end = last_end(events)
    if end is None:
        return ()
    return tuple(_owed(need.id, need.id, need.sentence, need.who, end.taken_at, times.of(need.id)) for need in owed_after(end.kind))


def _of_end(state: SessionState, plan: SessionPlan, now: datetime, times: OwedTimesFile) -> Iterator[Owed]:
    if state.end is None:
        return
    for need in needs_of_end(state.end.kind, state, plan, now):
        if not need.stops_intention and not need.id.startswith(f"{EXPLAIN}:"):
            yield _owed(need.id, need.id, need.sentence, need.who, state.end.at, times.of(need.id))
    if state.dosing.has_begun:
        for row in times.times:
            if row.is_owed_after(plan):
                yield _owed(row.need, row.need, row.sentence, row.owner, state.end.at, row)


def _explanations(state: SessionState, times: OwedTimesFile) -> Iterator[Owed]:
    for odd in unexplained(state):
        yield _owed(f"{EXPLAIN}:{odd.id}", EXPLAIN, f"Explain: {odd.sentence}", "prescriber", odd.at, times.of(EXPLAIN))


def _of_alerts(alerts: Iterable[Alert], times: OwedTimesFile) -> Iterator[Owed]:
    for alert in alerts:
        if alert.needs_acknowledgement and not alert.owes_explanation:
            row = times.of(f"{ALERT}:{alert.level.name}")
            yield _owed(f"{ALERT}:{alert.id}", ALERT, f"Not seen yet: {alert.sentence}", row.owner or "nurse", alert.at, row)


def _owed(id_: str, kind: str, sentence: str, who: str, since: datetime, row: OwedTime) -> Owed:
    return Owed(
        id=id_,
        kind=kind,
        sentence=sentence,
        who=row.owner or who,
        due_at=since + timedelta(minutes=row.due_minutes),
        escalates_at=since + timedelta(minutes=row.escalates_minutes),
        escalates_to=row.escalates_to,
    )

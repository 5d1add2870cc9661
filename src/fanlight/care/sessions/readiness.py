"""May this patient leave? Each criterion with its reason, what is missing, and whether a prescriber went past it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.rules import CriterionResult, RuleAnswer
from fanlight.care.rules.stages import Stage
from fanlight.care.sessions.alert import Alert, AlertLevel
from fanlight.care.sessions.alerts import alerts
from fanlight.care.sessions.criteria import CONDITIONS
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.looking import Condition, Found
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.schedule import occurrences
from fanlight.care.sessions.state import SessionState
from fanlight.care.sessions.words import listed
from fanlight.core.answers import Answer, CriterionAnswer, Missing, Severity
from fanlight.core.session_plan import Drug, Measure, Route, SessionPlan

ALWAYS_ASKED = ("readings_complete", "alerts_acknowledged")
"""Criteria of every session, whatever its protocol lists."""


@dataclass(frozen=True, slots=True)
class ReadinessCriterion:
    """One condition of leaving, answered.

    `because` is a sentence with number and time; `who` can supply what is `missing`. `is_overridable`: a prescriber
    with a second licensed person may go past it. `overridden_by` is the event that did, while it stands.
    """

    id: str
    label: str
    answer: CriterionAnswer
    because: str
    missing: tuple[Missing, ...]
    who: str
    is_overridable: bool
    overridden_by: str | None = None
    event_ids: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """True when met, or overridden; unknown never passes by itself."""
        return self.answer is CriterionAnswer.MET or self.overridden_by is not None


@dataclass(frozen=True, slots=True)
class Readiness:
    """All criteria at one moment. `no_drive_until` is None while nobody can say when the drug ended."""

    criteria: tuple[ReadinessCriterion, ...]
    asked_at: datetime
    no_drive_until: datetime | None

    @property
    def is_ready(self) -> bool:
        """True when every criterion is met or overridden, and there is at least one."""
        return bool(self.criteria) and all(criterion.passes for criterion in self.criteria)

    @property
    def open(self) -> tuple[ReadinessCriterion, ...]:
        """Criteria that do not pass, in order."""
        return tuple(criterion for criterion in self.criteria if not criterion.passes)

    @property
    def sentence(self) -> str:
        """The state in a sentence: "Not yet: one thing is not met, two are unknown."."""
        if self.is_ready:
            over = sum(criterion.answer is not CriterionAnswer.MET for criterion in self.criteria)
            return "Ready to leave." if not over else f"Ready to leave, with {_count(over)} overridden."
        wrong = sum(criterion.answer is CriterionAnswer.NOT_MET for criterion in self.open)
        unknown = len(self.open) - wrong
        parts = []
        if wrong:
            parts.append(f"{_count(wrong)} {'thing is' if wrong == 1 else 'things are'} not met")
        if unknown:
            noun = "" if wrong else (" thing" if unknown == 1 else " things")
            parts.append(f"{_count(unknown)}{noun} {'is' if unknown == 1 else 'are'} unknown")
        return f"Not yet: {', '.join(parts)}."


_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def readiness(
    state: SessionState,
    plan: SessionPlan,
    now: datetime,
    rule_answers: Iterable[RuleAnswer] = (),
    criteria_answers: Iterable[CriterionResult] = (),
) -> Readiness:
    """Every criterion of leaving, asked now.

    The protocol's own criteria, breathing (esketamine), distress where it was ever rated, the line (infusions), complete
    readings and acknowledged alerts. `rule_answers` are rules asked of `session_facts`: a discharge rule that fires, or is
    unknown, at HOLD or above stands as a criterion of its own. `criteria_answers` are the content's own criteria asked of
    the same facts: where content and stream differ, the graver answer stands. A criterion nobody knows how to look at is
    unknown.
    """
    answers = tuple(rule_answers)
    raised = alerts(state, plan, now, answers)
    stated = {result.id: result for result in criteria_answers}
    found = [
        _criterion(condition, _graver(condition.look(state, plan, now), stated.get(condition.id)), state, plan)
        for condition in _conditions(state, plan)
    ]
    found += [_strange(name, plan) for name in plan.discharge_criteria if name not in CONDITIONS and name not in ALWAYS_ASKED]
    found.append(
        _criterion(Condition("readings_complete", "Readings complete", "nurse", _complete), _complete(state, plan, now), state, plan)
    )
    found.append(_criterion(_SEEN, _acknowledged(raised), state, plan))
    wanting = {item.fact for criterion in found if not criterion.passes for item in criterion.missing}
    found += [_of_rule(answer, state, plan) for answer in answers if _holds(answer) and not _is_said(answer, wanting)]
    return Readiness(tuple(found), now, no_drive_until(state, plan))


def no_drive_until(state: SessionState, plan: SessionPlan) -> datetime | None:
    """The earliest instant of driving: so many hours after the drug ended. A night's restful sleep must lie before it too,
    and no clock can say that; every document says it in words.
    """
    ended, hours = state.dosing.ended_at, parameter(plan, "no_drive_hours")
    return ended + timedelta(hours=float(hours)) if ended is not None and hours is not None else None


def _conditions(state: SessionState, plan: SessionPlan) -> list[Condition]:
    named = plan.discharge_criteria or tuple(name for name in CONDITIONS if name not in ("breathing", "distress", "line_out"))
    names = [name for name in named if name in CONDITIONS]
    if plan.drug is Drug.ESKETAMINE:
        names.append("breathing")
    if state.readings.get(Measure.DISTRESS_0_10):
        names.append("distress")
    if plan.route is Route.INTRAVENOUS:
        names.append("line_out")
    return [CONDITIONS[name] for name in dict.fromkeys(names)]


def _criterion(condition: Condition, found: Found, state: SessionState, plan: SessionPlan) -> ReadinessCriterion:
    overridable = condition.id not in plan.not_overridable
    by = _override(condition.id, found, state) if overridable and found.answer is not True else None
    return ReadinessCriterion(
        condition.id,
        condition.label,
        CriterionAnswer.of(found.answer),
        found.because,
        tuple(Missing(name, condition.who) for name in found.missing),
        condition.who,
        overridable,
        by,
        found.event_ids,
    )


def _override(name: str, found: Found, state: SessionState) -> str | None:
    """The standing override of a criterion: by a prescriber, with somebody else, and not older than what it went past."""
    for entry in reversed(state.of(EventKind.OVERRIDE)):
        said = entry.payload
        is_two = said.second_person is not None and said.second_person != entry.event.by.id
        is_current = found.seen_at is None or entry.at >= found.seen_at
        if said.rule == name and entry.event.by.role == "prescriber" and is_two and is_current:
            return entry.id
    return None


def _strange(name: str, plan: SessionPlan) -> ReadinessCriterion:
    because = "This version of Fanlight does not know how to look at this criterion."
    return ReadinessCriterion(
        name,
        name.replace("_", " "),
        CriterionAnswer.UNKNOWN,
        because,
        (Missing(name, "prescriber"),),
        "prescriber",
        name not in plan.not_overridable,
    )


def _complete(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    """Every required reading was taken, rested through, or closed with its reason."""
    if state.dosing.has_begun:
        for reading in plan.readings:
            if reading.required and state.anchor(reading.anchor) is None:
                anchor = reading.anchor.value.replace("_", " ")
                return Found(None, f"{reading.label}: counts from the {anchor}, which is not recorded.", (anchor,))
    behind = [item for item in occurrences(state, plan, now) if item.reading.required and item.outstanding and item.due_at <= now]
    if not behind:
        return Found(True, "All readings due were taken, or closed with a reason.")
    first = behind[0]
    gone = "can no longer be taken: say why it was missed" if now > first.closes_at else "not taken"
    more = f" And {len(behind) - 1} more." if len(behind) > 1 else ""
    because = f"{first.reading.label}, due {state.clock(first.due_at)}: {listed(first.outstanding)} {gone}.{more}"
    return Found(False, because, tuple(item.id for item in behind))


def _acknowledged(raised: Sequence[Alert]) -> Found:
    standing = [alert for alert in raised if alert.is_open and alert.level.value >= AlertLevel.HOLD.value]
    unseen = [alert for alert in raised if alert.needs_acknowledgement]
    for alert in (*standing, *unseen):
        count = len({item.id for item in (*standing, *unseen)})
        more = f" And {count - 1} more." if count > 1 else ""
        words = "Still open" if alert in standing else "Nobody has acknowledged"
        return Found(False, f"{words}: {alert.sentence}{more}", (), alert.event_ids)
    return Found(True, "Every alert was seen, and none stands.")


_SEEN = Condition("alerts_acknowledged", "Alerts seen and over", "nurse", lambda state, plan, now: _acknowledged(alerts(state, plan, now)))
_SUMS = frozenset({"R21"})
"""The rule that is itself the sum of these criteria is not counted again."""


def _holds(answer: RuleAnswer) -> bool:
    is_asked = answer.id not in _SUMS and answer.stage is Stage.DISCHARGE
    return is_asked and answer.severity is not None and answer.severity >= Severity.HOLD


def _is_said(answer: RuleAnswer, wanting: set[str]) -> bool:
    """True for an unknown rule that waits only for what open criteria already name."""
    return answer.answer is Answer.UNKNOWN and bool(answer.missing) and {item.fact for item in answer.missing} <= wanting


def _graver(found: Found, stated: CriterionResult | None) -> Found:
    """The content's answer where it is graver than what the stream shows; the stream's otherwise."""
    if stated is None or found.answer is False or stated.answer is CriterionAnswer.MET:
        return found
    if stated.answer is CriterionAnswer.UNKNOWN and found.answer is None:
        return found
    answer = False if stated.answer is CriterionAnswer.NOT_MET else None
    missing = tuple(item.fact for item in stated.missing)
    return Found(answer, stated.because, missing, found.event_ids, found.seen_at)


def _of_rule(answer: RuleAnswer, state: SessionState, plan: SessionPlan) -> ReadinessCriterion:
    value = False if answer.answer is Answer.TRUE else None
    who = answer.missing[0].who if answer.missing else "prescriber"
    rule = Condition(f"rule:{answer.id}", answer.rule.title, who, lambda state, plan, now: Found(value, answer.message))
    is_final = answer.severity is Severity.HARD_STOP
    made = _criterion(rule, Found(value, answer.message, tuple(item.fact for item in answer.missing)), state, plan)
    if not is_final:
        return made
    return ReadinessCriterion(made.id, made.label, made.answer, made.because, made.missing, made.who, False, None, made.event_ids)

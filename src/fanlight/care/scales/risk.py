"""What a risk answer demands: who acts, by when, who is next, and what closing needs.

Asked whenever an item is saved, finished form or not. A grade is never lowered by a later answer: the caller keeps the
gravest, and only an assessment closes the task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.scales.answers import read_answers
from fanlight.care.scales.conditions import Condition, Reading
from fanlight.care.scales.instrument import Instrument, ScaleError
from fanlight.care.scales.scoring import item_flags
from fanlight.core.sources import Mark, Source


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told next, `after_minutes` from the moment the risk was seen (elapsed; or at the next opening of the clinic)."""

    to: str
    after_minutes: int | None = None
    at_next_opening: bool = False


@dataclass(frozen=True, slots=True)
class RiskGrade:
    """One row of the graded table. `urgency` orders grades, 1 the gravest.

    The first action is due `due_minutes` after the signal (0: now), or within `due_working_minutes` of the clinic's opening
    hours. `contacts_due_minutes`: contacts owed at fixed times after the event instead of a single action.
    `close_needs`: what a person must have recorded before the task may be closed; a later low score is never among them.
    """

    id: str
    urgency: int
    label: str
    owner: str
    instruction: str
    close_needs: tuple[str, ...]
    source: str
    mark: Mark
    due_minutes: int | None = None
    due_working_minutes: int | None = None
    contacts_due_minutes: tuple[int, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    never_alone: bool = False


@dataclass(frozen=True, slots=True)
class RiskSignal:
    """What raises a grade: answers of an instrument (`when`, or a suicide `flag`), or an `event` of care.

    `once_finished`: counts only when the form is finished (an answer still to come may settle it).
    """

    grade: str
    source: str
    mark: Mark
    instruments: tuple[str, ...] = ()
    when: Condition | None = None
    flag: str = ""
    event: str = ""
    once_finished: bool = False


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The graded table of a site: its grades, and the signals that raise them."""

    version: str
    grades: tuple[RiskGrade, ...]
    signals: tuple[RiskSignal, ...]
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        known = {grade.id for grade in self.grades}
        unknown = sorted({signal.grade for signal in self.signals} - known)
        if unknown:
            raise ScaleError("FAN-SCALE-006", "The risk table contradicts itself", f"no grade is named {', '.join(unknown)}")

    def grade(self, grade_id: str) -> RiskGrade:
        """The grade of that id (StopIteration cannot happen for ids the table itself names)."""
        return next(grade for grade in self.grades if grade.id == grade_id)

    def gravest(self, ids: set[str]) -> RiskGrade | None:
        """The gravest of several grades, or None for none."""
        return min((self.grade(one) for one in ids), key=lambda grade: grade.urgency, default=None)


def risk_of(table: RiskTable, instrument: Instrument, item: str, value: object) -> RiskGrade | None:
    """The grade one answer raises by itself at the moment it is saved, or None."""
    return risk_of_answers(table, instrument, {item: value}, is_finished=False)


def risk_of_answers(table: RiskTable, instrument: Instrument, answers: Mapping[str, object], *, is_finished: bool) -> RiskGrade | None:
    """The gravest grade the answers so far raise. An answer out of range raises nothing by itself; the others still count."""
    flags = item_flags(instrument, answers)
    reading = Reading(read_answers(instrument, answers, {}).given, {}, {}, {})
    raised = {
        signal.grade
        for signal in table.signals
        if not signal.event
        and (is_finished or not signal.once_finished)
        and (not signal.instruments or instrument.id in signal.instruments)
        and (signal.flag in flags if signal.flag else signal.when is not None and reading.answer(signal.when) is True)
    }
    return table.gravest(raised)


def risk_of_event(table: RiskTable, event: str) -> RiskGrade | None:
    """The grade of something that happened outside a scale (a message with risk words, a missed visit), or None."""
    return table.gravest({signal.grade for signal in table.signals if signal.event == event})

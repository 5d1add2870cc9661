"""What a clinical condition may answer, and how grave an answer is.

A *concern* asks whether a danger is present; a *criterion* whether a condition is satisfied.
Unknown is never absent for the first and never met for the second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum


class Answer(StrEnum):
    """Answer of a concern: is this danger present?"""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"

    @staticmethod
    def of(value: bool | None) -> Answer:
        """The answer for a looked-up truth, where None means nobody can say yet."""
        if value is None:
            return Answer.UNKNOWN
        return Answer.TRUE if value else Answer.FALSE


class CriterionAnswer(StrEnum):
    """Answer of a criterion: is this condition satisfied?"""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool | None) -> CriterionAnswer:
        """The answer for a looked-up truth, where None means nobody can say yet."""
        if value is None:
            return CriterionAnswer.UNKNOWN
        return CriterionAnswer.MET if value else CriterionAnswer.NOT_MET


class Severity(Enum):
    """How grave an answer is; ordered, so that the outcome of many is their maximum."""

    INFO = 1
    WARN = 2
    HOLD = 3
    BLOCK = 4
    HARD_STOP = 5

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        return self.value < other.value

    def __le__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        return self.value <= other.value

    @property
    def when_unknown(self) -> Severity:
        """Severity in force when nobody can say: never as grave as the danger, never nothing."""
        return Severity.HOLD if self >= Severity.HOLD else Severity.INFO


class Outcome(StrEnum):
    """The outcome of all rules asked together."""

    PROCEED = "PROCEED"
    WARN = "WARN"
    HOLD = "HOLD"
    BLOCK = "BLOCK"
    HARD_STOP = "HARD_STOP"


def outcome_of(in_force: Iterable[Severity]) -> Outcome:
    """The gravest severity in force; PROCEED when nothing above INFO is in force."""
    gravest = max(in_force, default=Severity.INFO)
    return Outcome.PROCEED if gravest is Severity.INFO else Outcome[gravest.name]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact nobody has given yet, and who can supply it (a role, or "patient")."""

    fact: str
    who: str


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued *and*: one false decides; else one unknown leaves it unknown."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued *or*: one true decides; else one unknown leaves it unknown."""
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def negation(answer: bool | None) -> bool | None:
    """Three-valued *not*: unknown stays unknown."""
    return None if answer is None else not answer

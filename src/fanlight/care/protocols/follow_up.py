"""What belongs to a course besides doses: measures, decisions, therapy in its window, missed visits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanlight.care.protocols.cited import Cited, Statement
from fanlight.core.sources import Mark


class When(StrEnum):
    """When a scale is due."""

    BASELINE = "baseline"
    BEFORE_EACH_DOSE = "before_each_dose"
    AFTER_EACH_DOSE = "after_each_dose"
    DAYS_AFTER_START = "days_after_start"
    DAYS_AFTER_LAST_DOSE = "days_after_last_dose"
    EVERY_DAYS = "every_days"


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A scale and the days it is due. `days` are counted as `when` says; a reading counts `within_days` either side."""

    scale: str
    when: When
    mark: Mark
    days: tuple[int, ...] = ()
    within_days: int = 0
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """A question somebody must answer before a course goes on: at the end of a phase, or after a session of it."""

    id: str
    question: str
    phase: str
    owner: str
    choices: tuple[str, ...]
    mark: Mark
    source: str = ""
    after_session: int | None = None
    needs: tuple[str, ...] = ()


class TherapyKind(StrEnum):
    """Which part of the therapy a slot is for."""

    PREPARATION = "preparation"
    DEBRIEF = "debrief"
    INTEGRATION = "integration"


@dataclass(frozen=True, slots=True)
class TherapyRule:
    """Therapy sessions and their window.

    Preparation counts backwards from the first dose (`opens` and `closes` in hours before it, the earlier first); integration
    and debrief count forwards from the end of a dose. `after_sessions` names the doses it follows; empty means every dose.
    """

    id: str
    kind: TherapyKind
    minutes: Cited
    opens: Cited
    closes: Cited
    count: Cited | None = None
    after_sessions: tuple[int, ...] = ()
    also_after_last: bool = False
    required: bool = False
    note: str = ""


class MissedAnswer(StrEnum):
    """What a missed visit suggests. A suggestion only: nothing changes by itself."""

    CONTINUE = "continue"
    STEP_BACK = "step_back"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class MissedVisitRule:
    """What a missed visit in these phases suggests, and when. `after_intervals` is the gap in planned intervals that sets it off."""

    id: str
    phases: tuple[str, ...]
    answer: MissedAnswer
    text: str
    mark: Mark
    source: str = ""
    after_intervals: int | None = None
    when_worse: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Measures, decisions, therapy and missed-visit rules of a protocol."""

    measures: tuple[MeasureRule, ...]
    decisions: tuple[DecisionRule, ...] = ()
    therapy: tuple[TherapyRule, ...] = ()
    missed_visits: tuple[MissedVisitRule, ...] = ()
    stop_rules: tuple[Statement, ...] = ()

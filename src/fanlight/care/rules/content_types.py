"""What a file of rules holds, as a clinician writes it; `building` turns it into rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from fanlight.care.rules.scope import EVERYWHERE, Scope
from fanlight.care.rules.stages import Stage
from fanlight.core.answers import Severity
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule or a number of it comes from: a source id of `content/sources`, and how surely it was seen there."""

    id: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class LevelContent:
    """One degree of a danger. `severity_in` gives a jurisdiction its own severity; `only` narrows the rule's
    scope, `stages` the stages at which this degree is asked (empty: all of the rule's), `longer_minutes` how much
    longer the patient is observed when it is present."""

    severity: Severity
    when: Any
    says: str
    severity_in: dict[str, Severity] = field(default_factory=dict)
    only: Scope = EVERYWHERE
    stages: tuple[Stage, ...] = ()
    longer_minutes: int = 0


@dataclass(frozen=True, slots=True)
class UnknownPolicy:
    """A rule's own severity while unknown, with the reason for leaving the general table; `when` it holds (always)."""

    severity: Severity
    because: str
    when: Any = None


@dataclass(frozen=True, slots=True)
class ParameterContent:
    """A number of the rule that a protocol may declare otherwise, with the default that holds if it does not."""

    default: int | Decimal | bool | str
    meaning: str


@dataclass(frozen=True, slots=True)
class OverrideContent:
    """Who may go on, and what that needs."""

    who: str
    needs: str


@dataclass(frozen=True, slots=True)
class RuleContent:
    """One concern: the degrees of a danger (gravest first), and what is said in each answer.

    `applies` narrows it to the people it is about: where it is false the danger is absent. `values` names
    things that conditions and sentences use. Sentences hold facts, values and parameters in braces.
    """

    id: str
    title: str
    stages: tuple[Stage, ...]
    levels: tuple[LevelContent, ...]
    clear: str
    sources: tuple[Citation, ...]
    unknown: str = ""
    applies: Any = None
    not_applicable: str = ""
    scope: Scope = EVERYWHERE
    unknown_policy: UnknownPolicy | None = None
    override: OverrideContent | None = None
    values: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, ParameterContent] = field(default_factory=dict)
    version: str = "1"


@dataclass(frozen=True, slots=True)
class CriterionContent:
    """One criterion: what must be so, and what is said when it is, is not, or nobody can say."""

    id: str
    title: str
    stages: tuple[Stage, ...]
    met_when: Any
    met: str
    not_met: str
    sources: tuple[Citation, ...]
    unknown: str = ""
    scope: Scope = EVERYWHERE
    override: OverrideContent | None = None
    values: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, ParameterContent] = field(default_factory=dict)
    version: str = "1"


@dataclass(frozen=True, slots=True)
class RulesFile:
    """One file of `content/rules`."""

    title: str
    read_on: date
    rules: tuple[RuleContent, ...] = ()
    criteria: tuple[CriterionContent, ...] = ()


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """One file of `content/sources`: short id to what a reader can look up."""

    title: str
    sources: dict[str, str]


@dataclass(frozen=True, slots=True)
class OverridePolicies:
    """Who may go on, by severity, where a rule does not say otherwise; and for a criterion."""

    by_severity: dict[str, OverrideContent]
    criterion: OverrideContent
    source: str

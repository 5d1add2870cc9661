"""A rule and a criterion as the engine holds them: checked, immutable, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fanlight.care.rules.expressions import Condition, Operand
from fanlight.care.rules.scope import ParameterValue, Scope
from fanlight.care.rules.sentences import Sentence
from fanlight.care.rules.stages import Stage
from fanlight.core.answers import Severity
from fanlight.core.facts import FactDefinition
from fanlight.core.sources import Mark, Source


@dataclass(frozen=True, slots=True)
class Override:
    """Who may go on in spite of the answer, and what that needs."""

    who: str
    needs: str


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of a danger: when it is present, how grave that is (by jurisdiction), what is said."""

    when: Condition
    severity: Severity
    severity_in: Mapping[str, Severity]
    says: Sentence
    only: Scope
    stages: tuple[Stage, ...] = ()
    longer_minutes: int = 0

    def severity_for(self, jurisdiction: str) -> Severity:
        """How grave this degree is there."""
        return self.severity_in.get(jurisdiction, self.severity)


@dataclass(frozen=True, slots=True)
class Stated:
    """What every rule and criterion has: its name, where and when it is asked, and where it comes from."""

    id: str
    title: str
    stages: tuple[Stage, ...]
    scope: Scope
    facts: tuple[str, ...]
    own_facts: frozenset[str]
    definitions: Mapping[str, FactDefinition]
    values: Mapping[str, Operand]
    parameters: Mapping[str, ParameterValue]
    parameter_meanings: Mapping[str, str]
    sources: tuple[Source, ...]
    override: Override | None
    version: str

    @property
    def family(self) -> str:
        """The family letter of the identifier."""
        return self.id.rstrip("0123456789")

    @property
    def mark(self) -> Mark:
        """The weakest mark among its sources: what a site signs for."""
        return max((source.mark for source in self.sources), key=list(Mark).index)


@dataclass(frozen=True, slots=True)
class Rule(Stated):
    """A concern: is this danger present? Levels stand gravest first."""

    levels: tuple[Level, ...]
    applies: Condition | None
    clear: Sentence
    not_applicable: Sentence
    unknown: Sentence
    unknown_severity: Severity | None
    unknown_because: str
    unknown_when: Condition | None = None
    default_overrides: Mapping[Severity, Override] = field(default_factory=dict)

    def override_for(self, severity: Severity | None) -> Override | None:
        """Who may go on, and what that needs, when this severity is in force."""
        if severity is None or severity is Severity.INFO:
            return None
        return self.override or self.default_overrides.get(severity)


@dataclass(frozen=True, slots=True)
class Criterion(Stated):
    """A criterion: is this condition satisfied?"""

    met_when: Condition
    met: Sentence
    not_met: Sentence
    unknown: Sentence

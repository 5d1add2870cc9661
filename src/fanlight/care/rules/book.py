"""All rules together: those that govern a protocol, asked at a stage, and the outcome of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fanlight.care.rules.criteria import CompiledCriterion, CriterionResult
from fanlight.care.rules.evaluation import CompiledRule, RuleAnswer
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.rule import Criterion, Rule
from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.rules.stages import Stage
from fanlight.core.answers import Outcome, outcome_of
from fanlight.core.facts import Facts


@dataclass(frozen=True, slots=True)
class StageRules:
    """The rules asked at one stage, and those that only come later with the answer "not due" ready made."""

    asked: tuple[CompiledRule, ...]
    later: tuple[tuple[CompiledRule, RuleAnswer], ...]
    later_answers: tuple[RuleAnswer, ...]
    later_facts: frozenset[str]

    @classmethod
    def of(cls, rules: tuple[CompiledRule, ...], stage: Stage) -> StageRules:
        """The rules of a protocol sorted for one stage. Those of earlier stages alone were settled there."""
        later = tuple((compiled, compiled.not_due()) for compiled in rules if all(stage.is_before(own) for own in compiled.rule.stages))
        return cls(
            tuple(compiled for compiled in rules if stage in compiled.rule.stages),
            later,
            tuple(answer for _, answer in later),
            frozenset(name for compiled, _ in later for name in compiled.rule.own_facts),
        )


@dataclass(frozen=True, slots=True)
class ProtocolRules:
    """All rules and criteria that govern one protocol, ready to ask at any stage."""

    protocol: ProtocolScope
    stages: Mapping[Stage, StageRules]
    criteria: tuple[CompiledCriterion, ...]

    def ask(self, facts: Facts, stage: Stage, on: Moment) -> tuple[RuleAnswer, ...]:
        """Every rule of this stage, and every later one: `not_due` unless one of its own facts is given.

        Rules of earlier stages alone were settled there and are not asked again.
        """
        rules = self.stages[stage]
        found = [compiled.ask(facts, on, stage) for compiled in rules.asked]
        given = rules.later_facts & facts.values_by_name.keys()
        if not given:
            return (*found, *rules.later_answers)
        for compiled, not_due in rules.later:
            found.append(not_due if compiled.rule.own_facts.isdisjoint(given) else compiled.ask(facts, on, compiled.rule.stages[0]))
        return tuple(found)

    def ask_criteria(self, facts: Facts, stage: Stage, on: Moment, ids: Iterable[str] | None = None) -> tuple[CriterionResult, ...]:
        """The criteria of this stage, or those named."""
        wanted = None if ids is None else frozenset(ids)
        return tuple(
            compiled.ask(facts, on)
            for compiled in self.criteria
            if (stage in compiled.criterion.stages if wanted is None else compiled.criterion.id in wanted)
        )


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules and criteria of the content; it makes them ready for a protocol once and remembers it."""

    rules: tuple[Rule, ...]
    criteria: tuple[Criterion, ...] = ()
    _ready: dict[tuple[str, str, str], tuple[ProtocolScope, ProtocolRules]] = field(default_factory=dict, compare=False, repr=False)

    def for_protocol(self, protocol: ProtocolScope) -> ProtocolRules:
        """The rules that govern a protocol."""
        key = (protocol.id, protocol.version, protocol.jurisdiction)
        known = self._ready.get(key)
        if known is not None and (known[0] is protocol or known[0] == protocol):
            return known[1]
        rules = tuple(made for rule in self.rules if (made := CompiledRule.of(rule, protocol)) is not None)
        made_ready = ProtocolRules(
            protocol,
            {stage: StageRules.of(rules, stage) for stage in Stage},
            tuple(ready for criterion in self.criteria if (ready := CompiledCriterion.of(criterion, protocol)) is not None),
        )
        self._ready[key] = (protocol, made_ready)
        return made_ready


def outcome(answers: Iterable[RuleAnswer]) -> Outcome:
    """The gravest severity in force among the answers."""
    return outcome_of(answer.severity for answer in answers if answer.severity is not None)

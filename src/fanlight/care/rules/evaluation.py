"""Asking rules: the answer of each, how grave it is, in which words, from which facts, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fanlight.care.rules.compiling import Compiled, compile_condition
from fanlight.care.rules.moment import Moment, Values
from fanlight.care.rules.rule import Level, Override, Rule
from fanlight.care.rules.scope import ParameterValue, ProtocolScope
from fanlight.care.rules.sentences import Sentence
from fanlight.care.rules.stages import Stage
from fanlight.care.rules.wording import Words, parameters_of, words_of
from fanlight.core.answers import Answer, Missing, Severity
from fanlight.core.facts import Fact, Facts


class RuleAnswer(NamedTuple):
    """What one rule answers. `severity` is the one in force: None when the danger is absent or not due.

    The trace is worked out from the facts the answer was made from when it is read; they never change.
    `sentence` is what is said of a danger found or absent; of an unknown the rule's own words follow.
    `longer_minutes` is how much longer the patient is observed because of a danger found.
    """

    compiled: CompiledRule
    stage: Stage
    answer: Answer
    severity: Severity | None
    sentence: Sentence | None
    facts: Facts
    moment: Moment
    longer_minutes: int = 0

    @property
    def rule(self) -> Rule:
        """The rule that answers."""
        return self.compiled.rule

    @property
    def id(self) -> str:
        """The identifier of the rule."""
        return self.compiled.rule.id

    @property
    def override(self) -> Override | None:
        """Who may go on, and what that needs."""
        return self.compiled.rule.override_for(self.severity)

    @property
    def inputs(self) -> tuple[Fact, ...]:
        """The facts the rule read, each with when and from whom."""
        known = self.facts.by_name
        return tuple([known[name] for name in self.compiled.rule.facts if name in known])

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What would settle an unknown, and who can supply it."""
        return self.compiled.missing(self.facts, self.moment, self.stage) if self.answer is Answer.UNKNOWN else ()

    @property
    def message(self) -> str:
        """The sentence a clinician reads, with the patient's own numbers."""
        return self.saying(self.missing)

    def saying(self, missing: tuple[Missing, ...]) -> str:
        """The message, for a reader that has `missing` already."""
        words = self.compiled.words
        said = "" if self.sentence is None else words.fill(self.sentence, self.facts, self.moment)
        if self.answer is not Answer.UNKNOWN:
            return said
        unknown = words.fill(self.compiled.rule.unknown, self.facts, self.moment, missing)
        return f"{said} {unknown}" if said else unknown


@dataclass(frozen=True, slots=True)
class _CompiledLevel:
    ask: Compiled
    severity: Severity
    severity_unknown: Severity
    says: Sentence
    stages: tuple[Stage, ...]
    longer_minutes: int

    @classmethod
    def of(cls, level: Level, parameters: Mapping[str, ParameterValue], protocol: ProtocolScope) -> _CompiledLevel:
        compiled = compile_condition(level.when, parameters, protocol)
        severity = level.severity_for(protocol.jurisdiction)
        return cls(compiled, severity, severity.when_unknown, level.says, level.stages, level.longer_minutes)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule made ready for one protocol. `levels` are those asked at each stage, gravest first."""

    rule: Rule
    levels: Mapping[Stage, tuple[_CompiledLevel, ...]]
    applies: Compiled | None
    lenient: Compiled | None
    words: Words

    @classmethod
    def of(cls, rule: Rule, protocol: ProtocolScope) -> CompiledRule | None:
        """The rule for this protocol, or None where it does not govern it."""
        levels = [level for level in rule.levels if level.only.governs(protocol)]
        if not rule.scope.governs(protocol) or not levels:
            return None
        parameters = parameters_of(rule, protocol)
        ready = sorted((_CompiledLevel.of(level, parameters, protocol) for level in levels), key=lambda level: -level.severity.value)
        return cls(
            rule,
            {stage: tuple(level for level in ready if not level.stages or stage in level.stages) for stage in Stage},
            compile_condition(rule.applies, parameters, protocol) if rule.applies else None,
            compile_condition(rule.unknown_when, parameters, protocol) if rule.unknown_when else None,
            words_of(rule, parameters, protocol),
        )

    def ask(self, facts: Facts, moment: Moment, stage: Stage) -> RuleAnswer:
        """The answer from these facts. The gravest severity in force decides; when equal, the danger that is present."""
        values = facts.values_by_name
        about = True if self.applies is None else self.applies.answer(values, moment)
        if about is False:
            return RuleAnswer(self, stage, Answer.FALSE, None, self.rule.not_applicable, facts, moment)
        present: _CompiledLevel | None = None
        doubtful: _CompiledLevel | None = None
        for level in self.levels[stage]:
            found = level.ask.answer(values, moment)
            if found is False:
                continue
            if found is True and about is True:
                present = level
                break
            if doubtful is None:
                doubtful = level
        if doubtful is not None:
            in_doubt = self._severity_unknown(doubtful, values, moment)
            if present is None or in_doubt > present.severity:
                severity = in_doubt if present is None else max(in_doubt, present.severity)
                said, longer = (present.says, present.longer_minutes) if present else (None, 0)
                return RuleAnswer(self, stage, Answer.UNKNOWN, severity, said, facts, moment, longer)
        if present is not None:
            return RuleAnswer(self, stage, Answer.TRUE, present.severity, present.says, facts, moment, present.longer_minutes)
        return RuleAnswer(self, stage, Answer.FALSE, None, self.rule.clear, facts, moment)

    def not_due(self) -> RuleAnswer:
        """The answer of a rule whose stage is still to come."""
        return RuleAnswer(self, self.rule.stages[0], Answer.NOT_DUE, None, None, _NOTHING, _NO_MOMENT)

    def missing(self, facts: Facts, moment: Moment, stage: Stage) -> tuple[Missing, ...]:
        """The facts that would settle the unknown parts, and who can supply them."""
        values = facts.values_by_name
        names: dict[str, None] = {}
        if self.applies is not None and self.applies.answer(values, moment) is None:
            names.update(dict.fromkeys(self.applies.wanting(values, moment)))
        for level in self.levels[stage]:
            if level.ask.answer(values, moment) is None:
                names.update(dict.fromkeys(level.ask.wanting(values, moment)))
        return tuple(Missing(name, self.rule.definitions[name].who) for name in names)

    def _severity_unknown(self, doubtful: _CompiledLevel, values: Values, moment: Moment) -> Severity:
        """The general table's severity while unknown, or the rule's own where its reason holds."""
        stated = self.rule.unknown_severity
        if stated is None or (self.lenient is not None and self.lenient.answer(values, moment) is not True):
            return doubtful.severity_unknown
        return stated


_NOTHING = Facts()
_NO_MOMENT = Moment(date.min)

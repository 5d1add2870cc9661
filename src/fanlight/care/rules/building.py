"""From files of rules to checked rules: every fault of every rule is named at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fanlight.care.rules.content_types import (
    Citation,
    CriterionContent,
    LevelContent,
    OverrideContent,
    OverridePolicies,
    ParameterContent,
    RuleContent,
    RulesFile,
    SourcesFile,
)
from fanlight.care.rules.expressions import All, Condition, facts_of
from fanlight.care.rules.parsing import ConditionParser
from fanlight.care.rules.rule import Criterion, Level, Override, Rule
from fanlight.care.rules.scope import ParameterValue
from fanlight.care.rules.sentences import Sentence
from fanlight.care.rules.stages import Stage
from fanlight.core.answers import Severity
from fanlight.core.errors import Fault, InputError
from fanlight.core.facts import FactCatalogue, FactDefinition
from fanlight.core.sources import Mark, Source

_SAID_WHEN_UNKNOWN = "Not known yet: {missing}."
_SAID_WHEN_NOT_ABOUT = "This does not apply here."


@dataclass(frozen=True, slots=True)
class RuleParts:
    """What rules are built from beside their own file."""

    catalogue: FactCatalogue
    sources: Mapping[str, str]
    overrides: OverridePolicies


def sources_of(files: Iterable[SourcesFile]) -> dict[str, str]:
    """Every source id with its citation, from all files."""
    return {key: citation for file in files for key, citation in file.sources.items()}


def build_rules(files: Mapping[str, RulesFile], parts: RuleParts) -> tuple[tuple[Rule, ...], tuple[Criterion, ...]]:
    """All rules and criteria of the files, in file order. Raises `InputError` (FAN-RULE-001) with every fault."""
    faults: list[Fault] = []
    rules: list[Rule] = []
    criteria: list[Criterion] = []
    for name, file in files.items():
        for index, rule in enumerate(file.rules):
            rules.append(_Builder(parts, rule, file.read_on, f"{name} rules[{index}]", faults).rule(rule))
        for index, criterion in enumerate(file.criteria):
            criteria.append(_Builder(parts, criterion, file.read_on, f"{name} criteria[{index}]", faults).criterion(criterion))
    seen: set[str] = set()
    for item in (*rules, *criteria):
        if item.id in seen:
            faults.append(Fault(item.id, "is the id of two rules.", suggestion="Give each its own; ids are stable for ever."))
        seen.add(item.id)
    if faults:
        raise InputError("FAN-RULE-001", "The rules cannot be used", faults)
    return tuple(rules), tuple(criteria)


class _Builder:
    """Builds one rule or criterion, adding its faults to those of all."""

    def __init__(self, parts: RuleParts, content: RuleContent | CriterionContent, read_on: date, path: str, faults: list[Fault]) -> None:
        self.parts, self.content, self.path, self.read_on, self.faults = parts, content, path, read_on, faults
        self.parameters: dict[str, ParameterValue] = {name: _default(item) for name, item in content.parameters.items()}
        self.parser = ConditionParser(parts.catalogue, self.parameters, content.values, faults)
        self.values = {name: self.parser.named_value(name, f"{path}.values.{name}") for name in content.values}

    def rule(self, content: RuleContent) -> Rule:
        applies = None if content.applies is None else self.parser.condition(content.applies, f"{self.path}.applies")
        policy = content.unknown_policy
        policy_when = self.parser.condition(policy.when, f"{self.path}.unknown_policy.when") if policy and policy.when is not None else None
        levels = tuple(self._level(level, index) for index, level in enumerate(content.levels))
        if not levels:
            self._fault("levels", "holds no degree of danger.", "Give at least one with severity, when and says.")
        return Rule(
            **self._stated(content, (*(level.when for level in levels), *((applies,) if applies else ()))),
            levels=levels,
            applies=applies,
            clear=self._sentence(content.clear, "clear"),
            not_applicable=self._sentence(content.not_applicable or _SAID_WHEN_NOT_ABOUT, "not_applicable"),
            unknown=self._sentence(content.unknown or _SAID_WHEN_UNKNOWN, "unknown"),
            unknown_severity=policy.severity if policy else None,
            unknown_because=policy.because if policy else "",
            unknown_when=policy_when,
            default_overrides={
                Severity[name]: Override(policy.who, policy.needs) for name, policy in self.parts.overrides.by_severity.items()
            },
        )

    def criterion(self, content: CriterionContent) -> Criterion:
        met_when = self.parser.condition(content.met_when, f"{self.path}.met_when")
        return Criterion(
            **self._stated(content, (met_when,)),
            met_when=met_when,
            met=self._sentence(content.met, "met"),
            not_met=self._sentence(content.not_met, "not_met"),
            unknown=self._sentence(content.unknown or _SAID_WHEN_UNKNOWN, "unknown"),
        )

    def _level(self, level: LevelContent, index: int) -> Level:
        place = f"levels[{index}]"
        return Level(
            self.parser.condition(level.when, f"{self.path}.{place}.when"),
            level.severity,
            dict(level.severity_in),
            self._sentence(level.says, f"{place}.says"),
            level.only,
            level.stages,
            level.longer_minutes,
        )

    def _stated(self, content: RuleContent | CriterionContent, conditions: tuple[Condition, ...]) -> dict[str, Any]:
        values = {name: operand for name, operand in self.values.items() if operand is not None}
        facts = facts_of(All(conditions))
        definitions = {name: self.parts.catalogue.definitions[name] for name in facts if name in self.parts.catalogue}
        if not content.stages:
            self._fault("stages", "names no stage.", "Say when the rule is asked.")
        return {
            "id": content.id,
            "title": content.title,
            "stages": content.stages,
            "scope": content.scope,
            "facts": facts,
            "own_facts": _own_facts(definitions, content.stages),
            "definitions": definitions,
            "values": values,
            "parameters": self.parameters,
            "parameter_meanings": {name: parameter.meaning for name, parameter in content.parameters.items()},
            "sources": tuple(self._source(citation, index) for index, citation in enumerate(content.sources)) or self._unsourced(),
            "override": _override(content.override),
            "version": content.version,
        }

    def _source(self, citation: Citation, index: int) -> Source:
        text = self.parts.sources.get(citation.id, "")
        if not text:
            self._fault(f"sources[{index}].id", f"{citation.id} is not a source of content/sources.", "Add it there, or correct the id.")
        return Source(citation.id, text, citation.mark, self.read_on, citation.note)

    def _unsourced(self) -> tuple[Source, ...]:
        self._fault("sources", "names no source.", "Every rule says where it comes from.")
        return (Source("", "", Mark.DEFAULT, self.read_on),)

    def _sentence(self, text: str, place: str) -> Sentence:
        sentence = Sentence.of(text)
        known = (*self.content.values, *self.parameters, "missing")
        for name in sentence.names:
            if name not in known and name not in self.parts.catalogue:
                self._fault(place, f"{{{name}}} is not a fact, value or parameter.", "Name one that exists.")
        return sentence

    def _fault(self, place: str, reason: str, suggestion: str) -> None:
        self.faults.append(Fault(f"{self.path}.{place}", reason, suggestion=suggestion))


def _default(content: ParameterContent) -> ParameterValue:
    value = content.default
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _override(content: OverrideContent | None) -> Override | None:
    return Override(content.who, content.needs) if content else None


def _own_facts(definitions: Mapping[str, FactDefinition], stages: tuple[Stage, ...]) -> frozenset[str]:
    """Facts that belong to the rule's own first stage or later: giving one of them asks the rule early.

    A fact worked out from others is not one that somebody gave for this rule: it asks nothing early.
    """
    first = min((stage.position for stage in stages), default=0)
    return frozenset(name for name, item in definitions.items() if Stage(item.stage).position >= first and not item.derived)

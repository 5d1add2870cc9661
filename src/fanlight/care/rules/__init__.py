"""Clinical rules: conditions, evaluation, explanation. They parse what they are handed and open no file."""

from fanlight.care.rules.book import ProtocolRules, RuleBook, outcome
from fanlight.care.rules.building import RuleParts, build_rules, sources_of
from fanlight.care.rules.content_types import OverridePolicies, RulesFile, SourcesFile
from fanlight.care.rules.criteria import CriterionResult
from fanlight.care.rules.errors import RuleError
from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.rule import Criterion, Override, Rule
from fanlight.care.rules.scope import ParameterValue, ProtocolScope, Scope
from fanlight.care.rules.stages import Stage

__all__ = [
    "Criterion",
    "CriterionResult",
    "Moment",
    "Override",
    "OverridePolicies",
    "ParameterValue",
    "ProtocolRules",
    "ProtocolScope",
    "Rule",
    "RuleAnswer",
    "RuleBook",
    "RuleError",
    "RuleParts",
    "RulesFile",
    "Scope",
    "SourcesFile",
    "Stage",
    "build_rules",
    "outcome",
    "sources_of",
]

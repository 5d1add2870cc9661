"""Rules, definitions and medicines of a content folder, put together for a screening."""

from __future__ import annotations

from pathlib import Path

from fanlight.care.rules import Criterion, OverridePolicies, Rule, RuleBook, RuleParts, RulesFile, build_rules
from fanlight.care.screening import DefinitionBook, DefinitionsFile, DrugDictionary, DrugsFile, ScreeningContent
from fanlight.content import read, read_folder
from fanlight.core.facts import FactCatalogue
from fanlight.records.compiled_content import compiled


def read_rules(folder: Path, facts: FactCatalogue, sources: dict[str, str]) -> tuple[tuple[Rule, ...], tuple[Criterion, ...]]:
    """Every rule and criterion of the folder, checked against the facts and sources. All faults are raised together."""
    overrides = read(folder / "rule_policy" / "overrides.yaml", OverridePolicies)
    return build_rules(read_folder(folder / "rules", RulesFile), RuleParts(facts, sources, overrides))


def load_screening_content(
    folder: Path, facts: FactCatalogue, sources: dict[str, str], version: str, *, shipped_version: str = ""
) -> ScreeningContent:
    """What a screening is made from, from the compiled cache where nothing has changed.

    `version` is what decisions name; `shipped_version` is the hash of the folder alone, where a site's overlay lies over it.
    """
    key = shipped_version or version
    rules, criteria = compiled(key, "rules", lambda: read_rules(folder, facts, sources))
    drugs = compiled(key, "drugs", lambda: DrugDictionary.of(read_folder(folder / "drugs", DrugsFile).values()))
    staging = compiled(key, "definitions", lambda: read(folder / "definitions" / "resistance.yaml", DefinitionsFile))
    return ScreeningContent(facts, RuleBook(rules, criteria), drugs, DefinitionBook.of(staging, facts), staging, version)

"""The tables of rule cases under tests/spec/rules: read, run, and shown. The documentation is made from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fanlight.care.protocols.scope import rule_scope
from fanlight.care.rules import ProtocolScope, RuleAnswer, Stage
from fanlight.care.screening import ScreeningResult, screen
from fanlight.content.yaml_tree import load_tree
from fanlight.core.fact_reading import parse_facts
from fanlight.records.library import library

FOLDER = Path(__file__).parent / "rules"
WORDS = {"present": "true", "absent": "false", "unknown": "unknown", "not due": "not_due", "not asked": None}


@dataclass(frozen=True)
class RuleCase:
    """One line of a table: facts, and what the rule must answer from them."""

    rule: str
    protocol: str
    stage: str
    on: date
    jurisdiction: str | None
    setting: str | None
    facts: dict[str, Any]
    answer: str
    severity: str | None
    missing: tuple[str, ...]
    says: str
    note: str
    file: str

    def __str__(self) -> str:
        return f"{self.rule} {self.protocol} {self.stage} {self.answer} {self.note}".strip()


@dataclass(frozen=True)
class RuleTable:
    """All cases of one rule. `never` names the answers it cannot give, because its condition leaves no room for them."""

    rule: str
    never: tuple[str, ...]
    cases: tuple[RuleCase, ...]


def _blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        values, _, faults = load_tree(path.read_text(encoding="utf-8"))
        assert not faults, f"{path.name}: {faults}"
        for block in values:
            yield path.name, block


@cache
def tables() -> tuple[RuleTable, ...]:
    """Every table, in file order."""
    return tuple(
        RuleTable(block["rule"], tuple(block.get("never", ())), tuple(_case(name, block, case) for case in block["cases"]))
        for name, block in _blocks()
    )


def _case(file: str, block: dict[str, Any], case: dict[str, Any]) -> RuleCase:
    known = {"with", "without", "answer", "severity", "missing", "note", "says", "protocol", "stage", "on", "jurisdiction", "setting"}
    assert set(case) <= known, f"{file} {block['rule']}: {set(case) - known}"
    facts = {name: value for name, value in block["clear"].items() if name not in case.get("without", ())}
    return RuleCase(
        block["rule"],
        case.get("protocol", block["protocol"]),
        case.get("stage", block.get("stage", "screen")),
        date.fromisoformat(case.get("on", block.get("on", "2026-11-21"))),
        case.get("jurisdiction"),
        case.get("setting"),
        {**facts, **case.get("with", {})},
        case["answer"],
        case.get("severity"),
        tuple(case.get("missing", ())),
        case.get("says", ""),
        case.get("note", ""),
        file,
    )


@cache
def scope_of(protocol: str, jurisdiction: str | None, setting: str | None) -> ProtocolScope:
    """The protocol of a case as the rules see it."""
    scope = rule_scope(library().protocols[protocol], jurisdiction)
    return replace(scope, setting=setting) if setting else scope


def result_of(case: RuleCase) -> ScreeningResult:
    """The whole screening of a case."""
    shelf = library()
    facts = parse_facts(case.facts, shelf.facts)
    scope = scope_of(case.protocol, case.jurisdiction, case.setting)
    return screen(facts, scope, shelf.screening, stage=Stage(case.stage), on=case.on)


def ask(case: RuleCase) -> RuleAnswer | None:
    """What the rule answers from the facts of a case, or None when it is not asked."""
    return next((answer for answer in result_of(case).rules if answer.id == case.rule), None)

"""The page of tested rule cases: each line of tests/spec/rules, as a clinician reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fanlight.cli.reference.writing import code, page, section, table, words
from fanlight.content.yaml_tree import load_tree

_SHORT = 60
"""Letters of a value that are shown; a longer one (a list of past medicines) is cut."""


def rule_cases_page(folder: Path) -> str:
    """Every table of rule cases: from which facts each rule answers what. The tests run exactly these lines."""
    blocks = [block for path in sorted(folder.glob("*.yaml")) for block in _read(path)]
    cases = [case for block in blocks for case in block["cases"]]
    answers = Counter(case["answer"] for case in cases)
    said = ", ".join(f"{count} {answer}" for answer, count in sorted(answers.items()))
    return page(
        "Tested rule cases",
        f"{len(cases)} cases of {len({block['rule'] for block in blocks})} rules and criteria: {said}. The tests run each of them. "
        "A case begins from facts that leave the rule clear; its line says what is then otherwise. Limits are tried just below, "
        "exactly at and just above.",
        *(_table(block) for block in blocks),
    )


def _read(path: Path) -> list[dict[str, Any]]:
    values, _, faults = load_tree(path.read_text(encoding="utf-8"))
    if faults or not isinstance(values, list):
        raise ValueError(f"{path.name} is not a list of tables")
    return values


def _table(block: Mapping[str, Any]) -> str:
    stage = block.get("stage", "screen")
    never = block.get("never", ())
    start = f"Protocol {code(block['protocol'])}, asked at {words(str(stage).replace('_', ' '))}. Clear when: {_facts(block['clear'])}."
    if never:
        start += f" Never {words(' or '.join(never))}: its condition leaves no room for it."
    rows = [
        [
            _difference(case),
            words(case["answer"]),
            words(case.get("severity") or ""),
            _names(case.get("missing", ())),
            words(case.get("note", "")),
        ]
        for case in block["cases"]
    ]
    return section(words(block["rule"]), start, table(["otherwise", "answer", "in force", "missing", "note"], rows))


def _difference(case: Mapping[str, Any]) -> str:
    parts = [_facts(case["with"])] if case.get("with") else []
    parts += [f"not known: {_names(case['without'])}"] if case.get("without") else []
    parts += [
        f"{words(name)}: {words(str(case[name]).replace('_', ' '))}"
        for name in ("protocol", "stage", "jurisdiction", "setting", "on")
        if name in case
    ]
    return "; ".join(parts) or "as it stands"


def _facts(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{code(name)} {words(_value(value))}" for name, value in given.items()) or "nothing is known"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == [] or value is None:
        return "none" if value == [] else "empty"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    text = "; ".join(_value(item) for item in value) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()} …"


def _names(names: Iterable[str]) -> str:
    return ", ".join(code(name) for name in names)

"""Facts from a file: YAML or JSON, read as `core.fact_reading` asks, with the line of every fault."""

from __future__ import annotations

import sys
from pathlib import Path

from fanlight.core.errors import FanlightError, InputError
from fanlight.core.facts import FactCatalogue, Facts


class FactsFileError(FanlightError):
    """A facts file that cannot be opened."""


def read_facts_file(place: str, catalogue: FactCatalogue) -> Facts:
    """The facts of a file, or of standard input for "-". Every fault is named with its line."""
    from fanlight.content.yaml_tree import load_tree
    from fanlight.core.fact_reading import parse_facts

    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror or "" if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise FactsFileError("FAN-FACT-003", f"Cannot read the facts in {place}", reason, "Give a YAML or JSON file of facts.") from problem
    if not text.strip():
        return Facts()
    values, lines, faults = load_tree(text)
    if faults:
        raise InputError("FAN-FACT-001", f"{place} cannot be used", faults)
    if not isinstance(values, dict):
        raise FactsFileError(
            "FAN-FACT-003", f"Cannot read the facts in {place}", "it is not a set of names", "Write name: value on each line."
        )
    return parse_facts(values, catalogue, lines)

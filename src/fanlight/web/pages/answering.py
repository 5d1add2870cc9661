"""Answers of a form as facts to be recorded: each read by its definition, every fault at once, a "no" that was asked kept as denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fanlight.core.errors import FanlightError
from fanlight.core.fact_reading import read_value
from fanlight.core.facts import FactCatalogue, FactKind
from fanlight.web.forms import FaultLine
from fanlight.web.pages.asking import raw_value, stored

ASKED = "asked"
ASKED_DENIED = "asked, denied"


@dataclass(slots=True)
class Answers:
    """Rows for `record_facts`, what is wrong beside each name, and the same as lines of a summary."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    faults: list[FaultLine] = field(default_factory=list)


def read_answers(given: Mapping[str, str], catalogue: FactCatalogue, *, source: str, at: datetime) -> Answers:
    """Read what was given by name; a name the catalogue does not know is passed over."""
    found = Answers()
    for name, text in given.items():
        known = catalogue.definitions.get(name)
        if known is None:
            continue
        value = raw_value(known, text)
        try:
            read, as_given = read_value(known, value)
        except (FanlightError, ValueError) as problem:
            why = f"{problem.why}. {problem.next_step}" if isinstance(problem, FanlightError) else str(problem)
            found.errors[name] = why[:1].upper() + why[1:]
            found.faults.append(FaultLine(f"{known.label}: {found.errors[name]}", f"#fact-{name}"))
            continue
        is_denied = known.kind is FactKind.BOOLEAN and value is False and source == ASKED
        said = ASKED_DENIED if is_denied else f"{source}, given as {as_given}" if as_given else source
        found.rows.append({"name": name, "value": stored(read), "unit": known.unit, "true_at": at, "source": said})
    return found

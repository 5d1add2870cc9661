"""Facts to ask for: those the rules of a protocol ask, the missing first, each with its question and who can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fanlight.care.screening import ScreeningResult
from fanlight.core.answers import Answer
from fanlight.core.facts import Fact, FactCatalogue, FactDefinition, FactKind
from fanlight.core.quantities import plain
from fanlight.web.pages.known import fact_value_words

BODY = ("weight_kg", "height_cm", "weight_measured_on")
"""What every dose per kg is worked out from; asked for whatever the rules ask."""


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact as the interview shows it. `known` is what stands now, with when and from whom."""

    name: str
    label: str
    question: str
    kind: str
    who: str
    unit: str
    choices: tuple[tuple[str, str], ...]
    known: str
    at: datetime | None
    source: str
    is_missing: bool
    given: str = ""
    error: str = ""
    is_list: bool = False
    rules: str = ""
    by: str = ""


def asked_facts(result: ScreeningResult, catalogue: FactCatalogue, given: Mapping[str, str], errors: Mapping[str, str]) -> list[FactLine]:
    """Every fact the rules in play ask for, missing ones first, then by who can say."""
    missing: dict[str, list[str]] = {}
    wanted: dict[str, list[str]] = {}
    for answer in result.rules:
        if answer.answer is Answer.NOT_DUE:
            continue
        for name in answer.rule.facts:
            wanted.setdefault(name, []).append(answer.rule.id)
        for lack in answer.missing:
            missing.setdefault(lack.fact, []).append(answer.rule.id)
    for name in BODY:
        wanted.setdefault(name, []).append("dose")
        if result.facts.get(name) is None:
            missing.setdefault(name, []).append("dose")
    for definition in result.definitions:
        for lack in definition.missing:
            missing.setdefault(lack.fact, []).append(definition.id)
    lines = []
    for name in dict.fromkeys([*missing, *wanted]):
        known = catalogue.definitions.get(name)
        if known is None or known.derived.startswith("Worked out") or known.stage not in ("screen", "order"):
            continue
        if known.derived and name not in missing:  # it follows from what is known: nobody is asked to say it again
            continue
        fact = result.facts.get(name)
        is_missing = name in missing and fact is None
        lines.append(
            line_of(known, fact, is_missing, given.get(name, ""), errors.get(name, ""), missing.get(name) or wanted.get(name) or [])
        )
    return sorted(lines, key=lambda line: (not line.is_missing, line.who, line.kind != "boolean"))


def line_of(
    known: FactDefinition, fact: Fact | None, is_missing: bool, given: str = "", error: str = "", rules: Sequence[str] = ()
) -> FactLine:
    """One fact as the interview shows it."""
    return FactLine(
        known.name,
        known.label,
        known.question or known.label,
        known.kind.value,
        known.who,
        known.unit,
        tuple((choice, choice.replace("_", " ")) for choice in known.choices),
        fact_value_words(fact.value, fact.unit) if fact is not None else "",
        fact.at if fact is not None else None,
        fact.source if fact is not None else "",
        is_missing,
        given,
        error,
        known.kind is FactKind.RECORDS,
        ", ".join(dict.fromkeys(rules)),
    )


def raw_value(known: FactDefinition, text: str) -> object:
    """What was chosen or typed, as the record keeps it."""
    if known.kind is FactKind.BOOLEAN:
        return {"yes": True, "no": False}.get(text)
    return text.strip()


def stored(value: object) -> object:
    """A typed value as the record keeps it: numbers as decimal text, dates as ISO text."""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value

"""A screening as a good colleague would tell it: the sentence first, open matters tall, settled ones brief."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.screening import ScreeningResult
from fanlight.core.answers import Answer, Outcome, Severity
from fanlight.core.facts import Fact, FactCatalogue
from fanlight.records.judging import in_the_way
from fanlight.web.pages.known import fact_value_words
from fanlight.web.words import counted, sentence


@dataclass(frozen=True, slots=True)
class Lack:
    """A missing fact, who can supply it, and where to record it."""

    fact: str
    who: str
    href: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's answer as a row."""

    id: str
    state: str
    shape: str
    answer: str
    why: str
    source: str
    mark: str
    missing: tuple[Lack, ...]
    stands_in_the_way: bool
    is_tall: bool
    severity: str
    override: str
    inputs: str


_SHAPES = {Severity.HARD_STOP: "stop", Severity.BLOCK: "not", Severity.HOLD: "hold", Severity.WARN: "warn", Severity.INFO: "info"}


def reasons(result: ScreeningResult, catalogue: FactCatalogue, facts_href: str) -> tuple[tuple[Reason, ...], tuple[Reason, ...], int]:
    """Open matters, the gravest first; settled ones; and how many rules are not due yet."""
    blocking = {answer.id for answer in in_the_way(result)}
    open_ones = [_reason(answer, catalogue, facts_href, answer.id in blocking) for answer in result.in_force()]
    settled = [_reason(answer, catalogue, facts_href, False) for answer in result.rules if answer.answer is Answer.FALSE]
    not_due = sum(answer.answer is Answer.NOT_DUE for answer in result.rules)
    return tuple(sorted(open_ones, key=lambda reason: not reason.stands_in_the_way)), tuple(settled), not_due


def reasons_mark(open_ones: tuple[Reason, ...]) -> str:
    """A short mark of what a decision would rest on: it changes when an open matter comes, goes or reads otherwise."""
    told = json.dumps([(reason.id, reason.state, reason.stands_in_the_way, reason.answer) for reason in open_ones])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _reason(answer: RuleAnswer, catalogue: FactCatalogue, facts_href: str, stands: bool) -> Reason:
    rule = answer.rule
    unknown = answer.answer is Answer.UNKNOWN
    graver = answer.severity is not None and answer.severity >= Severity.HOLD
    state = "met" if answer.severity is None else "unknown" if unknown else "not" if graver else "warn"
    shape = "met" if answer.severity is None else "unknown" if unknown else _SHAPES[answer.severity]
    head, _, rest = answer.message.partition(". ")
    override = answer.override
    lacks = {}
    for lack in answer.missing:
        known = catalogue.definitions.get(lack.fact)
        lacks[lack.fact] = Lack(
            known.label if known else lack.fact.replace("_", " "), lack.who.replace("_", " "), f"{facts_href}#fact-{lack.fact}"
        )
    source = ", ".join(f"{item.id} {item.mark.value}" for item in rule.sources[:3])
    return Reason(
        rule.id,
        state,
        shape,
        sentence(head),
        sentence(rest) if rest.strip() else "",
        f"Rule {rule.id} · {source}",
        "needs sign-off" if rule.mark.needs_sign_off else "",
        tuple(lacks.values()),
        stands,
        stands or (answer.severity is not None and answer.severity >= Severity.WARN),
        answer.severity.name if answer.severity else "",
        f"{override.who} may go on: {override.needs}" if override else "",
        _inputs(answer.inputs),
    )


def _inputs(inputs: tuple[Fact, ...]) -> str:
    return " · ".join(
        f"{fact.name.replace('_', ' ')}: {fact_value_words(fact.value, fact.unit)}" + (f" ({fact.source})" if fact.source else "")
        for fact in inputs
        if not isinstance(fact.value, tuple)
    )


def headline(result: ScreeningResult, open_ones: tuple[Reason, ...]) -> str:
    """The page's sentence."""
    blocking = [reason for reason in open_ones if reason.stands_in_the_way]
    unsettled = sum(reason.state == "unknown" for reason in blocking)
    present = len(blocking) - unsettled
    unknown = len({lack.fact for reason in blocking for lack in reason.missing}) or unsettled
    if result.outcome is Outcome.HARD_STOP:
        return "No. Something forbids this treatment, and nobody here can go past it."
    if not blocking:
        cautions = sum(reason.state == "warn" for reason in open_ones)
        return f"Yes, {counted(cautions, 'caution')} to keep in mind." if cautions else "Yes. Nothing known stands against it."
    parts = []
    if present:
        parts.append(f"{counted(present, 'thing')} {'stands' if present == 1 else 'stand'} against it")
    if unknown:
        parts.append(f"{counted(unknown, 'fact')} {'is' if unknown == 1 else 'are'} unknown")
    first = "Not yet. " + ("Nothing forbids it; " if not present else "")
    words = " and ".join(parts)
    return sentence(first + (words if first.endswith("; ") else words[:1].upper() + words[1:]))


def lead(result: ScreeningResult) -> str:
    """At most two sentences under it: whether the indication's definition holds, and why."""
    asked = [item for item in result.definitions if item.id in result.protocol.definitions]
    if not asked:
        return ""
    telling = next((item for item in asked if item.answer is Answer.TRUE), asked[0])
    words = {Answer.TRUE: "is met", Answer.FALSE: "is not met", Answer.UNKNOWN: "cannot be settled yet"}[telling.answer]
    return f"{telling.definition.title} {words}: {telling.because}."


def trial_rows(result: ScreeningResult) -> list[dict[str, Any]]:
    """Treatments tried and which count, under the definition the protocol asks for."""
    asked = next((item for item in result.definitions if item.id in result.protocol.definitions), None)
    if asked is None:
        return []
    rows: list[dict[str, Any]] = []
    for judged in asked.trials:
        trial = judged.trial
        chip = {True: ("met", "met", "Counts"), False: ("not", "not", "Does not count"), None: ("unknown", "unknown", "Cannot say")}[
            judged.counts
        ]
        rows.append(
            {
                "name": trial.name,
                "dose": fact_value_words(trial.highest_dose_mg_per_day, "mg") if trial.highest_dose_mg_per_day is not None else "",
                "weeks": fact_value_words(trial.weeks_at_or_above_floor, "wk") if trial.weeks_at_or_above_floor is not None else "",
                "taken": fact_value_words(trial.adherence_percent, "%") if trial.adherence_percent is not None else "",
                "better": fact_value_words(trial.improvement_percent, "%") if trial.improvement_percent is not None else "",
                "chip": chip,
                "why": judged.why,
            }
        )
    return rows


def citations(result: ScreeningResult) -> list[tuple[str, str]]:
    """Every source the rules in play name, by its short name."""
    found = {item.id: item.citation for answer in result.rules if answer.answer is not Answer.NOT_DUE for item in answer.rule.sources}
    return sorted(found.items())

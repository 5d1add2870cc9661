"""A screening in the shape others read: plain values, numbers as decimal text, every gap with who can fill it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fanlight.care.rules import CriterionResult, RuleAnswer
from fanlight.care.screening.definitions import DefinitionAnswer
from fanlight.care.screening.screening import ScreeningResult
from fanlight.care.screening.staging import StagingItem
from fanlight.core.answers import Answer, Missing
from fanlight.core.facts import Fact
from fanlight.core.instants import format_instant
from fanlight.core.quantities import Quantity, plain


def screening_as_json(result: ScreeningResult) -> dict[str, Any]:
    """The whole result, in the shape of the JSON contract."""
    protocol = result.protocol
    return {
        "outcome": result.outcome.value,
        "stage": result.stage.value,
        "on": result.on.isoformat(),
        "rules": [rule_as_json(answer) for answer in result.rules],
        "definitions": {answer.id: definition_as_json(answer) for answer in result.definitions},
        "staging": _staging(result),
        "criteria": [criterion_as_json(criterion) for criterion in result.criteria],
        "observation_minutes": result.observation_minutes,
        "no_drive_until": result.no_drive_until.isoformat(),
        "protocol": {"id": protocol.id, "version": protocol.version, "signed_by": protocol.signed_by},
        "content_version": result.content_version,
    }


def rule_as_json(answer: RuleAnswer) -> dict[str, Any]:
    """One rule's answer with its trace."""
    rule, override, missing = answer.rule, answer.override, answer.missing
    return {
        "id": rule.id,
        "family": rule.family,
        "title": rule.title,
        "stage": answer.stage.value,
        "answer": answer.answer.value,
        "severity": answer.severity.name if answer.severity else None,
        "message": answer.saying(missing),
        "inputs": inputs_as_json(answer.inputs),
        "missing": missing_as_json(missing),
        "override": {"who": override.who, "needs": override.needs} if override else None,
        "source": [
            {"id": item.id, "citation": item.citation, "mark": item.mark.value, "read_on": item.read_on.isoformat(), "note": item.note}
            for item in rule.sources
        ],
        "mark": rule.mark.value,
        "needs_sign_off": rule.mark.needs_sign_off,
        "version": rule.version,
    }


def criterion_as_json(result: CriterionResult) -> dict[str, Any]:
    """One criterion's answer."""
    return {
        "id": result.id,
        "answer": result.answer.value,
        "because": result.because,
        "inputs": inputs_as_json(result.inputs),
        "missing": missing_as_json(result.missing),
    }


def definition_as_json(answer: DefinitionAnswer) -> dict[str, Any]:
    """One definition's answer, with each trial and why it counts or not."""
    return {
        "title": answer.definition.title,
        "answer": answer.answer.value,
        "counted_trials": answer.counted_trials,
        "possible_trials": answer.possible_trials,
        "because": answer.because,
        "trials": [{"drug": item.trial.name, "counts": Answer.of(item.counts).value, "why": item.why} for item in answer.trials],
        "missing": missing_as_json(answer.missing),
        "source": answer.definition.source,
        "mark": answer.definition.mark.value,
    }


def inputs_as_json(inputs: Iterable[Fact]) -> dict[str, Any]:
    """Facts by name: value, unit, when, from whom."""
    return {
        fact.name: {
            "value": value_as_json(fact.value),
            "unit": fact.unit or None,
            "at": format_instant(fact.at) if fact.at else None,
            "from": fact.source or None,
            **({"as_given": fact.as_given} if fact.as_given else {}),
        }
        for fact in inputs
    }


def missing_as_json(missing: Iterable[Missing]) -> list[dict[str, str]]:
    """What is missing and who can supply it."""
    return [{"fact": item.fact, "who": item.who} for item in missing]


def value_as_json(value: object) -> Any:
    """A fact's value as JSON: a number as decimal text, a date as ISO text, records as objects."""
    match value:
        case bool() | str() | None:
            return value
        case Decimal():
            return plain(value)
        case Quantity():
            return {"value": plain(value.value), "unit": value.unit}
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): value_as_json(item) for key, item in value.items()}
        case tuple() | list():
            return [value_as_json(item) for item in value]
    return str(value)


def _staging(result: ScreeningResult) -> dict[str, Any]:
    scored, stage = result.maudsley, result.thase_rush
    return {
        "maudsley": {
            "total": scored.total,
            "least": scored.least,
            "most": scored.most,
            "band": scored.band,
            "items": {item.id: _item(item) for item in scored.items},
            "missing": missing_as_json(scored.missing),
        },
        "thase_rush": {
            "stage": stage.stage,
            "at_least": stage.at_least,
            "at_most": stage.at_most,
            "missing": missing_as_json(stage.missing),
        },
    }


def _item(item: StagingItem) -> dict[str, Any]:
    return {"points": item.least if item.least == item.most else None, "least": item.least, "most": item.most, "says": item.says}

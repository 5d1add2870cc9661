"""Facts that rating scales say: the date of the last depression score, a bladder total, what the C-SSRS found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fanlight.core.facts import FactDefinition, FactValue, FromScale

_WHOLE = frozenset({"complete", "prorated"})


@dataclass(frozen=True, slots=True)
class ScoredAnswers:
    """One set of answers in force: of which scale, when it was answered (UTC) and on which date at the clinic, how it was scored."""

    scale: str
    answered_at: datetime
    on: date
    status: str
    total: Decimal | None
    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SaidByScale:
    """What one set of answers says of a fact."""

    value: FactValue
    of: ScoredAnswers


def said_by_scales(definitions: Iterable[FactDefinition], sets: Iterable[ScoredAnswers], on: date) -> dict[str, SaidByScale]:
    """What the sets say, looked at on a date, of each fact a scale can say: the latest, and where the fact asks for it the worst.

    A set that is not whole says no date and no total. An item answered yes counts wherever it was answered; a no counts only in
    a whole set, so that half a form reassures nobody.
    """
    found: dict[str, SaidByScale] = {}
    latest = sorted(sets, key=lambda one: one.answered_at, reverse=True)
    for definition in definitions:
        source = definition.from_scale
        if source is None:
            continue
        said = [SaidByScale(value, one) for one in latest if one.scale in source.scales and (value := _says(source, one)) is not None]
        if said:
            found[definition.name] = _counts(source, said, on)
    return found


def _counts(source: FromScale, said: list[SaidByScale], on: date) -> SaidByScale:
    if source.stays:
        return next((one for one in said if one.value is True), said[0])
    recent = [one for one in said if source.worst_in_days and (on - one.of.on).days <= source.worst_in_days]
    return max(recent, key=lambda one: Decimal(str(one.value))) if recent else said[0]


def _says(source: FromScale, one: ScoredAnswers) -> FactValue | None:
    is_whole = one.status in _WHOLE
    if source.gives == "day":
        return one.on if is_whole else None
    if source.gives == "total":
        return one.total if is_whole else None
    answer = one.answers.get(source.gives)
    if answer is None and source.no_without and one.answers.get(source.no_without) is not None:
        answer = None if one.answers[source.no_without] else False
    if answer is None:
        return None
    return True if answer else False if is_whole else None

"""How resistant: Maudsley staging and Thase-Rush stages. They describe; they are never a gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.screening.definition_types import Band, MaudsleyContent, ThaseRushContent
from fanlight.care.screening.trials import AntidepressantTrial, TrialJudgement
from fanlight.core.answers import Missing, all_of
from fanlight.core.facts import FactCatalogue, Facts, number, text, yes_or_no

_ECT = "ect"
_ROMAN = ("0", "I", "II", "III", "IV", "V")


@dataclass(frozen=True, slots=True)
class StagingItem:
    """One dimension of a staging: its points, least and most; equal when nothing is unknown, None when not scorable."""

    id: str
    says: str
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class MaudsleyStaging:
    """Maudsley total, 3 to 15. `total` and `band` are None while an item is unknown; `least` and `most` bound it."""

    total: int | None
    least: int | None
    most: int | None
    band: str | None
    items: tuple[StagingItem, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class ThaseRushStaging:
    """Thase-Rush stage, "0" to "V". `stage` is None while trials leave it open between `at_least` and `at_most`."""

    stage: str | None
    at_least: str | None
    at_most: str | None
    missing: tuple[Missing, ...]


def _points(bands: Iterable[Band], value: Decimal) -> int | None:
    for band in bands:
        if (band.at_least is None or value >= band.at_least) and (band.at_most is None or value <= band.at_most):
            return band.points
    return None


def maudsley(facts: Facts, failed: tuple[int, int] | None, content: MaudsleyContent, catalogue: FactCatalogue) -> MaudsleyStaging:
    """The staging from the facts and the least and most antidepressants failed (None when nobody told)."""
    months, severity = number(facts, "episode_duration_months"), text(facts, "episode_severity")
    by_word = {band.word: band.points for band in content.severity}
    items = [
        _known("duration", months, None if months is None else _points(content.duration_months, months), "months of this episode"),
        _known("severity", severity, by_word.get(severity or ""), ""),
        _failed(failed, content),
        _used("augmentation", yes_or_no(facts, "augmentation_used"), content.augmentation_used),
        _used("ect", yes_or_no(facts, "ect_used"), content.ect_used),
    ]
    names = {
        "duration": "episode_duration_months",
        "severity": "episode_severity",
        "antidepressants_failed": "antidepressant_trials",
        "augmentation": "augmentation_used",
        "ect": "ect_used",
    }
    missing = tuple(catalogue.missing(names[item.id]) for item in items if item.least is None or item.least != item.most)
    if any(item.least is None or item.most is None for item in items):
        return MaudsleyStaging(None, None, None, None, tuple(items), missing)
    least, most = sum(item.least or 0 for item in items), sum(item.most or 0 for item in items)
    low, high = _band(content, least), _band(content, most)
    return MaudsleyStaging(least if least == most else None, least, most, low if low == high else None, tuple(items), missing)


def _known(item: str, value: object, points: int | None, unit: str) -> StagingItem:
    shown = f"{value} {unit}".strip().replace("_", " ") if value is not None else "not recorded"
    return StagingItem(item, shown, points, points)


def _failed(failed: tuple[int, int] | None, content: MaudsleyContent) -> StagingItem:
    if failed is None:
        return StagingItem("antidepressants_failed", "not recorded", None, None)
    least, most = (_points(content.antidepressants_failed, Decimal(count)) for count in failed)
    shown = f"{failed[0]}" if failed[0] == failed[1] else f"{failed[0]} to {failed[1]}"
    return StagingItem("antidepressants_failed", f"{shown} failed", least, most)


def _used(item: str, used: bool | None, points: int) -> StagingItem:
    if used is None:
        return StagingItem(item, "not recorded", 0, points)
    return StagingItem(item, "used" if used else "not used", points if used else 0, points if used else 0)


def _band(content: MaudsleyContent, total: int) -> str | None:
    return next((band.word for band in content.totals if (band.at_most is None or total <= band.at_most)), None)


def thase_rush(judged: tuple[TrialJudgement, ...] | None, content: ThaseRushContent, catalogue: FactCatalogue) -> ThaseRushStaging:
    """The stage from the judged trials of the history; None when nobody told it.

    Stage V asks for a failed course of bilateral ECT of enough treatments beside the medicines of stage IV.
    """
    if judged is None:
        return ThaseRushStaging(None, None, None, (catalogue.missing("antidepressant_trials"),))
    ect = [failed_bilateral_ect(item.trial, content) for item in judged if item.trial.drug and _ECT in item.trial.drug.classes]
    least = _stage([item for item in judged if item.counts is True], True in ect, content)
    most = _stage([item for item in judged if item.counts is not False], True in ect or None in ect, content)
    missing = () if least == most else (catalogue.missing("antidepressant_trials"),)
    return ThaseRushStaging(_ROMAN[least] if least == most else None, _ROMAN[least], _ROMAN[most], missing)


def failed_bilateral_ect(trial: AntidepressantTrial, content: ThaseRushContent) -> bool | None:
    """Whether this ECT course was bilateral, long enough, and did not bring a response."""
    enough = trial.drug.enough_treatments if trial.drug else None
    given, better = trial.treatments_given, trial.improvement_percent
    return all_of(
        (
            trial.bilateral,
            None if given is None or enough is None else given >= enough,
            None if better is None else better < content.response_percent,
        )
    )


def _stage(failed: list[TrialJudgement], ect_failed: bool, content: ThaseRushContent) -> int:
    families = {item.trial.drug.family for item in failed if item.trial.drug and item.trial.drug.family}
    steps = (
        bool(families),
        len(families) >= 2,
        content.tricyclic_family in families,
        content.maoi_family in families,
        ect_failed,
    )
    stage = 0
    for step in steps:
        if not step:
            break
        stage += 1
    return stage

"""What a file of definitions holds: adequacy of a trial, resistance definitions, staging tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Adequacy:
    """When a past antidepressant trial was adequate. Weeks are at or above the dose floor."""

    id: str
    title: str
    weeks: Decimal
    adherence_percent: Decimal
    source: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionContent:
    """One definition of resistance or of an indication.

    `trials` different adequate trials are needed, each with less than (or, `improvement_included`, at most)
    `improvement_below_percent` improvement; 0 needs none. `also` is a condition on facts in the language of the rules.
    """

    id: str
    title: str
    source: str
    mark: Mark
    trials: int = 0
    adequacy: str = "strict"
    improvement_below_percent: Decimal = Decimal(50)
    improvement_included: bool = False
    in_current_episode: bool = True
    also: Any = None
    also_says: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A band of a score: from `at_least` upwards, or by a word."""

    points: int
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class MaudsleyContent:
    """The Maudsley Staging Method: points per dimension and the bands of the total (3 to 15)."""

    duration_months: tuple[Band, ...]
    severity: tuple[Band, ...]
    antidepressants_failed: tuple[Band, ...]
    augmentation_used: int
    ect_used: int
    totals: tuple[Band, ...]
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ThaseRushContent:
    """Families that stages III and IV name, what counts as a response, and where it was read. A description, never a gate."""

    tricyclic_family: str
    maoi_family: str
    response_percent: Decimal
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class DefinitionsFile:
    """The file of `content/definitions`."""

    title: str
    read_on: date
    adequacy: tuple[Adequacy, ...]
    definitions: tuple[DefinitionContent, ...]
    maudsley: MaudsleyContent
    thase_rush: ThaseRushContent
    staging_adequacy: str

"""What ships and on what footing: every instrument with its licence, and those named but left out, with why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.parts import Tier
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Withheld:
    """An instrument the sources name and Fanlight does not hold, and why."""

    title: str
    why: str
    mark: Mark
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class WithheldFile:
    """All instruments named and left out."""

    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Shipping:
    """One line of the list of what ships. `ships`: ``full text``, ``items and scoring, no wording`` or ``score entry``."""

    instrument_id: str
    title: str
    tier: Tier
    ships: str
    status: str
    basis: str
    mark: Mark
    verified_at_source_on: date | None
    needs_sign_off: bool


def shipping_list(instruments: Iterable[Instrument]) -> tuple[Shipping, ...]:
    """What ships, by tier and then by title."""
    lines = [
        Shipping(
            scale.id,
            scale.title,
            scale.licence.tier,
            "score entry" if scale.is_score_entry else "full text" if scale.has_full_text else "items and scoring, no wording",
            scale.licence.status,
            scale.licence.basis,
            scale.licence.mark,
            scale.licence.verified_at_source_on,
            scale.needs_sign_off,
        )
        for scale in instruments
    ]
    return tuple(sorted(lines, key=lambda line: (line.tier, line.title.lower())))

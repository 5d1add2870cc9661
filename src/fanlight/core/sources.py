"""Where a clinical number comes from, and how surely it was seen there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Mark(StrEnum):
    """How a fact was established.

    `VERIFIED`: read in the source. `VERIFIED_SECONDARY`: read only in a secondary page.
    `RECALLED`: general knowledge, to be confirmed. `DEFAULT`: an engineering choice, no published number.
    """

    VERIFIED = "verified"
    VERIFIED_SECONDARY = "verified*"
    RECALLED = "recalled"
    DEFAULT = "default"

    @property
    def needs_sign_off(self) -> bool:
        """True where a site's medical director must sign before the fact may be relied on."""
        return self in (Mark.RECALLED, Mark.DEFAULT)


@dataclass(frozen=True, slots=True)
class Source:
    """The place a fact was read: a label section, guideline, trial or regulation.

    `id` is the short reference (``S1``), `citation` what a reader can look up, `read_on` the date read.
    """

    id: str
    citation: str
    mark: Mark
    read_on: date
    note: str = ""

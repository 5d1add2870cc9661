"""Sentences with the patient's own numbers in them.

``{systolic_mmhg}`` is a fact, a named value or a parameter; ``{takes_opioid:from}`` where a fact was read;
``{missing}`` what would settle an unknown and who can supply it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fanlight.core.quantities import Quantity, plain

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*(?::from)?)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and slots in turn: ``parts[0]``, slot 0, ``parts[1]``, slot 1, ..."""

    parts: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Sentence:
        """Read a sentence with its slots."""
        pieces = _SLOT.split(" ".join(text.split()))
        return cls(tuple(pieces[0::2]), tuple(pieces[1::2]))

    @property
    def names(self) -> tuple[str, ...]:
        """The facts, values and parameters its slots name."""
        return tuple(slot.removesuffix(":from") for slot in self.slots)

    def filled(self, found: Callable[[str], object]) -> str:
        """The sentence with each slot filled by `found`."""
        if not self.slots:
            return self.parts[0]
        text = [self.parts[0]]
        for slot, after in zip(self.slots, self.parts[1:], strict=True):
            text += [shown(found(slot)), after]
        return "".join(text)


def shown(value: object) -> str:
    """A value as a person reads it; an absent one is "not recorded"."""
    match value:
        case None:
            return "not recorded"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return plain(value)
        case Quantity():
            return str(value)
        case datetime():
            return f"{value:%d %b %Y %H:%M} UTC".lstrip("0")
        case date():
            return f"{value:%d %b %Y}".lstrip("0")
        case tuple():
            return f"{len(value)}"
    return str(value)


def in_words(items: list[str], joint: str = "and") -> str:
    """A list as it is said: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"

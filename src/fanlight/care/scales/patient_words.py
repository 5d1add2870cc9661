"""What the pages of a patient say in a language that is not English. The English sentence is the key, so that nothing is named twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.scales.instrument import ScaleError
from fanlight.core.sources import Source

_PLACE = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class PatientWords:
    """One language. `phrases` are said by the server, `scripts` by the page itself, `refusals` by the code of what was refused.

    `name` is the language in its own word; `any_refusal` stands where a code has none of its own. A phrase fills in the places its
    English holds, and no other. Raises `ScaleError` (FAN-SCALE-021) where it does not.
    """

    version: str
    language: str
    name: str
    phrases: Mapping[str, str]
    scripts: Mapping[str, str]
    refusals: Mapping[str, str]
    any_refusal: str
    source: Source

    def __post_init__(self) -> None:
        for english, other in (*self.phrases.items(), *self.scripts.items()):
            if not other.strip():
                raise ScaleError("FAN-SCALE-021", f"Cannot use the words in {self.name}", f"nothing is said for {english!r}")
            if sorted(_PLACE.findall(english)) != sorted(_PLACE.findall(other)):
                raise ScaleError("FAN-SCALE-021", f"Cannot use the words in {self.name}", f"{english!r} has other places to fill in")

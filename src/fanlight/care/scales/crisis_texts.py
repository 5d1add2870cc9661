"""A clinic's own crisis text in the languages its patients read besides its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fanlight.care.scales.instrument import ScaleError

_LANGUAGE = re.compile(r"^[a-z]{2,3}$")


@dataclass(frozen=True, slots=True)
class CrisisTexts:
    """What a patient in danger reads at one clinic, by language (``es``); the clinic's own text is kept with the clinic.

    `clinic` is the clinic's code. The words are the clinic's: none ships. Raises `ScaleError` (FAN-SCALE-022) for a language
    that is no code of one, and for a text that says nothing.
    """

    version: str
    clinic: str
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        faults = [f"{language!r} is no language code such as es" for language in self.texts if not _LANGUAGE.match(language)]
        faults += [f"nothing is said in {language}" for language, text in self.texts.items() if not text.strip()]
        if faults:
            raise ScaleError("FAN-SCALE-022", f"Cannot use the crisis texts of {self.clinic}", "; ".join(faults))

    def lacking(self, languages: Collection[str]) -> tuple[str, ...]:
        """Languages of `languages` there is no text in: their pages show the clinic's own."""
        return tuple(sorted(set(languages) - set(self.texts)))

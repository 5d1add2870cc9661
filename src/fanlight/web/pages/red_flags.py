"""The list of symptoms that call for emergency care, as the content gives it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from fanlight.content import content_folder, read
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One symptom: its code and its name."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class RedFlagsFile:
    """The content file of red flags."""

    title: str
    read_on: str
    source: str
    mark: Mark
    symptoms: tuple[RedFlag, ...]


@functools.cache
def red_flag_choices() -> tuple[tuple[str, str], ...]:
    """Code and name of each symptom, read once."""
    file = read(content_folder() / "sessions" / "red_flags.yaml", RedFlagsFile)
    return tuple((flag.code, flag.label) for flag in file.symptoms)

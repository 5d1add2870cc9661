"""A fault found in a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LintSeverity(StrEnum):
    """An error must be mended before signing; a warning is what the signature is for."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class LintFault:
    """One fault: `code` is stable, `path` is where it stands in the file, `message` says it to a clinician."""

    code: str
    path: str
    message: str
    severity: LintSeverity = LintSeverity.ERROR

    def __str__(self) -> str:
        return f"{self.severity.value} {self.code}, {self.path}: {self.message}"

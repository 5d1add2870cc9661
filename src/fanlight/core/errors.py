"""Errors that tell a person what could not be done, to what, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FanlightError(Exception):
    """Base of every error a person may read.

    `code` is stable and documented (``FAN-ROOM-NNN``). `what` says what could not be done and to
    what; `why` the reason; `next_step` what to do. None of them holds a name, a birth date or free
    text from a record: an identifier is enough.
    """

    def __init__(self, code: str, what: str, why: str = "", next_step: str = "") -> None:
        self.code = code
        self.what = what
        self.why = why
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        sentence = f"{self.code}  {self.what.rstrip('.')}"
        sentence += f": {self.why.rstrip('.')}." if self.why else "."
        return f"{sentence} {self.next_step}".rstrip()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where it stands, what is wrong, and the likely intent.

    `line` is 1-based, or None where the input has no lines. `path` reads as ``steps[1].dose.unit``.
    """

    path: str
    reason: str
    line: int | None = None
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line is not None else ""
        text = f"{place}{self.path or 'document'}: {self.reason}"
        stop = "" if text.endswith((".", "?")) or not self.suggestion else "."
        return f"{text}{stop} {self.suggestion}".rstrip()


class InputError(FanlightError):
    """An input refused, with all of its faults at once."""

    def __init__(self, code: str, subject: str, faults: Sequence[Fault]) -> None:
        self.subject = subject
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(code, f"{subject} ({count} problem{'' if count == 1 else 's'})")

    def __str__(self) -> str:
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        return f"{self.code}  {self.what}:\n{lines}"

"""What the dosing room refuses outright; what cannot be dosed is an answer, not an error."""

from __future__ import annotations

from fanlight.core.errors import FanlightError


class DosingError(FanlightError):
    """The arithmetic was asked of a protocol phase or product that does not exist."""

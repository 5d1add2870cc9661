"""Errors of the rules room."""

from __future__ import annotations

from fanlight.core.errors import FanlightError


class RuleError(FanlightError):
    """A rule that cannot be built: it asks for an unknown fact, or compares unlike things."""

"""What the protocols room refuses."""

from __future__ import annotations

from fanlight.core.errors import FanlightError


class ProtocolError(FanlightError):
    """A protocol asked for something it does not hold, or an overlay that does not fit."""

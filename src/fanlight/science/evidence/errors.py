"""What the evidence room refuses, with a stable code each."""

from __future__ import annotations

from fanlight.core.errors import FanlightError


class EvidenceError(FanlightError):
    """An input or a question of the evidence room that cannot be answered as asked (``FAN-EVID-NNN``)."""

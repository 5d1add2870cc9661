"""The one clock of the server. Rooms of the clinical wing take time as an argument; it comes from here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The instant now, UTC."""
    return datetime.now(UTC)

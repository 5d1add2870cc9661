"""The one clock of the server. Rooms of the clinical wing take time as an argument; it comes from here."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


def now() -> datetime:
    """The instant now, UTC."""
    return datetime.now(UTC)


def steady_seconds() -> float:
    """Seconds on a clock that nobody can set, a machine's sleep counted where it tells it. Only differences mean anything."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass
class ClockWatch:
    """Holds the server's clock against the steady one, from one look to the next (CLK-2)."""

    most_seconds: float
    _last: tuple[datetime, float] | None = field(default=None, init=False)

    def jump(self, at: datetime, steady: float) -> float | None:
        """By how many seconds the clock jumped since the last look (back: negative); None where it kept its pace, or at the first."""
        before, self._last = self._last, (at, steady)
        if before is None:
            return None
        drift = (at - before[0]).total_seconds() - (steady - before[1])
        return drift if abs(drift) > self.most_seconds else None

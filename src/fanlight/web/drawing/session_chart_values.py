"""What the chart of a treatment session shows, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from fanlight.core.session_plan import Measure


@dataclass(frozen=True, slots=True)
class Point:
    """One value at a minute. `is_past` it lies beyond a limit; `is_kept` it still waits on a tablet."""

    minute: float
    value: float
    is_past: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One signed limit drawn across its lane, with its words on the line. `is_below`: alerts under it."""

    measure: Measure
    value: float
    words: str
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class DueArch:
    """One due time on the sill. `is_missed`: due, never taken."""

    minute: float
    is_next: bool = False
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class SessionChart:
    """What the chart shows. Minutes count from the first dose, or from arrival while there is none.

    `dose` is the stretch in which the drug went in, to now while it runs; `gaps` are minutes of readings never taken:
    no line is drawn across them. `zero_label` names minute 0 where no dose was given.
    """

    points: dict[Measure, tuple[Point, ...]]
    first_minute: float
    last_minute: float
    limits: tuple[LimitLine, ...] = ()
    due: tuple[DueArch, ...] = ()
    dose: tuple[float, float] | None = None
    dose_label: str = ""
    device_minutes: tuple[float, ...] = ()
    now_minute: float | None = None
    has_begun: bool = True
    breathing: str = ""
    gaps: tuple[float, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of the chart: a scale from `low` to `high` between two heights."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Height of a value; one off the scale stands at its edge."""
        inside = min(max(value, self.low), self.high)
        return self.bottom - (inside - self.low) / (self.high - self.low) * (self.bottom - self.top)

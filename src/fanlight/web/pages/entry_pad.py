"""What the number pad asks for, what was last read, and the signed limits a tablet carries."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.care.sessions import (
    DueState,
)
from fanlight.care.sessions.words import MEASURE_LABELS, with_unit
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Limit, Measure, Relation
from fanlight.records.bedside import Bedside
from fanlight.web.pages.due_panel import reading_title
from fanlight.web.pages.event_words import measure_label

PAD = (
    (Measure.SYSTOLIC_MMHG, 3),
    (Measure.DIASTOLIC_MMHG, 3),
    (Measure.HEART_RATE_PER_MIN, 3),
    (Measure.SPO2_PERCENT, 3),
    (Measure.RESPIRATORY_RATE_PER_MIN, 2),
)
"""What the number pad takes, in the order the cuff and the probe give it, and the most digits of each."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One reading of the pad."""

    measure: str
    label: str
    unit: str
    digits: int
    last: str
    ago: str
    is_due: bool


def tiles(bedside: Bedside) -> tuple[Tile, ...]:
    """The pad's readings, each with its last value and whether it is due."""
    due_now = measures_due(bedside)
    found = []
    for measure, digits in PAD:
        last = bedside.state.latest(measure)
        ago = f"{max(elapsed_minutes(last.at, bedside.now), 0)} min ago" if last else ""
        found.append(
            Tile(
                measure.value,
                measure_label(measure),
                MEASURE_LABELS[measure][1],
                digits,
                plain(last.value) if last else "",
                ago,
                measure in due_now,
            )
        )
    return tuple(found)


def measures_due(bedside: Bedside) -> frozenset[Measure]:
    """What the next set asks for: everything that is open or overdue, else the next reading that comes."""
    readings = [item for item in bedside.due if item.measures and item.state is not DueState.MISSED]
    pressing = [item for item in readings if item.state in (DueState.OPEN, DueState.OVERDUE)] or readings[:1]
    return frozenset(measure for item in pressing for measure in item.measures)


def entry_title(bedside: Bedside) -> str:
    """ "Vitals for minute 30", or for what they are."""
    item = next((item for item in bedside.due if item.measures and item.state is not DueState.MISSED), None)
    if item is None:
        return "Vitals"
    return reading_title(bedside, item)


def offline_limits(bedside: Bedside) -> list[dict[str, str | None]]:
    """The signed limits the tablet holds a kept reading against: both phases, each with its words and its value before the dose."""
    found = []
    for limit in bedside.plan.limits:
        base = bedside.state.baseline(limit.measure) if limit.relation is Relation.RISE_AT_OR_ABOVE else None
        found.append(
            {
                "measure": limit.measure.value,
                "relation": limit.relation.value,
                "value": str(limit.value),
                "baseline": str(base.value) if base is not None else None,
                "phase": limit.phase,
                "response": limit.response.value,
                "words": f"{limit.response.value}: {_limit_words(limit)}",
            }
        )
    return found


def _limit_words(limit: Limit) -> str:
    name = MEASURE_LABELS[limit.measure][0]
    name = name if name[1:2].isupper() or name.startswith("SpO") else name.lower()
    relation = limit.relation.value.replace("rise_at", "rising_at").replace("_", " ")
    return f"{name} {relation} {with_unit(limit.measure, limit.value)}"

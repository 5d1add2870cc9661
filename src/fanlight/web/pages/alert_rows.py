"""Alerts as rows of the session page: open ones, those not yet seen, settled ones."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.care.sessions import (
    Alert,
    AlertLevel,
)
from fanlight.records.bedside import Bedside

_LEVEL_SHAPES = {
    AlertLevel.EMERGENCY: "stop",
    AlertLevel.STOP: "stop",
    AlertLevel.HOLD: "hold",
    AlertLevel.ALERT: "warn",
    AlertLevel.NOTICE: "info",
}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a row; `alert_id` is what an acknowledgement names."""

    alert_id: str
    shape: str
    what: str
    why: str
    is_open: bool
    may_acknowledge: bool
    owes_explanation: bool
    is_stop: bool


def alert_rows(bedside: Bedside) -> tuple[AlertRow, ...]:
    """Open alerts, then those not yet seen, then settled ones."""
    return tuple(_alert_row(alert, bedside) for alert in bedside.alerts)


def _alert_row(alert: Alert, bedside: Bedside) -> AlertRow:
    head, _, rest = alert.sentence.partition(". ")
    seen = ""
    if alert.acknowledged is not None:
        at = bedside.state.clock(alert.acknowledged.at)
        seen = f"Seen {at}" + (f": {alert.acknowledged.action}" if alert.acknowledged.action else "")
    why = ". ".join(part.rstrip(".") for part in (rest, seen, f"Rule {alert.rule}" if alert.rule else "") if part)
    return AlertRow(
        alert.id,
        _LEVEL_SHAPES[alert.level],
        head.rstrip("."),
        why,
        alert.is_open,
        alert.needs_acknowledgement and alert.acknowledged is None,
        alert.owes_explanation and alert.explained_by is None,
        alert.is_stop,
    )

"""The one list of session states and the moves between them.

A status is what the record says has happened so far. "Ready to leave" is no status: it is an answer about now, and
is asked of `readiness`. Intentions move along `INTENDED`. A fact recorded late, or a correction, may move a session
otherwise (`BY_RECORD`), because what happened can always be said; nothing else may, and the database holds to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class SessionStatus(StrEnum):
    """Where a treatment session stands."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    CHECKED = "checked"
    DOSING = "dosing"
    PAUSED = "paused"
    OBSERVING = "observing"
    DISCHARGED = "discharged"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    ABSCONDED = "absconded"
    TRANSFERRED = "transferred"
    CANCELLED_BEFORE_DOSE = "cancelled_before_dose"
    DID_NOT_ATTEND = "did_not_attend"
    STOPPED_AND_OBSERVED = "stopped_and_observed"

    @property
    def label(self) -> str:
        """As shown on a page."""
        return self.value.replace("_", " ")


_S = SessionStatus
ENDED = frozenset(
    {
        _S.DISCHARGED,
        _S.LEFT_AGAINST_ADVICE,
        _S.ABSCONDED,
        _S.TRANSFERRED,
        _S.CANCELLED_BEFORE_DOSE,
        _S.DID_NOT_ATTEND,
        _S.STOPPED_AND_OBSERVED,
    }
)
"""The seven ends."""
_OPEN = frozenset(SessionStatus) - ENDED
_AWAY = frozenset({_S.LEFT_AGAINST_ADVICE, _S.ABSCONDED, _S.TRANSFERRED})

INTENDED: Mapping[SessionStatus, frozenset[SessionStatus]] = {
    _S.PLANNED: frozenset({_S.ARRIVED, _S.CANCELLED_BEFORE_DOSE, _S.DID_NOT_ATTEND}),
    _S.ARRIVED: frozenset({_S.CHECKED, _S.CANCELLED_BEFORE_DOSE}) | _AWAY,
    _S.CHECKED: frozenset({_S.DOSING, _S.CANCELLED_BEFORE_DOSE}) | _AWAY,
    _S.DOSING: frozenset({_S.PAUSED, _S.OBSERVING}) | _AWAY,
    _S.PAUSED: frozenset({_S.DOSING, _S.OBSERVING}) | _AWAY,
    _S.OBSERVING: frozenset({_S.DISCHARGED, _S.STOPPED_AND_OBSERVED}) | _AWAY,
    **{end: frozenset() for end in SessionStatus if end in ENDED},
}
"""What the gates let through."""

BY_RECORD: Mapping[SessionStatus, frozenset[SessionStatus]] = {
    status: (frozenset(SessionStatus) - {status} if status in _OPEN else _OPEN) - INTENDED[status] for status in SessionStatus
}
"""What a fact recorded late, or a correction, may also move. One end never becomes another: the first is struck before."""

TRANSITIONS: Mapping[SessionStatus, frozenset[SessionStatus]] = {status: INTENDED[status] | BY_RECORD[status] for status in SessionStatus}
"""Every move the database lets through."""


def transition_diagram() -> str:
    """The intended moves as Mermaid text, for the manual; made from the table."""
    lines = ["stateDiagram-v2", "    [*] --> planned"]
    lines += [f"    {start.value} --> {end.value}" for start in SessionStatus for end in SessionStatus if end in INTENDED[start]]
    lines += [f"    {end.value} --> [*]" for end in SessionStatus if end in ENDED]
    return "\n".join(lines)

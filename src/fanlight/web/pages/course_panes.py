"""The course's fan as seen from one of its sessions."""

from __future__ import annotations

from collections.abc import Mapping

from fanlight.care.sessions import (
    SessionStatus,
)
from fanlight.web.drawing.fan import Pane, course_fan
from fanlight.web.drawing.svg import Svg
from fanlight.web.words import counted

_S = SessionStatus


def session_fan(number: int, states: Mapping[int, str], count: int) -> Svg:
    """The course's fan as seen from one session."""
    from fanlight.care.sessions import ENDED

    missed = {_S.DID_NOT_ATTEND.value, _S.CANCELLED_BEFORE_DOSE.value}
    ended = {status.value for status in ENDED}
    panes = []
    for n in range(1, count + 1):
        state = states.get(n, "")
        if n == number and state not in ended:
            panes.append(Pane.NOW)
        else:
            panes.append(Pane.MISSED if state in missed else Pane.DONE if state in ended else Pane.TO_COME)
    done = sum(pane is Pane.DONE for pane in panes)
    return course_fan(panes, f"Session {number} of {count}: {counted(done, 'session')} given")

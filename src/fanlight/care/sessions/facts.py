"""What the stream tells the rules: named facts as ``content/facts`` defines them. What nobody said is left out."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.sessions.facts_of_dose import before_dose, times_of_drug, volumes
from fanlight.care.sessions.facts_of_leaving import leaving, readings_of_the_form
from fanlight.care.sessions.facts_of_readings import latest_readings, pressure_repeat, signs
from fanlight.care.sessions.state import SessionState
from fanlight.core.facts import Facts
from fanlight.core.session_plan import SessionPlan


def session_facts(state: SessionState, plan: SessionPlan, now: datetime) -> Facts:
    """Everything the stream says that a rule may ask, by its catalogue name, each with its time and source event.

    The latest value of a measure is given only while it speaks for now (not too old, its time sound); a value past a
    limit that nobody repeated still is, for danger does not fade with age. Compare `content/facts/session.yaml`.
    """
    found = [
        *latest_readings(state, plan, now),
        *pressure_repeat(state, plan),
        *signs(state),
        *times_of_drug(state, plan, now),
        *readings_of_the_form(state, plan, now),
        *leaving(state),
        *before_dose(state, now),
        *volumes(state, plan, now),
    ]
    return Facts(found)

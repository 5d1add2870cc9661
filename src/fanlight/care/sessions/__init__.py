"""The session stream: what happened in a treatment session, said once, and everything that follows from it.

    events = parse_events(rows)                      # plain JSON values in, typed events out; dump_event for the way back
    state = fold(events, plan, zone=clinic_zone)     # known_at=... answers "what did we know then?"
    due(state, plan, now)                            # ordered; next_due for the largest thing on the screen
    alerts(state, plan, now)                         # open first; stop_stands(...) while the drug must not run
    readiness(state, plan, now)                      # may this patient leave?
    ends(state, plan, now)                           # the seven ends, what each still needs
    refusals(Intention.START, state, plan, now)      # why an intention cannot be carried out
    session_facts(state, plan, now)                  # for the rules
    drug_movement(state, plan, now)                  # for the ledger
    session_owes(state, plan, now, alerts, times)    # work for a named person, with a clock

Pure: no clock, file, network or framework. `plan` is the `SessionPlan` pinned when the session was opened, made whole by
`with_session_parameters`.
"""

from fanlight.care.sessions.alert import Acknowledgement, Alert, AlertLevel
from fanlight.care.sessions.alerts import alerts, stop_stands
from fanlight.care.sessions.criteria import CONDITIONS
from fanlight.care.sessions.due import DueItem, DueKind, DueState, due, next_due
from fanlight.care.sessions.ends import End, Need, ends, needs_of_end
from fanlight.care.sessions.entries import Entry, TimeDoubt
from fanlight.care.sessions.events import Event, Person, check_payload, corrected_payload, dump_event, parse_event, parse_events
from fanlight.care.sessions.facts import session_facts
from fanlight.care.sessions.fold import fold
from fanlight.care.sessions.gates import INTENTION_OF, Intention, refusals
from fanlight.care.sessions.kinds import ENDS, EVENT_KINDS, EventKind, KindInfo
from fanlight.care.sessions.limits import Episode, episodes, is_past
from fanlight.care.sessions.movement import DrugMovement, drug_movement
from fanlight.care.sessions.owed import Owed, OwedTime, OwedTimesFile, session_owes
from fanlight.care.sessions.parameters import (
    SessionParameter,
    SessionParametersFile,
    parameter,
    with_session_parameters,
)
from fanlight.care.sessions.readiness import Readiness, ReadinessCriterion, no_drive_until, readiness
from fanlight.care.sessions.schedule import Closing, Occurrence, occurrences
from fanlight.care.sessions.schema import FieldForm, form_of
from fanlight.care.sessions.state import Dosing, Given, Irregularity, IrregularityKind, Reading, SessionState, bag_empty_at
from fanlight.care.sessions.status import BY_RECORD, ENDED, INTENDED, TRANSITIONS, SessionStatus, transition_diagram

__all__ = [
    "BY_RECORD",
    "CONDITIONS",
    "ENDED",
    "ENDS",
    "EVENT_KINDS",
    "INTENDED",
    "INTENTION_OF",
    "TRANSITIONS",
    "Acknowledgement",
    "Alert",
    "AlertLevel",
    "Closing",
    "Dosing",
    "DrugMovement",
    "DueItem",
    "DueKind",
    "DueState",
    "End",
    "Entry",
    "Episode",
    "Event",
    "EventKind",
    "FieldForm",
    "Given",
    "Intention",
    "Irregularity",
    "IrregularityKind",
    "KindInfo",
    "Need",
    "Occurrence",
    "Owed",
    "OwedTime",
    "OwedTimesFile",
    "Person",
    "Readiness",
    "ReadinessCriterion",
    "Reading",
    "SessionParameter",
    "SessionParametersFile",
    "SessionState",
    "SessionStatus",
    "TimeDoubt",
    "alerts",
    "bag_empty_at",
    "check_payload",
    "corrected_payload",
    "drug_movement",
    "due",
    "dump_event",
    "ends",
    "episodes",
    "fold",
    "form_of",
    "is_past",
    "needs_of_end",
    "next_due",
    "no_drive_until",
    "occurrences",
    "parameter",
    "parse_event",
    "parse_events",
    "readiness",
    "refusals",
    "session_facts",
    "session_owes",
    "stop_stands",
    "transition_diagram",
    "with_session_parameters",
]

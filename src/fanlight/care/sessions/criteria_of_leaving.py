"""Conditions of leaving that somebody looks at: orientation, nausea, gait, the screener, escort, plan, line."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.sessions.alerts_of_events import is_raised_risk
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.looking import Found, last_seen
from fanlight.care.sessions.payloads_readings import Degree
from fanlight.care.sessions.state import SessionState
from fanlight.core.answers import all_of
from fanlight.core.session_plan import SessionPlan

_K = EventKind


def oriented(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = last_seen(state, plan, now, _K.ORIENTATION, "Orientation")
    if isinstance(seen, Found):
        return seen
    said = {"person": seen.payload.person, "place": seen.payload.place, "date": seen.payload.date}
    answer = False if seen.payload.reason is False else all_of(said.values())
    wrong = [name for name, known in said.items() if known is False] + (["why here"] if seen.payload.reason is False else [])
    unasked = tuple(name for name, known in said.items() if known is None)
    at = state.clock(seen.at)
    because = f"Does not know {', '.join(wrong)} at {at}." if wrong else f"Not asked: {', '.join(unasked)}." if unasked else ""
    return Found(answer, because or f"Person, place and date known at {at}.", unasked if answer is None else (), seen.sources, seen.at)


def nausea(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = last_seen(state, plan, now, _K.NAUSEA, "Nausea")
    if isinstance(seen, Found):
        return seen
    found, at = seen.payload, state.clock(seen.at)
    if found.is_controlled is not None:
        words = "controlled" if found.is_controlled else "not controlled"
        return Found(found.is_controlled, f"Nausea {found.degree.value}, {words}, at {at}.", (), seen.sources, seen.at)
    if found.is_vomiting:
        return Found(False, f"Vomiting at {at}.", (), seen.sources, seen.at)
    if found.degree is Degree.NONE:
        return Found(True, f"None at {at}.", (), seen.sources, seen.at)
    because = f"{found.degree.value.capitalize()} at {at}; nobody has said whether it is controlled."
    return Found(None, because, ("nausea controlled",), seen.sources, seen.at)


def gait(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = last_seen(state, plan, now, _K.GAIT, "Gait")
    if isinstance(seen, Found):
        return seen
    with_aid = f", with {seen.payload.aid}" if seen.payload.aid else ""
    words = "Steady" if seen.payload.is_steady else "Unsteady"
    return Found(seen.payload.is_steady, f"{words} at {state.clock(seen.at)}{with_aid}.", (), seen.sources, seen.at)


def screener(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    asked = [entry for entry in state.of(_K.CSSRS_ASKED) if entry.at <= now]
    ended = state.dosing.ended_at
    if not asked:
        return Found(None, "Never asked in this session.", ("cssrs_asked",))
    last = asked[-1]
    at = state.clock(last.at)
    if ended is None or last.at < ended or not last.is_time_sound:
        return Found(None, f"Last asked {at}, before the drug ended. Nobody has asked since.", ("cssrs_asked",), last.sources, last.at)
    if is_raised_risk(last, plan):
        planned = [made for made in state.of(_K.RISK_PLAN_MADE) if made.at >= last.at]
        if planned:
            because = f"Asked {at}: raised risk; the prescriber made a plan at {state.clock(planned[-1].at)}."
            return Found(True, because, (), (*last.sources, *planned[-1].sources), planned[-1].at)
        return Found(False, f"Asked {at}: raised risk, and no plan by a prescriber yet.", (), last.sources, last.at)
    if last.payload.behaviour_3_months is None:
        because = f"Asked {at}: ideation {last.payload.ideation_level}; behaviour was not asked."
        return Found(None, because, ("behaviour in 3 months",), last.sources, last.at)
    return Found(True, f"Asked {at}: ideation {last.payload.ideation_level}.", (), last.sources, last.at)


def escort(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    said = [entry for entry in state.of(_K.ESCORT) if entry.at <= now]
    if not said:
        return Found(None, "Nobody has seen the escort.", ("escort",))
    last = said[-1]
    words = "Seen" if last.payload.is_present else "Named, not here"
    return Found(last.payload.is_present, f"{words}, {state.clock(last.at)}.", (), last.sources, last.at)


def plan_given(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    given = [entry for entry in state.of(_K.WRITTEN_PLAN) if entry.at <= now]
    if not given:
        return Found(None, "No written plan was handed over.", ("written_plan",))
    back = ", read back" if given[-1].payload.is_read_back else ""
    return Found(True, f"Given {state.clock(given[-1].at)}{back}.", (), given[-1].sources, given[-1].at)


def no_driving(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    said = [entry for entry in state.of(_K.WRITTEN_PLAN) if entry.payload.no_driving_understood is not None and entry.at <= now]
    if not said:
        return Found(None, "Nobody has said that driving was spoken of.", ("no driving understood",))
    last = said[-1]
    words = "Understood" if last.payload.no_driving_understood else "Not understood"
    return Found(last.payload.no_driving_understood, f"{words}, {state.clock(last.at)}.", (), last.sources, last.at)


def line_out(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    out = [entry for entry in state.of(_K.LINE_OUT) if entry.at <= now]
    if not out:
        return Found(None, "Nobody has recorded that the line is out.", ("line_out",))
    dry = out[-1].payload.site_is_dry
    words = {True: "site dry", False: "site not dry", None: "site not described"}[dry]
    return Found(dry is not False, f"Out {state.clock(out[-1].at)}, {words}.", (), out[-1].sources, out[-1].at)

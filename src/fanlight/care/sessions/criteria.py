"""The conditions of leaving, one by one (treatment protocols 4.5, as clarified in rule semantics 7).

Each answers met, not met or unknown, and says from which number of which minute. What nobody looked at since the
drug ended, or looked at too long ago, is unknown. Numbers come from the plan; one that is not there is unknown too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from fanlight.care.sessions.alerts import is_raised_risk
from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.payloads_readings import Degree
from fanlight.care.sessions.state import Reading, SessionState
from fanlight.care.sessions.words import ago, label, with_unit
from fanlight.core.answers import all_of
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Measure, SessionPlan

_K = EventKind


@dataclass(frozen=True, slots=True)
class Found:
    """What looking at one condition found: true, false or None for unknown; why; what is missing; from which events."""

    answer: bool | None
    because: str
    missing: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of leaving: its name, its words, who can supply what is missing, and how it is looked at."""

    id: str
    label: str
    who: str
    look: Callable[[SessionState, SessionPlan, datetime], Found]


def _no_number(name: str) -> Found:
    return Found(None, "The protocol gives no number for this.", (name,))


def _since_drug(state: SessionState, plan: SessionPlan, moment: datetime, now: datetime, what: str) -> str | None:
    """Why something seen at `moment` says nothing about leaving now; None where it does."""
    ended = state.dosing.ended_at
    if ended is None:
        return "The drug has not ended." if state.dosing.has_begun else "No drug is recorded."
    if moment < ended:
        return f"{what} at {state.clock(moment)}, before the drug ended at {state.clock(ended)}."
    oldest = parameter(plan, "reading_max_age_minutes")
    if oldest is None:
        return "No number says how old a reading may be."
    if now - moment > timedelta(minutes=float(oldest)):
        return f"{what} at {state.clock(moment)}, {ago(moment, now)}: too old to say."
    return None


def _fresh(state: SessionState, plan: SessionPlan, now: datetime, measure: Measure) -> Reading | Found:
    """The latest value of a measure if it speaks for now, else why it does not."""
    values = [reading for reading in state.readings.get(measure, ()) if reading.at <= now]
    if not values:
        return Found(None, f"{label(measure)} was never taken.", (measure.value,))
    last = values[-1]
    ids = last.entry.sources
    if not last.is_signal:
        return Found(None, f"{label(measure)}: no signal at {state.clock(last.at)}.", (measure.value,), ids, last.at)
    what = f"{label(measure)} {with_unit(measure, last.value)}"
    if not last.can_reassure:
        return Found(None, f"{what} at {state.clock(last.at)} cannot be relied on: repeat it.", (measure.value,), ids, last.at)
    stale = _since_drug(state, plan, last.at, now, what)
    return Found(None, stale, (measure.value,), ids, last.at) if stale else last


def _seen(state: SessionState, plan: SessionPlan, now: datetime, kind: EventKind, what: str) -> Entry | Found:
    """The latest event of a kind if it speaks for now, else why it does not."""
    found = [entry for entry in state.of(kind) if entry.at <= now]
    if not found:
        return Found(None, f"{what}: nobody has looked.", (kind.value,))
    last = found[-1]
    if not last.is_time_sound:
        return Found(None, f"{what}: the time it was seen is in doubt.", (kind.value,), last.sources, last.at)
    stale = _since_drug(state, plan, last.at, now, what)
    return Found(None, stale, (kind.value,), last.sources, last.at) if stale else last


def _observed(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    start = state.anchor(plan.observation_anchor)
    anchor = plan.observation_anchor.value.replace("_", " ")
    minimum = plan.minimum_observation_minutes
    if start is None:
        return Found(None, f"Observation of {minimum} min counts from the {anchor}, which is not recorded.", (anchor,))
    if state.dosing.is_running or state.dosing.is_paused:
        return Found(False, "The infusion has not ended.", (), ())
    drug = state.of(_K.STARTED, _K.STOPPED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN)
    doubtful = [entry for entry in drug if not entry.is_time_sound]
    if doubtful:
        return Found(None, "The time of the drug is in doubt, so observation cannot be counted.", (anchor,), doubtful[-1].sources)
    passed = elapsed_minutes(start, now)
    because = f"{passed} min since the {anchor} at {state.clock(start)}; at least {minimum} min."
    return Found(passed >= minimum, because)


def _sedation(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    return _at_least(state, plan, now, Measure.SEDATION_MOAAS, "sedation_min_moaas")


def _breathing(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    return _at_least(state, plan, now, Measure.RESPIRATORY_RATE_PER_MIN, "respiratory_rate_min_per_min")


def _at_least(state: SessionState, plan: SessionPlan, now: datetime, measure: Measure, name: str) -> Found:
    limit, reading = parameter(plan, name), _fresh(state, plan, now, measure)
    if limit is None:
        return _no_number(name)
    if isinstance(reading, Found):
        return reading
    return _from(reading, reading.value >= limit, f"{_value(reading, state)}; at least {plain(limit)}.")


def _value(reading: Reading, state: SessionState) -> str:
    return f"{label(reading.measure)} {with_unit(reading.measure, reading.value)} at {state.clock(reading.at)}"


def _from(reading: Reading, answer: bool | None, because: str, missing: tuple[str, ...] = ()) -> Found:
    return Found(answer, because, missing, reading.entry.sources, reading.at)


def _oriented(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = _seen(state, plan, now, _K.ORIENTATION, "Orientation")
    if isinstance(seen, Found):
        return seen
    said = {"person": seen.payload.person, "place": seen.payload.place, "date": seen.payload.date}
    answer = False if seen.payload.reason is False else all_of(said.values())
    wrong = [name for name, known in said.items() if known is False] + (["why here"] if seen.payload.reason is False else [])
    unasked = tuple(name for name, known in said.items() if known is None)
    at = state.clock(seen.at)
    because = f"Does not know {', '.join(wrong)} at {at}." if wrong else f"Not asked: {', '.join(unasked)}." if unasked else ""
    return Found(answer, because or f"Person, place and date known at {at}.", unasked if answer is None else (), seen.sources, seen.at)


def _pressure(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    systolic = _fresh(state, plan, now, Measure.SYSTOLIC_MMHG)
    diastolic = _fresh(state, plan, now, Measure.DIASTOLIC_MMHG)
    if isinstance(systolic, Found) or isinstance(diastolic, Found):
        return systolic if isinstance(systolic, Found) else diastolic if isinstance(diastolic, Found) else _no_number("")
    numbers = {
        name: parameter(plan, name) for name in ("systolic_max_mmhg", "diastolic_max_mmhg", "bp_rise_max_percent", "systolic_min_mmhg")
    }
    upper_s, upper_d, rise, low = numbers.values()
    if upper_s is None or upper_d is None or rise is None or low is None:
        return _no_number(next(name for name, number in numbers.items() if number is None))
    base_s, base_d = state.baseline(Measure.SYSTOLIC_MMHG), state.baseline(Measure.DIASTOLIC_MMHG)
    within = [systolic.value <= upper_s, diastolic.value <= upper_d, systolic.value >= low]
    within_rise = [_within_rise(systolic, base_s, rise), _within_rise(diastolic, base_d, rise)]
    symptoms = _fall_is_well(systolic, base_s, rise)
    answer = all_of([*within, *within_rise, symptoms])
    missing = tuple(
        name
        for name, unknown in (("pre-dose blood pressure", None in within_rise), ("symptoms of low pressure", symptoms is None))
        if unknown and answer is None
    )
    base = f"baseline {plain(base_s.value)}/{plain(base_d.value)}" if base_s and base_d else "no baseline was taken"
    because = f"{plain(systolic.value)}/{plain(diastolic.value)} mmHg at {state.clock(systolic.at)}; {base}"
    because += f"; not above {plain(upper_s)}/{plain(upper_d)}, nor more than {plain(rise)} % above baseline"
    if systolic.value < low:
        because += f"; systolic is below {plain(low)}"
    if symptoms is False:
        because += "; unwell with it"
    if symptoms is None:
        because += "; pressure has fallen, and nobody has asked whether the patient feels faint"
    return Found(answer, because + ".", missing, _both(systolic, diastolic), max(systolic.at, diastolic.at))


def _both(one: Reading, other: Reading) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one.entry.sources, *other.entry.sources)))


def _within_rise(reading: Reading, base: Reading | None, percent: Decimal) -> bool | None:
    return None if base is None else reading.value * 100 <= base.value * (100 + percent)


def _fall_is_well(reading: Reading, base: Reading | None, percent: Decimal) -> bool | None:
    """A fall matters when the patient feels it; one as deep as the rise that is allowed must be asked about."""
    if base is None or reading.value >= base.value:
        return True
    if reading.has_symptoms is not None:
        return not reading.has_symptoms
    return True if reading.value * 100 >= base.value * (100 - percent) else None


def _oxygen(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit, reading = parameter(plan, "spo2_min_percent"), _fresh(state, plan, now, Measure.SPO2_PERCENT)
    if limit is None:
        return _no_number("spo2_min_percent")
    if isinstance(reading, Found):
        return reading
    if reading.on_oxygen:
        return _from(reading, False, f"{_value(reading, state)}, on oxygen.")
    own = _accepted(state)
    needed = limit if own is None else min(limit, own)
    words = f"; at least {plain(needed)} %" + (", accepted by the prescriber before the dose" if needed < limit else "")
    if reading.on_oxygen is None and reading.value >= needed:
        because = f"{_value(reading, state)}, and nobody has said whether on room air."
        return _from(reading, None, because, ("room air or oxygen",))
    return _from(reading, reading.value >= needed, f"{_value(reading, state)}, room air{words}.")


def _accepted(state: SessionState) -> Decimal | None:
    """The saturation before the dose, where it was low and a prescriber accepted it before the dose."""
    first, base = state.dosing.first_at, state.baseline(Measure.SPO2_PERCENT)
    before = [entry for entry in state.of(_K.SPO2_ACCEPTED) if first is None or entry.at <= first]
    if base is None or not before:
        return None
    accepted: Decimal = before[-1].payload.spo2_percent
    return max(base.value, accepted)


def _dissociation(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit, reading = parameter(plan, "dissociation_max_0_10"), _fresh(state, plan, now, Measure.DISSOCIATION_0_10)
    if limit is None:
        return _no_number("dissociation_max_0_10")
    if isinstance(reading, Found):
        return reading
    base = state.baseline(Measure.DISSOCIATION_0_10)
    own = base.value if base is not None and plan.drug is Drug.ESKETAMINE else limit  # resolved: back to what it was
    needed = max(limit, own)
    return _from(reading, reading.value <= needed, f"{_value(reading, state)}; {plain(needed)} or less.")


def _distress(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    limit = parameter(plan, "distress_max_0_10")
    values = [reading for reading in state.readings.get(Measure.DISTRESS_0_10, ()) if reading.at <= now]
    if limit is None:
        return _no_number("distress_max_0_10")
    if not values:
        return Found(None, "Distress was never asked.", (Measure.DISTRESS_0_10.value,))
    return _from(values[-1], values[-1].value <= limit, f"{_value(values[-1], state)}; {plain(limit)} or less.")


def _nausea(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = _seen(state, plan, now, _K.NAUSEA, "Nausea")
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


def _gait(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    seen = _seen(state, plan, now, _K.GAIT, "Gait")
    if isinstance(seen, Found):
        return seen
    with_aid = f", with {seen.payload.aid}" if seen.payload.aid else ""
    words = "Steady" if seen.payload.is_steady else "Unsteady"
    return Found(seen.payload.is_steady, f"{words} at {state.clock(seen.at)}{with_aid}.", (), seen.sources, seen.at)


def _screener(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
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


def _escort(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    said = [entry for entry in state.of(_K.ESCORT) if entry.at <= now]
    if not said:
        return Found(None, "Nobody has seen the escort.", ("escort",))
    last = said[-1]
    words = "Seen" if last.payload.is_present else "Named, not here"
    return Found(last.payload.is_present, f"{words}, {state.clock(last.at)}.", (), last.sources, last.at)


def _plan_given(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    given = [entry for entry in state.of(_K.WRITTEN_PLAN) if entry.at <= now]
    if not given:
        return Found(None, "No written plan was handed over.", ("written_plan",))
    back = ", read back" if given[-1].payload.is_read_back else ""
    return Found(True, f"Given {state.clock(given[-1].at)}{back}.", (), given[-1].sources, given[-1].at)


def _no_driving(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    said = [entry for entry in state.of(_K.WRITTEN_PLAN) if entry.payload.no_driving_understood is not None and entry.at <= now]
    if not said:
        return Found(None, "Nobody has said that driving was spoken of.", ("no driving understood",))
    last = said[-1]
    words = "Understood" if last.payload.no_driving_understood else "Not understood"
    return Found(last.payload.no_driving_understood, f"{words}, {state.clock(last.at)}.", (), last.sources, last.at)


def _line(state: SessionState, plan: SessionPlan, now: datetime) -> Found:
    out = [entry for entry in state.of(_K.LINE_OUT) if entry.at <= now]
    if not out:
        return Found(None, "Nobody has recorded that the line is out.", ("line_out",))
    dry = out[-1].payload.site_is_dry
    words = {True: "site dry", False: "site not dry", None: "site not described"}[dry]
    return Found(dry is not False, f"Out {state.clock(out[-1].at)}, {words}.", (), out[-1].sources, out[-1].at)


CONDITIONS: dict[str, Condition] = {
    condition.id: condition
    for condition in (
        Condition("observation_time", "Observed long enough", "nurse", _observed),
        Condition("sedation", "Awake: MOAA/S", "nurse", _sedation),
        Condition("orientation", "Oriented", "nurse", _oriented),
        Condition("blood_pressure", "Blood pressure near baseline", "nurse", _pressure),
        Condition("oxygen", "SpO₂ on room air", "nurse", _oxygen),
        Condition("breathing", "Breathing recovered", "nurse", _breathing),
        Condition("dissociation", "Dissociation resolved", "patient", _dissociation),
        Condition("distress", "Not distressed", "patient", _distress),
        Condition("nausea", "Nausea controlled", "nurse", _nausea),
        Condition("gait", "Gait steady", "nurse", _gait),
        Condition("suicidality_reasked", "C-SSRS asked again", "nurse", _screener),
        Condition("escort", "Named escort is here", "front desk", _escort),
        Condition("written_plan", "Written plan given", "nurse", _plan_given),
        Condition("no_driving", "No driving understood", "nurse", _no_driving),
        Condition("line_out", "Line out", "nurse", _line),
    )
}
"""Every condition of leaving, by the name protocols use."""

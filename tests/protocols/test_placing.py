"""No plan breaks its own protocol's windows, whatever the calendar; and where there is a plan, it is found."""

from datetime import date, time, timedelta
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

import shipped_care as shipped
from fanlight.care.protocols import ClinicCalendar, plan
from fanlight.care.protocols.calendar import Closure, OpeningDay, PrescriberAway, Weekday
from fanlight.care.protocols.ceilings import NOT_HELD_TO_WEEKLY, frequency_ceiling
from fanlight.care.protocols.placing import Slot, place
from fanlight.care.protocols.schedule import course_slots

MONDAY = date(2026, 11, 23)
NAMES = sorted(shipped.protocols())


@st.composite
def calendars(draw):
    """A clinic open on some weekdays, with closures, prescriber-free days and few chairs."""
    days = draw(st.lists(st.sampled_from(list(Weekday)), min_size=1, max_size=7, unique=True))
    opening = tuple(
        OpeningDay(day, time(9), time(17), draw(st.integers(1, 2)), draw(st.booleans()) or index == 0, draw(st.booleans()))
        for index, day in enumerate(days)
    )
    spans = st.tuples(st.integers(0, 150), st.integers(0, 9))
    shut = [
        Closure(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + length), "holiday")
        for n, length in draw(st.lists(spans, max_size=6))
    ]
    away = [
        PrescriberAway(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + length), "away")
        for n, length in draw(st.lists(spans, max_size=3))
    ]
    return ClinicCalendar("random", "Random clinic", "Europe/Berlin", opening, time(11), tuple(shut), tuple(away))


def booked():
    return st.dictionaries(st.integers(0, 150).map(lambda n: MONDAY + timedelta(days=n)), st.integers(1, 2), max_size=40)


@given(calendars(), booked(), st.sampled_from(NAMES), st.integers(0, 30))
@settings(max_examples=1000, deadline=None)
def test_no_plan_breaks_its_own_windows_over_a_thousand_calendars(calendar, taken, name, later):
    """Checked here from the dates alone, by counting, not by asking the planner."""
    protocol = shipped.protocols()[name]
    course = plan(protocol, MONDAY + timedelta(days=later), calendar, shipped.ceilings(), booked=taken)
    phases = [protocol.phase(item.phase_id) for item in course.sessions]
    dates = [item.on for item in course.sessions]

    for (before, after), phase in zip(pairwise(dates), phases[1:], strict=True):
        assert phase.interval.minimum_days <= (after - before).days <= phase.interval.maximum_days
    for index, (day, phase) in enumerate(zip(dates, phases, strict=True)):
        if phase.at_most is not None:
            recent = [other for other in dates[: index + 1] if 0 <= (day - other).days < phase.at_most.days]
            assert len(recent) <= phase.at_most.sessions
        week = [other for other in dates[: index + 1] if 0 <= (day - other).days < 7]
        assert len(week) <= most_in_a_week(protocol, dates[0], day)
        opening = calendar.opening(day)
        assert opening is not None
        assert opening.prescriber
        assert not any(gone.first <= day <= gone.last for gone in calendar.prescriber_away)
        assert taken.get(day, 0) < opening.chairs
    assert [item.number for item in course.sessions] == list(range(1, len(dates) + 1))
    assert course.is_complete == (len(dates) == len(course_slots(protocol)))
    for move in course.moved:
        assert course.session(move.number).on == move.to_date != move.from_date
    for slot in course.therapy:
        assert slot.opens_at < slot.closes_at
        assert (slot.suggested_at is None) <= bool(slot.problem)
        assert slot.suggested_at is None or slot.opens_at <= slot.suggested_at < slot.closes_at


def most_in_a_week(protocol, first, day):
    """R16, written out: esketamine 2, racemic 3 unless declared otherwise; one a week after day 60; nothing for psilocybin."""
    if protocol.drug.value == "psilocybin":
        return 99
    usual = {"esketamine": 2, "racemic_ketamine": 3}[protocol.drug.value]
    declared = [int(item.value.value) for item in protocol.ceilings if item.parameter == "sessions_in_seven_days"]
    late = (day - first).days + 1 > 60 and protocol.use not in NOT_HELD_TO_WEEKLY
    return 1 if late else min(declared, default=usual)


@given(st.sets(st.integers(0, 20), max_size=18), st.sampled_from(["iv-racemic-induction", "iv-racemic-induction-thrice", "kap-norway"]))
@settings(max_examples=200, deadline=None)
def test_a_plan_is_found_whenever_trying_every_combination_finds_one(closed, name):
    """The slow obvious twin: all combinations of gaps for the first four sessions."""
    protocol = shipped.protocols()[name]
    slots = course_slots(protocol)[:4]
    ceiling = frequency_ceiling(protocol, shipped.ceilings(), MONDAY)
    shut = {MONDAY + timedelta(days=n) for n in closed} | {MONDAY + timedelta(days=n) for n in range(32, 400)}

    def why_not(day):
        return "shut" if day in shut else None

    found = place(slots, MONDAY, why_not, ceiling)
    assert (found.stuck is None) == any(keeps(slots, dates, shut, ceiling) for dates in combinations(slots))


def combinations(slots):
    gap = slots[0].phase.interval
    for first in range(32):
        for gaps in product(range(gap.minimum_days, gap.maximum_days + 1), repeat=len(slots) - 1):
            dates = [MONDAY + timedelta(days=first)]
            for days in gaps:
                dates.append(dates[-1] + timedelta(days=days))
            if dates[-1] <= MONDAY + timedelta(days=40):
                yield dates


def keeps(slots, dates, shut, ceiling):
    if any(day in shut for day in dates):
        return False
    limit = slots[0].phase.at_most
    for index, day in enumerate(dates):
        before = dates[:index]
        if limit is not None and sum((day - other).days < limit.days for other in before) >= limit.sessions:
            return False
        if not ceiling.allows(before, day):
            return False
    return True


def test_on_an_open_calendar_the_rhythm_is_kept():
    slots = course_slots(shipped.protocols()["iv-racemic-induction"])
    found = place(slots, MONDAY, lambda day: None)
    assert [(item.on - MONDAY).days for item in found.placed] == [0, 3, 7, 10, 14, 17]
    assert all(item.on == item.wanted for item in found.placed)


def test_monday_thursday_monday_passes_the_frequency_limit_and_a_third_in_seven_dates_does_not():
    slots = course_slots(shipped.protocols()["esketamine-us-trd"])
    ceiling = frequency_ceiling(shipped.protocols()["esketamine-us-trd"], shipped.ceilings(), MONDAY)
    assert ceiling is not None
    thursday = MONDAY + timedelta(days=3)
    assert ceiling.allows([MONDAY, thursday], MONDAY + timedelta(days=7))
    assert not ceiling.allows([MONDAY, thursday], MONDAY + timedelta(days=6))
    assert isinstance(slots[0], Slot)


def test_the_weekly_limit_begins_after_day_sixty():
    ceiling = frequency_ceiling(shipped.protocols()["iv-racemic-induction"], shipped.ceilings(), MONDAY)
    assert ceiling is not None
    day_60, day_61 = MONDAY + timedelta(days=59), MONDAY + timedelta(days=60)
    assert ceiling.allows([MONDAY, day_60 - timedelta(days=6)], day_60)
    assert not ceiling.allows([MONDAY, day_61 - timedelta(days=6)], day_61)
    assert ceiling.allows([MONDAY, day_61 - timedelta(days=7)], day_61)


def test_a_month_without_an_opening_says_where_the_plan_stops_and_why():
    slots = course_slots(shipped.protocols()["iv-racemic-induction"])
    found = place(slots, MONDAY, lambda day: None if day < MONDAY + timedelta(days=5) else "shut")
    assert len(found.placed) == 2
    assert found.stuck is not None
    assert (found.stuck.number, found.stuck_first) == (3, found.placed[-1].on + timedelta(days=2))


def test_sessions_elsewhere_count_towards_the_frequency_and_begin_the_course():
    protocol = shipped.protocols()["esketamine-us-trd"]
    friday, saturday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)
    ceiling = frequency_ceiling(protocol, shipped.ceilings(), MONDAY, (friday, saturday))
    assert ceiling is not None
    assert not ceiling.allows([], MONDAY)
    assert ceiling.allows([], friday + timedelta(days=7))
    long_ago = frequency_ceiling(protocol, shipped.ceilings(), MONDAY, (MONDAY - timedelta(days=90),))
    assert long_ago is not None
    assert not long_ago.allows([MONDAY], MONDAY + timedelta(days=3))


def test_a_plan_waits_for_sessions_given_elsewhere():
    elsewhere = [MONDAY - timedelta(days=2), MONDAY - timedelta(days=1)]
    course = plan(shipped.protocols()["esketamine-us-trd"], MONDAY, everyday(), shipped.ceilings(), elsewhere=elsewhere)
    assert course.sessions[0].on == MONDAY + timedelta(days=5)
    assert course.moved[0].why == "it would be more often than the protocol allows"


def everyday():
    return ClinicCalendar("all", "All days", "UTC", tuple(OpeningDay(day, time(9), time(17), 1, True, True) for day in Weekday), time(11))

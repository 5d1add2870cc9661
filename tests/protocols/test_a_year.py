"""A year of Mondays: an open-ended weekly course on the clinic's calendar, with every shift explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

import shipped_care as shipped
from fanlight.care.protocols import if_missed, if_moved, open_ended_phase, plan, plan_until
from fanlight.care.protocols.calendar import Closure, PrescriberAway
from protocols.test_course import calendar

START, END = date(2026, 11, 30), date(2027, 11, 29)
HOLIDAYS = (
    Closure(date(2027, 1, 18), date(2027, 1, 18), "Martin Luther King Jr. Day"),
    Closure(date(2027, 5, 31), date(2027, 5, 31), "Memorial Day"),
)


def weekly(least: int = 7, most: int = 10):
    """The maintenance protocol with its first phase alone, without an end."""
    shelf = shipped.protocols()["iv-racemic-maintenance"]
    phase = replace(shelf.phases[0], sessions=None, at_most=None)
    return replace(shelf, phases=(replace(phase, interval=replace(phase.interval, minimum_days=least, maximum_days=most)),))


def year(protocol, days, **options):
    return plan_until(protocol, START, days, shipped.ceilings(), until=END, **options)


def test_without_a_closed_day_it_is_fifty_three_mondays():
    found = year(weekly(), calendar())
    assert [session.on for session in found.sessions] == [START + timedelta(weeks=n) for n in range(53)]
    assert found.moved == ()
    assert found.is_complete


def test_a_holiday_shifts_one_visit_and_says_so_and_what_follows_says_why_it_stays():
    """A gap of seven days at least: after a Tuesday no Monday is far enough, and each row says that."""
    found = year(weekly(), calendar(closures=HOLIDAYS))
    moved = {move.from_date: move for move in found.moved}
    first = moved[date(2027, 1, 18)]
    assert (first.to_date, first.why) == (date(2027, 1, 19), "the clinic is shut (Martin Luther King Jr. Day)")
    assert moved[date(2027, 1, 25)].why == "that is 6 days after the session before; the protocol asks for at least 7"
    for before, after in zip(found.sessions, found.sessions[1:], strict=False):
        assert 7 <= (after.on - before.on).days <= 10


def test_a_day_with_every_chair_taken_is_named_and_the_ceiling_keeps_the_course_off_its_mondays():
    """The protocol would let five days pass; the frequency ceiling lets one dose in seven, and says so on each row."""
    found = year(weekly(least=5, most=14), calendar(), booked={date(2027, 3, 1): 99})
    why = {move.from_date: move.why for move in found.moved}
    assert why.pop(date(2027, 3, 1)) == "every chair is taken"
    assert set(why.values()) == {"it would be more often than the protocol allows"}


def test_a_prescriber_who_is_away_is_named():
    days = calendar(prescriber_away=(PrescriberAway(date(2027, 2, 1), date(2027, 2, 1), "study days"),))
    assert "no prescriber is on site (study days)" in {move.why for move in year(weekly(), days).moved}


def test_a_month_shut_is_said_and_the_plan_ends_before_it():
    found = year(weekly(), calendar(closures=(Closure(date(2027, 2, 1), date(2027, 3, 7), "rebuilding"),)))
    assert found.unplaced is not None
    assert any("rebuilding" in why for why in found.unplaced.why)
    assert found.sessions[-1].on < date(2027, 2, 1)


@pytest.mark.parametrize("what", ["moved", "missed"])
def test_a_long_course_keeps_its_length_when_one_visit_changes(what):
    protocol, days = weekly(), calendar(closures=HOLIDAYS)
    before = year(protocol, days)
    if what == "moved":
        change = if_moved(before, protocol, days, shipped.ceilings(), number=20, to=before.sessions[19].on + timedelta(days=1))
    else:
        change = if_missed(before, protocol, days, shipped.ceilings(), number=20, today=before.sessions[19].on)
    assert len(change.after.sessions) == len(before.sessions)
    assert not any(line.to_date is None for line in change.changes)


def test_a_first_visit_moved_off_a_saturday_leaves_no_course_of_saturdays():
    found = plan(shipped.protocols()["iv-racemic-induction"], date(2026, 11, 28), calendar(), shipped.ceilings())
    assert [move.number for move in found.moved] == [1]
    assert found.moved[0].why == "the clinic is shut on Saturdays"


def test_only_a_last_phase_without_a_number_is_open_ended():
    shelf = shipped.protocols()
    assert open_ended_phase(shelf["iv-racemic-maintenance"]).id == "every_four_weeks"
    assert open_ended_phase(shelf["iv-racemic-induction"]) is None

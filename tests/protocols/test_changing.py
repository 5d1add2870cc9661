"""What a missed or moved session would do to the rest, drawn before anybody accepts it."""

from datetime import date, time

import pytest

import shipped_care as shipped
from fanlight.care.protocols import ClinicCalendar, ProtocolError, if_missed, if_moved, plan
from fanlight.care.protocols.calendar import Closure, OpeningDay, Weekday

MONDAY = date(2026, 11, 2)
WEEKDAYS = tuple(OpeningDay(day, time(9), time(17), 2, True, True) for day in list(Weekday)[:5])
OPEN = ClinicCalendar("open", "Open on weekdays", "America/New_York", WEEKDAYS, time(11))


def course(name="iv-racemic-induction", calendar=OPEN, **options):
    return plan(shipped.protocols()[name], MONDAY, calendar, shipped.ceilings(), **options)


def moved(number, to, name="iv-racemic-induction", calendar=OPEN, **options):
    return if_moved(course(name, calendar, **options), shipped.protocols()[name], calendar, shipped.ceilings(), number=number, to=to)


def missed(number, name="iv-racemic-induction", calendar=OPEN, **options):
    before = course(name, calendar)
    session = before.session(number)
    return if_missed(before, shipped.protocols()[name], calendar, shipped.ceilings(), number=number, today=session.on, **options)


def dates(found):
    return [item.on.isoformat() for item in found.sessions]


def test_the_plan_before():
    assert dates(course()) == ["2026-11-02", "2026-11-05", "2026-11-09", "2026-11-12", "2026-11-16", "2026-11-19"]


def test_moving_a_session_by_a_day_moves_as_little_of_the_rest_as_the_frequency_allows():
    """Friday, Monday, Thursday would be three sessions on seven dates, so every second session follows by a day."""
    change = moved(2, date(2026, 11, 6))
    assert dates(change.after) == ["2026-11-02", "2026-11-06", "2026-11-09", "2026-11-13", "2026-11-16", "2026-11-20"]
    assert [(item.number, item.from_date.day, item.to_date.day) for item in change.changes] == [(2, 5, 6), (4, 12, 13), (6, 19, 20)]
    assert change.problems == ()


def test_moving_a_session_past_its_window_is_drawn_and_said():
    change = moved(2, date(2026, 11, 10))
    assert change.problems == (
        "2026-11-10 is outside the window of session 2: 2026-11-04 to 2026-11-09"
        " (the protocol asks 2 to 7 days after the session before, in Induction).",
    )
    assert dates(change.after)[:3] == ["2026-11-02", "2026-11-10", "2026-11-13"]


def test_moving_a_session_onto_a_closed_day_is_said():
    assert moved(2, date(2026, 11, 7)).problems == ("On 2026-11-07 the clinic is shut on Saturdays.",)


def test_moving_a_session_too_near_is_more_often_than_allowed():
    change = moved(3, date(2026, 11, 6))
    assert "On 2026-11-06 it would be more often than the protocol or the frequency ceiling (R16) allows." in change.problems


def test_a_session_held_or_unknown_is_not_moved():
    with pytest.raises(ProtocolError, match=r"FAN-PROT-004 .*no such session"):
        moved(9, date(2026, 11, 6))
    with pytest.raises(ProtocolError, match=r"FAN-PROT-004 .*been held"):
        moved(1, date(2026, 11, 3), held=[MONDAY])


def test_held_sessions_stay_where_they_were():
    found = course(held=[date(2026, 11, 3), date(2026, 11, 6)])
    assert dates(found)[:3] == ["2026-11-03", "2026-11-06", "2026-11-10"]
    assert [item.held for item in found.sessions] == [True, True, False, False, False, False]


def test_a_missed_session_takes_the_next_date_that_fits():
    change = missed(3)
    assert dates(change.after)[2] == "2026-11-10"
    assert change.changes[0].number == 3
    assert change.problems == ()


def test_a_missed_induction_session_of_esketamine_suggests_to_continue():
    assert missed(3, "esketamine-us-trd").suggestions == ("During weeks 1 to 4, continue the current schedule.",)


def test_a_missed_maintenance_session_suggests_a_step_back_only_when_worse():
    number = 13
    assert missed(number, "esketamine-us-trd").suggestions == ()
    (said,) = missed(number, "esketamine-us-trd", is_worse=True).suggestions
    assert "consider one step back" in said


@pytest.mark.parametrize(("to", "is_asked"), [(date(2026, 11, 13), False), (date(2026, 11, 14), True), (date(2026, 11, 16), True)])
def test_a_gap_of_three_intervals_asks_for_a_review(to, is_asked):
    """Twice weekly, the usual gap is at most four days: three of them are twelve."""
    said = moved(2, to).suggestions
    assert any("three planned intervals" in text for text in said) is is_asked


def test_a_session_missed_before_a_long_closure_says_what_breaks():
    shut = ClinicCalendar(
        "shut", "Shut", "America/New_York", WEEKDAYS, time(11), (Closure(date(2026, 11, 10), date(2026, 11, 30), "works"),)
    )
    before = course(calendar=shut, held=[MONDAY])
    assert before.unplaced is not None
    change = if_missed(before, shipped.protocols()["iv-racemic-induction"], shut, shipped.ceilings(), number=3, today=before.sessions[2].on)
    assert change.problems == ("Session 3 would fall after the end of its window (2026-11-12).",)
    assert dates(change.after)[2] == "2026-12-01"
    stuck = if_moved(before, shipped.protocols()["iv-racemic-induction"], shut, shipped.ceilings(), number=2, to=date(2026, 11, 6))
    assert any("would find no date" in text for text in stuck.problems)


def test_nothing_is_changed_until_it_is_accepted():
    before = course()
    copy = dates(before)
    if_moved(before, shipped.protocols()["iv-racemic-induction"], OPEN, shipped.ceilings(), number=2, to=date(2026, 11, 6))
    assert dates(before) == copy


def test_a_clinic_that_never_opens_again_still_answers():
    gone = ClinicCalendar("gone", "Gone", "UTC", WEEKDAYS, time(11), (Closure(date(2026, 11, 6), date(2027, 12, 31), "sold"),))
    before = plan(shipped.protocols()["iv-racemic-induction"], MONDAY, gone, shipped.ceilings())
    change = if_missed(before, shipped.protocols()["iv-racemic-induction"], gone, shipped.ceilings(), number=2, today=before.sessions[1].on)
    assert change.problems

"""Therapy in its window, scales and decisions of a course, on a calendar worked out by hand."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import shipped_care as shipped
from fanlight.care.protocols import ClinicCalendar, plan, plan_json
from fanlight.care.protocols.calendar import Closure, OpeningDay, PrescriberAway, Weekday

MONDAY = date(2026, 11, 2)
WEEKDAYS = tuple(OpeningDay(day, time(9), time(17), 2, True, True) for day in list(Weekday)[:5])


def calendar(**options):
    return ClinicCalendar("weekdays", "Weekdays", "America/New_York", options.pop("days", WEEKDAYS), time(11), **options)


def course(name, start=MONDAY, days=None, **options):
    return plan(shipped.protocols()[name], start, days or calendar(), shipped.ceilings(), **options)


def local(moment):
    return moment.astimezone(ZoneInfo("America/New_York")).strftime("%a %d %H:%M")


def test_integration_opens_a_day_after_the_dose_and_closes_two_days_later():
    slots = [slot for slot in course("iv-racemic-induction").therapy if slot.kind == "integration"]
    assert [slot.after_session for slot in slots] == [1, 2, 3, 4, 5, 6]
    first = slots[0]
    assert (local(first.opens_at), local(first.closes_at), local(first.suggested_at)) == ("Tue 03 11:00", "Thu 05 11:00", "Tue 03 11:00")
    thursday = slots[1]  # Thursday's dose: the window is Friday 11:00 to Sunday 11:00
    assert local(thursday.suggested_at) == "Fri 06 11:00"


def test_a_window_without_a_working_hour_is_said_before_the_dose_is_booked():
    fridays = calendar(days=(OpeningDay(Weekday.FRIDAY, time(9), time(12), 2, True, True),))
    found = course("kap-three-practice", date(2026, 11, 6), fridays)
    slots = [slot for slot in found.therapy if slot.kind == "integration"]
    assert all(slot.suggested_at is None and "decide before the dose is booked" in slot.problem for slot in slots)


def test_an_hour_too_short_for_the_session_does_not_count():
    days = (
        *WEEKDAYS[:1],
        OpeningDay(Weekday.TUESDAY, time(9), time(11, 59), 2, True, True),
        OpeningDay(Weekday.WEDNESDAY, time(9), time(17), 2, True, False),
    )
    slot = next(slot for slot in course("kap-three-practice", MONDAY, calendar(days=days)).therapy if slot.kind == "integration")
    assert slot.suggested_at is None


def test_preparation_comes_before_the_first_dose_on_days_of_its_own():
    slots = [slot for slot in course("kap-three-practice", date(2026, 11, 9)).therapy if slot.kind == "preparation"]
    assert [local(slot.suggested_at) for slot in slots] == ["Mon 02 11:00", "Tue 03 09:00"]
    assert all(slot.after_session == 0 for slot in slots)


def test_too_few_days_for_preparation_are_said():
    one_day = calendar(days=(OpeningDay(Weekday.MONDAY, time(9), time(12), 2, True, True),))
    slots = [slot for slot in course("kap-three-practice", date(2026, 11, 9), one_day).therapy if slot.kind == "preparation"]
    assert [slot.problem for slot in slots] == ["", "Fewer open days lie in the window than preparation sessions."]
    shut = calendar(closures=(Closure(date(2026, 10, 25), date(2026, 11, 8), "works"),))
    slots = [slot for slot in course("kap-three-practice", date(2026, 11, 9), shut).therapy if slot.kind == "preparation"]
    assert all("No opening hours" in slot.problem for slot in slots)


def test_kap_integrates_after_the_first_three_doses_and_the_last():
    slots = [slot for slot in course("kap-three-practice").therapy if slot.kind == "integration"]
    assert [slot.after_session for slot in slots] == [1, 2, 3, 6]


def test_a_night_with_a_clock_change_keeps_the_window_in_elapsed_hours():
    """Clocks go back on Sunday 1 November 2026: 24 hours after Saturday 11:00 is Sunday 10:00."""
    days = tuple(OpeningDay(day, time(9), time(17), 2, True, True) for day in Weekday)
    slot = next(slot for slot in course("iv-racemic-single", date(2026, 10, 31), calendar(days=days)).therapy)
    assert (slot.closes_at - slot.opens_at).total_seconds() == 48 * 3600
    assert local(slot.opens_at) == "Sun 01 10:00"


def test_scales_fall_due_before_doses_and_on_their_days():
    found = [(item.scale, item.due_on.isoformat(), item.because) for item in course("iv-racemic-induction").measures]
    assert ("madrs", "2026-11-02", "before the first dose") in found
    assert ("madrs", "2026-11-30", "day 28 after the first dose") in found
    assert ("phq9", "2026-11-26", "day 7 after the last dose") in found
    assert ("cssrs_screener", "2026-11-19", "before session 6") in found
    assert ("bpic_ss", "2027-01-31", "every 90 days") in found


def test_a_window_of_days_around_a_measure():
    (item,) = [item for item in course("iv-racemic-induction").measures if item.because == "day 28 after the first dose"]
    assert (item.first.isoformat(), item.last.isoformat()) == ("2026-11-27", "2026-12-03")


def test_week_four_is_decided_after_the_eighth_session():
    (decision,) = [item for item in course("esketamine-us-trd").decisions if item.id == "week_4_benefit"]
    assert (decision.after_session, decision.due_on.isoformat(), decision.owner) == (8, "2026-11-26", "prescriber")
    assert "madrs" in decision.needs


def test_a_decision_after_a_session_is_due_that_day():
    (decision,) = [item for item in course("kap-three-practice").decisions if item.id == "review_at_two"]
    assert decision.due_on == date(2026, 11, 9)


def test_a_plan_that_ends_early_names_no_last_dose_and_no_decision_after_it():
    shut = calendar(closures=(Closure(date(2026, 11, 10), date(2026, 12, 31), "works"),))
    found = course("iv-racemic-induction", MONDAY, shut)
    assert not found.is_complete
    assert found.unplaced is not None
    assert found.decisions == ()
    assert not [item for item in found.measures if "last dose" in item.because]
    assert all("shut (works)" in why or "Saturday" in why or "Sunday" in why or "too often" in why for why in found.unplaced.why)


def test_no_opening_within_a_month_plans_nothing():
    shut = calendar(closures=(Closure(MONDAY, date(2027, 3, 1), "works"),))
    found = course("iv-racemic-induction", MONDAY, shut)
    assert (found.sessions, found.therapy, found.measures) == ((), (), ())
    assert found.unplaced is not None
    assert found.unplaced.number == 1


def test_each_reason_for_a_move_is_told():
    away = calendar(prescriber_away=(PrescriberAway(date(2026, 11, 5), date(2026, 11, 5), "ill"),))
    (move, *_) = course("iv-racemic-induction", MONDAY, away).moved
    assert (move.number, move.from_date.day, move.why) == (2, 5, "no prescriber is on site (ill)")
    full = course("iv-racemic-induction", booked={date(2026, 11, 5): 2})
    assert full.moved[0].why == "every chair is taken"
    assert course("iv-racemic-induction", booked={date(2026, 11, 5): 1}).moved == ()
    no_wednesday = (*WEEKDAYS[:3], OpeningDay(Weekday.THURSDAY, time(9), time(17), 2, False, True), WEEKDAYS[4])
    assert course("iv-racemic-induction", MONDAY, calendar(days=no_wednesday)).moved[0].why == "no prescriber is on site"


def test_an_open_ended_phase_is_planned_to_its_first_review():
    found = course("esketamine-us-trd")
    assert [item.phase_id for item in found.sessions].count("maintenance") == 2  # fortnightly, judged again after 28 days
    assert [item.phase_id for item in course("sublingual-racemic-very-low").sessions].count("induction") == 9  # every 3 days for 28


def test_the_plan_in_its_shape():
    shape = plan_json(course("iv-racemic-induction"), {"induction": {"usual": "0.5 mg/kg"}})
    first = shape["sessions"][0]
    assert first == {
        "number": 1,
        "phase": "induction",
        "date": "2026-11-02",
        "window": {"from": "2026-11-02", "to": "2026-12-03"},
        "dose": {"usual": "0.5 mg/kg"},
        "observation_minutes": 60,
        "held": False,
        "entered_when": None,
    }
    assert shape["moved"] == []
    assert shape["unplaced"] is None
    assert shape["therapy_slots"][0]["window"]["opens"] == "2026-11-03T16:00:00.000000Z"


def test_a_move_and_a_gap_in_their_shape():
    shut = calendar(closures=(Closure(date(2026, 11, 5), date(2026, 11, 5), "holiday"),))
    shape = plan_json(course("iv-racemic-induction", MONDAY, shut))
    assert shape["moved"][0] == {"session": 2, "from": "2026-11-05", "to": "2026-11-06", "why": "the clinic is shut (holiday)"}
    long_shut = calendar(closures=(Closure(date(2026, 11, 5), date(2026, 12, 5), "works"),))
    lost = plan_json(course("iv-racemic-induction", MONDAY, long_shut))["unplaced"]
    assert (lost["session"], lost["phase"]) == (3, "induction") or lost["session"] == 2


def test_open_spans_lie_inside_the_instants_asked_for():
    spans = list(calendar().open_spans(datetime(2026, 11, 2, 15, tzinfo=UTC), datetime(2026, 11, 3, 15, tzinfo=UTC)))
    assert [(local(start), local(end)) for start, end in spans] == [("Mon 02 10:00", "Mon 02 17:00"), ("Tue 03 09:00", "Tue 03 10:00")]

"""Instants: true time across clock changes, days of the clinic, ages."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.core.instants import (
    InstantError,
    age_on,
    as_utc,
    clinic_date,
    clinic_day,
    days_between,
    elapsed,
    elapsed_minutes,
    format_instant,
    local_to_utc,
    parse_instant,
)

NEW_YORK = ZoneInfo("America/New_York")


def test_the_autumn_night_is_an_hour_longer():
    """CLK-1: 01:30 to the second 01:40 is 70 minutes; subtracting the wall clocks would say 10."""
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=0)
    second = datetime(2026, 11, 1, 1, 40, tzinfo=NEW_YORK, fold=1)
    assert second - first == timedelta(minutes=10)
    assert elapsed_minutes(first, second) == 70


def test_the_spring_night_is_an_hour_shorter():
    """An observation of two hours must not pass an hour early."""
    start = datetime(2026, 3, 8, 1, 30, tzinfo=NEW_YORK)
    end = datetime(2026, 3, 8, 3, 30, tzinfo=NEW_YORK)
    assert elapsed(start, end) == timedelta(hours=1)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (7199, 119), (7200, 120), (7201, 120), (-1, -1)])
def test_minutes_are_whole_and_rounded_down(seconds, minutes):
    start = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
    assert elapsed_minutes(start, start + timedelta(seconds=seconds)) == minutes


def test_a_time_without_a_zone_names_no_instant():
    with pytest.raises(InstantError, match="FAN-TIME-001"):
        as_utc(datetime(2026, 11, 12, 9, 0))
    with pytest.raises(InstantError, match="FAN-TIME-001"):
        parse_instant("2026-11-12T09:00:00")
    with pytest.raises(InstantError, match="FAN-TIME-002"):
        parse_instant("yesterday")


def test_text_and_back():
    moment = parse_instant("2026-11-12T09:30:00.25-05:00")
    assert format_instant(moment) == "2026-11-12T14:30:00.250000Z"
    assert parse_instant(format_instant(moment)) == moment


def test_a_wall_clock_time_that_was_skipped_is_refused():
    with pytest.raises(InstantError, match="FAN-TIME-003"):
        local_to_utc(datetime(2026, 3, 8, 2, 30), NEW_YORK)


def test_a_wall_clock_time_shown_twice_is_asked_back():
    twice = datetime(2026, 11, 1, 1, 30)
    with pytest.raises(InstantError, match="FAN-TIME-004"):
        local_to_utc(twice, NEW_YORK)
    assert local_to_utc(twice, NEW_YORK, fold=0) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert local_to_utc(twice, NEW_YORK, fold=1) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_an_aware_time_needs_no_zone():
    moment = datetime(2026, 11, 12, 9, tzinfo=timezone(timedelta(hours=2)))
    assert local_to_utc(moment, NEW_YORK) == datetime(2026, 11, 12, 7, tzinfo=UTC)


def test_the_clinic_date_is_the_clinics():
    assert clinic_date(datetime(2026, 11, 13, 2, 0, tzinfo=UTC), NEW_YORK) == date(2026, 11, 12)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 11, 1), 25), (date(2026, 3, 8), 23), (date(2026, 11, 12), 24)])
def test_a_clinic_day_has_23_to_25_hours(day, hours):
    start, end = clinic_day(day, NEW_YORK)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1985, 2, 3), date(2026, 2, 2), 40),
        (date(1985, 2, 3), date(2026, 2, 3), 41),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_ages_turn_on_the_birthday_and_leap_days_on_the_first_of_march(born, on, years):
    assert age_on(born, on) == years


def test_days_are_calendar_days():
    assert days_between(date(2026, 10, 31), date(2026, 11, 2)) == 2
    assert days_between(date(2026, 11, 2), date(2026, 10, 31)) == -2


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2040, 1, 1)),
    st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_a_wall_clock_is_read_back_as_it_was_shown_or_refused(wall, zone):
    place = ZoneInfo(zone)
    try:
        moment = local_to_utc(wall, place)
    except InstantError as refusal:
        assert refusal.code in ("FAN-TIME-003", "FAN-TIME-004")
        return
    assert moment.astimezone(place).replace(tzinfo=None) == wall

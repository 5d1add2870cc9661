"""Sums of a whole clinic: of this moment while they are quick, else kept for a while, dated, and worked out again behind the page."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from fanlight.web import lately as room

NOON = datetime(2026, 11, 12, 17, 0, tzinfo=UTC)


class Work:
    """Counts how often it is done; each time takes `cost` seconds of a processor that only this test turns."""

    def __init__(self, monkeypatch, cost: float) -> None:
        self.done, self.cost, self.spent = 0, cost, 0.0
        self.asked = threading.Event()
        monkeypatch.setattr(room.time, "thread_time", lambda: self.spent)

    def twice(self, name: str, now: datetime) -> None:
        """Asked until it is known to take long."""
        for _ in range(2):
            room.lately(name, self, now)

    def __call__(self, now: datetime) -> int:
        self.done += 1
        self.spent += self.cost
        self.asked.set()
        return self.done


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def waits(monkeypatch):
    """Work behind the page is done before the page goes on, so that a test can look at it."""

    class AtOnce:
        def __init__(self, target, name, daemon) -> None:
            self.start = target

    monkeypatch.setattr(room.threading, "Thread", AtOnce)


pytestmark = pytest.mark.django_db


def test_a_quick_sum_is_always_of_this_moment(monkeypatch):
    work = Work(monkeypatch, cost=0.05)
    for number in (1, 2, 3):
        found = room.lately("quick", work, after(number))
        assert (found.value, found.as_of, found.is_kept) == (number, after(number), False)


def test_what_took_long_once_is_not_kept_for_it(monkeypatch):
    work = Work(monkeypatch, cost=3.0)  # the first time reads the content besides
    assert not room.lately("once", work, NOON).is_kept
    work.cost = 0.01
    assert [room.lately("once", work, after(second)).value for second in (1, 2)] == [2, 3]


def test_a_long_sum_is_kept_and_says_of_when_it_is(monkeypatch):
    work = Work(monkeypatch, cost=0.5)
    work.twice("long", NOON)
    again = room.lately("long", work, after(59))
    assert (again.value, again.as_of, again.is_kept, work.done) == (2, NOON, True, 2)


def test_past_its_time_it_is_shown_once_more_and_worked_out_behind_the_page(monkeypatch, waits):
    work = Work(monkeypatch, cost=0.5)
    work.twice("long", NOON)
    assert room.lately("long", work, after(61)).value == 2  # two minutes for each second it takes
    assert work.done == 3
    assert room.lately("long", work, after(62)).value == 3


@pytest.mark.parametrize("seconds", [15 * 60 + 1, -1])
def test_too_old_or_of_a_moment_to_come_it_is_never_shown(monkeypatch, waits, seconds):
    work = Work(monkeypatch, cost=9.0)
    work.twice("long", NOON)
    assert room.lately("long", work, after(seconds)).value == 3


def test_what_fails_behind_the_page_leaves_what_was_there_and_is_tried_again(monkeypatch, waits):
    work = Work(monkeypatch, cost=0.5)
    work.twice("long", NOON)

    def fails(now: datetime) -> int:
        raise RuntimeError("the database is busy")

    with pytest.raises(RuntimeError):
        room.lately("long", fails, after(61))
    assert room.lately("long", work, after(62)).value == 2
    assert work.done == 3


def test_sums_of_two_clinics_are_two(monkeypatch):
    work = Work(monkeypatch, cost=0.5)
    assert room.lately("of site 1", work, NOON).value == 1
    assert room.lately("of site 2", work, NOON).value == 2

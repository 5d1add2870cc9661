"""Years of the made-up clinic: every life and every day of the house on one clock, written through the product's own actions."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from fanlight.core.instants import local_to_utc
from fanlight.records.chance import seeded
from fanlight.sample.fill import open_house
from fanlight.sample.house import House
from fanlight.sample.lives import Life
from fanlight.sample.people import read_clinic
from fanlight.sample.rates import read_rates
from fanlight.sample.truth import draw_people

LAST_DAY = date(2026, 11, 20)
"""The history ends here, whatever the day it is made: the same seed gives the same dates."""
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """How large a history, of how many days, by which seed. `event_by_event`: each reading is an entry of its own."""

    patients: int
    days: int
    seed: int
    event_by_event: bool = False
    ask_every_days: int = 28


Progress = Callable[[date, int, int], None]
"""Told each evening: the day, its number from 1, how many there are."""


def make_history(
    asked: Asked, *, progress: Progress = lambda day, done, whole: None, each_evening: Callable[[House, date], None] | None = None
) -> list[dict[str, Any]]:
    """Write the history into an empty database; what was true of each person, and what became of them.

    Many actions share one transaction a day: a day is there whole, or not at all.
    """
    clinic, rates = read_clinic(), read_rates()
    first = LAST_DAY - timedelta(days=asked.days - 1)
    people = draw_people(asked.patients, first, asked.days, asked.seed, rates)
    with seeded(random.Random(asked.seed)):
        zone = ZoneInfo(clinic.site.zone_name)
        with transaction.atomic():
            cast = open_house(clinic, local_to_utc(datetime.combine(first, time(7, 0)), zone, fold=0))
        house = House(cast, rates, asked.patients, asked.seed, asked.ask_every_days)
        lives = [Life(truth, house, event_by_event=asked.event_by_event) for truth in people]
        waiting = _Waiting(lives)
        for number in range(asked.days):
            day = first + timedelta(days=number)
            with ExitStack() as stack:
                stack.enter_context(transaction.atomic())
                house.open_up(day)
                waiting.run_until(house.instant(day, time(20, 0)))
                house.close_up(day)
            if each_evening is not None:
                each_evening(house, day)
            progress(day, number + 1, asked.days)
    return [{"truth": _plain(asdict(life.truth)), "told": _plain(asdict(life.told))} for life in lives]


class _Waiting:
    """Lives by the instant they go on; a life not yet begun waits for its own referral."""

    def __init__(self, lives: list[Life]) -> None:
        self._queue: list[tuple[datetime, int, Any]] = []
        for number, life in enumerate(lives):
            self._go_on(number, life.story())

    def run_until(self, end: datetime) -> None:
        """Wake every life whose time has come, in the order of time."""
        while self._queue and self._queue[0][0] <= end:
            _, number, story = heapq.heappop(self._queue)
            self._go_on(number, story)

    def _go_on(self, number: int, story: Any) -> None:
        at = next(story, None)
        if at is not None:
            heapq.heappush(self._queue, (at, number, story))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}

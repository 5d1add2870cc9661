"""The clinic's calendar: when it is open, when a prescriber is there, how many chairs it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanlight.core.instants import local_to_utc


class Weekday(StrEnum):
    """Days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> Weekday:
        """The weekday of a date."""
        return list(cls)[day.weekday()]


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """A weekday the clinic is open, in its own local time; `chairs` for dosing, and who is there."""

    weekday: Weekday
    opens: time
    closes: time
    chairs: int
    prescriber: bool
    therapist: bool


@dataclass(frozen=True, slots=True)
class Closure:
    """Dates on which the clinic is shut (both included), and why."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class PrescriberAway:
    """Dates without a prescriber (both included): open, but no dose may be started."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class ClinicCalendar:
    """Opening days, closures and people of one site. `usual_dose_end` is the local time therapy windows are counted from."""

    id: str
    title: str
    zone: str
    days: tuple[OpeningDay, ...]
    usual_dose_end: time
    closures: tuple[Closure, ...] = ()
    prescriber_away: tuple[PrescriberAway, ...] = ()

    def opening(self, day: date) -> OpeningDay | None:
        """The hours of a date, or None where the clinic is shut."""
        if any(shut.first <= day <= shut.last for shut in self.closures):
            return None
        weekday = Weekday.of(day)
        return next((opening for opening in self.days if opening.weekday is weekday), None)

    def why_not(self, day: date, booked: Mapping[date, int] | None = None) -> str | None:
        """Why no dose can be given on a date, in a few words; None where one can. `booked` is chairs taken by date."""
        shut = next((closure for closure in self.closures if closure.first <= day <= closure.last), None)
        if shut is not None:
            return f"the clinic is shut ({shut.why})"
        opening = self.opening(day)
        if opening is None:
            return f"the clinic is shut on {Weekday.of(day).value.title()}s"
        away = next((gone for gone in self.prescriber_away if gone.first <= day <= gone.last), None)
        if away is not None or not opening.prescriber:
            return f"no prescriber is on site ({away.why})" if away is not None else "no prescriber is on site"
        if (booked or {}).get(day, 0) >= opening.chairs:
            return "every chair is taken"
        return None

    def open_spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """UTC spans within two instants in which a therapist is there and the clinic is open, in order."""
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            opening = self.opening(day)
            if opening is not None and opening.therapist:
                opens = max(local_to_utc(datetime.combine(day, opening.opens), zone, fold=0), start)
                closes = min(local_to_utc(datetime.combine(day, opening.closes), zone, fold=0), end)
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)

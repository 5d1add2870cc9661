"""Aware instants: UTC inside, elapsed time never from local clocks (CLK-1 to CLK-4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fanlight.core.errors import FanlightError


class InstantError(FanlightError):
    """A time that names no instant, or more than one."""


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC. A time without a zone names no instant and is refused."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InstantError(
            "FAN-TIME-001",
            f"Cannot use the time {moment.isoformat()}",
            "it has no zone or offset",
            "Give it with an offset, for example 2026-11-12T09:30:00-05:00.",
        )
    return moment.astimezone(UTC)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """True time between two instants; both are taken to UTC first, so a clock change is counted."""
    return as_utc(end) - as_utc(start)


def elapsed_minutes(start: datetime, end: datetime) -> int:
    """Whole minutes elapsed, rounded down (also when negative), so that 119 min 59 s is 119."""
    return int(elapsed(start, end) // timedelta(minutes=1))


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with an offset, as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise InstantError(
            "FAN-TIME-002",
            f"Cannot read the time {text!r}",
            "it is not an ISO 8601 date and time",
            "Write it as 2026-11-12T09:30:00-05:00.",
        ) from problem
    return as_utc(moment)


def format_instant(moment: datetime) -> str:
    """Fixed text of an instant (UTC, microseconds, Z); sorts as it happened."""
    return as_utc(moment).isoformat(timespec="microseconds")[:-6] + "Z"


def local_to_utc(wall: datetime, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """The instant of a wall-clock time in a zone.

    A time that the clock skips is refused. A time that happens twice is refused unless `fold`
    says which: 0 the first, 1 the second (CLK-3: it is asked back, never guessed).
    """
    if wall.tzinfo is not None:
        return as_utc(wall)
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    if not exists:
        raise InstantError(
            "FAN-TIME-003",
            f"Cannot use {wall:%d %b %Y %H:%M} in {zone.key}",
            "the clock skipped that time",
            "Give the time the clock showed.",
        )
    if first.utcoffset() != second.utcoffset() and fold is None:
        raise InstantError(
            "FAN-TIME-004",
            f"Cannot tell which {wall:%H:%M} on {wall:%d %b %Y} is meant in {zone.key}",
            "the clock showed it twice",
            f"Choose the first or the second {wall:%H:%M}.",
        )
    return (second if fold else first).astimezone(UTC)


def clinic_date(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar date at the clinic when this instant happened."""
    return as_utc(moment).astimezone(zone).date()


def clinic_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of a clinic date and of the next, in UTC; 23 to 25 hours apart."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return start, end


def age_on(birth_date: date, day: date) -> int:
    """Completed years; someone born on 29 February turns older on 1 March of a common year."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def days_between(earlier: date, later: date) -> int:
    """Calendar days from one clinic date to another; negative when `later` is earlier."""
    return (later - earlier).days

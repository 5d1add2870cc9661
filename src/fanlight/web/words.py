"""Dates, times, durations and counts as pages write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def day_words(day: date, today: date) -> str:
    """ "Thu 12 Nov"; the year stands when it is not this one.

    >>> day_words(date(2026, 11, 12), date(2026, 11, 21))
    'Thu 12 Nov'
    """
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == today.year else f" {day.year}")


def birth_words(born: date, today: date) -> str:
    """A birth date with the age: "3 Feb 1985, 41 y"."""
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"{born.day} {born:%b} {born.year}, {age} y"


def moment_words(moment: datetime) -> str:
    """The 24-hour clock."""
    return f"{moment:%H:%M}"


def instant_words(moment: datetime, today: date) -> str:
    """Clock alone today, else day and clock."""
    return moment_words(moment) if moment.date() == today else f"{day_words(moment.date(), today)}, {moment_words(moment)}"


def due_words(due: datetime, now: datetime) -> str:
    """How far off a due time is: "in 38 min", "in 2 h", "3 days late".

    >>> due_words(datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 9, 22))
    'in 38 min'
    """
    span = abs(due - now)
    if span < timedelta(minutes=1):
        return "now"
    if span < timedelta(minutes=90):
        words = f"{int(span.total_seconds() // 60)} min"
    elif span < timedelta(hours=36):
        words = f"{round(span.total_seconds() / 3600)} h"
    else:
        words = f"{span.days} {'day' if span.days == 1 else 'days'}"
    return f"in {words}" if due > now else f"{words} late"


def clock_words(seconds: int) -> str:
    """A countdown: "3:42"; past an hour "1:03:42"."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def count_words(count: int) -> str:
    """Small counts in words.

    >>> count_words(2)
    'two'
    """
    return _SMALL[count] if 0 <= count < len(_SMALL) else str(count)


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "two readings", "one reading"."""
    return f"{count_words(count)} {one if count == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """The text with a capital first and a full stop last."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "”")) else ".")


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)

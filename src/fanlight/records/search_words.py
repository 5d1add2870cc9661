"""What somebody typed into a search, read: words, days in the ways people write them, and record numbers. Nothing is looked up here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from fanlight.exchange.csv_files.days import read_day

LONGEST = 120
_ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u00b4\u0060\uff07", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
)
"""Letters that carry no separable mark, and the many apostrophes and hyphens that keyboards put for one."""
_WRITTEN = ("iso", "dmy", "mdy", "named", "compact")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\Z")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_WORDS_IN_A_DAY = 3


def folded(text: str) -> str:
    """Text without accents, in one case: "Ésme" is found by "esme", and the other way round. Every script keeps its letters."""
    apart = unicodedata.normalize("NFKD", text.replace("\0", " "))  # no database holds a name with a null in it
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()
    return plain.translate(_ALIKE)


def squeezed(text: str) -> str:
    """Letters and digits alone: "FL-0004", "fl 0004" and "fl0004" are one number."""
    return "".join(letter for letter in text if letter.isalnum())


def begun(name: str) -> str:
    """A name as it is searched: a blank before each place that typed words may begin at.

    The parts of "O'Neil-Smith" count each by itself, and the whole of it without its marks.

    >>> begun("O'Neil-Smith")
    " o'neil-smith o neil smith oneilsmith"
    """
    found: list[str] = []
    for word in folded(name).split():
        parts = [part for part in re.split(r"['.-]", word) if part]
        found += [word, *parts, "".join(parts)] if len(parts) > 1 or parts != [word] else [word]
    return "".join(f" {word}" for word in dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as read. `words` are all of it, folded; `days` each day it may mean; `rest` the words that are no part of a day.

    Day first or month first cannot be told apart in 04/06/1983: both days are meant.
    """

    words: tuple[str, ...]
    days: tuple[date, ...]
    rest: tuple[str, ...]

    @property
    def number(self) -> str:
        """All of it as one record number."""
        return squeezed("".join(self.words))


def read_search(text: str, *, on: date | None = None) -> Asked:
    """Read what was typed. `on` is today's date, for a day written without its year: "12 Nov" is this year's."""
    words = folded(text[:LONGEST]).split()
    days: list[date] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        for many in range(min(_WORDS_IN_A_DAY, len(words) - at), 0, -1):
            found = _days(" ".join(words[at : at + many]), on)
            if found:
                days += found
                if rest and _WEEKDAY.match(rest[-1]):
                    rest.pop()
                at += many
                break
        else:
            rest.append(words[at])
            at += 1
    return Asked(tuple(words), tuple(dict.fromkeys(days)), tuple(rest))


def _days(text: str, on: date | None) -> list[date]:
    text = _ORDINAL.sub("", text.rstrip(",."))
    names = re.findall(r"[^\W\d_]+", text)
    if len(names) > 1 or any(len(name) < 3 or not any(month.startswith(name) for month in _MONTHS) for name in names):
        return []
    found = [day for name in _WRITTEN if (day := read_day(text, name)) is not None]
    if not found and on is not None and names and any(letter.isdigit() for letter in text):
        day = read_day(f"{text} {on.year}", "named")
        found = [day] if day else []
    return found

"""One line of a written protocol: what it is about, what it says, and on what basis."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.care.protocols.cited import Cited, Statement
from fanlight.care.protocols.wording import number_words
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """`key` names the fact for ever (two versions are compared by it); `number` and `unit` are set where it is one number."""

    key: str
    label: str
    text: str
    mark: Mark | None = None
    source: str = ""
    number: Decimal | None = None
    unit: str = ""


def number_entry(key: str, label: str, value: Cited | None, note: str = "") -> tuple[Entry, ...]:
    """An entry for a number, or nothing where the protocol has none."""
    if value is None:
        return ()
    said = "; ".join(part for part in (note, value.note) if part)
    text = f"{number_words(value)}{f' ({said})' if said else ''}"
    return (Entry(key, label, text, value.mark, value.source, value.value, value.unit),)


def statements(key: str, label: str, said: tuple[Statement, ...]) -> tuple[Entry, ...]:
    """Entries for sentences, keyed by their id, else by their own words."""
    return tuple(Entry(f"{key}.{item.id or item.text}", label, item.text, item.mark, item.source) for item in said)

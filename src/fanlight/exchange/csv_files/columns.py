"""Each column as it is put before a person: samples, what it may be, and what must be asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.exchange.csv_files.days import DaysFound, look_at_days
from fanlight.exchange.csv_files.mapping import CsvWords, Target, head_words
from fanlight.exchange.csv_files.table import Table

_SAMPLES = 3
_DISTINCT = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `suggested` is a target by its head, or ""; `days` is set where most cells can be days.

    `distinct` holds the words of a column that has few of them. `has_commas`: numbers with a comma in them occur.
    """

    name: str
    filled: int
    samples: tuple[str, ...]
    suggested: str
    days: DaysFound | None
    distinct: tuple[str, ...]
    has_commas: bool

    @property
    def only_day_format(self) -> str:
        """The one format every cell can have; "" where it must be asked."""
        return self.days.fits[0] if self.days and len(self.days.fits) == 1 and not self.days.unreadable else ""


def columns_of(table: Table, targets: Mapping[str, Target], words: CsvWords) -> tuple[Column, ...]:
    """Every column of a table. A target is suggested once, to the first column whose head is one of its words."""
    heads = {word: entry.target for entry in words.heads for word in entry.words}
    heads |= {head_words(name.replace("_", " ")): name for name in targets} | {
        head_words(target.label): name for name, target in targets.items()
    }
    taken: set[str] = set()
    found = []
    for name in table.columns:
        cells = list(table.cells(name))
        suggested = heads.get(head_words(name), "")
        if suggested not in targets or (suggested in taken and targets[suggested].kind != "list"):
            suggested = ""
        taken.add(suggested)
        values = list(dict.fromkeys(text for _, text in cells[:2000]))
        days = look_at_days(cells)
        is_days = bool(cells) and days.unreadable * 2 <= len(cells)
        found.append(
            Column(
                name,
                len(cells),
                tuple(value[:60] for value in values[:_SAMPLES]),
                suggested,
                days if is_days else None,
                tuple(values) if 0 < len(values) <= _DISTINCT and all(len(value) <= 40 for value in values) else (),
                any("," in text and text.replace(",", "").replace(".", "").strip().isdigit() for _, text in cells),
            )
        )
    return tuple(found)

"""A table out of text: the separator found by what makes the rows even, quotes with line breaks, rows numbered as a spreadsheet does."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from fanlight.exchange.csv_files.text import CsvError, decode

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_COLUMNS = 1000
_TRIED = 60


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row by its number in a spreadsheet (the head is row 1), with a cell for every column."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table. `empty_rows` were passed over; `notes` say what a person should look at before anything else."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str
    separator: str
    empty_rows: int
    notes: tuple[str, ...]

    def cells(self, column: str) -> Iterator[tuple[int, str]]:
        """Row number and cell of one column, where the cell says something."""
        at = self.columns.index(column)
        for row in self.rows:
            if not row.fault and row.cells[at]:
                yield row.number, row.cells[at]


def read_table(content: bytes) -> Table:
    """Read a delimited file. A row with more cells than the head carries its fault; a short one is filled with nothing.

    Raises `CsvError` where the file is no table: empty, binary, a quote that never closes, more than 1,000 columns.
    """
    decoded = decode(content)
    separator = _separator(decoded.text)
    records = _records(decoded.text, separator)
    head = next(((number, cells) for number, cells in records if any(cells)), None)
    if head is None:
        raise CsvError("FAN-CSV-001", "Cannot read the file", "it is empty", "Choose the file that holds the rows.")
    columns, notes = _columns(head[1])
    rows, empty = [], 0
    for number, cells in records:
        if not any(cells):
            empty += 1
        else:
            rows.append(_row(number, cells, len(columns)))
    if not decoded.is_certain:
        notes.append(f"Read as {decoded.encoding}: the file does not say its encoding. Look at the names with accents.")
    if not rows:
        notes.append("There is a head and no row below it.")
    return Table(columns, tuple(rows), decoded.encoding, SEPARATORS[separator], empty, tuple(notes))


def _separator(text: str) -> str:
    """The separator under which most of the first rows are as wide as the head, and the head widest."""
    best, found = (-1.0, 0), ","
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), _TRIED) if any(row)]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        even = sum(width == widths[0] for width in widths) / len(widths)
        if (round(even, 1), widths[0]) > best:
            best, found = (round(even, 1), widths[0]), separator
    return found


def _records(text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise CsvError(
                "FAN-CSV-005",
                f"Cannot read row {number} (line {reader.line_num}) of the file",
                "a quote is not closed, or stands inside a cell that is not quoted",
                'Write a quote inside a cell twice: "".',
            ) from problem
        yield number, tuple(cell.strip() for cell in cells)


def _columns(head: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    while head and not head[-1]:
        head = head[:-1]
    if len(head) > MOST_COLUMNS:
        raise CsvError("FAN-CSV-006", "Cannot read the file", f"it has {len(head)} columns", f"Keep at most {MOST_COLUMNS}.")
    seen: Counter[str] = Counter()
    names, notes = [], []
    for at, given in enumerate(head, start=1):
        name = " ".join(given.split())[:120] or f"column {at}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    doubled = [name for name, count in seen.items() if count > 1]
    if doubled:
        notes.append(f"Stands more than once in the head, and is numbered: {', '.join(doubled)}.")
    nameless = sum(not name for name in head)
    if nameless:
        notes.append(f"Columns without a name in the head, numbered instead: {nameless}.")
    return tuple(names), notes


def _row(number: int, cells: tuple[str, ...], width: int) -> TableRow:
    extra = [cell for cell in cells[width:] if cell]
    if extra:
        return TableRow(
            number, cells[:width], f"has {len(cells)} cells for {width} columns; a separator stands inside a cell without quotes"
        )
    return TableRow(number, (cells + ("",) * width)[:width])

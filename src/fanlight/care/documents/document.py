"""A document as a value: what it says, and from which events. Pages and PDF only set it in type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One statement. `event_ids` are the events it was made from; none where it comes from the header or the content.

    `strong` marks the words of `text` to set in bold. `needs_sign_off`: from content nobody has signed yet.
    """

    text: str
    event_ids: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    needs_sign_off: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, with the events behind it."""

    cells: tuple[str, ...]
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column is text, the others figures unless `text_columns` names them."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text_columns: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Point:
    """One reading on the chart: minutes from the start (negative before), value; past a limit; written down late or corrected."""

    minute: Decimal
    value: Decimal
    event_id: str
    is_past_limit: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One limit on the chart, with its words."""

    value: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class SessionChart:
    """The course of the session in three lanes. `dose` is from and to, in minutes, with its words; None where none is known.

    `quiet_minute` is the middle of the longest time without a reading: words on a limit fit there.
    """

    systolic: tuple[Point, ...] = ()
    diastolic: tuple[Point, ...] = ()
    heart_rate: tuple[Point, ...] = ()
    spo2: tuple[Point, ...] = ()
    dissociation: tuple[Point, ...] = ()
    pressure_limits: tuple[Level, ...] = ()
    spo2_limits: tuple[Level, ...] = ()
    dose: tuple[Decimal, Decimal, str] | None = None
    first_minute: Decimal = Decimal(0)
    last_minute: Decimal = Decimal(60)
    quiet_minute: Decimal = Decimal(30)
    finding: str = ""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to draw."""
        return not (self.systolic or self.heart_rate or self.spo2 or self.dissociation)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part: statements run together as text unless `is_list`; then chart and table, then `after`."""

    heading: str
    lines: tuple[Line, ...] = ()
    chart: SessionChart | None = None
    table: Table | None = None
    after: tuple[Line, ...] = ()
    is_list: bool = False
    after_is_list: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign; `signed` says when and how once somebody did."""

    name: str
    role: str
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document: `id` is its kind; `facts` two columns of label and value under the title; `warnings` stand first, visibly.

    `footer` says what it was made from. `is_large` sets it larger, for a patient.
    """

    id: str
    kind: str
    title: str
    clinic: str
    tagline: str
    dated: str
    facts: tuple[tuple[tuple[str, str], ...], ...]
    sections: tuple[Section, ...]
    warnings: tuple[Line, ...] = ()
    signatures: tuple[Signature, ...] = ()
    footer: str = ""
    is_large: bool = False

    @property
    def lines(self) -> Iterator[Line]:
        """Every statement, in order."""
        yield from self.warnings
        for section in self.sections:
            yield from section.lines
            yield from section.after

    @property
    def event_ids(self) -> frozenset[str]:
        """Every event any line or row was made from."""
        said = {name for line in self.lines for name in line.event_ids}
        rows = {name for section in self.sections if section.table for row in section.table.rows for name in row.event_ids}
        return frozenset(said | rows)

    @property
    def texts(self) -> Iterator[str]:
        """Every text it prints, for a check that the machine has its letters."""
        yield from (self.title, self.clinic, self.tagline, self.dated, self.footer)
        for column in self.facts:
            for label, value in column:
                yield from (label, value)
        for line in self.lines:
            yield line.text
        for section in self.sections:
            yield section.heading
            for row in section.table.rows if section.table else ():
                yield from row.cells
        for signature in self.signatures:
            yield from (signature.name, signature.role, signature.signed)

"""What a course chart says, row by row. Nothing is drawn, listed or exported that is not one of these rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fanlight.core.quantities import plain


class Standing(StrEnum):
    """How a row came out. Only the first two carry a number that is drawn on the scale."""

    ANSWERED = "answered"
    PRORATED = "prorated"
    INCOMPLETE = "incomplete"
    NOT_SCORED = "not scored"
    OWED = "owed"
    MISSED = "never answered"


DRAWN = (Standing.ANSWERED, Standing.PRORATED)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One time point of one scale. `value` is the number that change is judged on; None where there is none.

    `change` counts from the first score of the same instrument and version. `risk` says of a suicide item that it was answered
    above none (`is_danger`), or was not answered.
    """

    key: str
    on: date
    scale_id: str
    title: str
    standing: Standing
    value: Decimal | int | None = None
    version: str = ""
    band: str = ""
    change: str = ""
    is_response: bool | None = None
    is_remission: bool | None = None
    risk: str = ""
    is_danger: bool = False
    note: str = ""
    answers_pk: int | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether it stands on the scale as a point; else it is an open mark under it."""
        return self.value is not None and self.standing in DRAWN


@dataclass(frozen=True, slots=True)
class Goal:
    """A value worth reaching: `word` is response or remission, `sign` how it is met."""

    word: str
    value: Decimal
    sign: str
    source: str = ""

    @property
    def words(self) -> str:
        """ "response ≤ 10.5"."""
        return f"{self.word} {self.sign} {plain(self.value)}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One scale: its whole range, its bands (from, word), its goals, and its rows in order of date.

    `baseline` is the first score, which response is counted from. `better` says which way the scale points, in a word.
    """

    scale_id: str
    title: str
    low: Decimal
    high: Decimal
    better: str
    bands: tuple[tuple[Decimal, str], ...] = ()
    goals: tuple[Goal, ...] = ()
    baseline: ScoreRow | None = None
    rows: tuple[ScoreRow, ...] = ()


class Given(StrEnum):
    """Whether a session's drug was given."""

    GIVEN = "given"
    NOT_GIVEN = "not given"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One visit for a dose. `dose` is what went in, in words, with `milligrams` where the amount is known; empty where nothing did."""

    key: str
    on: date
    number: int
    treatment: str
    given: Given
    dose: str
    status: str
    reference: str = ""
    milligrams: Decimal | None = None


class MedicineChange(StrEnum):
    """What happened with a medicine. `TOLD`: it was first told of on this day, and when it began is not known."""

    STARTED = "started"
    CHANGED = "changed"
    STOPPED = "stopped"
    TOLD = "first told of"


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """One change of a medicine. `name` tells its lane, `dose` what is taken from this day on."""

    key: str
    on: date
    name: str
    change: MedicineChange
    dose: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row as a table has it. The key is the one its mark carries in the drawing."""

    key: str
    on: date
    kind: str
    what: str
    value: str = ""
    of: str = ""
    standing: str = ""
    band: str = ""
    change: str = ""
    response: str = ""
    remission: str = ""
    note: str = ""
    answers_pk: int | None = None
    reference: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether it is a score that is not there."""
        return self.kind == "score" and not self.value


@dataclass(frozen=True, slots=True)
class CourseRows:
    """Everything of one window of time, `first` to `last`, seen on `today`. `unchanged` names medicines that stayed as they were;
    `later` counts sessions planned after what is shown."""

    first: date
    last: date
    today: date
    lanes: tuple[Lane, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    medicines: tuple[MedicineRow, ...] = ()
    unchanged: tuple[str, ...] = ()
    later: int = 0

    @property
    def lines(self) -> tuple[TableLine, ...]:
        """Every row as a line of the table, the oldest first."""
        return tuple(sorted(self._lines(), key=lambda line: (line.on, line.kind, line.what, line.key)))

    def _lines(self) -> Iterator[TableLine]:
        for lane in self.lanes:
            yield from (_score_line(lane, row) for row in lane.rows)
        for visit in self.sessions:
            title = f"Session {visit.number}" + (f", {visit.treatment}" if visit.treatment else "")
            yield TableLine(
                visit.key,
                visit.on,
                "session",
                title,
                visit.dose,
                standing=visit.given.value,
                note=visit.status,
                reference=visit.reference,
            )
        for told in self.medicines:
            yield TableLine(told.key, told.on, "medicine", told.name.capitalize(), told.dose, standing=told.change.value, note=told.note)

    def within(self, first: date, last: date) -> CourseRows:
        """The same rows, those of a window alone. Baselines and goals stay: they are counted from the whole record."""
        lanes = tuple(replace(lane, rows=tuple(row for row in lane.rows if first <= row.on <= last)) for lane in self.lanes)
        return replace(
            self,
            first=first,
            last=last,
            lanes=tuple(lane for lane in lanes if lane.rows),
            sessions=tuple(row for row in self.sessions if first <= row.on <= last),
            medicines=tuple(row for row in self.medicines if first <= row.on <= last),
        )


def _score_line(lane: Lane, row: ScoreRow) -> TableLine:
    return TableLine(
        row.key,
        row.on,
        "score",
        row.title,
        "" if row.value is None else plain(Decimal(row.value)),
        plain(lane.high),
        row.standing.value,
        row.band,
        row.change,
        _yes_no(row.is_response),
        _yes_no(row.is_remission),
        "; ".join(part for part in (row.risk, row.note) if part),
        row.answers_pk,
    )


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"

"""One scale item by item: a row for each question, a column for each time it was answered or missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fanlight.care.scales import Instrument, questionnaire_items, risk_of
from fanlight.care.scales.parts import Direction
from fanlight.care.scales.risk import RiskTable
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import ScaleResponse
from fanlight.web.pages.course_chart.rows import CourseRows, ScoreRow

COLUMNS = 12
"""Columns that fit beside the questions, on a page of paper too."""
SHADES = 4
"""Steps of shading between the best and the worst answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer: its number as text, its shade from 0 (best) to `SHADES`, and whether it sets something going. Empty: not answered."""

    text: str
    shade: int | None = None
    is_risk: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question with its answers, in the order of the columns."""

    number: int
    wording: str
    is_suicide_item: bool
    is_reversed: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ItemPart:
    """Some columns of a grid, few enough for a page; `columns` are rows of the chart."""

    columns: tuple[ScoreRow, ...]
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class ItemGrid:
    """The grid of one scale in parts, the newest part first. `is_judged`: its answers have a worse end, which is shaded."""

    scale_id: str
    title: str
    parts: tuple[ItemPart, ...]
    is_judged: bool


def item_grid(rows: CourseRows, scale_id: str, responses: Iterable[ScaleResponse], table: RiskTable) -> ItemGrid | None:
    """The grid of a scale of this chart; None where the chart has no such scale."""
    lane = next((lane for lane in rows.lanes if lane.scale_id == scale_id), None)
    if lane is None:
        return None
    instrument = shipped_instruments()[scale_id]
    answers = {row.pk: row.answers for row in responses if row.instrument_id == scale_id}
    columns = tuple(row for row in lane.rows if row.answers_pk in answers or not row.is_drawn)
    cuts = [columns[max(end - COLUMNS, 0) : end] for end in range(len(columns), 0, -COLUMNS)]
    parts = tuple(ItemPart(cut, _lines(instrument, cut, answers, table)) for cut in cuts)
    return ItemGrid(scale_id, instrument.title, parts, instrument.direction is not Direction.NEITHER)


def _lines(
    instrument: Instrument, columns: tuple[ScoreRow, ...], answers: Mapping[int, Mapping[str, Any]], table: RiskTable
) -> tuple[ItemRow, ...]:
    given = [answers.get(row.answers_pk, {}) if row.answers_pk is not None else {} for row in columns]
    return tuple(
        ItemRow(
            number,
            line.wording,
            line.is_suicide_item,
            instrument.item(line.id).reverse,
            tuple(_cell(instrument, line.id, one.get(line.id), line.is_suicide_item, table) for one in given),
        )
        for number, line in enumerate(questionnaire_items(instrument), start=1)
    )


def _cell(instrument: Instrument, item: str, value: Any, is_suicide_item: bool, table: RiskTable) -> Cell:
    if value is None:
        return Cell("")
    is_risk = is_suicide_item and risk_of(table, instrument, item, value) is not None
    return Cell(str(value), _shade(instrument, item, value), is_risk)


def _shade(instrument: Instrument, item: str, value: Any) -> int | None:
    """How far towards the worse end an answer lies, in steps; None for one that was marked as not assessed, or has no worse end."""
    answers = instrument.answers_of(item)
    if value in answers.not_assessed or instrument.direction is Direction.NEITHER or answers.high == answers.low:
        return None
    share = (float(value) - answers.low) / (answers.high - answers.low)
    if instrument.item(item).reverse != (instrument.direction is Direction.HIGHER_IS_BETTER):
        share = 1 - share
    return min(max(round(share * SHADES), 0), SHADES)

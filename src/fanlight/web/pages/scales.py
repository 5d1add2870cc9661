"""Scores as pages show them: the form with its questions, the line of a score, the chart over a course."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fanlight.care.scales import Instrument, change, questionnaire_items, risk_of
from fanlight.care.scales.parts import Direction
from fanlight.care.scales.risk import RiskTable
from fanlight.core.instants import clinic_date
from fanlight.core.quantities import plain
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import Patient, ScaleResponse, TreatmentSession
from fanlight.web.drawing.course_chart import CourseChart, GoalLine, Score, draw_course_chart
from fanlight.web.drawing.svg import Svg

_NOT_GIVEN = ("planned", "did_not_attend", "cancelled_before_dose")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to tap. `is_positive`: it sets something going when it is saved."""

    value: int
    label: str
    is_chosen: bool
    is_positive: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form. Without `choices` a number from `low` to `high` is typed."""

    id: str
    number: int
    wording: str
    is_licensed_text: bool
    is_suicide_item: bool
    is_optional: bool
    choices: tuple[Choice, ...]
    low: int
    high: int
    step: str
    value: str
    asked_when: list[dict[str, Any]]
    note: str = ""

    @property
    def asked_json(self) -> str:
        """When it is asked, for the page's script."""
        return json.dumps(self.asked_when)


def questions(instrument: Instrument, answers: Mapping[str, Any], table: RiskTable) -> list[Question]:
    """Every question in the form's order, with the answers so far."""
    found = []
    for number, line in enumerate(questionnaire_items(instrument), start=1):
        given = answers.get(line.id)
        choices = tuple(
            Choice(
                option.value,
                option.label or str(option.value),
                given == option.value,
                line.is_suicide_item and risk_of(table, instrument, line.id, option.value) is not None,
            )
            for option in line.options
        )
        found.append(
            Question(
                line.id,
                number,
                line.wording,
                line.is_licensed_text,
                line.is_suicide_item,
                not line.is_required,
                choices,
                line.low,
                line.high,
                "1" if line.places == 0 else plain(Decimal(1).scaleb(-line.places)),
                "" if given is None else _number(given),
                [{"item": need.item, "values": list(need.values)} for need in line.asked_when_any],
                instrument.item(line.id).note,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One score of a table: when, which, how much, what it means, and against the first of its kind."""

    pk: int
    on: datetime
    scale_id: str
    title: str
    total: str
    of: str
    band: str
    status: str
    change: str
    is_response: bool | None
    is_remission: bool | None
    flags: tuple[str, ...]
    source: str
    by: str


def score_lines(responses: Sequence[ScaleResponse]) -> list[ScoreLine]:
    """A line for each score, the newest first; change is counted from the first score of the same instrument and version."""
    first: dict[tuple[str, str], Any] = {}
    lines = []
    for row in sorted(responses, key=lambda one: (one.answered_at, one.pk)):
        instrument = shipped_instruments().get(row.instrument_id)
        total = judged(row, instrument)
        start = first.setdefault((row.instrument_id, row.instrument_version), total) if total is not None else None
        moved = change(instrument, start, total) if instrument and instrument.direction is not Direction.NEITHER else None
        is_first = start is total
        lines.append(
            ScoreLine(
                row.pk,
                row.answered_at,
                row.instrument_id,
                instrument.title if instrument else row.instrument_id,
                "" if row.score.get("total") is None else _number(row.score["total"]),
                _of(instrument),
                str(row.score.get("band") or "").replace("_", " "),
                str(row.score.get("status") or ""),
                "" if moved is None or is_first else change_words(moved.points, moved.percent),
                None if moved is None or is_first else moved.default("response"),
                None if moved is None else moved.default("remission"),
                tuple(flag.replace("_", " ").replace(":", ": ") for flag in row.score.get("flags", [])),
                row.source,
                row.entered_by.name,
            )
        )
    return lines[::-1]


def judged(row: ScaleResponse, instrument: Instrument | None) -> Any:
    """The number that change is judged on, or None."""
    if instrument is None or instrument.change.of == "total":
        return row.score.get("total")
    return (row.score.get("subscales") or {}).get(instrument.change.of)


def change_words(points: Any, percent: Any) -> str:
    """ "9 better, 43 %"; "2 worse, 12 %"; "no change"."""
    if points is None:
        return ""
    if points == 0:
        return "no change"
    share = "" if percent is None else f", {round(abs(float(percent)))} %"
    return f"{_number(abs(points))} {'better' if points > 0 else 'worse'}{share}"


def scale_charts(
    patient: Patient, today: date, missing: Mapping[str, Sequence[date]] | None = None, *, at_most: int | None = None
) -> list[tuple[str, Svg]]:
    """A chart for each instrument that was answered, with sessions on the sill, bands, the lines of response and remission, and
    the time points that stayed empty. The instrument with the most answers comes first; `at_most` so many are drawn."""
    zone = patient.site.zone
    sessions = tuple(
        (planned_on, state not in _NOT_GIVEN)
        for planned_on, state in TreatmentSession.objects.filter(course__patient=patient).values_list("planned_on", "state")
        if state != "cancelled_before_dose"
    )
    by_scale: dict[str, list[ScaleResponse]] = {}
    for row in patient.scale_responses.filter(amended_by__isnull=True).defer("answers").order_by("answered_at"):
        by_scale.setdefault(row.instrument_id, []).append(row)
    drawn: list[tuple[str, Svg]] = []
    for scale_id, rows in sorted(by_scale.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        instrument = shipped_instruments().get(scale_id)
        if instrument is None or len(drawn) == at_most:
            continue
        points = [(clinic_date(row.answered_at, zone), judged(row, instrument)) for row in rows]
        gaps = [Score(day, None) for day in (missing or {}).get(scale_id, ())]
        scores = sorted([*(Score(on, None if value is None else float(value)) for on, value in points), *gaps], key=lambda s: s.on)
        rule = instrument.score_rule(instrument.change.of)
        values = [score.value for score in scores if score.value is not None]
        low = float(rule.low) if rule is not None and rule.low is not None else min([0.0, *values])
        high = float(rule.high) if rule is not None and rule.high is not None else max([low + 1, *values])
        start = next((value for _, value in points if value is not None), None)
        chart = CourseChart(instrument.title, low, high, tuple(scores), sessions, today, _bands(instrument, low), _goals(instrument, start))
        drawn.append((scale_id, draw_course_chart(chart)))
    return drawn


def _bands(instrument: Instrument, low: float) -> tuple[tuple[float, str], ...]:
    if instrument.bands is None or instrument.bands.of != instrument.change.of:
        return ()
    ranged = [level for level in instrument.bands.levels if level.when is None]
    return tuple((float(level.low) if level.low is not None else low, level.label.replace("_", " ")) for level in ranged)


def _goals(instrument: Instrument, start: Any) -> tuple[GoalLine, ...]:
    lines = []
    response = next(iter(instrument.change.response), None)
    remission = next(iter(instrument.change.remission), None)
    sign = 1 if instrument.direction is Direction.HIGHER_IS_WORSE else -1
    if response is not None and response.percent is not None and start:
        lines.append(GoalLine(float(start) * (1 - sign * float(response.percent) / 100), "response"))
    if remission is not None and (remission.at_most is not None or remission.at_least is not None):
        lines.append(GoalLine(float(remission.at_most if remission.at_most is not None else remission.at_least or 0), "remission"))
    return tuple(lines)


def _of(instrument: Instrument | None) -> str:
    rule = instrument.score_rule("total") if instrument else None
    return "" if rule is None or rule.high is None else f"of {_number(rule.high)}"


def _number(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)

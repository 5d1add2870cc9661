"""The scores of a person as rows: the standing answer sets, C-SSRS asked in a session, and what was owed and did not come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fanlight.care.scales import Instrument, change
from fanlight.care.scales.asking import Owed, Stage
from fanlight.care.scales.meaning import Cut
from fanlight.care.scales.parts import Direction
from fanlight.core.instants import clinic_date
from fanlight.records.instruments import shipped_instruments
from fanlight.records.models import ScaleResponse
from fanlight.web.pages.course_chart.rows import DRAWN, Goal, Lane, ScoreRow, Standing
from fanlight.web.pages.scales import change_words, judged

_STANDINGS = {"complete": Standing.ANSWERED, "prorated": Standing.PRORATED, "incomplete": Standing.INCOMPLETE}
_BETTER = {Direction.HIGHER_IS_WORSE: "lower is better", Direction.HIGHER_IS_BETTER: "higher is better", Direction.NEITHER: ""}


def answered_rows(responses: Iterable[ScaleResponse], zone: ZoneInfo) -> list[ScoreRow]:
    """A row for each standing answer set of an instrument that is known here, in the order they were answered."""
    known = shipped_instruments()
    rows = sorted(responses, key=lambda one: (one.answered_at, one.pk))
    return [_answered(row, known[row.instrument_id], zone) for row in rows if row.instrument_id in known]


def _answered(row: ScaleResponse, instrument: Instrument, zone: ZoneInfo) -> ScoreRow:
    value = judged(row, instrument)
    standing = _STANDINGS.get(str(row.score.get("status")), Standing.NOT_SCORED)
    if standing in DRAWN and value is None and not row.score.get("band"):
        standing = Standing.NOT_SCORED
    suicide = sorted(flag for flag in row.score.get("flags", ()) if flag.startswith("suicide"))
    total = row.score.get("total")
    notes = [row.source]
    if instrument.change.of != "total" and total is not None:
        notes.insert(0, f"{instrument.change.of.replace('_', ' ')}; total {total}")
    return ScoreRow(
        key=f"a{row.pk}",
        on=clinic_date(row.answered_at, zone),
        scale_id=instrument.id,
        title=instrument.title,
        standing=standing,
        value=value if standing in DRAWN else None,
        version=row.instrument_version,
        band=str(row.score.get("band") or "").replace("_", " "),
        risk="; ".join(flag.replace("_", " ") for flag in suicide),
        is_danger=any(not flag.endswith("missing") for flag in suicide),
        note="; ".join(notes),
        answers_pk=row.pk,
    )


def owed_rows(standings: Iterable[Owed], answered: Sequence[ScoreRow], today: date) -> list[ScoreRow]:
    """A row for each time point that has come and was not answered. A half-filled form of its window stands for it already."""
    known = shipped_instruments()
    rows: dict[str, ScoreRow] = {}
    for one in standings:
        ask = one.ask
        if one.stage in (Stage.ANSWERED, Stage.NOT_DUE) or ask.due_on > today or ask.scale not in known:
            continue
        half = [row for row in answered if row.scale_id == ask.scale and ask.first <= row.on <= ask.last]
        if any(row.standing is Standing.INCOMPLETE for row in half):
            continue
        is_gone = one.stage is Stage.CLOSED or one.window_has_closed
        note = f"due {ask.due_on:%-d %b}: {one.because}" if one.stage is Stage.CLOSED else "begun, not finished" if one.has_begun else ""
        if not is_gone and not note:
            note = one.because
        standing = Standing.MISSED if is_gone else Standing.OWED
        key = f"o-{ask.scale}-{ask.due_on.isoformat()}"
        rows[key] = ScoreRow(key, ask.due_on, ask.scale, known[ask.scale].title, standing, note=note)
    return list(rows.values())


def lanes_of(rows: Iterable[ScoreRow]) -> tuple[Lane, ...]:
    """A lane for each scale: those that have a response or a remission first, then the one with the most scores. Change is counted
    from the first of the same version."""
    by_scale: dict[str, list[ScoreRow]] = {}
    for row in sorted(rows, key=lambda one: (one.on, one.key)):
        by_scale.setdefault(row.scale_id, []).append(row)
    lanes = [_lane(shipped_instruments()[scale], found) for scale, found in by_scale.items()]
    return tuple(sorted(lanes, key=lambda lane: (not has_outcome(lane.scale_id), -sum(row.is_drawn for row in lane.rows), lane.title)))


def has_outcome(scale_id: str) -> bool:
    """Whether a response or a remission is defined on a scale."""
    rules = shipped_instruments()[scale_id].change
    return bool(rules.response or rules.remission)


def _lane(instrument: Instrument, rows: list[ScoreRow]) -> Lane:
    first: dict[str, ScoreRow] = {}
    told = []
    for row in rows:
        start = first.setdefault(row.version, row) if row.is_drawn else None
        told.append(_with_change(instrument, row, start))
    latest = next((row.version for row in reversed(rows) if row.is_drawn), "")
    baseline = first.get(latest)
    rule = instrument.score_rule(instrument.change.of)
    values = [Decimal(row.value) for row in rows if row.value is not None]
    low = rule.low if rule is not None and rule.low is not None else min([Decimal(0), *values])
    high = rule.high if rule is not None and rule.high is not None else max([low + 1, *values])
    goals = goals_of(instrument, None if baseline is None or baseline.value is None else Decimal(baseline.value))
    better = _BETTER[instrument.direction]
    return Lane(instrument.id, instrument.title, low, high, better, _bands(instrument, low), goals, baseline, tuple(told))


def _with_change(instrument: Instrument, row: ScoreRow, start: ScoreRow | None) -> ScoreRow:
    if start is None or instrument.direction is Direction.NEITHER:
        return row
    moved = change(instrument, start.value, row.value)
    if start is row:
        return replace(row, is_remission=moved.default("remission"), change="the first")
    words = change_words(moved.points, moved.percent)
    return replace(row, change=words, is_response=moved.default("response"), is_remission=moved.default("remission"))


def _bands(instrument: Instrument, low: Decimal) -> tuple[tuple[Decimal, str], ...]:
    if instrument.bands is None or instrument.bands.of != instrument.change.of:
        return ()
    ranged = [level for level in instrument.bands.levels if level.when is None]
    return tuple((level.low if level.low is not None else low, level.label.replace("_", " ")) for level in ranged)


def goals_of(instrument: Instrument, start: Decimal | None) -> tuple[Goal, ...]:
    """Where response and remission lie by the instrument's default definitions, counted from the first score; none where unknown."""
    response = next(iter(instrument.change.response), None)
    remission = next(iter(instrument.change.remission), None)
    found = [_goal(instrument, "response", response, start), _goal(instrument, "remission", remission, start)]
    return tuple(goal for goal in found if goal is not None)


def _goal(instrument: Instrument, word: str, cut: Cut | None, start: Decimal | None) -> Goal | None:
    """Where the line of a definition stands: at its own value, or that far from the first score; None where that is not known."""
    if cut is None:
        return None
    citation = next((source.citation for source in instrument.sources if source.id == cut.source), "")
    if cut.at_most is not None:
        return Goal(word, cut.at_most, "≤", citation)
    if cut.at_least is not None:
        return Goal(word, cut.at_least, "≥", citation)
    if not start or instrument.direction is Direction.NEITHER:
        return None
    down = instrument.direction is Direction.HIGHER_IS_WORSE
    way = -1 if down else 1
    share = start * cut.percent / 100 if cut.percent is not None else cut.points
    return None if share is None else Goal(word, start + way * share, "≤" if down else "≥", citation)


def asked_in_session(key: str, at: datetime, level: int, behaviour: bool | None, number: int, zone: ZoneInfo) -> ScoreRow | None:
    """C-SSRS as it was asked at the chair: the highest ideation, 0 to 5, on the screener's own scale."""
    instrument = shipped_instruments().get("cssrs_screener")
    if instrument is None:
        return None
    return ScoreRow(
        key=key,
        on=clinic_date(at, zone),
        scale_id=instrument.id,
        title=instrument.title,
        standing=Standing.ANSWERED,
        value=level,
        version=instrument.version,
        risk="suicidal behaviour in 3 months" if behaviour else "suicide item positive" if level else "",
        is_danger=bool(level or behaviour),
        note=f"asked at session {number}: highest ideation",
    )

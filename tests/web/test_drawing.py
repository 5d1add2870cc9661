"""What is drawn on the server: fans, shapes, the session chart with its table, the course chart, the sparkline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.core.session_plan import Measure
from fanlight.web.drawing.course_chart import CourseChart, Score, draw_course_chart
from fanlight.web.drawing.fan import MOST_PANES, Pane, countdown_fan, course_fan, mark, overdue_fan
from fanlight.web.drawing.session_chart import draw_session_chart
from fanlight.web.drawing.session_chart_values import DueArch, LimitLine, Point, SessionChart
from fanlight.web.drawing.session_table import TableReading, readings_table
from fanlight.web.drawing.shapes import SHAPES, shape
from fanlight.web.drawing.sparkline import sparkline
from fanlight.web.views.specimen import sample_chart


def panes(svg: str) -> list[str]:
    """Classes of the panes in the order they were drawn, the hub left out."""
    return list(re.findall(r'class="(pane[^"]*)" d="M[^"]+Z"', svg))


def classes(svg: str, css: str) -> int:
    return len(re.findall(rf'class="[^"]*(?<![\w-]){css}(?![\w-])', svg))


@pytest.mark.parametrize(
    ("left", "of", "lit"), [(0, 10, 0), (1, 10, 1), (4, 10, 4), (10, 10, 10), (11, 10, 10), (-2, 10, 0), (3, 90, 3), (90, 90, MOST_PANES)]
)
def test_a_countdown_has_one_lit_pane_for_each_step_left(left, of, lit):
    drawn = panes(countdown_fan(left, of, "x"))
    assert len([pane for pane in drawn if pane in ("pane lit", "pane now")]) == lit
    assert drawn.count("pane now") == (1 if lit else 0)


def test_a_course_shows_each_session_in_its_order():
    drawn = panes(course_fan([Pane.DONE, Pane.MISSED, Pane.NOW, Pane.TO_COME], "Session 3 of 4"))
    assert sorted(drawn) == sorted(["pane done", "pane missed", "pane now", "pane off"])
    assert drawn[-1] == "pane now"  # drawn last, so that its edge lies over its neighbours


def test_a_long_course_says_that_only_its_end_is_drawn():
    svg = course_fan([Pane.DONE] * 20, "Session 20")
    assert len(panes(svg)) == MOST_PANES
    assert "The last 14 of 20" in svg


def test_overdue_is_all_panes_in_stop_and_has_a_label():
    svg = overdue_fan("Pressure overdue")
    assert panes(svg) == ["pane late"] * 10
    assert 'role="img"' in svg
    assert 'aria-label="Pressure overdue"' in svg


def test_the_mark_is_decoration():
    assert 'aria-hidden="true"' in mark()


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_is_whole_and_without_style(name):
    svg = shape(name)
    ElementTree.fromstring(svg)
    assert "style" not in svg


def test_every_drawing_is_well_formed_escaped_and_without_style_or_script():
    chart = replace(sample_chart(), dose_label='<script>"5 & 6"</script>')
    for svg in (draw_session_chart(chart), sparkline([1, None, 2], 'a "label" & more'), mark()):
        ElementTree.fromstring(svg)
        assert "<script" not in svg
        assert "style=" not in svg


def test_a_reading_past_its_limit_is_a_triangle_with_its_value_and_not_a_plain_marker():
    svg = draw_session_chart(sample_chart())
    assert classes(svg, "bad") == 1
    assert re.search(r'class="t-bad[^"]*"[^>]*>93<', svg)
    assert classes(svg, "m-spo2") == 4  # five readings, one of them the triangle


def test_no_line_is_drawn_across_a_reading_that_was_never_taken():
    whole = replace(sample_chart(), gaps=())
    with_gap = sample_chart()

    def runs(svg):
        return re.findall(r'class="s-hr" d="M([^"]+)"', svg)

    assert len(runs(draw_session_chart(whole))) == 1
    assert [run.count("L") for run in runs(draw_session_chart(whole))] == [2]
    assert [run.count("L") for run in runs(draw_session_chart(with_gap))] == [1]
    assert classes(draw_session_chart(with_gap), "absent") == 1


def test_a_kept_reading_is_hollow_and_joined_to_nothing():
    svg = draw_session_chart(sample_chart())
    assert classes(svg, "is-kept") == 1
    assert "1 kept on this tablet, not yet judged" in svg


def test_limits_carry_their_words_and_the_label_says_the_finding():
    svg = draw_session_chart(sample_chart())
    assert ">alert at 160 systolic<" in svg
    assert ">alert under 94<" in svg
    assert 'aria-label="Pressure last 142/88 mmHg, highest systolic 142, heart rate last 84, saturation last 96' in svg


def test_an_empty_chart_says_so():
    assert "No reading yet" in draw_session_chart(SessionChart({}, -10, 60, has_begun=False))


def test_due_times_outside_the_chart_are_not_drawn_and_the_next_is_amber():
    svg = draw_session_chart(SessionChart({}, 0, 60, due=(DueArch(30, is_next=True), DueArch(45), DueArch(200))))
    assert classes(svg, "now-flag") == 1
    assert classes(svg, "due-next") == 1


@given(st.lists(st.tuples(st.floats(-30, 200), st.floats(0, 400)), max_size=12), st.floats(50, 300))
def test_no_marker_leaves_the_picture(readings, limit):
    points = tuple(Point(minute, value) for minute, value in sorted(readings))
    chart = SessionChart(
        {Measure.SYSTOLIC_MMHG: points, Measure.SPO2_PERCENT: points}, -30, 200, limits=(LimitLine(Measure.SYSTOLIC_MMHG, limit, "x"),)
    )
    root = ElementTree.fromstring(draw_session_chart(chart))
    for rect in root.iter("rect"):
        assert -1 <= float(rect.get("y")) <= 436
        assert 0 <= float(rect.get("x")) <= 700
    for found in re.findall(r'class="m-bp" d="M(-?[\d.]+) (-?[\d.]+)', draw_session_chart(chart)):
        assert 0 <= float(found[0]) <= 700
        assert 0 <= float(found[1]) <= 436


ZERO = datetime(2026, 11, 12, 15, 5, tzinfo=UTC)


def reading(minutes, measure, value, is_past=False):
    return TableReading(ZERO + timedelta(minutes=minutes), measure, Decimal(value), is_past)


def test_the_table_puts_readings_taken_together_in_one_row():
    rows = readings_table(
        [
            reading(-5, Measure.SYSTOLIC_MMHG, 124),
            reading(-5, Measure.DIASTOLIC_MMHG, 78),
            reading(20, Measure.SYSTOLIC_MMHG, 142),
            reading(21, Measure.HEART_RATE_PER_MIN, 81),
            reading(22, Measure.SPO2_PERCENT, 93, is_past=True),
        ],
        ZERO,
    )
    assert [row.minute for row in rows] == ["before", "20", "22"]
    assert [cell.words for cell in rows[0].cells] == ["124/78", "", "", "", "", "", ""]
    assert [cell.words for cell in rows[1].cells] == ["142/?", "81", "", "", "", "", ""]
    assert rows[2].cells[2].words == "93"
    assert rows[2].cells[2].is_past


def test_a_repeat_within_the_minute_gets_its_own_row():
    rows = readings_table([reading(20, Measure.SPO2_PERCENT, 93), reading(20.5, Measure.SPO2_PERCENT, 96)], ZERO)
    assert [row.cells[2].words for row in rows] == ["93", "96"]


def test_the_course_chart_draws_no_line_through_an_unanswered_score():
    scores = (Score(date(2026, 11, 2), 21), Score(date(2026, 11, 5), None), Score(date(2026, 11, 9), 12))
    svg = draw_course_chart(CourseChart("PHQ-9", 0, 27, scores, ((date(2026, 11, 2), True),), date(2026, 11, 12)))
    assert classes(svg, "s-main") == 0
    assert classes(svg, "absent") == 1
    assert "PHQ-9: 12 on 9 Nov, from 21 on 2 Nov; 1 due and unanswered" in svg


def test_a_sparkline_leaves_its_gaps():
    assert classes(sparkline([1, 2, None, 3, 4], "x"), "s-main") == 2
    assert classes(sparkline([1, 2, 3], "x", goal=3, goal_words="goal"), "goal") == 1

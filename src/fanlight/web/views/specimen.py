"""The specimen: every part of the visual language in one page, drawn with invented values."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fanlight.core.session_plan import Measure
from fanlight.web.access import signed_in
from fanlight.web.drawing.course_chart import CourseChart, Score, draw_course_chart
from fanlight.web.drawing.fan import Pane, countdown_fan, course_fan, mark, overdue_fan
from fanlight.web.drawing.session_chart import draw_session_chart
from fanlight.web.drawing.session_chart_values import DueArch, LimitLine, Point, SessionChart
from fanlight.web.drawing.shapes import SHAPES
from fanlight.web.drawing.sparkline import sparkline
from fanlight.web.pages.who import KeyFact, Who

_SWATCHES = (
    ("paper", "the page"),
    ("sheet", "what lies on it"),
    ("wash", "quiet fill"),
    ("ink", "text"),
    ("ink-2", "labels"),
    ("ink-3", "sources"),
    ("light", "the open window: now, next, what the drug adds"),
    ("light-wash", "behind now"),
    ("met", "met"),
    ("unknown", "unknown, always dashed"),
    ("stop", "not met, hold, stop"),
    ("c-hr", "heart rate: disc"),
    ("c-spo2", "saturation: open square"),
    ("c-diss", "dissociation: column"),
)
_TILES = [
    {"measure": "systolic_mmhg", "label": "Systolic", "unit": "mmHg", "last": "142", "digits": 3},
    {"measure": "diastolic_mmhg", "label": "Diastolic", "unit": "mmHg", "last": "88", "digits": 3},
    {"measure": "heart_rate_per_min", "label": "Heart", "unit": "/min", "last": "81", "digits": 3},
    {"measure": "spo2_percent", "label": "SpO₂", "unit": "%", "last": "96", "digits": 3},
    {"measure": "respiratory_rate_per_min", "label": "Breaths", "unit": "/min", "last": "14", "digits": 2},
]


def sample_chart() -> SessionChart:
    """A session with one reading past a limit, one due reading never taken, and one kept on the tablet."""
    times = (-5.0, 10.0, 20.0)
    rows = {
        Measure.SYSTOLIC_MMHG: (124, 131, 142),
        Measure.DIASTOLIC_MMHG: (78, 82, 88),
        Measure.HEART_RATE_PER_MIN: (68, 74, 81),
        Measure.DISSOCIATION_0_10: (0, 2, 5),
    }
    points = {measure: tuple(Point(t, float(v)) for t, v in zip(times, values, strict=True)) for measure, values in rows.items()}
    points[Measure.SPO2_PERCENT] = (Point(-5, 98), Point(10, 98), Point(20, 97), Point(22, 93, is_past=True), Point(23, 96))
    points[Measure.HEART_RATE_PER_MIN] = (*points[Measure.HEART_RATE_PER_MIN], Point(25, 84, is_kept=True))
    return SessionChart(
        points=points,
        first_minute=-12,
        last_minute=104,
        limits=(
            LimitLine(Measure.SYSTOLIC_MMHG, 160, "alert at 160 systolic"),
            LimitLine(Measure.SPO2_PERCENT, 94, "alert under 94", is_below=True),
        ),
        due=(DueArch(30, is_next=True), DueArch(40), DueArch(55), DueArch(70), DueArch(85), DueArch(100)),
        dose=(0, 40),
        dose_label="Infusion 36 mg, 40 min",
        now_minute=26,
        breathing="room air",
        gaps=(15,),
    )


@signed_in
def specimen(request: HttpRequest) -> HttpResponse:
    """Every part, each beside its rule of use."""
    done, now, to_come = Pane.DONE, Pane.NOW, Pane.TO_COME
    fans = (
        (mark(), "the mark"),
        (course_fan([done, done, done, now, to_come, to_come], "Session 4 of 6"), "course, 3 of 6 given"),
        (course_fan([done, Pane.MISSED, done, now, to_come, to_come], "One session missed"), "one session missed"),
        (countdown_fan(4, 10, "4 of 10 minutes remain"), "countdown, 4 of 10 min left"),
        (overdue_fan("Overdue"), "overdue"),
    )
    course = CourseChart(
        "PHQ-9, own answers",
        0,
        27,
        (Score(date(2026, 11, 2), 21), Score(date(2026, 11, 5), 17), Score(date(2026, 11, 9), None), Score(date(2026, 11, 12), 12)),
        tuple((date(2026, 11, day), day < 16) for day in (2, 5, 9, 12, 16, 19)),
        date(2026, 11, 12),
        ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")),
    )
    return render(
        request,
        "specimen.html",
        {
            "theme": "dim" if request.GET.get("theme") == "dim" else "paper",
            "swatches": _SWATCHES,
            "fans": fans,
            "shapes": sorted(SHAPES),
            "tiles": _TILES,
            "ten": [(str(n), str(n)) for n in range(11)],
            "moaas": [(str(n), str(n)) for n in range(5, -1, -1)],
            "who": Who("Ada Quillfeather", "3 Feb 1985, 41 y", "FL-0417"),
            "facts": [KeyFact("Dose", "36 mg IV", "0.5 mg/kg"), KeyFact("Weight today", "72.4 kg"), KeyFact("Allergy", "Latex")],
            "fan_course": fans[1][0],
            "fan_due": fans[3][0],
            "fan_late": fans[4][0],
            "missing": [{"fact": "a negative test dated 5 Nov or later", "who": "the nurse, at 13:00 today"}],
            "faults": [
                {"href": "#rate", "words": "Pump rate: 750 mL/h is ten times the plan of 75 mL/h. Check the pump, then enter it again."},
                {"href": "", "words": "Weight: the last is 3 days old. Weigh today."},
            ],
            "chart": draw_session_chart(sample_chart()),
            "course": draw_course_chart(course),
            "spark": sparkline([71, 74, None, 78, 82, 81, 87], "Completeness 87 %, goal 90", goal=90, goal_words="90 goal"),
        },
    )

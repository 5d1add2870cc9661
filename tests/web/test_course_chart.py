"""The course chart: the drawing, the table, the file and the PDF say the same rows; what is missing is shown as missing."""

from __future__ import annotations

import csv
import io
import re
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chart_scene import ChartScene, long_course, noon
from fanlight.care.scales.meaning import ChangeRules, Cut
from fanlight.care.sessions import EventKind
from fanlight.core.instants import clinic_date
from fanlight.core.sources import Mark
from fanlight.records import clock
from fanlight.records.actions.patients import current_history, register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.instruments import shipped_instrument
from fanlight.records.models import AuditEvent, Patient, PatientMerge, ScaleResponse, SessionEvent, StaffMember
from fanlight.records.permissions import Role
from fanlight.records.session_path import keep_transitions
from fanlight.web.drawing.course_whole import draw_course, finding, in_sheets
from fanlight.web.pages.course_chart.paper import chart_document
from fanlight.web.pages.course_chart.reading import course_chart
from fanlight.web.pages.course_chart.rows import CourseRows, Given, MedicineChange, MedicineRow, ScoreRow, SessionRow, Standing
from fanlight.web.pages.course_chart.scores import goals_of, lanes_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db):
    """A clinic, its people, and a person of whom nothing is known yet."""
    keep_transitions()
    long_ago = clock.now() - timedelta(days=800)
    site = create_site(
        at=long_ago, code="lark", name="Larkfield", zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="988"
    )
    people = {}
    for role in Role:
        made = create_staff(site=site, username=role.value, name=f"A {role.label}", initials="XY", password="x", by=None, at=long_ago)
        grant_role(staff=made, role=role, by=None, at=long_ago)
        people[role.value] = StaffMember.objects.get(pk=made.pk)
    patient = register_patient(
        family_name="Longmeadow",
        given_names="Tess",
        birth_date=date(1979, 4, 2),
        sex="female",
        is_synthetic=True,
        by=people["nurse"],
        at=long_ago,
        today=long_ago.date(),
    )
    return ChartScene(people, patient)


def today_of(scene):
    return clinic_date(clock.now(), scene.patient.site.zone)


def chart_of(scene, wanted="whole"):
    return course_chart(scene.patient, clock.now(), wanted)


def lane_of(rows, scale):
    return next(lane for lane in rows.lanes if lane.scale_id == scale)


def page_of(scene, query="", role="prescriber"):
    client = Client()
    client.force_login(scene.people[role])
    return client.get(f"/patients/{scene.patient.pk}/course-chart/{query}")


def keys_in(text: str, tag: str) -> list[str]:
    return re.findall(rf'<{tag} data-row="([^"]+)"', text)


# -- the same rows everywhere -------------------------------------------------------------------------------------------------


def test_drawing_table_file_and_pdf_are_made_of_the_same_rows(scene):
    long_course(scene, today_of(scene))
    rows = chart_of(scene).rows
    wanted = sorted(line.key for line in rows.lines)
    assert len(wanted) == len(set(wanted))
    assert len(wanted) > 40
    page = page_of(scene).content.decode()
    assert sorted(keys_in(page, "g")) == wanted
    assert sorted(keys_in(page, "tr")) == wanted
    client = Client()
    client.force_login(scene.people["nurse"])
    answer = client.get(f"/patients/{scene.patient.pk}/course-chart/csv/")
    file = list(csv.DictReader(io.StringIO(answer.content.decode().lstrip("\ufeff"))))
    assert sorted(line["key"] for line in file) == wanted
    assert [line["date"] for line in file] == sorted(line["date"] for line in file)
    document = chart_document(scene.patient, chart_of(scene), scene.people["nurse"], clock.now())
    pictures = [section.picture for section in document.sections if getattr(section, "picture", "")]
    assert sorted({key for picture in pictures for key in keys_in(picture, "g")}) == wanted
    assert len(document.sections[-1].table.rows) == len(wanted)


def test_every_mark_says_the_value_of_its_row(scene):
    long_course(scene, today_of(scene))
    rows = chart_of(scene).rows
    told = dict(re.findall(r'<g data-row="([^"]+)"><title>([^<]*)</title>', draw_course(rows)))
    for line in rows.lines:
        assert f"{line.on:%-d %b %Y}" in told[line.key]
        assert line.value in told[line.key]
        assert not line.band or line.band in told[line.key]


def test_the_doses_are_those_of_the_streams(scene):
    long_course(scene, today_of(scene))
    rows = chart_of(scene).rows
    went_in = {row.number: row.milligrams for row in rows.sessions if row.given is Given.GIVEN}
    drawn = {
        event.session.number: Decimal(event.payload["drawn_mg"])
        for event in SessionEvent.objects.filter(kind="dose_prepared").select_related("session")
    }
    assert went_in == drawn == {1: 36, 2: 36, 3: 36, 4: 40, 5: 40, 6: 40, 8: 44}
    others = {row.number: (row.given, row.dose) for row in rows.sessions if row.number not in went_in}
    assert others == {7: (Given.NOT_GIVEN, ""), 9: (Given.TO_COME, "")}
    picture = draw_course(rows)
    assert picture.count('class="slot" d="M') >= 7
    assert "3 × 36 mg" in picture
    assert "44 mg" in picture


def test_a_dose_that_was_ordered_and_never_begun_is_not_drawn_as_given(scene):
    today = today_of(scene)
    scene.course([today - timedelta(days=14), today - timedelta(days=7), today + timedelta(days=3)])
    came = scene.order(1, "36")
    scene.say(came, 0, EventKind.CHECKED_IN, {"has_two_identifiers": True})
    scene.say(came, 30, EventKind.CANCELLED_BEFORE_DOSE, {"reason": "pressure too high"})
    rows = chart_of(scene).rows
    assert [(row.number, row.given, row.dose, row.status) for row in rows.sessions] == [
        (1, Given.NOT_GIVEN, "", "cancelled before dose"),
        (2, Given.NOT_GIVEN, "", "its date passed, nothing is recorded"),
        (3, Given.TO_COME, "", "planned"),
    ]
    picture = draw_course(rows)
    assert 'class="slot"' not in picture
    assert 'class="gridline"' not in picture


def test_many_scales_go_on_several_sheets_of_paper_and_none_is_left_out(scene):
    today = today_of(scene)
    scales = (("phq9", 9), ("gad7", 7), ("who5", 5), ("isi", 7), ("pcl5", 20), ("sds", 3), ("wsas", 5), ("madrs", 10), ("phqa", 9))
    for scale, items in scales:
        scene.answer(scale, today - timedelta(days=3), {f"q{n}": 1 for n in range(1, items + 1)})
    rows = chart_of(scene).rows
    assert len(rows.lanes) == len(scales)
    parts = in_sheets(rows, 1110.0, 1280.0)
    assert len(parts) > 1
    assert [lane for part in parts for lane in part.lanes] == list(rows.lanes)
    for part, room in zip(parts, (1110.0, *[1280.0] * 9), strict=False):
        tall = float(re.search(r'viewBox="0 0 \S+ (\S+)"', draw_course(part)).group(1))
        assert tall <= room
    document = chart_document(scene.patient, chart_of(scene), scene.people["nurse"], clock.now())
    assert len([section for section in document.sections if getattr(section, "picture", "")]) == len(parts)


# -- what is there and what is not --------------------------------------------------------------------------------------------


def test_an_empty_record_says_what_to_do(scene):
    answer = page_of(scene)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing to draw yet" in page
    assert "<svg viewBox" not in page.split("<main")[1] or "chart-lanes" not in page
    assert "Nothing is on this chart yet." in page


def test_one_point_is_a_point_with_its_figure_and_no_line(scene):
    scene.score("phq9", today_of(scene) - timedelta(days=3), 12, 9, 3, "q9")
    rows = chart_of(scene).rows
    picture = draw_course(rows)
    assert picture.count('class="m-main"') == 2  # the point, and the one in the key
    assert 's-main"' not in picture
    assert ">12<" in picture
    assert finding(rows).startswith("PHQ-9: 12 on ")
    assert "response ≤ 6" in picture
    assert "remission ≤ 4" in picture


def test_a_scale_owed_and_never_answered_has_a_lane_and_open_marks(scene):
    today = today_of(scene)
    scene.course([today - timedelta(days=20), today - timedelta(days=16)])
    rows = chart_of(scene).rows
    lane = lane_of(rows, "phq9")
    assert [(row.on, row.standing) for row in lane.rows] == [(today - timedelta(days=20), Standing.MISSED)]
    assert lane.baseline is None
    assert [goal.word for goal in lane.goals] == ["remission"]  # no first score, so no line of response
    picture = draw_course(rows)
    assert picture.count('class="absent"') == len([line for line in rows.lines if line.is_absent]) + 1
    assert ">missed<" in picture
    assert "never answered" in page_of(scene).content.decode()


def test_nothing_is_joined_through_a_gap(scene):
    """Seven scores, a half form between the fourth and the fifth: two lines of four and three points."""
    today = today_of(scene)
    for week in (0, 1, 2, 3, 5, 6, 7):
        scene.score("phq9", today - timedelta(days=60 - 7 * week), 10 + week, 9, 3, "q9")
    scene.answer("phq9", today - timedelta(days=60 - 28), {"q1": 1, "q2": 1})
    picture = draw_course(chart_of(scene).rows)
    lines = re.findall(r'class="s-main" d="([^"]+)"', picture)
    assert [line.count("L") + 1 for line in lines] == [4, 3]
    assert ">incomplete<" in picture


def test_an_incomplete_set_has_no_number_and_a_prorated_one_is_marked(scene):
    today = today_of(scene)
    scene.answer("phq9", today - timedelta(days=9), dict.fromkeys(("q1", "q2"), 2))
    scene.answer("phq9", today - timedelta(days=2), {f"q{n}": 1 for n in range(1, 9)})
    lane = lane_of(chart_of(scene).rows, "phq9")
    assert [(row.standing, row.value) for row in lane.rows] == [(Standing.INCOMPLETE, None), (Standing.PRORATED, 9)]
    assert not lane.rows[0].is_drawn
    picture = draw_course(chart_of(scene).rows)
    assert picture.count('class="m-open"') == 2
    assert "prorated: some items missing" in picture
    assert "suicide item not answered" in picture


def test_a_corrected_set_stands_once_with_its_new_value(scene):
    today = today_of(scene)
    first = scene.score("phq9", today - timedelta(days=5), 20, 9, 3, "q9")
    values = {name: getattr(first, name) for name in ("patient", "instrument_id", "instrument_version", "answered_at", "source")}
    ScaleResponse.objects.create(
        **values,
        answers={**first.answers, "q1": 0},
        score={**first.score, "total": 18, "band": "moderately_severe"},
        entered_at=clock.now(),
        entered_by=scene.people["nurse"],
        amends=first,
    )
    lane = lane_of(chart_of(scene).rows, "phq9")
    assert [row.value for row in lane.rows] == [18]
    assert page_of(scene).content.decode().count("20 <span") == 0


def test_a_score_from_before_a_course_counts_as_the_first(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=300), 20, 9, 3, "q9")
    scene.score("phq9", today - timedelta(days=1), 10, 9, 3, "q9")
    chart = chart_of(scene, "recent")
    lane = lane_of(chart.rows, "phq9")
    assert [(row.value, row.is_response) for row in lane.rows] == [(10, True)]
    assert lane.baseline.value == 20
    assert [goal.words for goal in lane.goals] == ["response ≤ 10", "remission ≤ 4"]


# -- bands and lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "first", "items", "highest", "words"),
    [
        ("phq9", 21, 9, 3, ["response ≤ 10.5", "remission ≤ 4"]),
        ("gad7", 15, 7, 3, ["response ≤ 7.5", "remission ≤ 4"]),
        ("madrs", 34, 10, 6, ["response ≤ 17", "remission ≤ 10"]),
        ("who5", 5, 5, 5, []),
    ],
)
def test_the_lines_are_those_of_the_instruments_own_definition(scene, scale, first, items, highest, words):
    """Response from the person's first score, remission at the published value; WHO-5 has neither in its file."""
    scene.score(scale, today_of(scene), first, items, highest)
    assert [goal.words for goal in lane_of(chart_of(scene).rows, scale).goals] == words


def test_where_higher_is_better_response_lies_above_the_first_score():
    """No shipped scale that is better higher carries a response; one with a made-up definition shows the line would be right."""
    who5 = shipped_instrument("who5")
    half = Cut("half_more", "who2024", Mark.DEFAULT, percent=Decimal(50))
    well = Cut("well", "who2024", Mark.DEFAULT, at_least=Decimal(52))
    made = replace(who5, change=ChangeRules(of="percent", response=(half,), remission=(well,)))
    assert [goal.words for goal in goals_of(made, Decimal(20))] == ["response ≥ 30", "remission ≥ 52"]
    assert [goal.words for goal in goals_of(made, None)] == ["remission ≥ 52"]
    assert [goal.words for goal in goals_of(made, Decimal(0))] == ["remission ≥ 52"]


def test_who_5_counts_up_as_better(scene):
    today = today_of(scene)
    scene.score("who5", today - timedelta(days=30), 5, 5, 5)
    scene.score("who5", today, 13, 5, 5)
    lane = lane_of(chart_of(scene).rows, "who5")
    assert (lane.better, lane.low, lane.high) == ("higher is better", 0, 100)
    assert [(row.value, row.change) for row in lane.rows] == [(20, "the first"), (52, "32 better, 160 %")]


def test_bands_are_named_and_cover_the_whole_scale(scene):
    scene.score("phq9", today_of(scene), 12, 9, 3, "q9")
    lane = lane_of(chart_of(scene).rows, "phq9")
    assert lane.bands == ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe"))
    picture = draw_course(chart_of(scene).rows)
    for _, word in lane.bands:
        assert f">{word}<" in picture


def test_two_versions_of_a_scale_are_not_joined(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=10), 12, 9, 3, "q9")
    scene.score("phq9", today, 6, 9, 3, "q9")
    rows = lane_of(chart_of(scene).rows, "phq9").rows
    older = replace(rows[0], version="1999")
    lane = lanes_of([older, replace(rows[1], change="")])[0]
    assert [row.change for row in lane.rows] == ["the first", "the first"]
    assert 's-main"' not in draw_course(replace(chart_of(scene).rows, lanes=(lane,)))


# -- medicines ------------------------------------------------------------------------------------------------------------------


def test_a_changed_dose_a_start_and_one_told_later_are_marked_on_their_days(scene):
    today = today_of(scene)
    long_course(scene, today)
    start = today - timedelta(days=77)
    rows = chart_of(scene).rows
    found = [(row.name, row.change, row.dose, (row.on - start).days) for row in rows.medicines]
    assert found == [
        ("sertraline", MedicineChange.CHANGED, "150 mg", 30),
        ("lithium", MedicineChange.STARTED, "600 mg", 44),
        ("melatonin", MedicineChange.TOLD, "3 mg", 50),
    ]
    assert rows.unchanged == ("levothyroxine",)
    picture = draw_course(rows)
    ends = {float(end) for end in re.findall(r'class="s-medicine" d="M\S+ \S+H([^"]+)"', picture)}
    now = float(re.search(r'class="now-line" d="M(\S+) ', picture).group(1))
    assert ends == {now}  # nothing is said of the days to come
    for words in ("changed to 150 mg", "started 600 mg", "first told of 3 mg"):
        assert f">{words}<" in picture


# -- items ----------------------------------------------------------------------------------------------------------------------


def test_item_by_item_shows_every_answer_and_marks_the_suicide_item(scene):
    today = today_of(scene)
    scene.answer("phq9", today - timedelta(days=7), {**{f"q{n}": 3 for n in range(1, 9)}, "q9": 2})
    scene.answer("phq9", today, {f"q{n}": 1 for n in range(1, 9)})
    page = page_of(scene, "?items=phq9").content.decode()
    grid = page.split('class="table table-tight item-grid"')[1].split("</table>")[0]
    body = grid.split("<tbody>")[1].split("</tbody>")[0]
    rows = body.split("<tr")[1:]
    assert len(rows) == 10  # nine, and the tenth that is not counted
    assert all(re.findall(r"<td[^>]*>(\d)", row) == ["3", "1"] for row in rows[:8])
    assert rows[9].count("not answered") == 2
    assert "suicide item" in rows[8]
    assert "is-risk" in rows[8]
    assert "not answered" in rows[8]
    assert "item-grid" not in page_of(scene, "?items=nothing").content.decode()


def test_the_shade_runs_to_the_worse_end_whichever_way_a_scale_points(scene):
    today = today_of(scene)
    scene.answer("who5", today, {"q1": 5, "q2": 0, "q3": 5, "q4": 5, "q5": 5})
    scene.answer("gad7", today, {"q1": 3, **{f"q{n}": 0 for n in range(2, 8)}})
    who5, gad7 = (page_of(scene, f"?items={scale}").content.decode() for scale in ("who5", "gad7"))
    assert re.findall(r"shade-(\d)", who5.split("<tbody>")[1]) == ["0", "4", "0", "0", "0"]
    assert re.findall(r"shade-(\d)", gad7.split("<tbody>")[1])[:2] == ["4", "0"]


# -- windows, files, who may ------------------------------------------------------------------------------------------------------


def test_a_window_shows_its_own_rows_alone_and_an_unknown_one_the_whole(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=200), 20, 9, 3, "q9")
    scene.score("phq9", today - timedelta(days=5), 10, 9, 3, "q9")
    course = scene.course([today - timedelta(days=4)])
    assert [window.id for window in chart_of(scene).windows] == ["whole", f"course-{course.pk}", "recent"]
    assert len(lane_of(chart_of(scene).rows, "phq9").rows) == 2  # the score of the day before is the baseline that was asked for
    recent = chart_of(scene, "recent").rows
    assert [row.value for row in lane_of(recent, "phq9").rows] == [10]
    assert recent.first == today - timedelta(days=90)
    of_course = lane_of(chart_of(scene, f"course-{course.pk}").rows, "phq9")
    assert [row.value for row in of_course.rows] == [10]
    assert chart_of(scene, "no-such-window").rows == chart_of(scene).rows
    assert 'aria-current="true"' in page_of(scene, "?show=recent").content.decode()


def test_sessions_planned_far_ahead_do_not_press_the_past_together(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=30), 20, 9, 3, "q9")
    scene.course([today + timedelta(days=7 * week) for week in range(1, 41)])
    rows = chart_of(scene).rows
    assert [row.number for row in rows.sessions] == [1, 2, 3, 4]
    assert rows.later == 36
    assert "36 further sessions planned after" in page_of(scene).content.decode()


def test_one_person_with_two_records_has_one_chart(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=30), 20, 9, 3, "q9")
    other = ChartScene(
        scene.people,
        register_patient(
            family_name="Longmeadow",
            given_names="T.",
            birth_date=date(1979, 4, 2),
            sex="female",
            by=scene.people["nurse"],
            at=clock.now(),
            today=today,
        ),
    )
    other.score("phq9", today, 8, 9, 3, "q9")
    PatientMerge.objects.create(
        survivor=scene.patient,
        merged=other.patient,
        grounds="same passport",
        proposed_by=scene.people["nurse"],
        confirmed_by=scene.people["prescriber"],
        merged_at=clock.now(),
    )
    scene.patient = Patient.objects.get(pk=scene.patient.pk)
    assert [(row.value, row.is_response) for row in lane_of(chart_of(scene).rows, "phq9").rows] == [(20, None), (8, True)]


DAYS = st.integers(0, 700).map(lambda day: date(2025, 1, 1) + timedelta(days=day))
SCORES = st.builds(
    ScoreRow,
    key=st.uuids().map(str),
    on=DAYS,
    scale_id=st.just("phq9"),
    title=st.just("PHQ-9"),
    standing=st.sampled_from(Standing),
    value=st.integers(0, 27) | st.none(),
    risk=st.sampled_from(["", "suicide item positive"]),
    is_danger=st.booleans(),
)
VISITS = st.builds(
    SessionRow,
    key=st.uuids().map(str),
    on=DAYS,
    number=st.integers(1, 60),
    treatment=st.sampled_from(["Ketamine infusion", "esKETAmine nasal spray"]),
    given=st.sampled_from(Given),
    dose=st.sampled_from(["36 mg", "56 mg", "amount unknown"]),
    status=st.just("discharged"),
)
CHANGES = st.builds(
    MedicineRow,
    key=st.uuids().map(str),
    on=DAYS,
    name=st.sampled_from(["lithium", "sertraline"]),
    change=st.sampled_from(MedicineChange),
    dose=st.sampled_from(["", "50 mg"]),
)


@given(st.lists(SCORES, max_size=40), st.lists(VISITS, max_size=20), st.lists(CHANGES, max_size=8))
def test_whatever_the_record_each_row_is_drawn_once_and_inside_the_picture(scores, visits, changes):
    lanes = lanes_of(scores)
    first, last = date(2025, 1, 1), date(2026, 12, 2)
    rows = CourseRows(first, last, date(2026, 6, 1), lanes, tuple(visits), tuple(sorted(changes, key=lambda row: row.on)))
    picture = draw_course(rows)
    assert sorted(keys_in(picture, "g")) == sorted(line.key for line in rows.lines)
    _, _, width, height = (float(part) for part in re.search(r'viewBox="([^"]+)"', picture).group(1).split())
    for x, y in re.findall(r'<circle[^>]* cx="([^"]+)" cy="([^"]+)"', picture):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height
    drawn = [len([row for row in run if row.is_drawn]) for lane in lanes for run in _stretches(lane.rows)]
    lines = re.findall(r'class="s-main" d="([^"]+)"', picture)
    assert sorted(line.count("L") + 1 for line in lines) == sorted(count for count in drawn if count > 1)


def _stretches(rows):
    """The slow way: cut the row of scores at each one that is not drawn."""
    found, run = [], []
    for row in rows:
        if row.is_drawn:
            run.append(row)
        else:
            found.append(run)
            run = []
    return [*found, run]


def test_the_file_runs_nothing_in_a_spreadsheet(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=9), 9, 9, 3, "q9")
    scene.medicine(today - timedelta(days=9), name="sertraline", dose="50 mg")
    scene.medicine(today - timedelta(days=3), name="=cmd|' /C calc'!A0", dose="+1")
    client = Client()
    client.force_login(scene.people["nurse"])
    text = client.get(f"/patients/{scene.patient.pk}/course-chart/csv/").content.decode()
    file = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    told = next(line for line in file if line["kind"] == "medicine")
    assert told["what"].startswith("'=")
    assert told["value"].startswith("'+")


def test_words_from_the_record_are_text_in_the_drawing(scene):
    today = today_of(scene)
    scene.medicine(today - timedelta(days=9), name="sertraline")
    scene.medicine(today - timedelta(days=3), name="<script>alert(1)</script>", dose='"><b>')
    picture = draw_course(chart_of(scene).rows)
    assert "<script" not in picture
    assert "<b>" not in picture


def test_the_pdf_says_who_printed_it_when_and_that_it_is_invented(scene):
    long_course(scene, today_of(scene))
    client = Client()
    client.force_login(scene.people["therapist"])
    answer = client.get(f"/patients/{scene.patient.pk}/course-chart/pdf/?show=recent")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    document = chart_document(scene.patient, chart_of(scene, "recent"), scene.people["therapist"], noon(date(2026, 11, 20)))
    facts = dict(pair for column in document.facts for pair in column)
    assert facts["Printed by"] == "A therapist"
    assert facts["Printed"] == "20 Nov 2026, 12:00"
    assert facts["Shown"] == "Last 90 days"
    assert any("invented" in line.text for line in document.warnings)


def test_a_pdf_of_an_empty_record_is_one_too(scene):
    client = Client()
    client.force_login(scene.people["nurse"])
    assert client.get(f"/patients/{scene.patient.pk}/course-chart/pdf/").content.startswith(b"%PDF")


def test_the_patient_the_scales_and_the_course_lead_to_it(scene):
    course = scene.course([today_of(scene) - timedelta(days=4)])
    client = Client()
    client.force_login(scene.people["nurse"])
    here = f"/patients/{scene.patient.pk}/course-chart/"
    for url in (f"/patients/{scene.patient.pk}/", f"/patients/{scene.patient.pk}/scales/", f"/courses/{course.pk}/"):
        assert f'href="{here}' in client.get(url).content.decode(), url
    client.force_login(scene.people["front_desk"])
    assert here not in client.get(f"/courses/{course.pk}/").content.decode()
    assert client.get(here).status_code == 403


def test_each_look_print_and_file_is_on_record(scene):
    client = Client()
    client.force_login(scene.people["nurse"])
    for tail in ("", "csv/", "pdf/"):
        client.get(f"/patients/{scene.patient.pk}/course-chart/{tail}")
    kinds = set(AuditEvent.objects.values_list("action", flat=True))
    assert kinds >= {"see_course_chart", "export_course_chart", "print_course_chart"}


# -- changes of medicine told on the page of medicines ------------------------------------------------------------------------------


def test_a_change_and_a_stop_told_on_the_list_stand_on_the_chart(scene):
    today = today_of(scene)
    scene.score("phq9", today - timedelta(days=30), 12, 9, 3, "q9")
    line = scene.medicine(today - timedelta(days=30), name="lithium", dose="600 mg")
    client = Client()
    client.force_login(scene.people["nurse"])
    url = f"/patients/{scene.patient.pk}/lines/medications/"
    told = {"changed": line.pk, "on": (today - timedelta(days=9)).isoformat(), "dose": "900 mg", "why": "level", "act": "change"}
    key = str(uuid.uuid4())
    assert client.post(url, {**told, "write_key": key}).status_code == 302
    assert client.post(url, {**told, "write_key": key}).status_code == 302  # the same tap again
    line = current_history(scene.patient, "medications")[0]
    page = client.get(url).content.decode()
    assert "900 mg" in page
    assert f'name="changed" value="{line.pk}"' in page
    stop = {"changed": line.pk, "on": today.isoformat(), "dose": "", "why": "tremor", "act": "stop", "write_key": str(uuid.uuid4())}
    wrong = client.post(url, {**stop, "on": (today + timedelta(days=2)).isoformat()})
    assert wrong.status_code == 422
    assert "its day has not come" in wrong.content.decode()
    assert "day is not a date" in client.post(url, {**stop, "on": "soon", "write_key": str(uuid.uuid4())}).content.decode()
    assert client.post(url, {**stop, "write_key": str(uuid.uuid4())}).status_code == 302
    rows = chart_of(scene).rows
    assert [(row.name, row.change, row.dose, row.on, row.note) for row in rows.medicines] == [
        ("lithium", MedicineChange.CHANGED, "900 mg", today - timedelta(days=9), "level"),
        ("lithium", MedicineChange.STOPPED, "", today, "tremor"),
    ]
    assert rows.unchanged == ()
    assert current_history(scene.patient, "medications") == []
    page = client.get(url).content.decode()
    assert "Lithium</strong>, stopped" in page
    back = re.search(r'name="strike" value="(\d+)"', page).group(1)
    assert client.post(url, {"strike": back, "reason": "still taken", "write_key": str(uuid.uuid4())}).status_code == 302
    assert [row.details["dose"] for row in current_history(scene.patient, "medications")] == ["900 mg"]
    assert [row.change for row in chart_of(scene).rows.medicines] == [MedicineChange.CHANGED]

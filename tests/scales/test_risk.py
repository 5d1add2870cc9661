"""The graded table: which answer demands what, from the moment it is saved."""

from datetime import UTC, datetime

import pytest

from fanlight.care.scales import RiskTable, risk_of, risk_of_answers, risk_of_event
from fanlight.care.scales.risk_clock import escalations_due, first_action_due
from fanlight.content import ContentError, content_folder, read, read_text
from fanlight.records.instruments import shipped_instrument

TABLE = read(content_folder() / "risk" / "grades.yaml", RiskTable)


def _id(grade):
    return grade.id if grade else None


@pytest.mark.parametrize(
    ("instrument", "item", "value", "grade"),
    [
        ("phq9", "q9", 0, None),
        ("phq9", "q9", 1, "same_day"),
        ("phq9", "q9", 2, "within_hour"),
        ("phq9", "q9", 3, "within_hour"),
        ("phq9", "q9", None, None),
        ("phq9", "q9", 4, None),
        ("phq9", "q1", 3, None),
        ("gad7", "q7", 3, None),
        ("cssrs_screener", "q1", 1, "same_day"),
        ("cssrs_screener", "q2", 1, "same_day"),
        ("cssrs_screener", "q3", 1, "within_hour"),
        ("cssrs_screener", "q4", 1, "now"),
        ("cssrs_screener", "q5", 1, "now"),
        ("cssrs_screener", "q6", 1, "within_hour"),
        ("cssrs_screener", "q6r", 1, "now"),
        ("cssrs_screener", "q6", 0, None),
        ("cssrs_since_last_visit", "q6", 1, "now"),
        ("cssrs_since_last_visit", "q3", 1, "within_hour"),
        ("cssrs_since_last_visit", "q1", 1, "same_day"),
    ],
)
def test_one_answer_is_graded_when_it_is_saved(instrument, item, value, grade):
    assert _id(risk_of(TABLE, shipped_instrument(instrument), item, value)) == grade


@pytest.mark.parametrize(
    ("answers", "is_finished", "grade"),
    [
        ({"q1": 0, "q2": 0, "q6": 1}, False, "within_hour"),
        ({"q1": 0, "q2": 0, "q6": 1}, True, "now"),
        ({"q1": 0, "q2": 0, "q6": 1, "q6r": 0}, True, "within_hour"),
        ({"q1": 0, "q2": 0, "q6": 1, "q6r": 1}, False, "now"),
        ({"q1": 1, "q2": 1, "q3": 1, "q4": 0, "q5": 0, "q6": 0}, True, "within_hour"),
        ({"q1": 0, "q2": 0, "q6": 0}, True, None),
        ({"q1": 1, "q4": 1, "q6": 7}, False, "now"),
    ],
)
def test_the_gravest_of_a_form_counts(answers, is_finished, grade):
    assert _id(risk_of_answers(TABLE, shipped_instrument("cssrs_screener"), answers, is_finished=is_finished)) == grade


def test_now_is_never_alone_and_goes_on_to_the_director_at_10_minutes():
    now = TABLE.grade("now")
    assert (now.due_minutes, now.never_alone) == (0, True)
    assert [(step.to, step.after_minutes) for step in now.escalations] == [("medical director", 10), ("emergency services", 15)]
    assert now.close_needs == ("disposition", "plan", "means")


def test_a_patient_unsure_of_being_safe_is_now():
    assert _id(risk_of_event(TABLE, "patient_not_sure_of_being_safe")) == "now"
    assert risk_of_event(TABLE, "birthday") is None


def test_no_grade_may_be_closed_by_a_score():
    assert all(grade.close_needs and "score" not in " ".join(grade.close_needs) for grade in TABLE.grades)


def test_a_table_naming_an_unknown_grade_is_refused():
    text = 'version: "1"\ngrades: []\nsignals: [{grade: soon, source: a, mark: default}]\nsources: []\n'
    with pytest.raises(ContentError, match="soon"):
        read_text(text, RiskTable)


def _open(*days):
    return [(datetime(2026, 11, day, 14, tzinfo=UTC), datetime(2026, 11, day, 22, tzinfo=UTC)) for day in days]


@pytest.mark.parametrize(
    ("grade", "seen", "hours", "due"),
    [
        ("now", (20, 15, 0), _open(20), (20, 15, 0)),
        ("within_hour", (20, 21, 30), _open(20), (20, 22, 30)),
        ("same_day", (20, 15, 0), _open(20, 23), (20, 19, 0)),
        ("same_day", (20, 18, 0), _open(20, 23), (20, 22, 0)),
        ("same_day", (20, 18, 1), _open(20, 23), (23, 14, 1)),
        ("same_day", (20, 23, 0), _open(20, 23), (23, 18, 0)),
        ("same_day", (20, 12, 0), _open(20, 23), (20, 18, 0)),
        ("same_day", (20, 15, 0), [], (20, 19, 0)),
        ("same_day", (20, 21, 0), _open(20), (21, 1, 0)),
        ("after_discharge", (20, 15, 0), _open(20), (21, 15, 0)),
    ],
)
def test_the_first_action_is_due(grade, seen, hours, due):
    assert first_action_due(TABLE.grade(grade), datetime(2026, 11, *seen, tzinfo=UTC), hours) == datetime(2026, 11, *due, tzinfo=UTC)


def test_escalations_have_their_instants():
    seen = datetime(2026, 11, 20, 15, tzinfo=UTC)
    now = escalations_due(TABLE.grade("now"), seen, _open(20, 23))
    assert [(step.to, step.at.minute) for step in now] == [("medical director", 10), ("emergency services", 15)]
    same_day = escalations_due(TABLE.grade("same_day"), seen, _open(20, 23))
    assert [step.at for step in same_day] == [datetime(2026, 11, 23, 14, tzinfo=UTC)], "the next morning the clinic is open"
    assert escalations_due(TABLE.grade("same_day"), seen, _open(20))[0].at == datetime(2026, 11, 20, 19, tzinfo=UTC)

"""Shorter recall windows, and the CAPS-5 severity rule with its published cases."""

import pytest

from fanlight.care.scales import ScaleError, Status, score, score_frame
from fanlight.care.scales.caps5 import caps5_severity
from fanlight.care.scales.recall import carry_forward
from fanlight.records.instruments import shipped_instrument

MADRS = shipped_instrument("madrs")
DAY = {f"q{i}": 2 for i in range(1, 11) if i not in (4, 5)}
FULL = {f"q{i}": 5 for i in range(1, 11)}


def test_sleep_and_appetite_are_carried_from_the_last_7_day_madrs():
    carried = carry_forward(MADRS, "24h", DAY, FULL)
    assert carried.carried == ("q4", "q5")
    assert score(MADRS, carried.answers).total == 8 * 2 + 2 * 5


def test_nothing_is_carried_in_the_full_window_or_without_a_full_rating():
    assert carry_forward(MADRS, "7d", DAY, FULL).carried == ()
    assert score(MADRS, carry_forward(MADRS, "24h", DAY, None).answers).status is Status.INCOMPLETE


def test_what_was_answered_now_is_kept():
    assert carry_forward(MADRS, "24h", {**DAY, "q4": 0}, FULL).answers["q4"] == 0


def test_an_unknown_window_is_refused():
    with pytest.raises(ScaleError, match="7d, 24h"):
        carry_forward(MADRS, "48h", DAY, FULL)


@pytest.mark.parametrize(
    ("frequency", "intensity", "severity"),
    [(2, 2, 2), (3, 2, 2), (1, 2, 1), (1, 3, 2), (2, 4, 3), (4, 1, 1), (0, 0, 0), (4, 4, 4), (0, 4, 1)],
)
def test_caps5_severity(frequency, intensity, severity):
    assert caps5_severity(frequency, intensity) == severity


@pytest.mark.parametrize("rating", [(5, 1), (1, -1), (True, 1)])
def test_caps5_refuses_other_ratings(rating):
    with pytest.raises(ScaleError):
        caps5_severity(*rating)


@pytest.mark.parametrize(("name", "window"), [("madrs", "24h"), ("madrs", "7d"), ("pcl5", "week"), ("caps5", "month")])
def test_the_window_may_be_named_beside_the_answers_and_changes_no_number(name, window):
    scale = shipped_instrument(name)
    answers = {item.id: scale.answers_of(item.id).high for item in scale.items}
    assert score(scale, answers, {"recall": window}) == score(scale, answers)
    frame = score_frame(scale, {item: [value] for item, value in answers.items()}, {"recall": [window]})
    assert frame["total"].to_list() == [score(scale, answers).total]


@pytest.mark.parametrize(("name", "why"), [("madrs", "not one of 7d, 24h"), ("phq9", "it takes none")])
def test_a_window_the_scale_does_not_have_is_refused_beside_the_answers(name, why):
    with pytest.raises(ScaleError, match=why):
        score(shipped_instrument(name), {}, {"recall": "1h"})

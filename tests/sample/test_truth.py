"""What is true of made-up people: drawn before anything is recorded, the same for the same seed, in the shares the file names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.sample.rates import read_rates
from fanlight.sample.truth import Path, draw_people

FIRST, RATES = date(2024, 1, 1), read_rates()


def test_the_same_seed_gives_the_same_people_and_more_people_change_none_of_them():
    few, many = draw_people(20, FIRST, 300, 7, RATES), draw_people(200, FIRST, 300, 7, RATES)
    assert few == many[:20]
    assert few != draw_people(20, FIRST, 300, 8, RATES)


def test_shares_are_those_of_the_file():
    people = draw_people(20_000, FIRST, 700, 1, RATES)

    def share(met, of=people):
        return sum(1 for one in of if met(one)) / len(of)

    assert share(lambda one: one.path is Path.NEVER_SCREENED) == pytest.approx(RATES.of("share_never_screened"), abs=0.015)
    assert share(lambda one: one.path is Path.UNKNOWNS) == pytest.approx(RATES.of("share_left_with_unknowns"), abs=0.015)
    assert share(lambda one: one.path is Path.DECLINED) == pytest.approx(RATES.of("share_declined"), abs=0.015)
    assert share(lambda one: one.is_esketamine) == pytest.approx(RATES.of("share_esketamine"), abs=0.015)
    assert share(lambda one: one.is_responder) == pytest.approx(RATES.of("response"), abs=0.015)
    responders = [one for one in people if one.is_responder]
    assert share(lambda one: one.is_remitter, responders) == pytest.approx(RATES.of("remission_given_response"), abs=0.02)
    relapses = sorted(one.relapse_after_days for one in responders)
    assert relapses[len(relapses) // 2] == pytest.approx(RATES.of("relapse_median_days"), rel=0.06)


@given(seed=st.integers(0, 10**6), given_sessions=st.integers(0, 12), days=st.integers(-1, 900), noise=st.floats(-6, 6))
def test_a_true_score_is_a_score_and_a_responder_who_was_treated_whole_has_halved(seed, given_sessions, days, noise):
    one = draw_people(1, FIRST, 100, seed, RATES)[0]
    assert 0 <= one.phq9_on(given_sessions, None if days < 0 else days, noise) <= 27
    assert one.phq9_on(0, None, 0) == one.baseline_phq9
    if one.is_responder:
        assert one.phq9_on(6, None, 0) <= one.baseline_phq9 / 2 + 0.5
        long_after = one.relapse_after_days + 30
        assert one.phq9_on(6, long_after, 0) > one.phq9_on(6, 0, 0) or one.relapse_after_days == 0
    else:
        assert one.relapse_after_days is None


def test_each_number_says_where_it_is_from():
    for rate in RATES.rates:
        assert rate.mark in ("reference", "default")
        assert rate.source
        assert rate.mark == "reference" or "assumed" in rate.source or "chairs" in rate.source, rate.name

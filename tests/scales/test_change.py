"""Change by each published definition: on the limit, and on both sides of it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from fanlight.care.scales import ScaleError, change, is_comparable, judged_score, percent_improvement, score
from fanlight.care.scales.crosswalk import Crosswalk, CrosswalkFile, convert
from fanlight.content import content_folder, read
from fanlight.core.sources import Mark
from fanlight.records.instruments import shipped_instrument, shipped_instruments

WALKS = {walk.id: walk for walk in read(content_folder() / "crosswalks" / "depression.yaml", CrosswalkFile).crosswalks}


def of(name, baseline, current):
    return change(shipped_instrument(name), baseline, current)


def met(judgements, cut):
    return next(one.is_met for one in judgements if one.cut.id == cut)


@pytest.mark.parametrize(
    ("baseline", "current", "response"), [(32, 16, True), (33, 17, False), (33, 16, True), (0, 0, None), (None, 4, None), (30, None, None)]
)
def test_madrs_response_at_50_percent_exactly(baseline, current, response):
    assert of("madrs", baseline, current).default("response") is response


def test_madrs_30_to_11_responds_and_remits_at_12_only():
    found = of("madrs", 30, 11)
    assert found.default("response") is True
    assert (met(found.remission, "at_most_10"), met(found.remission, "at_most_12")) == (False, True)
    assert (met(found.meaningful, "trd_within_patient"), met(found.meaningful, "two_cgi_steps")) == (True, True)


def test_remission_needs_no_response_and_no_baseline():
    assert of("phq9", 6, 4).default("remission") is True
    assert of("phq9", 6, 4).default("response") is False
    assert of("phq9", None, 4).default("remission") is True


@pytest.mark.parametrize(("current", "under_5", "at_most_5"), [(4, True, True), (5, False, True), (6, False, False)])
def test_the_operator_of_phq9_remission_is_kept(current, under_5, at_most_5):
    found = of("phq9", 20, current)
    assert (met(found.remission, "under_5"), met(found.remission, "at_most_5")) == (under_5, at_most_5)


@pytest.mark.parametrize(("current", "partial"), [(16, False), (15, True), (11, True), (10, False)])
def test_phq9_partial_response_is_25_to_under_50(current, partial):
    assert of("phq9", 20, current).default("partial_response") is partial


@pytest.mark.parametrize(("current", "worse"), [(14, False), (15, True)])
def test_phq9_is_worse_from_5_points_up(current, worse):
    assert of("phq9", 10, current).default("worsening") is worse


def test_pcl5_14_points_are_below_the_reliable_change_of_15():
    assert of("pcl5", 50, 36).default("reliable") is False
    assert of("pcl5", 50, 35).default("reliable") is True
    assert of("pcl5", 35, 50).reliably_worse[0].is_met is True


def test_ybocs_response_partial_and_the_36_percent_vector():
    assert of("ybocs", 25, 16).default("response") is True
    assert (of("ybocs", 20, 14).default("response"), of("ybocs", 20, 14).default("partial_response")) == (False, True)


def test_pain_6_to_4_is_moderate_improvement():
    found = of("nrs_pain", 6, 4)
    assert met(found.response, "moderate_improvement") is True
    assert met(found.response, "substantial_improvement") is False


def test_a_scale_where_higher_is_better_improves_upwards():
    found = of("who5", 40, 52)
    assert (found.points, found.percent, found.default("meaningful")) == (12, 30, True)
    assert shipped_instrument("who5").change.of == "percent"


def test_percent_is_exact_and_undefined_at_0():
    assert percent_improvement(3, 2) == Fraction(100, 3)
    assert percent_improvement(0, 2) is None
    assert percent_improvement(Decimal("60.0"), Decimal("57.0")) == 5


def test_where_nothing_is_published_the_answer_is_undefined():
    assert of("gad7", 10, 20).worsening == ()
    assert of("gad7", 10, 20).default("worsening") is None


def test_a_scale_without_a_better_end_is_not_judged():
    with pytest.raises(ScaleError, match="neither direction"):
        of("meq30", 3, 4)


def test_the_judged_number_is_the_one_the_instrument_names():
    promis = shipped_instrument("promis_depression_4a")
    found = score(promis, {"q1": 3, "q2": 3, "q3": 2, "q4": 2})
    assert judged_score(promis, found) == Decimal("58.9")
    with pytest.raises(ScaleError, match="different instruments"):
        judged_score(shipped_instrument("phq9"), found)


def test_scores_of_another_version_are_not_compared():
    phq9 = score(shipped_instrument("phq9"), {})
    assert is_comparable(phq9, phq9)
    assert not is_comparable(phq9, score(shipped_instrument("phqa"), {}))


def test_every_cut_has_one_limit_and_a_source():
    for scale in shipped_instruments().values():
        for kind in ("response", "partial_response", "remission", "reliable", "meaningful", "worsening"):
            for cut in getattr(scale.change, kind):
                assert sum(limit is not None for limit in (cut.percent, cut.points, cut.at_most, cut.at_least)) == 1, (scale.id, cut.id)
                assert cut.source in {source.id for source in scale.sources}


@pytest.mark.parametrize(
    ("walk", "value", "low", "high"),
    [
        ("qids_sr16_to_hamd17", 5, 7, 7),
        ("qids_sr16_to_hamd17", 6, 8, 8),
        ("qids_sr16_to_hamd17", 14, 18, 19),
        ("qids_sr16_to_hamd17", 15, 18, 19),
        ("hamd17_to_qids_sr16", 18, 14, 15),
        ("ids_sr30_to_qids_sr16", 63, 25, 25),
        ("hamd17_to_ids_sr30", 20, "38.88", "38.88"),
        ("hamd17_to_madrs", 20, 26, 26),
        ("qids_sr16_to_madrs", 16, 25, 33),
    ],
)
def test_crosswalks(walk, value, low, high):
    found = convert(WALKS[walk], value)
    assert (found.low, found.high, found.is_approximate) == (Decimal(low), Decimal(high), True)


def test_a_crosswalk_does_not_guess_beyond_its_table_and_none_unverified_ships():
    with pytest.raises(ScaleError, match="does not hold"):
        convert(WALKS["hamd17_to_madrs"], 15)
    assert {walk.source.mark for walk in WALKS.values()} == {Mark.VERIFIED}
    assert not any("phq9" in walk.id for walk in WALKS.values()), "PHQ-9 to PROMIS is recalled and does not ship"


def test_a_conversion_that_is_only_recalled_is_refused():
    from dataclasses import replace

    walk: Crosswalk = WALKS["hamd17_to_madrs"]
    with pytest.raises(ScaleError, match="verified"):
        convert(replace(walk, source=replace(walk.source, mark=Mark.RECALLED)), 10)

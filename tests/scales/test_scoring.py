"""One form at a time: what the vectors do not show. Both sides of every limit, and answers nobody should give."""

from decimal import Decimal

import pytest

from fanlight.care.scales import ScaleError, Status, item_flags, score
from fanlight.records.instruments import shipped_instrument

PHQ0 = {f"q{i}": 0 for i in range(1, 10)}
GAD0 = {f"q{i}": 0 for i in range(1, 8)}


def of(name, answers, context=None):
    return score(shipped_instrument(name), answers, context)


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately_severe"),
        (19, "moderately_severe"),
        (20, "severe"),
        (24, "severe"),
    ],
)
def test_phq9_bands_on_both_sides_of_each_cut(total, band):
    answers = {f"q{i + 1}": min(3, max(0, total - 3 * i)) for i in range(8)} | {"q9": 0}
    assert (of("phq9", answers).total, of("phq9", answers).band) == (total, band)


@pytest.mark.parametrize(
    ("total", "band"), [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe"), (21, "severe")]
)
def test_gad7_bands(total, band):
    assert of("gad7", {f"q{i + 1}": min(3, max(0, total - 3 * i)) for i in range(7)}).band == band


def test_the_difficulty_item_is_never_scored():
    found = of("phq9", {**PHQ0, "q1": 1, "q10": 3})
    assert (found.total, found.status, found.flags) == (1, Status.COMPLETE, frozenset())


def test_phq9_syndromes_count_item_9_at_any_level_and_need_all_nine():
    five = {**PHQ0, "q1": 2, "q3": 2, "q4": 2, "q5": 2, "q9": 1}
    assert "phq_major_syndrome" in of("phq9", five).flags
    assert "phq_other_syndrome" in of("phq9", {**five, "q9": 0}).flags
    assert "phq_major_syndrome" not in of("phq9", {**five, "q1": 1}).flags, "neither interest nor mood on most days"
    assert not of("phq9", {**five, "q8": None}).flags & {"phq_major_syndrome", "phq_other_syndrome"}


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        (0, set()),
        (1, {"suicide_item_positive"}),
        (2, {"suicide_item_positive", "suicide_item_urgent"}),
        (3, {"suicide_item_positive", "suicide_item_urgent"}),
        (None, {"suicide_item_missing"}),
    ],
)
def test_item_9(value, flags):
    assert {flag for flag in of("phq9", {**PHQ0, "q9": value}).flags if flag.startswith("suicide")} == flags


def test_all_faults_are_named_at_once_and_item_9_still_counts():
    found = of("phq9", {"q1": 4, "q2": "2", "q3": 2.5, "q4": True, "q5": [1], "q9": 2, "mood": 1})
    assert found.status is Status.INVALID
    assert {fault.path for fault in found.faults} == {"q1", "q2", "q3", "q4", "q5", "mood"}
    assert found.flags == {f"out_of_range:q{i}" for i in range(1, 6)} | {"suicide_item_positive", "suicide_item_urgent"}
    assert (found.total, found.band, dict(found.subscales)) == (None, None, {})


@pytest.mark.parametrize("value", [2, 2.0, Decimal("2"), Decimal("2.0")])
def test_a_whole_number_in_another_dress_is_taken(value):
    assert of("phq9", {**PHQ0, "q1": value}).total == 2


@pytest.mark.parametrize("value", ["2", 2.5, -1, 4, True, [], {}, float("inf")])
def test_an_answer_outside_the_value_set_is_invalid(value):
    assert of("phq9", {**PHQ0, "q1": value}).flags == {"out_of_range:q1"}


def test_yes_and_no_are_true_and_false():
    assert of("cssrs_screener", {"q1": True, "q2": False, "q6": False}).band == "low"


def test_asrm_takes_no_5():
    assert of("asrm", {"q1": 5, "q2": 0, "q3": 0, "q4": 0, "q5": 0}).status is Status.INVALID


def test_asrm_prorates_one_and_only_one():
    assert (of("asrm", {"q1": 1, "q2": 1, "q3": 1, "q4": 2}).total, of("asrm", {"q1": 1, "q2": 1, "q3": 1}).total) == (6, None)


@pytest.mark.parametrize(
    ("answers", "status", "band", "flags"),
    [
        ({"q1": 0, "q2": 0, "q6": 0}, "complete", "none", set()),
        ({"q1": 0, "q2": 0}, "incomplete", None, {"suicide_item_missing"}),
        ({}, "incomplete", None, {"suicide_item_missing"}),
        ({"q1": 1}, "incomplete", "low", {"suicide_item_missing", "suicide_item_positive"}),
        ({"q1": 0, "q2": 1, "q3": 1}, "incomplete", "moderate", {"suicide_item_missing", "suicide_item_positive"}),
        ({"q1": 0, "q2": 0, "q6": 1}, "incomplete", "high", {"suicide_item_missing", "suicide_item_positive", "suicide_item_urgent"}),
        ({"q1": 0, "q2": 1, "q3": 0, "q4": 1, "q5": 0, "q6": 0}, "complete", "high", {"suicide_item_positive", "suicide_item_urgent"}),
        (
            {"q1": 0, "q2": 0, "q3": 0, "q4": 0, "q5": 1, "q6": 0},
            "complete",
            "high",
            {"suicide_item_positive", "suicide_item_urgent", "inconsistent_skip"},
        ),
        ({"q1": 0, "q2": 0, "q3": 1, "q6": 0}, "complete", "moderate", {"suicide_item_positive", "inconsistent_skip"}),
    ],
)
def test_cssrs_screener(answers, status, band, flags):
    found = of("cssrs_screener", answers)
    assert (found.status, found.band, found.flags) == (status, band, flags)


def test_cssrs_total_is_the_highest_item_endorsed():
    assert of("cssrs_screener", {"q1": 1, "q2": 1, "q3": 0, "q4": 1, "q5": 0, "q6": 0}).total == 4


@pytest.mark.parametrize(
    ("level", "flags"),
    [
        (5, set()),
        (4, {"sedation_mild"}),
        (3, {"sedation_moderate_or_greater"}),
        (2, {"sedation_moderate_or_greater"}),
        (1, {"sedation_moderate_or_greater", "sedation_emergency"}),
        (0, {"sedation_moderate_or_greater", "sedation_emergency"}),
    ],
)
def test_moaas(level, flags):
    assert of("moaas", {"q1": level}).flags == flags


def test_rass_runs_below_zero():
    assert of("rass", {"q1": -3}).flags == {"sedation_moderate_or_greater"}
    assert of("rass", {"q1": -2}).flags == set()
    assert of("rass", {"q1": 2}).flags == {"agitation"}


def test_pcl5_says_when_the_pattern_cannot_be_told():
    pattern = {f"q{i}": 0 for i in range(1, 21)} | {"q1": 2, "q6": 2, "q8": 2, "q9": 2, "q15": 2, "q16": 2}
    assert "provisional_ptsd" in of("pcl5", {**pattern, "q20": None}).flags
    assert "provisional_ptsd_indeterminate" in of("pcl5", {**pattern, "q16": None}).flags
    assert not {f for f in of("pcl5", {**pattern, "q16": None, "q6": 0}).flags if f.startswith("provisional")}
    assert of("pcl5", {**pattern, "q16": None}).subscales == {"B": 2, "C": 2, "D": 4, "E": None}


def test_wsas_without_work_is_prorated_from_four():
    found = of("wsas", {"q2": 4, "q3": 4, "q4": 4, "q5": 2}, {"work_not_applicable": True})
    assert (found.status, found.total, found.band) == (Status.PRORATED, 18, "significant")
    assert of("wsas", {"q2": 4, "q3": 4, "q4": 4, "q5": 2}).status is Status.INCOMPLETE


def test_sds_without_work_has_two_domains_and_no_total():
    found = of("sds", {"q2": 6, "q3": 4}, {"work_not_applicable": True})
    assert (found.status, found.total, dict(found.subscales)) == (Status.COMPLETE, None, {"work": None, "social": 6, "family": 4})


def test_qles_with_two_missing_gives_percent_alone():
    answers = {f"q{i}": 3 for i in range(1, 13)}
    found = of("qlesq_sf", answers)
    assert (found.status, found.total, found.subscales["percent"], found.flags) == (Status.PRORATED, None, Decimal("50.0"), {"prorated"})
    assert of("qlesq_sf", {f"q{i}": 3 for i in range(1, 12)}).status is Status.INCOMPLETE


def test_bpi_interference_from_4_of_7_and_not_from_3():
    four = of("bpi_interference", {"q1": 5, "q2": 6, "q3": 4, "q6": 5})
    assert (four.total, four.status) == (Decimal("5.00"), Status.PRORATED)
    assert of("bpi_interference", {"q1": 5, "q2": 6, "q3": 4}).status is Status.INCOMPLETE


def test_meq_is_tested_before_rounding():
    just_under = {f"q{i}": 3 for i in range(1, 31)} | {"q4": 2}
    found = of("meq30", just_under)
    assert (found.subscales["mystical"], found.flags) == (Decimal("2.93"), set())
    assert "complete_mystical_experience" in of("meq30", {f"q{i}": 3 for i in range(1, 31)}).flags


def test_whodas_and_bprs_take_their_other_coding():
    assert of("whodas12", {f"q{i}": 3 for i in range(1, 13)}, {"coding": "1-5"}).total == 24
    assert of("bprs_positive4", {"q4": 1, "q11": 1, "q12": 1, "q15": 7}, {"coding": "1-7"}).flags == {"psychosis_watch"}
    assert of("bprs_positive4", {"q4": 0, "q11": 1, "q12": 1, "q15": 7}, {"coding": "1-7"}).status is Status.INVALID


def test_a_rise_needs_the_earlier_total():
    quiet = {f"q{i}": 0 for i in range(1, 12)} | {"q5": 8}
    assert of("ymrs", quiet).flags == set()
    assert of("ymrs", quiet, {"previous_total": 0}).flags == {"mania_watch"}
    assert of("ymrs", quiet, {"previous_total": 1}).flags == set()


def test_hamd_item_16_not_assessed_scores_0_and_cgi_0_is_no_score():
    answers = {f"q{i}": 1 for i in range(1, 18)}
    assert of("hamd17", {**answers, "q16": 3}).total == 16
    assert of("cgi_s", {"q1": 0}).status is Status.INCOMPLETE


def test_audit_c_after_never():
    assert of("audit_c", {"q1": 0}).total == 0
    assert of("audit_c", {"q1": 0, "q3": 4}).flags >= {"inconsistent_skip", "audit_c_positive"}
    assert of("audit_c", {"q1": 4, "q2": 1, "q3": 0}).flags == {"audit_c_positive", "audit_c_brief_intervention"}


def test_pc_ptsd_without_exposure_drops_what_follows():
    assert of("pc_ptsd5", {"q0": 0, "q1": 1}).total == 0
    assert of("pc_ptsd5", {"q1": 1}).status is Status.INCOMPLETE


def test_dast_with_the_reversed_item_alone_is_marked():
    answers = {f"q{i}": 0 for i in range(1, 11)}
    assert (of("dast10", answers).total, of("dast10", answers).flags) == (1, {"dast10_check_q3"})
    assert of("dast10", {**answers, "q3": 1}).flags == set()


def test_psc_blanks_count_0_up_to_three():
    answers = {f"q{i}": 1 for i in range(1, 18)}
    three = of("psc17", {**answers, "q1": None, "q2": None, "q3": None})
    assert (three.status, three.total, three.subscales["internalizing"]) == (Status.COMPLETE, 14, 4)
    four = of("psc17", {**answers, "q1": None, "q2": None, "q3": None, "q4": None})
    assert (four.status, four.total, four.subscales["externalizing"]) == (Status.INCOMPLETE, None, None)


def test_score_entry_without_its_suicide_item_says_so():
    assert of("bdi2", {"total": 30}).flags == {"suicide_item_missing"}
    assert of("bdi2", {"total": 3, "q9": 2}).flags == {"suicide_item_positive", "suicide_item_urgent"}


def test_flags_of_an_item_as_it_is_saved():
    assert item_flags(shipped_instrument("phq9"), {"q9": 1}) == {"suicide_item_positive"}
    assert item_flags(shipped_instrument("phq9"), {"q1": 3}) == frozenset()


@pytest.mark.parametrize(("context", "why"), [({"age": 40}, "takes none"), ({"coding": "1-5"}, "takes none")])
def test_unknown_context_is_refused(context, why):
    with pytest.raises(ScaleError, match=why):
        of("phq9", PHQ0, context)


@pytest.mark.parametrize(
    ("name", "context", "why"),
    [
        ("wsas", {"work_not_applicable": 1}, "true or false"),
        ("ymrs", {"previous_total": True}, "whole number"),
        ("whodas12", {"coding": "0-9"}, "1-5"),
    ],
)
def test_context_of_a_wrong_kind_is_refused(name, context, why):
    with pytest.raises(ScaleError, match=why):
        of(name, {"q1": 1}, context)

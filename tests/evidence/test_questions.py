"""Living questions: what may enter, what is joined, what is said; the claims ledger and the sentences."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fanlight.core.errors import InputError
from fanlight.records.evidence_base import load_evidence
from fanlight.science.evidence import EvidenceError, effect_sizes, pool
from fanlight.science.evidence.absolute import number_needed, out_of_hundred, risk_on_treatment
from fanlight.science.evidence.arms import combine_groups, join_arms
from fanlight.science.evidence.csv_rows import read_rows, write_rows
from fanlight.science.evidence.ledger import ledger, tally
from fanlight.science.evidence.measures import Measure
from fanlight.science.evidence.questions import answer, change_in_words, summary
from fanlight.science.evidence.statements import Grade, Harm, Statement, people_sentence
from fanlight.science.evidence.tables import Certainty, DesignKind, Status, StudyRow, Verdict

TODAY = date(2026, 11, 21)
FOUR_WEEKS = "ketamine_or_esketamine_four_weeks_response"


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def answers(evidence):
    return evidence.answers(TODAY)


def test_four_weeks_of_ketamine_or_esketamine_by_hand(answers):
    """112/209 v 42/108, 70/101 v 52/100, 17/63 v 8/60, 15/32 v 10/30: RR 1.38 (1.06 to 1.80), prediction 0.96 to 1.98."""
    found = answers[FOUR_WEEKS]
    assert [row.row_id for row in found.rows] == ["S004+S006", "S008", "S012", "S038"]
    assert (found.rows[0].events_arm1, found.rows[0].total_arm1, found.rows[0].events_arm2, found.rows[0].total_arm2) == (112, 209, 42, 108)
    assert np.exp([found.pooled.estimate, *found.pooled.ci, *found.pooled.pi]).round(2).tolist() == [1.38, 1.06, 1.80, 0.96, 1.98]
    assert (found.people.control, found.people.treated, found.people.treated_low, found.people.treated_high) == (38, 52, 40, 68)


def test_psilocybin_pool_is_near_the_one_the_claims_quote(answers):
    """Claim C015 quotes -0.89 (-1.21 to -0.56), prediction -1.76 to -0.02; joining Krempien's two arms moves the ends a little."""
    fit = answers["psilocybin_v_control_score"].pooled
    assert fit.k == 15
    assert fit.estimate == pytest.approx(-0.89, abs=0.005)
    assert fit.ci == pytest.approx((-1.21, -0.56), abs=0.015)
    assert fit.pi == pytest.approx((-1.76, -0.02), abs=0.015)


def test_psilocybin_pool_as_quoted_with_one_arm_of_each_trial(evidence):
    rows = [r for r in evidence.base.studies if "SYPRES" in r.seen_in and r.has_means and r.row_id not in ("S122", "S124", "S129", "S131")]
    g = effect_sizes(
        "SMD",
        m1i=[r.mean_arm1 for r in rows],
        sd1i=[r.sd_arm1 for r in rows],
        n1i=[r.n_mean_arm1 for r in rows],
        m2i=[r.mean_arm2 for r in rows],
        sd2i=[r.sd_arm2 for r in rows],
        n2i=[r.n_mean_arm2 for r in rows],
    )
    fit = pool(*g, test="knha")
    assert [round(x, 2) for x in (fit.estimate, *fit.ci)] == [-0.89, -1.21, -0.56]
    assert fit.pi == pytest.approx((-1.76, -0.02), abs=0.006)


def test_nothing_recalled_enters_and_the_answer_says_so(answers, evidence):
    for found in answers.values():
        ids = {part for row in found.rows for part in row.row_id.split("+")}
        assert all(row.status is not Status.RECALLED for row in evidence.base.studies if row.row_id in ids)
    midazolam = answers["ketamine_v_midazolam_24_h_response"]
    assert midazolam.pooled is None
    assert [(item.row_id, item.why) for item in midazolam.excluded] == [("S044", "its numbers are recalled, not verified")]
    assert evidence.statement(midazolam).sentence.startswith("No eligible trial with numbers we could verify")


def test_one_trial_is_told_as_one_trial(answers, evidence):
    found = answers["ketamine_v_placebo_24_h_response"]
    assert not found.is_pooled
    assert "12 of 20" in evidence.statement(found).sentence
    assert np.isfinite(found.pooled.ci).all()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": Status.RECALLED}, "recalled"),
        ({"design_kind": DesignKind.CROSSOVER}, "crossover"),
        ({"design_kind": DesignKind.ENRICHED}, "only responders"),
        ({"design_kind": DesignKind.POOLED}, "parent trials"),
        ({"subgroup": "women"}, "only women"),
        ({"events_arm1": None}, "not seen in full"),
        ({"cohort": "TRANSFORM-2", "control_group": "KARMA:x"}, "already counted in S008"),
    ],
)
def test_a_row_that_may_not_be_pooled_is_excluded_with_its_reason(evidence, change, why):
    studies = [replace(row, **change) if row.row_id == "S038" else row for row in evidence.base.studies]
    found = answer(FOUR_WEEKS, evidence.questions[FOUR_WEEKS], studies, TODAY)
    assert "S038" not in {row.row_id for row in found.rows}
    assert any(item.row_id == "S038" and why in item.why for item in found.excluded)


def test_one_comparison_reported_twice_must_be_chosen(evidence):
    twin = replace(next(row for row in evidence.base.studies if row.row_id == "S008"), row_id="S900", time_days=29.0)
    with pytest.raises(EvidenceError, match="reported more than once"):
        answer(FOUR_WEEKS, evidence.questions[FOUR_WEEKS], [*evidence.base.studies, twin], TODAY)


def test_adding_a_study_moves_the_answer_and_says_how(evidence, answers):
    before = summary(answers[FOUR_WEEKS])
    assert change_in_words(before, answers[FOUR_WEEKS]).endswith("the same studies; the estimate stays at 1.38.")
    new = replace(
        next(row for row in evidence.base.studies if row.row_id == "S038"),
        row_id="S901",
        study_id="NEW",
        cohort="NEW",
        control_group="NEW:m",
        events_arm1=30.0,
        total_arm1=100.0,
        events_arm2=32.0,
        total_arm2=100.0,
    )
    after = answer(FOUR_WEEKS, evidence.questions[FOUR_WEEKS], [*evidence.base.studies, new], date(2027, 1, 5))
    assert "1 added (S901); the estimate moved from 1.38 to" in change_in_words(before, after)


def test_joined_groups_are_those_of_all_scores_together():
    rng = np.random.default_rng(3)
    one, other = rng.normal(10, 3, 17), rng.normal(14, 5, 8)
    n, mean, sd = combine_groups(17, one.mean(), one.std(ddof=1), 8, other.mean(), other.std(ddof=1))
    both = np.concatenate((one, other))
    assert (n, mean, sd) == (25, pytest.approx(both.mean()), pytest.approx(both.std(ddof=1)))


def test_arms_with_different_controls_are_not_joined(evidence):
    rows = {row.row_id: row for row in evidence.base.studies}
    with pytest.raises(EvidenceError, match="Cannot join"):
        join_arms([rows["S004"], rows["S008"]])


def test_people_out_of_a_hundred():
    assert out_of_hundred(Measure.RR, np.log(1.5), (np.log(0.9), np.log(3.0)), 0.4).extra == 20
    assert out_of_hundred(Measure.RR, np.log(1.5), (np.log(0.9), np.log(3.0)), 0.4).treated_high == 100
    assert risk_on_treatment(Measure.OR, np.log(2.0), 0.5) == pytest.approx(2 / 3)
    assert risk_on_treatment(Measure.RD, 0.1, 0.95) == 1.0
    assert number_needed(0.55, 0.30) == pytest.approx(4.0)
    assert number_needed(0.3, 0.3) == float("inf")
    with pytest.raises(EvidenceError, match=r"38 percent as 0\.38"):
        risk_on_treatment(Measure.RR, 0.0, 38)


def test_a_range_across_nothing_says_that_nothing_is_settled():
    unsettled = out_of_hundred(Measure.RR, np.log(1.2), (np.log(0.8), np.log(1.8)), 0.4)
    told = people_sentence(unsettled, "it", "placebo", "respond")
    assert "from 8 fewer to 32 more" in told
    assert "do not settle" in told
    worse = out_of_hundred(Measure.RR, np.log(0.5), (np.log(0.3), np.log(0.8)), 0.4)
    assert "from 28 fewer to 8 fewer" in people_sentence(worse, "it", "placebo", "respond")


GRADE = Grade(Certainty.LOW, "a pool", TODAY, date(2027, 5, 21), False)


def test_no_benefit_without_harms_and_no_sentence_without_its_grade():
    with pytest.raises(EvidenceError, match="harms"):
        Statement("It helps.", GRADE, (), "", "everyone")
    with pytest.raises(EvidenceError, match="who is counted"):
        Statement("It helps.", GRADE, (), "nobody counted them", "")
    with pytest.raises(TypeError):
        Statement("It helps.", harms=(), harms_unknown="x", counted="y")  # type: ignore[call-arg]
    whole = Statement("It helps.", GRADE, (Harm("nausea", 25, 9, "x", "one trial"),), "", "everyone").text(TODAY)
    assert "Certainty: low" in whole
    assert "nausea: 25 of 100 on treatment, 9 on the comparison" in whole
    assert "Counted: everyone" in whole


def test_a_sentence_past_its_review_date_says_so():
    statement = Statement("It helps.", GRADE, (), "nobody counted them", "everyone")
    assert "out of date" not in statement.text(date(2027, 5, 21))
    assert "out of date" in statement.text(date(2027, 5, 22))


def test_every_answer_has_its_sentence_with_grade_harms_and_who_is_counted(evidence, answers):
    for found in answers.values():
        whole = evidence.statement(found).text(TODAY)
        for part in ("Certainty:", "Counted:", "Harms:", "Source:"):
            assert part in whole


def test_all_claims_stand_in_the_ledger_with_their_verdicts(evidence, answers):
    entries = ledger(evidence.base.claims, evidence.base.articles, answers, TODAY)
    assert len(entries) == 131
    assert [entry.claim.claim_id for entry in entries if entry.is_stale] == []
    counted = tally(entries)
    assert sum(counted.values()) == 131
    assert all(counted[verdict] > 0 for verdict in Verdict)


def test_claims_turn_stale_by_date_on_the_day_after(evidence, answers):
    last, after = date(2027, 5, 21), date(2027, 5, 22)
    assert not any(entry.is_stale for entry in ledger(evidence.base.claims, evidence.base.articles, answers, last))
    assert all(entry.due_soon for entry in ledger(evidence.base.claims, evidence.base.articles, answers, last))
    assert all("has passed" in entry.stale_because for entry in ledger(evidence.base.claims, evidence.base.articles, answers, after))


def test_a_claim_turns_stale_when_its_pool_moves_or_goes(evidence, answers):
    question = "psilocybin_v_control_score"
    studies = [row for row in evidence.base.studies if row.study_id != "Davis-2021"]
    moved = {**answers, question: answer(question, evidence.questions[question], studies, TODAY)}
    stale = [entry for entry in ledger(evidence.base.claims, evidence.base.articles, moved, TODAY) if entry.is_stale]
    assert [entry.claim.claim_id for entry in stale] == ["C015"]
    assert "moved from -0.89" in stale[0].stale_because
    gone = {name: found for name, found in answers.items() if name != question}
    assert any("is gone" in entry.stale_because for entry in ledger(evidence.base.claims, evidence.base.articles, gone, TODAY))


def test_tables_come_back_as_they_were_written(evidence):
    assert read_rows(write_rows(evidence.base.studies, StudyRow), StudyRow, "again") == evidence.base.studies


def test_a_faulty_table_names_every_fault_with_its_line(evidence):
    lines = write_rows(evidence.base.studies[:3], StudyRow).splitlines()
    lines[1] = lines[1].replace(",2023,", ",MMXXIII,")
    lines[2] = lines[2].replace(",verified,", ",remembered,")
    with pytest.raises(InputError) as refused:
        read_rows("\n".join(lines), StudyRow, "studies.csv")
    told = str(refused.value)
    assert "line 2, year" in told
    assert "line 3, status" in told
    with pytest.raises(InputError, match='Did you mean "outcome"'):
        read_rows("outcom\nx\n", StudyRow, "studies.csv")

"""Each error the reference lists is put into a good row and found; the shipped tables give no false finding."""

from dataclasses import replace

import pytest

from fanlight.records.evidence_base import load_evidence
from fanlight.science.evidence.lint import CHECKS, lint
from fanlight.science.evidence.tables import ClaimRow, Counted, EvidenceBase, StudyRow, SynthesisRow, Verdict


@pytest.fixture(scope="module")
def base() -> EvidenceBase:
    return load_evidence().base


def study(base: EvidenceBase, row_id: str) -> StudyRow:
    return next(row for row in base.studies if row.row_id == row_id)


def with_studies(base: EvidenceBase, *changed: StudyRow, more: tuple[StudyRow, ...] = ()) -> EvidenceBase:
    by_id = {row.row_id: row for row in changed}
    return replace(base, studies=(*(by_id.get(row.row_id, row) for row in base.studies), *more))


def codes(base: EvidenceBase, where: str = "") -> set[str]:
    return {finding.code for finding in lint(base) if not finding.accepted and finding.where.startswith(where)}


def test_the_shipped_tables_give_no_false_finding(base):
    """What is found in them is true, and each is accepted in the table with its reason."""
    found = lint(base)
    assert [finding for finding in found if not finding.accepted] == []
    assert {(finding.code, finding.where.split()[0]) for finding in found} == {("E04", "S133"), ("E10", "S142")}


def test_abbar_abstract_with_arm_sizes_exchanged(base):
    """The abstract prints 46 (63.0%) of 83 and 25 (31.6%) of 73; right is 46/73 and 25/79."""
    wrong = replace(study(base, "S071"), total_arm1=83, total_arm2=73, n_arm1=83, n_arm2=73, note="63.0% v 31.6% printed")
    findings = [f for f in lint(with_studies(base, wrong)) if f.where.startswith("S071")]
    assert "E02" in {f.code for f in findings}
    assert any("exchanged" in f.next_step for f in findings if f.code == "E02")
    assert "E01" in {f.code for f in findings}


def test_transform_1_with_the_arm_sizes_of_the_japanese_trial(base):
    """One review table repeats 41, 40, 41 and 80 for TRANSFORM-1."""
    rows = [replace(row, n_arm1=41 if "56" in row.dose else 40, n_arm2=80) for row in base.studies if row.study_id == "TRANSFORM-1"]
    japan = [
        replace(row, n_arm1={"28": 41, "56": 40}.get(row.dose[:2], 0))
        for row in base.studies
        if row.study_id == "TRD2005-Japan" and row.dose[:2] != "84"
    ]
    other = tuple(row for row in base.studies if row.study_id not in ("TRANSFORM-1", "TRD2005-Japan"))
    assert "E05" in codes(replace(base, studies=(*rows, *japan, *other)))


def test_transform_2_with_114_in_both_arms(base):
    """One commentary table prints 114 twice beside a total of 223."""
    wrong = [replace(row, n_arm2=114) for row in base.studies if row.study_id == "TRANSFORM-2"]
    found = [f for f in lint(with_studies(base, *wrong)) if f.code == "E04"]
    assert any("114 and 114 make 228, not 223" in f.what for f in found)


def test_one_row_of_a_trial_with_another_arm_size(base):
    assert codes(with_studies(base, replace(study(base, "S010"), n_arm2=114)), "S010") == {"E04"}


def test_griffiths_doses_in_mg_per_kg(base):
    assert codes(with_studies(base, replace(study(base, "S125"), dose="22 or 30 mg/kg")), "S125") == {"E09"}


def test_ross_remission_equal_to_response(base):
    assert codes(with_studies(base, replace(study(base, "S142"), accepted="")), "S142") == {"E10"}


def test_bedroc_interval_on_the_wrong_side(base):
    wrong = replace(study(base, "S042"), ci_lb=1.0, ci_ub=11.16)
    findings = [f for f in lint(with_studies(base, wrong)) if f.where.startswith("S042")]
    assert [f.code for f in findings] == ["E07"]
    assert findings[0].next_step == "Turned round it is -11.16 to -1."


def test_irizarry_negative_i2(base):
    rows = tuple(replace(row, i2=-73.0) if row.synthesis_id == "Y26" else row for row in base.syntheses)
    assert codes(replace(base, syntheses=rows)) == {"E12"}


@pytest.mark.parametrize(
    ("row_id", "change", "code"),
    [
        ("S069", {"events_arm1": 32.0}, "E01"),
        ("S004", {"effect": -15.2, "ci_lb": -28.22, "ci_ub": -2.11}, "E01"),
        ("S038", {"events_arm1": 14.0}, "E02"),
        ("S038", {"events_arm1": 41.0}, "E03"),
        ("S012", {"total_arm1": 73.0}, "E03"),
        ("S036", {"effect": -9.9}, "E06"),
        ("S036", {"ci_lb": 2.22, "ci_ub": -8.54}, "E06"),
        ("S010", {"se": 3.4}, "E08"),
        ("S036", {"p_value": "0.001"}, "E08"),
        ("S113", {"effect": 1.42154}, "E11"),
        ("S113", {"mean_arm1": 16.33}, "E11"),
        ("S117", {"effect": 0.543518}, "E01"),
        ("S004", {"control_group": ""}, "E14"),
        ("S001", {"doi": "doi:10.1056"}, "E15"),
        ("S001", {"registration": "NCT0311396"}, "E15"),
        ("S001", {"pmid": "17224232"}, "E15"),
        ("S038", {"events_arm1": 0.469}, "E16"),
        ("S012", {"counted": Counted.ALL_RANDOMISED}, "E18"),
    ],
)
def test_each_kind_of_error_is_found(base, row_id, change, code):
    assert code in codes(with_studies(base, replace(study(base, row_id), **change)))


def test_a_cohort_under_two_names(base):
    """The pooled rows of TRANSFORM-1 and 2, if they did not say whose people they repeat."""
    wrong = [replace(row, cohort=row.study_id) for row in base.studies if row.study_id == "TRANSFORM-1-2-pooled"]
    assert "E13" in codes(with_studies(base, *wrong))


def test_a_row_twice_and_a_number_twice(base):
    assert codes(with_studies(base, more=(replace(study(base, "S024"), row_id="S999"),)), "S999") == {"E17"}
    assert "E17" in codes(with_studies(base, more=(replace(study(base, "S024"), study_id="OTHER", registration="", cohort="OTHER"),)))


def test_a_review_of_another_publisher_and_a_percent_for_a_proportion(base):
    def changed(**change: object) -> EvidenceBase:
        return replace(base, syntheses=tuple(replace(row, **change) if row.synthesis_id == "Y02" else row for row in base.syntheses))

    assert codes(changed(journal="JAMA Psychiatry")) == {"E15"}
    assert codes(changed(estimate=45.0, ci_lb=35.0, ci_ub=55.0)) == {"E16"}
    assert codes(changed(estimate=0.6)) == {"E06"}
    assert isinstance(base.syntheses[0], SynthesisRow)


def test_claims_that_cite_the_wrong_publisher_or_lose_their_reason(base):
    def changed(claim_id: str, **change: object) -> EvidenceBase:
        return replace(base, claims=tuple(replace(row, **change) if row.claim_id == claim_id else row for row in base.claims))

    assert codes(changed("C130", actual_id="10.3389/fpsyg.2019.00010")) == {"E15"}
    assert codes(changed("C106", actual_source="", note="")) == {"E19"}
    assert codes(changed("C080", claim="A systematic review found that ketamine displaye...")) == {"E19"}
    assert codes(changed("C001", article_id="009")) == {"E19"}
    assert isinstance(base.claims[0], ClaimRow)
    assert {claim.verdict for claim in base.claims} == set(Verdict)


def test_every_check_has_been_seen_to_find_something():
    """The codes asked for above are all the codes there are."""
    source = open(__file__, encoding="utf-8").read()  # noqa: SIM115
    assert [code for code in CHECKS if f'"{code}"' not in source] == []

"""Effect sizes against published tables, hand-worked cases and 50-digit twins."""

import csv

import bcg
import numpy as np
import pytest
from mpmath import gamma, mp, mpf, sqrt

from fanlight.core.errors import InputError
from fanlight.science.evidence import EvidenceError, effect_sizes
from fanlight.science.evidence.means import hedges_correction
from fanlight.science.evidence.single_group import double_arcsine, proportion_from_double_arcsine


def test_bcg_log_risk_ratios_as_printed():
    y, v = effect_sizes("RR", **bcg.CELLS)
    printed_y = [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173]
    printed_v = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
    assert y.round(4).tolist() == printed_y
    assert v.round(4).tolist() == printed_v


def test_bcg_log_odds_ratios_as_van_houwelingen_prints_them():
    y, v = effect_sizes("OR", **bcg.CELLS)
    assert y[:6].round(4).tolist() == [-0.9387, -1.6662, -1.3863, -1.4564, -0.2191, -0.9581]
    assert v[:6].round(4).tolist() == [0.3571, 0.2081, 0.4334, 0.0203, 0.0520, 0.0099]


def test_counts_and_totals_say_the_same_as_cells():
    cells = {name: np.array(values) for name, values in bcg.CELLS.items()}
    for measure in ("RR", "OR", "RD", "PETO"):
        one = effect_sizes(measure, **cells)
        other = effect_sizes(measure, ai=cells["ai"], n1i=cells["ai"] + cells["bi"], ci=cells["ci"], n2i=cells["ci"] + cells["di"])
        assert np.array_equal(one.y, other.y)
        assert np.array_equal(one.v, other.v)


def test_grunebaum_counts_reproduce_the_printed_odds_ratio():
    """22/40 v 12/40: the abstract prints 2.85 (1.14 to 7.15)."""
    y, v = effect_sizes("OR", ai=[22], n1i=[40], ci=[12], n2i=[40])
    low, high = np.exp(y[0] - 1.959964 * v[0] ** 0.5), np.exp(y[0] + 1.959964 * v[0] ** 0.5)
    assert (round(float(np.exp(y[0])), 2), round(float(low), 2), round(float(high), 2)) == (2.85, 1.14, 7.15)


def test_hedges_correction_is_the_exact_one():
    with mp.workdps(50):
        for m in (2, 3, 10, 57, 400):
            exact = gamma(mpf(m) / 2) / (sqrt(mpf(m) / 2) * gamma((mpf(m) - 1) / 2))
            assert float(hedges_correction(np.array([float(m)]))[0]) == pytest.approx(float(exact), rel=1e-13)


def test_zero_cells_take_a_half_only_where_they_stand():
    result = effect_sizes("OR", ai=[0, 5], n1i=[10, 10], ci=[3, 4], n2i=[10, 10])
    assert result.y[0] == pytest.approx(np.log((0.5 * 7.5) / (10.5 * 3.5)))
    assert result.y[1] == pytest.approx(np.log((5 * 6) / (5 * 4)))
    assert result.notes == ("0.5 added to every cell (only0): study 1.",)


def test_a_study_with_no_event_at_all_says_nothing_about_a_ratio_but_does_about_a_difference():
    ratio = effect_sizes("RR", ai=[0, 5], n1i=[10, 10], ci=[0, 4], n2i=[12, 10])
    assert np.isnan(ratio.y[0])
    assert np.isnan(ratio.v[0])
    assert "Set aside" in ratio.notes[0]
    difference = effect_sizes("RD", ai=[0], n1i=[10], ci=[0], n2i=[12])
    assert np.isfinite(difference.y[0])
    kept = effect_sizes("RR", ai=[0], n1i=[10], ci=[0], n2i=[12], drop00=False)
    assert np.isfinite(kept.y[0])


@pytest.mark.parametrize(
    ("measure", "columns", "word"),
    [
        ("RR", {"ai": [11], "n1i": [10], "ci": [1], "n2i": [10]}, "more events than people"),
        ("RR", {"ai": [0.45], "n1i": [10], "ci": [1], "n2i": [10]}, "fraction where a count"),
        ("PR", {"xi": [45], "ni": [40]}, "percentage"),
        ("PR", {"yi": [45.0], "vi": [1.0]}, "percent where a proportion"),
        ("MD", {"m1i": [1], "sd1i": [-1], "n1i": [5], "m2i": [0], "sd2i": [1], "n2i": [5]}, "negative standard deviation"),
        ("SMD", {"m1i": [1], "sd1i": [0], "n1i": [5], "m2i": [0], "sd2i": [0], "n2i": [5]}, "no variance"),
        ("ROM", {"m1i": [1], "sd1i": [1], "n1i": [5], "m2i": [-2], "sd2i": [1], "n2i": [5]}, "one side of zero"),
        ("OR", {"yi": [2.0], "ci_lb": [2.5], "ci_ub": [4.0]}, "does not hold its estimate"),
        ("OR", {"yi": [2.0], "ci_lb": [4.0], "ci_ub": [1.0]}, "wrong way round"),
        ("OR", {"yi": [-2.0], "ci_lb": [-3.0], "ci_ub": [4.0]}, "above zero"),
        ("MD", {"yi": [2.0], "vi": [-1.0]}, "negative"),
        ("MD", {"yi": [2.0], "vi": [0.0]}, "zero"),
        ("ZCOR", {"ri": [1.0], "ni": [20]}, "no Fisher z"),
        ("COR", {"ri": [1.2], "ni": [20]}, "outside -1 to 1"),
    ],
)
def test_impossible_entries_are_refused_with_their_reason(measure, columns, word):
    with pytest.raises(InputError) as refused:
        effect_sizes(measure, **columns)
    assert refused.value.code == "FAN-EVID-010"
    assert word in str(refused.value)


def test_all_faults_come_at_once():
    with pytest.raises(InputError) as refused:
        effect_sizes("RR", ai=[11, 3, -1], n1i=[10, 10, 10], ci=[1, 12, 1], n2i=[10, 10, 0])
    assert len(refused.value.faults) == 5


def test_columns_that_do_not_belong_or_are_missing_are_named():
    with pytest.raises(EvidenceError, match="n2i missing"):
        effect_sizes("SMD", m1i=[1], sd1i=[1], n1i=[5], m2i=[0], sd2i=[1])
    with pytest.raises(EvidenceError, match="an effect alone has no weight"):
        effect_sizes("SMD", yi=[1])
    with pytest.raises(EvidenceError, match="no measure"):
        effect_sizes("XYZ", yi=[1], vi=[1])
    with pytest.raises(EvidenceError, match="ai has 2, n1i has 1"):
        effect_sizes("RR", ai=[1, 2], n1i=[3], ci=[1, 2], n2i=[3, 4])


def test_reported_interval_gives_back_its_standard_error():
    """TRANSFORM-2: -4.0 (-7.31 to -0.64), standard error printed 1.69."""
    _, v = effect_sizes("MD", yi=[-4.0], ci_lb=[-7.31], ci_ub=[-0.64])
    assert v[0] ** 0.5 == pytest.approx(1.70, abs=0.01)


def test_double_arcsine_comes_back_as_the_proportion():
    for events, people in ((0, 12), (3, 12), (7, 19), (12, 12)):
        y = double_arcsine(np.array([float(events)]), np.array([float(people)]))[0]
        assert proportion_from_double_arcsine(float(y), people) == pytest.approx(events / people, abs=1e-12)


def _number(text):
    return float(text.replace(",", ".")) if text not in ("", "NA") else float("nan")


@pytest.mark.shared_data
def test_the_psilocybin_table_own_effect_sizes_come_back(shared_data):
    """All 220 rows of the SYPRES table (Metapsy project, ODC-By).

    The origin corrects d by the common approximation 1 - 3/(4m - 1) and takes its variance at d; undoing our exact factor and
    applying theirs gives their figures to the last digits, and ours lie within 0.04 percent of them. Log risk ratios agree.
    """
    with (shared_data / "meta-psilocybin-depression" / "data.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    checked = {"g": 0, "rr": 0}
    for row in rows:
        if row["outcome_type"] in ("msd", "imsd", "change"):
            kind = "_change" if row["outcome_type"] == "change" else ""
            m1, sd1, n1, m2, sd2, n2 = (_number(row[f"{name}{kind}_{arm}"]) for arm in ("arm1", "arm2") for name in ("mean", "sd", "n"))
            y, _ = effect_sizes("SMD", m1i=[m1], sd1i=[sd1], n1i=[n1], m2i=[m2], sd2i=[sd2], n2i=[n2])
            m = n1 + n2 - 2
            d = y[0] / hedges_correction(np.array([m]))[0]
            assert d * (1 - 3 / (4 * m - 1)) == pytest.approx(_number(row[".g"]), rel=1e-12, abs=1e-14), row[".id"]
            assert (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))) ** 0.5 == pytest.approx(_number(row[".g_se"]), rel=1e-12), row[".id"]
            assert y[0] == pytest.approx(_number(row[".g"]), rel=4e-4, abs=1e-14)
            checked["g"] += 1
        else:
            counts = [[_number(row[name])] for name in ("event_arm1", "totaln_arm1", "event_arm2", "totaln_arm2")]
            y, v = effect_sizes("RR", **dict(zip(("ai", "n1i", "ci", "n2i"), counts, strict=True)))
            assert y[0] == pytest.approx(_number(row[".log_rr"]), abs=1e-12), row[".id"]
            assert v[0] ** 0.5 == pytest.approx(_number(row[".log_rr_se"]), abs=1e-12), row[".id"]
            checked["rr"] += 1
    assert checked == {"g": 139, "rr": 81}


def test_a_study_in_which_everybody_had_the_event_says_nothing_about_a_ratio_either():
    both = effect_sizes("OR", ai=[10, 5], n1i=[10, 10], ci=[12, 4], n2i=[12, 10])
    assert np.isnan(both.y[0])
    assert np.isfinite(both.y[1])
    assert "Set aside" in both.notes[0]

"""Batches against single analyses and 50-digit twins; tables, influence, asymmetry against published output."""

import bcg
import numpy as np
import precise
import pytest

from fanlight.core.errors import InputError
from fanlight.science.evidence import EvidenceError, effect_sizes, pool
from fanlight.science.evidence.batch import pool_few, pool_many
from fanlight.science.evidence.diagnostics import baujat, cumulative, influence, leave_one_out, subgroups
from fanlight.science.evidence.fixed_tables import mantel_haenszel, peto
from fanlight.science.evidence.small_studies import begg, egger, trim_and_fill

FIELDS = ("estimate", "se", "p", "tau2", "i2", "h2", "q")


@pytest.fixture(scope="module")
def trials():
    y, v = effect_sizes("RR", **bcg.CELLS)
    return y, v


def made_up(rows, k, seed):
    rng = np.random.default_rng(seed)
    v = 10 ** rng.uniform(-2, 0.5, (rows, k))
    return rng.normal(0.3, 1, (rows, k)) * np.sqrt(v + rng.uniform(0, 0.5, (rows, 1))), v


@pytest.mark.parametrize("method", ["EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"])
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_each_row_is_what_one_analysis_says(method, test):
    y, v = made_up(12, 7, 4)
    many = pool_many(y, v, method, test)
    for row in range(len(y)):
        one = pool(y[row], v[row], method, test)
        for name in FIELDS:
            assert getattr(many, name)[row] == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-12), (name, row)
        assert many.ci[row] == pytest.approx(one.ci, rel=1e-9)


def test_tau2_of_a_batch_is_within_1e_9_of_fifty_digits():
    y, v = made_up(12, 20, 8)
    many = pool_many(y, v)
    for row in range(len(y)):
        assert abs(many.tau2[row] - float(precise.tau2("REML", y[row], v[row]))) < 1e-9


@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_the_light_way_and_the_compiled_way_agree(test):
    y, v = made_up(20, 6, 12)
    y[3, 2:], v[3, 2:], y[4, 1:], v[4, 1:], y[5], v[5] = (np.nan,) * 6
    light, compiled = pool_few(y, v, "REML", test), pool_many(y, v, "REML", test)
    for name in (*FIELDS, "ci", "k", "converged"):
        assert getattr(light, name) == pytest.approx(getattr(compiled, name), rel=1e-9, nan_ok=True), name


def test_a_page_needs_no_compiler():
    """The clinicians' plots are drawn in the web process, which must not load Numba or SciPy's statistics for them."""
    import subprocess
    import sys

    code = (
        "import sys; from datetime import date; from fanlight.records.evidence_base import load_evidence as load;"
        "from fanlight.science.evidence.plots import other_plots; e = load();"
        "[other_plots(e.answer(name, date(2026, 11, 21))) for name in e.questions];"
        "sys.exit(sorted({'numba', 'scipy.stats'} & set(sys.modules)) != [])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_short_rows_are_padded_and_a_lone_study_answers_for_itself():
    y, v = [[0.1, 0.5, np.nan], [0.2, np.nan, np.nan], [np.nan] * 3], [[0.1, 0.2, np.nan], [0.3, np.nan, np.nan], [np.nan] * 3]
    many = pool_many(y, v)
    assert many.estimate[0] == pytest.approx(pool([0.1, 0.5], [0.1, 0.2]).estimate)
    assert (many.estimate[1], many.k[1]) == (0.2, 1)
    assert np.isnan(many.tau2[1])
    assert many.converged.tolist() == [True, True, False]
    with pytest.raises(InputError, match=r"v\[2\]"):
        pool_many([[1, 2], [1, 2]], [[1, 1], [1, 0]])
    with pytest.raises(EvidenceError):
        pool_many([1, 2], [1, 2])


def test_the_higher_of_two_peaks_is_taken_row_by_row():
    """Precise studies that agree and vague ones that do not: one peak near 0, one far out; sometimes the far one is the higher."""
    from fanlight.science.evidence.likelihood import studies_of, view

    rng = np.random.default_rng(11)
    v = np.concatenate((10.0 ** rng.uniform(-4, -2, (300, 3)), 10.0 ** rng.uniform(-1, 1, (300, 3))), axis=1)
    y = rng.normal(0, 1, (300, 6)) * np.concatenate((np.sqrt(v[:, :3]), rng.uniform(0.5, 8, (300, 3))), axis=1)
    many = pool_many(y, v)
    ones, several, second = np.ones((6, 1)), 0, 0
    for row in range(len(y)):
        tau2 = pool(y[row], v[row]).tau2
        assert many.tau2[row] == pytest.approx(tau2, rel=1e-8, abs=1e-12), row
        studies = studies_of(y[row], v[row], ones)
        grid = np.concatenate(([0.0], np.geomspace(1e-6, 100, 60)))
        signs = [seen.yppy > seen.trace_p for seen in (view(studies, t) for t in grid)]
        falls = [grid[i + 1] for i in range(60) if signs[i] and not signs[i + 1]]
        peaks = len(falls) + (not signs[0])
        several += peaks > 1
        second += peaks > 1 and tau2 > (0.0 if not signs[0] else falls[0])
    assert several > 5
    assert second > 0


def test_the_answer_is_the_same_twice():
    y, v = made_up(500, 9, 1)
    assert np.array_equal(pool_many(y, v).tau2, pool_many(y, v).tau2)


def test_leave_one_out_and_cumulative_are_pools_of_fewer(trials):
    y, v = trials
    without, growing = leave_one_out(y, v, test="knha"), cumulative(y, v)
    for i in range(len(y)):
        rest = pool(np.delete(y, i), np.delete(v, i), test="knha")
        assert (without.estimate[i], without.ci[i][0]) == (pytest.approx(rest.estimate), pytest.approx(rest.ci[0]))
        assert growing.estimate[i] == pytest.approx(pool(y[: i + 1], v[: i + 1]).estimate)


def test_influence_of_the_first_trial_as_metafor_prints_it(trials):
    found = influence(*trials)
    first = [float(getattr(found, name)[0]) for name in ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight")]
    assert [round(x, 4) for x in first] == [-0.2181, -0.0407, 0.0017, 1.1164, 0.3362, 151.5826, 0.0506, 5.0595]
    assert found.hat.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("measure", "estimate", "low", "high", "z", "q"),
    [("RR", -0.4537, -0.5308, -0.3766, -11.5338, 152.5676), ("OR", -0.4734, -0.5538, -0.3930, -11.5444, 163.9426)],
)
def test_mantel_haenszel_as_stata_and_metafor_print_it(measure, estimate, low, high, z, q):
    fit = mantel_haenszel(measure, **bcg.CELLS)
    assert (round(fit.estimate, 4), round(fit.ci[0], 4), round(fit.ci[1], 4)) == (estimate, low, high)
    assert (round(fit.statistic, 4), round(fit.q, 4)) == (z, q)


def test_peto_as_stata_and_metafor_print_it():
    fit = peto(**bcg.CELLS)
    assert (round(fit.estimate, 4), round(fit.ci[0], 4), round(fit.ci[1], 4)) == (-0.4744, -0.5541, -0.3948)
    assert (round(fit.statistic, 4), round(fit.q, 4)) == (-11.6689, 167.7302)


def test_mantel_haenszel_of_one_table_is_that_table():
    for measure, value in (("OR", np.log(22 * 28 / (18 * 12))), ("RR", np.log(22 / 12)), ("RD", 0.25)):
        assert mantel_haenszel(measure, ai=[22], n1i=[40], ci=[12], n2i=[40]).estimate == pytest.approx(value)
    assert mantel_haenszel("RD", ai=[0, 3], n1i=[10, 10], ci=[0, 1], n2i=[10, 10]).estimate == pytest.approx(0.1)
    with pytest.raises(EvidenceError, match="no event in any study"):
        mantel_haenszel("OR", ai=[0, 0], n1i=[10, 10], ci=[1, 2], n2i=[10, 10])


def test_egger_as_metafor_prints_it(trials):
    """regtest(res, model="lm"): t = -1.4013, df 11, p 0.1887, limit -0.1909 (-0.6753 to 0.2935)."""
    found = egger(*trials)
    assert (round(found.statistic, 4), found.df, round(found.p, 4)) == (-1.4013, 11, 0.1887)
    assert (round(found.limit, 4), round(found.limit_ci[0], 4), round(found.limit_ci[1], 4)) == (-0.1909, -0.6753, 0.2935)
    assert not found.notes
    assert egger(trials[0][:5], trials[1][:5]).notes


def test_begg_as_metafor_prints_it(trials):
    """ranktest(res): Kendall's tau 0.0256, p 0.9524."""
    found = begg(*trials)
    assert (round(found.tau, 4), round(found.p, 4), found.exact) == (0.0256, 0.9524, True)


def test_begg_with_ties_agrees_with_scipy():
    from scipy.stats import kendalltau

    rng = np.random.default_rng(2)
    y, v = rng.normal(size=30), rng.integers(1, 6, 30) / 10
    common = pool(y, v, "EE")
    other = kendalltau((y - common.estimate) / np.sqrt(v - common.se**2), v, method="asymptotic")
    found = begg(y, v)
    assert not found.exact
    assert (found.tau, found.p) == (pytest.approx(other.statistic), pytest.approx(other.pvalue, rel=1e-6))


def test_trim_and_fill_finds_what_was_taken_away():
    """An even funnel, from which the three lowest small studies are hidden."""
    effects = np.array([0.49, 0.52, 0.45, 0.56, 0.39, 0.6, 0.2, 0.79, 0.01, 1.02, -0.31, 1.3, -0.6, 1.58])
    variances = np.array([0.01, 0.01, 0.02, 0.02, 0.03, 0.03, 0.1, 0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6])
    whole = trim_and_fill(effects, variances, "EE")
    assert whole.k0 == 0
    hidden = ~np.isin(effects, [-0.6, -0.31, 0.01])
    found = trim_and_fill(effects[hidden], variances[hidden], "EE")
    assert (found.k0, found.side, found.converged) == (2, "left", True)  # L0 is known to err on the low side
    assert found.pooled.estimate == pytest.approx(0.5, abs=0.02)
    mirrored = trim_and_fill(-effects[hidden], variances[hidden], "EE")
    assert (mirrored.k0, mirrored.side) == (2, "right")
    assert mirrored.pooled.estimate == pytest.approx(-found.pooled.estimate)


def test_trim_and_fill_of_bcg_by_equal_effects(trials):
    found = trim_and_fill(*trials, method="EE")
    assert (found.k0, found.side) == (4, "right")
    by_hand = (16 * (13 * 14 * 27 + 10 * 64 + 27 * 16 + 17 * 4 - 18 * 13 * 16 - 18 * 13 * 4 + 6 * 169 * 4) / 24) ** 0.5 / 25
    assert found.k0_se == pytest.approx(by_hand)


def test_subgroups_pool_apart_and_are_compared(trials):
    y, v = trials
    found = subgroups(y, v, bcg.ALLOCATION)
    assert [name for name, _ in found.groups] == ["alternate", "random", "systematic"]
    chosen = [i for i, name in enumerate(bcg.ALLOCATION) if name == "random"]
    assert found.groups[1][1].estimate == pytest.approx(pool(y[chosen], v[chosen]).estimate)
    assert found.df == 2
    assert 0 < found.p < 1


def test_baujat_points_sum_to_q(trials):
    assert baujat(*trials).contribution.sum() == pytest.approx(pool(*trials).q)


def test_too_few_studies_are_answered():
    for call in (egger, begg, trim_and_fill):
        with pytest.raises(EvidenceError, match="three are needed"):
            call([1, 2], [1, 1])
    with pytest.raises(EvidenceError, match="one study"):
        leave_one_out([1], [1])


def test_the_room_gives_its_whole_contract_by_name():
    from fanlight.science import evidence

    y, v = np.array([[0.1, 0.4, 0.3], [0.2, 0.2, 0.9]]), np.array([[0.02, 0.05, 0.03], [0.04, 0.01, 0.06]])
    many = evidence.pool_many(y, v, method="REML", test="knha")
    for row in range(2):
        one = evidence.pool(y[row], v[row], method="REML", test="knha")
        assert many.estimate[row] == pytest.approx(one.estimate, abs=1e-10)
        assert many.tau2[row] == pytest.approx(one.tau2, abs=1e-10)
    assert callable(evidence.effect_sizes)

"""Three-level models, robust errors, selection, exact likelihoods, networks: published output, high-precision twins, laws."""

import csv

import bcg
import numpy as np
import published
import pytest
from mpmath import exp, log, matrix, mp, mpf, pi, quad, sqrt

from fanlight.science.evidence import EvidenceError, effect_sizes, pool
from fanlight.science.evidence.multilevel import cluster_robust, robust, three_level
from fanlight.science.evidence.network import NetworkStudy, league_table, network, split_evidence, study_from_arms
from fanlight.science.evidence.rare_events import exact_odds_ratio, exact_proportion
from fanlight.science.evidence.selection import selection_model


@pytest.fixture(scope="module")
def schools():
    district, y, v = np.array(published.SCHOOLS).T
    return y, v, district


def test_three_levels_as_metafor_prints_it(schools):
    """rma.mv(yi, vi, random = ~ 1 | district/school): 0.0651, 0.0327; 0.1847 (0.0846); Q 578.8640."""
    fit = three_level(*schools)
    assert (round(fit.sigma2_between, 4), round(fit.sigma2_within, 4)) == (0.0651, 0.0327)
    assert (round(float(fit.estimate[0]), 4), round(float(fit.se[0]), 4)) == (0.1847, 0.0846)
    assert (round(fit.q, 4), fit.q_df, fit.clusters) == (578.8640, 55, 11)
    assert round(fit.log_likelihood, 4) == -7.9587
    assert fit.converged


def test_three_level_solution_is_flat_in_fifty_digits(schools):
    """The restricted score of both variances, with 56 by 56 matrices in 30 digits, is zero at the answer."""
    y, v, cluster = schools
    fit = three_level(y, v, cluster)
    with mp.workdps(30):
        k = len(y)
        marginal = matrix(k, k)
        together = matrix(k, k)
        for i in range(k):
            for j in range(k):
                together[i, j] = mpf(1 if cluster[i] == cluster[j] else 0)
                marginal[i, j] = mpf(fit.sigma2_between) * together[i, j] + (mpf(float(v[i])) + mpf(fit.sigma2_within) if i == j else 0)
        w = marginal**-1
        ones = matrix([mpf(1)] * k)
        p = w - w * ones * (ones.T * w * ones) ** -1 * ones.T * w
        py = p * matrix([mpf(float(item)) for item in y])
        between = (py.T * together * py)[0] - sum(p[i, j] * together[j, i] for i in range(k) for j in range(k))
        within = (py.T * py)[0] - sum(p[i, i] for i in range(k))
    assert abs(float(between)) < 1e-6
    assert abs(float(within)) < 1e-6


def test_three_levels_need_two_levels():
    with pytest.raises(EvidenceError, match="no cluster has two"):
        three_level([1, 2, 3], [1, 1, 1], ["a", "b", "c"])
    with pytest.raises(EvidenceError, match="in one cluster"):
        three_level([1, 2, 3], [1, 1, 1], ["a", "a", "a"])


def test_robust_errors_by_the_sandwich_written_out(schools):
    fit = three_level(*schools)
    plain = robust(fit, "CR0")
    weights = np.linalg.inv(fit.marginal)
    bread = 1 / weights.sum()
    residual = fit.effects - fit.estimate[0]
    meat = sum(float((weights[:, rows].sum(axis=0) * residual[rows]).sum()) ** 2 for rows in _rows(fit.membership))
    assert plain.se[0] == pytest.approx(bread * meat**0.5)
    assert robust(fit, "CR1").se[0] == pytest.approx(plain.se[0] * (11 / 10) ** 0.5)
    assert robust(fit, "CR2").df[0] < 10


def _rows(membership):
    names = sorted(set(membership))
    return [[i for i, name in enumerate(membership) if name == wanted] for wanted in names]


def test_cr2_of_clusters_of_one_with_equal_variances_is_the_plain_standard_error():
    """Independent effects of equal variance: CR2 gives s / sqrt(n) exactly, and Satterthwaite's degrees are n - 1."""
    y = np.array([1.0, 2.0, 4.0, 7.0, 3.0])
    fit = cluster_robust(y, np.eye(5), np.ones((5, 1)), list("abcde"), ("intercept",), "CR2")
    assert fit.se[0] == pytest.approx(y.std(ddof=1) / 5**0.5)
    assert fit.df[0] == pytest.approx(4)


def test_selection_model_as_metafor_prints_it():
    """selmodel(res, type="stepfun", steps=c(0.05, 0.10, 0.50, 1.00)) on dat.hackshaw1998, from its test suite."""
    odds, low, high = np.array(published.PASSIVE_SMOKING).T
    y, v = effect_sizes("OR", yi=odds, ci_lb=low, ci_ub=high)
    fit = selection_model(y, v, (0.05, 0.10, 0.50))
    assert fit.delta == pytest.approx((1, 2.422079, 0.977543, 0.396713), abs=1e-4)
    assert fit.delta_se[1:] == pytest.approx((1.66085, 0.820387, 0.469235), abs=1e-4)
    assert (fit.lrt, fit.lrt_df) == (pytest.approx(7.066137, abs=1e-5), 3)
    assert fit.tau2 == pytest.approx(0.03071325, abs=1e-6)


def test_a_selection_model_with_an_empty_step_is_refused():
    with pytest.raises(EvidenceError, match="holds no study"):
        selection_model([0.1, 0.0, -0.1], [1, 1, 1], (0.001,))


def test_selection_without_effect_on_publication_gives_back_maximum_likelihood():
    """Where the two intervals of p are equally full by symmetry, turning every effect round turns the answer round."""
    y, v = effect_sizes("RR", **bcg.CELLS)
    one, other = selection_model(y, v, (0.5,), "greater"), selection_model(-y, v, (0.5,), "less")
    assert one.estimate == pytest.approx(-other.estimate, abs=1e-7)
    assert one.tau2 == pytest.approx(other.tau2, abs=1e-7)


def test_exact_odds_ratio_of_bcg_as_metafor_prints_it():
    """rma.glmm(measure="OR", model="CM.EL"): -0.7538, tau2 0.3116."""
    fit = exact_odds_ratio(**bcg.CELLS)
    assert (round(fit.estimate, 4), round(fit.tau2, 4)) == (-0.7538, 0.3116)
    assert fit.converged


RARE = {"ai": [0, 1, 0, 2, 3, 0, 5], "n1i": [40, 55, 31, 60, 80, 25, 90], "ci": [1, 0, 0, 4, 2, 3, 9], "n2i": [41, 52, 30, 61, 78, 26, 88]}


def _exact_log_likelihood(mean, tau):
    """The same likelihood by 25-digit integration, study by study."""
    from mpmath import binomial

    total = mpf(0)
    for a, n1, c, n2 in zip(*RARE.values(), strict=True):
        if a + c == 0:
            continue
        events = a + c
        ways = {x: binomial(n1, x) * binomial(n2, events - x) for x in range(max(0, events - n2), min(n1, events) + 1)}

        def chance(theta, ways=ways, a=a):
            return ways[a] * exp(theta * a) / sum(w * exp(theta * x) for x, w in ways.items())

        if tau == 0:
            total += log(chance(mean))
        else:
            density = lambda t, f=chance: f(t) * exp(-((t - mean) ** 2) / (2 * tau**2)) / (tau * sqrt(2 * pi))  # noqa: E731
            total += log(quad(density, [mean - 9 * tau, mean - 2 * tau, mean, mean + 2 * tau, mean + 9 * tau]))
    return total


def test_exact_odds_ratio_of_rare_events_against_its_high_precision_twin():
    fit = exact_odds_ratio(**RARE)
    assert fit.k == 6
    assert "3" in fit.notes[0]
    with mp.workdps(20):
        mean, tau = mpf(fit.estimate), mpf(fit.tau2) ** mpf("0.5")
        here = _exact_log_likelihood(mean, tau)
        assert float(here) == pytest.approx(fit.log_likelihood, abs=1e-8)
        for other in ((mean + mpf("0.02"), tau), (mean - mpf("0.02"), tau), (mean, tau + mpf("0.05"))):
            assert _exact_log_likelihood(*other) < here


def test_exact_proportion_at_no_spread_is_the_plain_binomial():
    fit = exact_proportion([2, 3, 4], [20, 30, 40])
    assert fit.tau2 == 0
    assert fit.estimate == pytest.approx(np.log(9 / 81), abs=1e-8)
    assert fit.se == pytest.approx((1 / 9 + 1 / 81) ** 0.5, rel=1e-6)


def test_events_in_one_arm_only_have_no_exact_odds_ratio():
    with pytest.raises(EvidenceError, match="risk difference"):
        exact_odds_ratio(ai=[0, 0], n1i=[10, 10], ci=[1, 2], n2i=[10, 10])


def _two_arm(name, one, other, y, v):
    return NetworkStudy(name, (one, other), (y,), ((v,),))


def test_a_network_of_two_is_a_plain_meta_analysis():
    y, v = effect_sizes("RR", **bcg.CELLS)
    studies = [_two_arm(str(i), "none", "vaccine", float(a), float(b)) for i, (a, b) in enumerate(zip(y, v, strict=True))]
    fit, plain = network(studies), pool(y, v, "DL")
    assert fit.effects[1, 0] == pytest.approx(plain.estimate)
    assert fit.se[1, 0] == pytest.approx(plain.se)
    assert (fit.tau2, fit.q, fit.q_between_df) == (pytest.approx(plain.tau2), pytest.approx(plain.q), 0)


def test_a_triangle_by_hand():
    """A v B 1.0, B v C 1.0, A v C 2.6, all with variance 1: the loop misses by 0.6, a third of which each side takes."""
    studies = [_two_arm("ab", "A", "B", 1.0, 1.0), _two_arm("bc", "B", "C", 1.0, 1.0), _two_arm("ac", "A", "C", 2.6, 1.0)]
    fit = network(studies, "EE")
    assert fit.effects[1, 0] == pytest.approx(1.2)
    assert fit.effects[2, 0] == pytest.approx(2.4)
    assert (fit.q, fit.q_between, fit.q_between_df, fit.q_within_df) == (pytest.approx(0.12), pytest.approx(0.12), 1, 0)
    assert fit.se[2, 0] == pytest.approx((2 / 3) ** 0.5)
    split = {(s.one, s.other): s for s in split_evidence(studies, fit)}[("A", "C")]
    assert (split.direct, split.indirect) == (pytest.approx(-2.6), pytest.approx(-2.0))
    assert league_table(fit)[0][0] == "A"
    assert fit.p_scores.sum() == pytest.approx(1.5)


def test_a_study_with_three_arms_carries_its_shared_arm():
    arms = [("P", {"events": 10, "total": 50}), ("A", {"events": 20, "total": 50}), ("B", {"events": 25, "total": 50})]
    study = study_from_arms("x", "OR", arms)
    assert study.covariance[0][1] == pytest.approx(1 / 10 + 1 / 40)
    fit = network([study], "EE")
    direct = effect_sizes("OR", ai=[25], n1i=[50], ci=[20], n2i=[50])
    a, b = fit.treatments.index("A"), fit.treatments.index("B")
    assert fit.effects[b, a] == pytest.approx(direct.y[0])
    assert fit.se[b, a] == pytest.approx(direct.v[0] ** 0.5)
    assert study_from_arms("y", "OR", [("P", {"events": 0, "total": 50}), ("A", {"events": 0, "total": 50})]) is None


def test_which_arm_of_a_study_stands_first_changes_nothing():
    """With heterogeneity, the arms of one study share half of it; otherwise the answer would hang on the arm named first."""
    arms = [("P", {"events": 10, "total": 50}), ("A", {"events": 20, "total": 50}), ("B", {"events": 31, "total": 50})]
    pairs = [_two_arm("2", "P", "A", 1.6, 0.05), _two_arm("3", "P", "A", -0.4, 0.05), _two_arm("4", "A", "B", 1.5, 0.05)]
    one = network([study_from_arms("x", "OR", arms), *pairs])
    other = network([study_from_arms("x", "OR", [arms[2], arms[0], arms[1]]), *pairs])
    assert one.tau2 > 0.1
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-9)
    assert other.effects == pytest.approx(one.effects, rel=1e-9)
    assert other.se == pytest.approx(one.se, rel=1e-9)


def test_treatments_that_do_not_hang_together_are_refused():
    with pytest.raises(EvidenceError, match="no study links"):
        network([_two_arm("1", "A", "B", 0, 1), _two_arm("2", "C", "D", 0, 1)])


@pytest.mark.shared_data
def test_primary_care_network_of_linde_2015(shared_data):
    """59 trials with responders, 9 treatments: the decomposition adds up, and P-scores agree with their definition by simulation."""
    with (shared_data / "meta-psychiatry" / "dat.linde2015.txt").open() as lines:
        rows = list(csv.DictReader(lines))
    studies = []
    for row in rows:
        arms = [
            (row[f"treatment{i}"], {"events": float(row[f"resp{i}"]), "total": float(row[f"n{i}"])})
            for i in (1, 2, 3)
            if row[f"treatment{i}"] and row[f"resp{i}"] not in ("NA", "")
        ]
        if len(arms) > 1:
            studies.append(study_from_arms(row["id"], "OR", arms))
    fit = network([study for study in studies if study], small_is_good=False)
    assert (fit.k, len(fit.treatments)) == (59, 9)
    assert fit.q == pytest.approx(fit.q_within + fit.q_between)
    assert fit.q_df == fit.q_within_df + fit.q_between_df == 58
    assert fit.p_scores.argmin() == fit.treatments.index("Placebo")
    drawn = np.random.default_rng(1).normal(fit.effects, np.where(fit.se > 0, fit.se, 1), (4000, 9, 9))
    wins = (drawn > 0).mean(axis=0)
    np.fill_diagonal(wins, 0)
    assert wins.sum(axis=1) / 8 == pytest.approx(fit.p_scores, abs=0.02)

"""Pooling against metafor's published output, 50-digit twins, laws and the inputs people get wrong."""

import bcg
import numpy as np
import precise
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from scipy import stats

from fanlight.core.errors import InputError
from fanlight.science.evidence import EvidenceError, effect_sizes, pool
from fanlight.science.evidence.arrays import FloatArray

METHODS = ("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")


@pytest.fixture(scope="module")
def trials() -> tuple[FloatArray, FloatArray]:
    y, v = effect_sizes("RR", **bcg.CELLS)
    return y, v


def test_bcg_random_effects_as_metafor_prints_it(trials):
    """metafor 4, rma(yi, vi, data=dat): the output on the project's pages and in its manual."""
    fit = pool(*trials)
    assert (round(fit.tau2, 4), round(fit.tau2_se, 4), round(fit.tau2**0.5, 4)) == (0.3132, 0.1664, 0.5597)
    assert (round(fit.i2, 2), round(fit.h2, 2)) == (92.22, 12.86)
    assert (round(fit.q, 4), fit.q_df) == (152.2330, 12)
    assert fit.q_p < 0.0001
    assert (round(fit.estimate, 4), round(fit.se, 4), round(fit.statistic, 4)) == (-0.7145, 0.1798, -3.9744)
    assert tuple(round(end, 4) for end in fit.ci) == (-1.0669, -0.3622)
    assert tuple(round(end, 4) for end in fit.pi) == (-1.8667, 0.4376)
    assert fit.pi_rule == "estimate +/- z sqrt(se^2 + tau2)"
    assert tuple(round(end, 4) for end in fit.tau2_ci) == (0.1197, 1.1115)
    assert fit.converged


def test_bcg_equal_effects_as_metafor_prints_it(trials):
    fit = pool(*trials, method="EE")
    assert (round(fit.estimate, 4), round(fit.se, 4)) == (-0.4303, 0.0405)
    assert (round(fit.i2, 2), round(fit.h2, 2)) == (92.12, 12.69)
    assert fit.pi_rule == "none"


def test_bcg_latitude_as_metafor_prints_it(trials):
    """rma(yi, vi, mods = ~ ablat): QM printed 16.3571 at metafor's own stopping rule of 1e-5."""
    fit = pool(*trials, moderators={"ablat": bcg.LATITUDE})
    assert (round(fit.tau2, 4), round(fit.tau2_se, 4)) == (0.0764, 0.0591) or fit.tau2 == pytest.approx(0.0764, abs=6e-5)
    assert fit.estimate.round(4).tolist() == [0.2515, -0.0291]
    assert fit.se.round(4).tolist() == [0.2491, 0.0072]
    assert fit.qm == pytest.approx(16.3571, abs=2e-3)
    assert fit.q == pytest.approx(30.7331, abs=1e-4)
    assert fit.r2 == pytest.approx(75.62, abs=0.02)


def test_bcg_allocation_moderators_tested_together(trials):
    """anova(rma(yi, vi, mods = ~ ablat + alloc), btt=3:4): QM 1.2850, p 0.53 (metafor's own test suite)."""
    from fanlight.science.evidence.pooling import omnibus

    fit = pool(*trials, moderators={"ablat": bcg.LATITUDE, "alloc": bcg.ALLOCATION})
    assert fit.names == ("intercept", "ablat", "alloc: random", "alloc: systematic")
    qm, df, p = omnibus(fit.estimate[2:], fit.covariance[2:, 2:], None)
    assert qm == pytest.approx(1.2850, abs=1e-3)
    assert df[0] == 2
    assert round(p, 2) == 0.53


def test_bcg_likelihood_ratio_as_metafor_prints_it(trials):
    """anova of the ML fits with and without latitude: LRT 9.9588."""
    bare, with_latitude = pool(*trials, method="ML"), pool(*trials, method="ML", moderators={"ablat": bcg.LATITUDE})
    assert 2 * (with_latitude.log_likelihood - bare.log_likelihood) == pytest.approx(9.9588, abs=1e-4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("moderators", [(), (bcg.LATITUDE,), (bcg.LATITUDE, bcg.YEAR)], ids=["none", "one", "two"])
def test_every_estimator_agrees_with_its_fifty_digit_twin(trials, method, moderators):
    y, v = trials
    given_ = {f"m{i}": list(column) for i, column in enumerate(moderators)} or None
    fit = pool(y, v, method=method, moderators=given_)
    twin = precise.tau2(method, y, v, moderators)
    assert abs(fit.tau2 - float(twin)) <= 1e-9 * max(1e-3, float(twin))
    b, covariance, quad = precise.coefficients(y, v, twin, moderators)
    assert np.atleast_1d(fit.estimate)[-1] == pytest.approx(float(b[len(b) - 1]), rel=1e-9)
    assert np.atleast_1d(fit.se)[-1] == pytest.approx(float(covariance[len(b) - 1, len(b) - 1]) ** 0.5, rel=1e-9)
    knapp = pool(y, v, method=method, test="knha", moderators=given_)
    scale = float(quad / (len(y) - len(b)))
    assert np.atleast_1d(knapp.se)[-1] == pytest.approx((scale * float(covariance[len(b) - 1, len(b) - 1])) ** 0.5, rel=1e-9)
    adhoc = pool(y, v, method=method, test="adhoc", moderators=given_)
    assert np.atleast_1d(adhoc.se)[-1] == pytest.approx((max(1.0, scale) * float(covariance[len(b) - 1, len(b) - 1])) ** 0.5, rel=1e-9)


def test_p_values_and_intervals_are_those_of_scipy(trials):
    for test in ("z", "knha", "adhoc"):
        fit = pool(*trials, test=test, level=0.9)
        law = stats.norm() if test == "z" else stats.t(12)
        assert fit.p == pytest.approx(2 * law.sf(abs(fit.statistic)), rel=1e-10)
        assert fit.ci[1] == pytest.approx(fit.estimate + law.ppf(0.95) * fit.se, rel=1e-12)
    assert fit.q_p == pytest.approx(stats.chi2(12).sf(fit.q), rel=1e-9)


def test_q_profile_ends_are_where_q_meets_its_quantiles(trials):
    y, v = trials
    low, high = pool(y, v, level=0.9).tau2_ci
    for end, share in ((low, 0.95), (high, 0.05)):
        _, _, quad = precise.coefficients(y, v, mpf(end))
        assert float(quad) == pytest.approx(stats.chi2(12).ppf(share), rel=1e-9)


def test_prediction_by_t_with_k_minus_two(trials):
    fit = pool(*trials, prediction="t_k_minus_p_minus_1")
    reach = stats.t(11).ppf(0.975) * (fit.se**2 + fit.tau2) ** 0.5
    assert fit.pi == pytest.approx((fit.estimate - reach, fit.estimate + reach))
    assert "k - 2" in fit.pi_rule


def test_the_higher_of_two_peaks_is_taken():
    """Two clusters of precise studies and a swarm of vague ones: the restricted likelihood has more than one peak."""
    from fanlight.science.evidence.likelihood import log_likelihood, studies_of

    rng = np.random.default_rng(5)
    for _ in range(200):
        k = int(rng.integers(3, 8))
        y, v = rng.normal(0, 3, k), 10.0 ** rng.uniform(-4, 2, k)
        fit = pool(y, v)
        studies = studies_of(y, v, np.ones((k, 1)))
        best = max(log_likelihood(studies, t, True) for t in np.geomspace(1e-6, 100, 400))
        assert fit.log_likelihood >= best - 1e-9


def test_one_study_is_its_own_answer():
    fit = pool([0.4], [0.04])
    assert (fit.estimate, fit.se, fit.k) == (0.4, pytest.approx(0.2), 1)
    assert np.isnan([fit.tau2, fit.i2, *fit.pi]).all()
    assert "One study" in fit.notes[0]
    assert np.isnan(pool([0.4], [0.04], test="knha").se)


def test_two_studies_with_knapp_and_hartung_say_that_the_interval_is_wide():
    fit = pool([0.4, 0.6], [0.04, 0.05], test="knha")
    assert fit.df == 1
    assert np.isfinite(fit.ci).all()
    assert any("one degree of freedom" in note for note in fit.notes)


def test_all_effects_equal():
    y, v = [0.3, 0.3, 0.3], [0.1, 0.2, 0.3]
    assert pool(y, v).tau2 == 0
    assert pool(y, v).estimate == pytest.approx(0.3)
    knapp = pool(y, v, test="knha")
    assert np.isnan(knapp.se)
    assert any("says nothing" in note for note in knapp.notes)
    assert pool(y, v, test="adhoc").se == pytest.approx(pool(y, v).se)


def test_variances_that_cannot_weigh_are_refused_all_at_once():
    with pytest.raises(InputError) as refused:
        pool([1, 2, 3, np.inf], [0, -1, np.inf, 1])
    assert refused.value.code == "FAN-EVID-020"
    assert len(refused.value.faults) == 4


def test_studies_without_effect_are_left_out_and_named():
    fit = pool([0.1, None, 0.3], [0.1, 0.2, 0.3])
    assert fit.used == (0, 2)
    assert "2" in fit.notes[0]
    with pytest.raises(EvidenceError, match="no study has both"):
        pool([None], [0.1])


def test_a_moderator_without_spread_or_twice_the_same_is_refused():
    with pytest.raises(InputError, match="same value"):
        pool([1, 2, 3, 4], [1, 1, 1, 1], moderators={"dose": [5, 5, 5, 5]})
    with pytest.raises(InputError, match="mix of the others"):
        pool([1, 2, 3, 4], [1, 1, 1, 1], moderators={"a": [1, 2, 3, 4], "b": [2, 4, 6, 8]})
    with pytest.raises(InputError, match="missing"):
        pool([1, 2, 3, 4], [1, 1, 1, 1], moderators={"a": [1, None, 3, 4]})
    with pytest.raises(EvidenceError, match="2 studies for 2 coefficients"):
        pool([1, 2], [1, 1], moderators={"a": [1, 2]})


def test_unknown_words_are_answered_with_the_known_ones():
    for wrong in ({"method": "XX"}, {"test": "t"}, {"level": 95}):
        with pytest.raises(EvidenceError):
            pool([1, 2], [1, 1], **wrong)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4)), min_size=3, max_size=12),
    st.floats(-5, 5),
    st.floats(0.1, 10),
    st.sampled_from(METHODS),
    st.randoms(use_true_random=False),
)
def test_laws_order_shift_and_scale(rows, shift, scale, method, chance):
    """Order does not matter; adding a constant moves the estimate alone; a change of unit scales tau2 by its square."""
    y, v = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    fit = pool(y, v, method=method)
    order = list(range(len(rows)))
    chance.shuffle(order)
    shuffled = pool(y[order], v[order], method=method)
    assert shuffled.tau2 == pytest.approx(fit.tau2, rel=1e-6, abs=1e-8)
    moved = pool(y + shift, v, method=method)
    assert moved.tau2 == pytest.approx(fit.tau2, rel=1e-6, abs=1e-8)
    assert moved.estimate == pytest.approx(fit.estimate + shift, abs=1e-6)
    stretched = pool(y * scale, v * scale**2, method=method)
    assert stretched.tau2 == pytest.approx(fit.tau2 * scale**2, rel=1e-6, abs=1e-7)
    assert fit.ci[0] <= fit.estimate <= fit.ci[1]
    assert 0 <= fit.i2 <= 100
    if method != "EE":
        assert fit.pi[0] <= fit.ci[0]
        assert fit.pi[1] >= fit.ci[1]

"""Draws that depend on the seed and the person's number alone, and parameters that vary as published."""

from __future__ import annotations

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy import stats

from fanlight.science.pharmacology import SimulationInputError
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, People, alike, population_warnings
from fanlight.science.pharmacology.regimens import Dose, repeated


def test_philox_is_numpys_philox() -> None:
    from fanlight.science.pharmacology.streams import philox

    for seed, person, stream, block in [(42, 123456, 7, 5), (2**63 + 11, 2**40, 1, 1), (0, 0, 0, 9)]:
        # numpy counts up before it draws.
        counter = np.array([block - 1, stream, person, 0], np.uint64)
        numpys = np.random.Philox(key=np.array([seed, 0], np.uint64), counter=counter).random_raw(4)
        ours = philox(*(np.uint64(v) for v in (block, stream, person, 0, seed, 0)))
        assert [int(v) for v in ours] == [int(v) for v in numpys]


@pytest.mark.parametrize("x", [-700.0, -60.5, -1e-9, 0.0, 1e-12, 0.3465, 0.347, 1.0, 20.25, 700.0])
def test_exponential_within_two_units_in_the_last_place(x: float) -> None:
    from fanlight.science.pharmacology.elementary import exp

    assert abs(exp(x) - float(mpmath.exp(x))) <= 2 * math.ulp(float(mpmath.exp(x)))


@pytest.mark.parametrize("x", [1e-300, 1e-5, 0.5, 0.7071, 0.999999, 1.0, 1.4142135623730951, 1.5, 10.0, 1e300])
def test_logarithm_to_the_last_digits(x: float) -> None:
    from fanlight.science.pharmacology.elementary import log

    assert log(x) == pytest.approx(float(mpmath.log(mpmath.mpf(x))), rel=5e-16, abs=1e-18)


def test_normal_quantile_is_scipys() -> None:
    from fanlight.science.pharmacology.elementary import normal_quantile

    tails = [1e-300, 1e-20, 1e-6, 0.02, 0.075, 0.3, 0.5, 0.7, 0.925, 0.98, 1 - 1e-9]
    assert [normal_quantile(u) for u in tails] == pytest.approx(stats.norm.ppf(tails).tolist(), rel=1e-14, abs=1e-15)


def test_draws_have_the_right_distribution() -> None:
    from fanlight.science.pharmacology.streams import normals, uniforms

    z = normals(7, 3, 0, 50_000, 3)
    assert stats.kstest(z.ravel(), "norm").pvalue > 0.001
    assert stats.kstest(uniforms(7, 3, 0, 50_000, 1).ravel(), "uniform").pvalue > 0.001
    assert np.abs(np.corrcoef(z.T) - np.eye(3)).max() < 0.02
    assert np.abs(np.corrcoef(z[:-1, 0], z[1:, 0])[0, 1]) < 0.02


def test_person_123456_is_the_same_in_any_chunk(models: dict[str, Model]) -> None:
    model = models["perez_ruixo_2021"]
    alone = Individuals.draw(model, alike(1, 70, 40), seed=5, first=123_456)
    inside = Individuals.draw(model, alike(1000, 70, 40), seed=5, first=123_000)
    for name, values in alone.parameters.items():
        assert values[0] == inside.parameters[name][456]
    other = Individuals.draw(model, alike(1, 70, 40), seed=6, first=123_456)
    assert other.parameters["Vc"][0] != alone.parameters["Vc"][0]


@pytest.mark.parametrize("cuts", [(0, 210), (0, 105, 210), (0, 30, 60, 90, 120, 150, 180, 210)])
@pytest.mark.parametrize("name", ["kamp_2020", "perez_ruixo_2021", "simons_2022"])
def test_curves_do_not_depend_on_the_chunks(models: dict[str, Model], name: str, cuts: tuple[int, ...]) -> None:
    model = models[name]
    route = {"perez_ruixo_2021": "nasal", "simons_2022": "sublingual"}.get(name, "iv")
    regimen = repeated(Dose(0.1, amount_mg_per_kg=0.5, over_h=2 / 3 if route == "iv" else 0.0, route=route), 72.0, 3)
    times = np.linspace(0, 220, 111)
    whole = model.simulate(regimen, times, Individuals.draw(model, alike(210, 70, 40), 11))
    for low, high in pairwise(cuts):
        part = model.simulate(regimen, times, Individuals.draw(model, alike(high - low, 70, 40), 11, first=low))
        for one, other in zip(whole, part, strict=True):
            assert (one[low:high] == other).all()


def test_log_normal_spread_and_covariance_are_as_published(models: dict[str, Model]) -> None:
    drawn = Individuals.draw(models["otto_2021"], alike(200_000, 70, 40), 3).parameters
    v, cl = np.log(drawn["V"] / 133), np.log(drawn["CL"] / 95.2)
    assert np.var(v) == pytest.approx(0.0842, rel=0.02)
    assert np.var(cl) == pytest.approx(0.0260, rel=0.02)
    assert np.mean(v * cl) == pytest.approx(0.0226, rel=0.03)
    assert (drawn["Q1"] == drawn["Q1"][0]).all()


def test_a_fraction_varies_on_its_logit_and_stays_a_fraction(models: dict[str, Model]) -> None:
    fraction = Individuals.draw(models["perez_ruixo_2021"], alike(100_000, 70, 40), 3).parameters["FRn"]
    assert 0 < fraction.min() < fraction.max() < 1
    logit = np.log(fraction / (1 - fraction))
    assert logit.std() == pytest.approx(0.708, rel=0.02)
    assert np.median(fraction) == pytest.approx(0.54, abs=0.005)


def test_occasions_vary_within_a_person_and_their_curves_add(models: dict[str, Model]) -> None:
    model = models["simons_2022"]
    person = Individuals.draw(model, alike(50, 70, 40), 4)
    times = np.linspace(0, 40, 161)
    first = model.simulate([Dose(0, 50.0, route="sublingual")], times, person)[0]
    both = model.simulate([Dose(0, 50.0, route="sublingual"), Dose(24, 50.0, route="sublingual")], times, person)[0]
    assert (both[:, :96] == first[:, :96]).all()
    second_peak, first_peak = both[:, 96:].max(axis=1), first.max(axis=1)
    assert np.abs(second_peak / first_peak - 1).max() > 0.05
    steady = Individuals.typical(model, alike(1, 70, 40))
    typical = model.simulate([Dose(0, 50.0, route="sublingual")], times, steady)[0]
    assert typical.max() == pytest.approx(float(np.median(first_peak)), rel=0.3)


def test_allometry_and_linear_weight_differ_at_120_kg_by_14_percent(models: dict[str, Model]) -> None:
    heavy = alike(1, 120, 40)
    linear = Individuals.typical(models["kamp_2020"], heavy).parameters["CL"][0] / 84
    allometric = Individuals.typical(models["herd_2007"], heavy).parameters["CL"][0] / 90
    assert linear == pytest.approx(120 / 70, rel=1e-12)
    assert allometric == pytest.approx((120 / 70) ** 0.75, rel=1e-12)
    assert linear / allometric == pytest.approx(1.14, abs=0.005)


def test_qh_falls_above_sixty_and_not_at_sixty(models: dict[str, Model]) -> None:
    model = models["perez_ruixo_2021"]
    flow = [Individuals.typical(model, alike(1, 70, age)).parameters["Qh"][0] for age in (59.0, 60.0, 61.0)]
    assert flow == pytest.approx([151, 151, 151 - 2.19], rel=1e-12)


@pytest.mark.parametrize(
    ("weight", "age", "says"), [(0.0, 40, "not above zero"), (-1.0, 40, "not above zero"), (math.nan, 40, "not finite")]
)
def test_impossible_persons_are_refused(weight: float, age: float, says: str) -> None:
    with pytest.raises(SimulationInputError) as caught:
        People(np.array([weight]), np.array([float(age)]))
    assert says in str(caught.value)


@pytest.mark.parametrize(("age", "warns"), [(1.4, True), (1.5, False), (14.0, False), (14.1, True)])
def test_outside_the_population_is_answered_with_a_plain_warning(models: dict[str, Model], age: float, warns: bool) -> None:
    people = alike(1, 30, age)
    found = population_warnings(models["herd_2007"], people)
    assert bool(found) is warns
    if found:
        assert "extrapolation" in found[0]
    assert models["herd_2007"].simulate([Dose(0, 20.0)], [1.0], Individuals.typical(models["herd_2007"], people))[0][0, 0] > 0

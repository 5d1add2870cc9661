"""Doses that are hard for a clock or for a search: short beside long, years after the start, a push behind an infusion."""

from __future__ import annotations

import numpy as np
import pytest

from fanlight.science.pharmacology import solve
from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.summaries import summaries


def system_of(model: Model, people: Individuals, i: int) -> tuple[np.ndarray, list[tuple[int, float, float]]]:
    """Rate matrix and outputs of person i, straight from the model's flows."""
    place = {name: k for k, name in enumerate(model.states)}
    matrix = np.zeros((len(place), len(place)))
    for flow in model.flows:
        rate = parse_product(flow.rate).value(people.parameters, people.count)[i]
        if flow.target:
            matrix[place[flow.target], place[flow.source]] += rate
        if not flow.keeps_source:
            matrix[place[flow.source], place[flow.source]] -= rate

    def number(text: str) -> float:
        return float(parse_product(text).value(people.parameters, people.count)[i])

    return matrix, [(place[o.state], number(o.volume), number(o.factor)) for o in model.outputs]


def exact_centre(model: Model, people: Individuals, i: int, doses: list[Dose], times: np.ndarray) -> np.ndarray:
    """Every output of person i, all doses straight into the first state read."""
    matrix, outputs = system_of(model, people, i)
    into = model.states.index(model.route("iv").arms[0].into)
    pushes = [(d.at_h, into, d.amount_mg) for d in doses if d.over_h == 0]
    drips = [(d.at_h, d.at_h + d.over_h, into, d.amount_mg / d.over_h) for d in doses if d.over_h > 0]
    return solve(matrix, pushes, drips, outputs, times)


MIXED = [
    ("a push hours after a day's infusion", [Dose(0, 1.0, over_h=24.0), Dose(100.0, 35.0)], 300.0),
    ("a push months after it, looked at for months", [Dose(1437.5, 1.0, over_h=24.0), Dose(6450.5, 35.0)], 10_285.0),
    ("a push looked at for months", [Dose(0, 35.0)], 4000.0),
    ("40 minutes looked at for a year", [Dose(0, 35.0, over_h=0.625)], 8760.0),
    ("a day's infusion, then one of a minute", [Dose(0, 35.0, over_h=24.0), Dose(30.0, 35.0, over_h=2.0**-6)], 2000.0),
]


@pytest.mark.parametrize(("doses", "until"), [m[1:] for m in MIXED], ids=[m[0] for m in MIXED])
def test_peaks_are_found_whatever_stands_before_and_after_them(models, doses, until):
    model = models["kamp_2020"]
    people = Individuals.draw(model, alike(12, 75, 40), 3)
    found = summaries(model, doses, people, until)
    last = doses[-1].at_h
    times = np.unique(np.concatenate([[d.at_h + d.over_h for d in doses], last + np.geomspace(1e-3, until - last, 400), [last]]))
    for i in range(people.count):
        curves = exact_centre(model, people, i, doses, times)
        for k, name in enumerate(model.output_names):
            peak, when = found[name].peak[i], found[name].time_of_peak_h[i]
            assert peak >= curves[k].max() * (1 - 1e-11)
            given = [d for d in doses if d.at_h <= when]
            assert exact_centre(model, people, i, given, np.array([when]))[k, 0] == pytest.approx(peak, rel=1e-9)


def test_a_second_in_one_dose_and_half_a_day_in_another_keep_their_digits(models):
    model = models["clements_1981"]
    people = Individuals.typical(model, alike(1, 70, 40))
    doses = [Dose(0.5, 35.0, over_h=12.0), Dose(-1.5, 84.0, over_h=2.0**-20)]
    times = np.unique(np.concatenate([np.linspace(-1.5, 20, 500), [-1.5 + 2.0**-20]]))
    got = model.simulate(doses, times, people)[0][0]
    exact = exact_centre(model, people, 0, doses, times)[0]
    assert np.abs(got - exact).max() <= 1e-10 * exact.max()


@pytest.mark.parametrize("late", [0.0, 504.0, 26_000.0, 87_600.0])
@pytest.mark.parametrize("name", ["kamp_2020", "simons_2022", "otto_2021"])
def test_no_drug_is_lost_to_the_rounding_of_the_clock(models, name, late):
    """A third of a second, ten years on: the clock's last digit is a thousandth of a millionth of an hour there."""
    model = models[name]
    people = Individuals.typical(model, alike(2, 70, 40))
    over = 1e-4 / 3
    soon, later = [Dose(0.0, 84.0, over_h=over)], [Dose(late, 84.0, over_h=over)]
    expected = model.simulate(soon, [1.0, 2.0, 8.0], people)
    got = model.simulate(later, [late + 1.0, late + 2.0, late + 8.0], people)
    summed, at_start = summaries(model, later, people, late + 8.0), summaries(model, soon, people, 8.0)
    for k, output in enumerate(model.output_names):
        assert got[k] == pytest.approx(expected[k], rel=1e-9)
        assert summed[output].area == pytest.approx(at_start[output].area, rel=1e-8)


def test_an_infusion_that_the_clock_cannot_tell_from_a_push_is_one(models):
    for name in ("kamp_2020", "simons_2022"):
        model = models[name]
        people = Individuals.typical(model, alike(1, 70, 40))
        drip = model.simulate([Dose(1e5, 35.0, over_h=1e-13)], [1e5 + 1.0], people)
        push = model.simulate([Dose(1e5, 35.0)], [1e5 + 1.0], people)
        assert [a[0, 0] for a in drip] == [b[0, 0] for b in push]
        assert push[0][0, 0] > 0


def test_years_of_equal_steps_are_as_exact_as_single_times(models):
    model = models["domino_1982"]
    people = Individuals.typical(model, alike(1, 70, 40))
    doses = [Dose(3670.875, 35.0, over_h=2.0**-12)]
    times = np.unique(np.concatenate([3665.1 + np.arange(3000) / 60, [3670.875 + 2.0**-12]]))
    exact = exact_centre(model, people, 0, doses, times)[0]
    assert np.abs(model.simulate(doses, times, people)[0][0] - exact).max() <= 1e-10 * exact.max()


def test_a_smaller_second_peak_that_just_passes_the_level_counts(models):
    """The first peak is the highest; of the second only the tip stands above the level, for minutes."""
    model = models["otto_2021"]
    people = Individuals.typical(model, alike(1, 70, 40))
    doses = [Dose(0.0, 84.0, over_h=0.5), Dose(24.0, 20.0, over_h=0.5)]
    times = np.linspace(24.0, 48.0, 240_001)
    curve = exact_centre(model, people, 0, doses, times)[1]
    before = exact_centre(model, people, 0, doses[:1], np.linspace(0.0, 24.0, 240_001)[:-1])[1]
    assert before.max() > 1.5 * curve.max()
    level = curve.max() * (1 - 1e-5)
    expected = 1e-4 * ((before >= level).sum() + (curve >= level).sum())
    found = summaries(model, doses, people, 48.0, {model.output_names[1]: level})[model.output_names[1]]
    assert found.hours_above[0] == pytest.approx(expected, abs=5e-4)


def test_a_dip_below_the_level_between_two_doses_does_not_count(models):
    model = models["otto_2021"]
    people = Individuals.typical(model, alike(1, 70, 40))
    doses = [Dose(0.0, 84.0, over_h=0.5), Dose(6.0, 60.0, over_h=4.0)]
    times = np.linspace(0.0, 12.0, 240_001)
    curve = exact_centre(model, people, 0, doses, times)[1]
    during = curve[(times > 6.0) & (times < 9.9)]
    assert 0 < during.argmin() < during.size - 1
    level = during.min() * (1 + 1e-6)
    found = summaries(model, doses, people, 12.0, {model.output_names[1]: level})[model.output_names[1]]
    assert found.hours_above[0] == pytest.approx(5e-5 * (curve >= level).sum(), abs=3e-4)

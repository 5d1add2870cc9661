"""The general path against the exact engine and mpmath; summaries without a grid against dense grids."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from fanlight.science.pharmacology import PharmacologyError, SimulationInputError, solve
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.nonlinear import Rising, Saturable, solve_nonlinear
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose, repeated
from fanlight.science.pharmacology.summaries import CurveSummary, summaries
from pharmacology.systems import compartments, systems

LINEAR = [s for s in systems() if not any(word in s.name for word in ("stiff", "year", "second", "slow leak"))]


@pytest.mark.parametrize("system", LINEAR, ids=lambda s: s.name)
def test_without_nonlinear_flows_it_is_the_exact_engine(system) -> None:  # type: ignore[no-untyped-def]
    states = list(range(len(system.matrix)))
    got = solve_nonlinear(system.matrix, [], [], system.boluses, system.infusions, states, system.times)
    expected = solve(system.matrix, system.boluses, system.infusions, states, system.times)
    assert np.abs(got - expected).max() <= 1e-10 * expected.max()


def test_saturable_elimination_is_lamberts_w() -> None:
    # dx/dt = -V x / (K + x) from x0: x = K W((x0/K) exp((x0 - V t) / K)), the closed form (Schnell and Mendoza 1997).
    v, k, x0 = 12.0, 3.0, 40.0
    times = [0.5, 1.0, 3.0, 3.3, 4.0, 8.0]
    got = solve_nonlinear([[0.0]], [Saturable(0, -1, v, k)], [], [(0.0, 0, x0)], [], [0], times)[0]
    expected = [float(k * mpmath.lambertw(x0 / k * mpmath.exp((x0 - v * mpmath.mpf(t)) / k))) for t in times]
    assert got == pytest.approx(expected, abs=1e-9 * x0)


def test_rising_clearance_is_a_gaussian_decline() -> None:
    # dx/dt = -k (1 + s t) x gives x0 exp(-k t - k s t^2 / 2).
    got = solve_nonlinear([[0.0]], [], [Rising(0, -1, 0.2, 0.05)], [(0.0, 0, 10.0)], [], [0], [1.0, 5.0, 20.0])[0]
    assert got == pytest.approx([10 * np.exp(-0.2 * t - 0.005 * t * t) for t in (1.0, 5.0, 20.0)], rel=1e-10, abs=1e-11)


def test_infusions_into_a_saturable_system_against_taylor_series_by_mpmath() -> None:
    v, k, rate = 20.0, 10.0, 52.5
    got = solve_nonlinear([[0.0]], [Saturable(0, -1, v, k)], [], [], [(0.1, 0.77, 0, rate)], [0], [0.5, 0.77, 2.0])[0]
    with mpmath.workdps(30):
        run = mpmath.odefun(lambda t, x: rate - v * x / (k + x), mpmath.mpf(0.1), mpmath.mpf(0))
        rest = mpmath.odefun(lambda t, x: -v * x / (k + x), mpmath.mpf(0.77), run(mpmath.mpf(0.77)))
        expected = [float(run(mpmath.mpf(0.5))), float(run(mpmath.mpf(0.77))), float(rest(mpmath.mpf(2.0)))]
    assert got == pytest.approx(expected, rel=1e-9)


def test_little_drug_in_a_saturable_system_is_linear() -> None:
    matrix = compartments({(0, 1): 2.0, (1, 0): 1.0}, {}, 2)
    got = solve_nonlinear(matrix, [Saturable(0, -1, 5e6, 1e7)], [], [(0, 0, 1.0)], [], [0, 1], [1.0, 9.0])
    linear = solve(compartments({(0, 1): 2.0, (1, 0): 1.0}, {0: 0.5}, 2), [(0, 0, 1.0)], [], [0, 1], [1.0, 9.0])
    assert got == pytest.approx(linear, rel=2e-7)


def test_bad_nonlinear_flows_are_refused() -> None:
    with pytest.raises(SimulationInputError, match="half-saturating"):
        solve_nonlinear([[0.0]], [Saturable(0, -1, 1.0, 0.0)], [], [], [], [0], [1.0])
    with pytest.raises(SimulationInputError, match="not below zero"):
        solve_nonlinear([[0.0]], [], [Rising(0, -1, -1.0, 0.0)], [], [], [0], [1.0])


FLOWS = [
    ([Saturable(5, -1, 1.0, 1.0)], [], "saturable[0]", "no source 5"),
    ([Saturable(0, -2, 1.0, 1.0)], [], "saturable[0]", "no target -2"),
    ([], [Rising(-1, -1, 1.0, 0.0)], "rising[0]", "no source -1"),
    ([], [Rising(0, 0.5, 1.0, 0.0)], "rising[0]", "no target 0.5"),
    ([], [Rising(0, -1, 1.0, -0.5)], "rising[0]", "falls below zero"),
    ([], [Rising(0, -1, 1.0, 1.0, since=9.0)], "rising[0]", "falls below zero"),
]


@pytest.mark.parametrize(("saturable", "rising", "path", "says"), FLOWS)
def test_a_flow_outside_the_matrix_or_below_zero_is_refused_before_anything_is_computed(saturable, rising, path, says):
    with pytest.raises(SimulationInputError) as found:
        solve_nonlinear([[-1.0]], saturable, rising, [(0.0, 0, 1.0)], [], [0], [1.0, 3.0])
    assert [(f.path, says in f.reason) for f in found.value.faults] == [(path, True)]


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan"), 1.0])
def test_a_tolerance_that_is_no_share_is_refused(tolerance):
    with pytest.raises(SimulationInputError, match="tolerance"):
        solve_nonlinear([[-1.0]], [], [], [(0.0, 0, 1.0)], [], [0], [1.0], tolerance)


def dense(model: Model, regimen: tuple[Dose, ...], people: Individuals, until: float, level: float) -> list[tuple[np.ndarray, ...]]:
    edges = [
        e for d in regimen for e in (d.at_h, d.at_h + d.over_h) if e <= until
    ]  # a grid that misses the end of an infusion misses the peak
    times = np.unique(np.concatenate([np.linspace(0, until, 200_001), edges]))
    found = []
    for curve in model.simulate(regimen, times, people):
        above = np.trapezoid((curve > level).astype(float), times, axis=1)
        found.append((curve.max(axis=1), times[curve.argmax(axis=1)], np.trapezoid(curve, times, axis=1), above))
    return found


CASES = [
    ("kamp_2020", (Dose(0, 35.0, over_h=2 / 3),), 100.0),
    ("kamp_2020", repeated(Dose(0, amount_mg_per_kg=0.5, over_h=2 / 3), 24.0, 4), 100.0),
    ("kamp_2020", (Dose(0, 20.0), Dose(0.5, 10.0, over_h=6.0), Dose(8.0, 30.0, over_h=0.2)), 40.0),
    ("kamp_2020", (Dose(0, 200.0, over_h=24.0), Dose(26.0, 5.0, over_h=20.0)), 60.0),
    ("kamp_2020", (Dose(0, 35.0, route="im"),), 100.0),
    ("kamp_2020", (Dose(0, 35.0, over_h=2 / 3), Dose(71.5, 35.0, over_h=2 / 3)), 100.0),
    ("otto_2021", (Dose(0, 35.0, over_h=2 / 3), Dose(71.5, 35.0, over_h=2 / 3)), 60.0),
    ("clements_1981", (Dose(0.5, 35.0, over_h=2 / 3),), 50.0),
    ("perez_ruixo_2021", (Dose(0, 84.0, route="nasal", devices=3), Dose(48, 56.0, route="nasal", devices=2)), 30.0),
    ("otto_2021", (Dose(0, 35.0, over_h=2 / 3), Dose(1.0, 35.0, over_h=2 / 3)), 60.0),
    ("psilocin_oral", (Dose(0, 25.0, route="oral"),), 10.0),
]


@pytest.mark.parametrize(("name", "regimen", "level"), CASES)
def test_summaries_meet_a_dense_grid(models: dict[str, Model], name: str, regimen: tuple[Dose, ...], level: float) -> None:
    model = models[name]
    people = Individuals.draw(model, alike(8, 75, 40), 9)
    until = 72.0
    got = summaries(model, regimen, people, until, dict.fromkeys(model.output_names, level))
    step = until / 200_000
    for output, (peak, when, area, above) in zip(model.output_names, dense(model, regimen, people, until, level), strict=True):
        s = got[output]
        assert (s.peak >= peak * (1 - 1e-12)).all()
        assert s.peak == pytest.approx(peak, rel=1e-5)
        assert s.area == pytest.approx(area, rel=2e-4)
        assert s.hours_above == pytest.approx(above, abs=8 * step)
        close = np.abs(s.time_of_peak_h - when) <= 2 * step
        assert (close | (np.abs(s.peak / peak - 1) < 1e-6)).all()


def test_both_summary_kernels_agree(models: dict[str, Model], monkeypatch: pytest.MonkeyPatch) -> None:
    import fanlight.science.pharmacology.summaries as room

    model = models["kamp_2020"]
    people = Individuals.draw(model, alike(60, 75, 40), 9)
    regimen = repeated(Dose(0, amount_mg_per_kg=0.5, over_h=2 / 3), 72.0, 3)
    fast = summaries(model, regimen, people, 200.0, {"ketamine": 100.0, "effect_site": 50.0})
    monkeypatch.setattr(room, "mammillary_shape", lambda model: None)
    slow = summaries(model, regimen, people, 200.0, {"ketamine": 100.0, "effect_site": 50.0})
    for name in model.output_names:
        assert fast[name].peak == pytest.approx(slow[name].peak, rel=1e-11)
        assert fast[name].area == pytest.approx(slow[name].area, rel=1e-11)
        assert fast[name].hours_above == pytest.approx(slow[name].hours_above, rel=1e-9)


def test_doubling_a_dose_doubles_peak_and_area_and_keeps_the_time(models: dict[str, Model]) -> None:
    person = Individuals.typical(models["kamp_2020"], alike(1, 70, 40))

    def run(mg: float) -> CurveSummary:
        return summaries(models["kamp_2020"], [Dose(0, mg, over_h=0.5)], person, 24.0)["effect_site"]

    one, two = run(20.0), run(40.0)
    assert two.peak == pytest.approx(2 * one.peak, rel=1e-13)
    assert two.area == pytest.approx(2 * one.area, rel=1e-13)
    assert two.time_of_peak_h == pytest.approx(one.time_of_peak_h, rel=1e-7)


def test_summaries_say_what_they_cannot_do(models: dict[str, Model]) -> None:
    child = Individuals.typical(models["flint_2017"], alike(1, 20, 5))
    with pytest.raises(PharmacologyError, match="change within a person"):
        summaries(models["flint_2017"], [Dose(0, 20.0, over_h=1.0)], child, 24.0)
    adult = Individuals.typical(models["kamp_2020"], alike(1, 70, 40))
    with pytest.raises(SimulationInputError, match="not an output"):
        summaries(models["kamp_2020"], [Dose(0, 20.0, over_h=1.0)], adult, 24.0, {"norketamine": 5.0})
    unasked = summaries(models["kamp_2020"], [Dose(0, 20.0, over_h=1.0)], adult, 24.0)["ketamine"]
    assert np.isnan(unasked.hours_above).all()


@pytest.mark.parametrize("block", [1, 37, 64, 100, 301, 1000])
@pytest.mark.parametrize("level", [None, 40.0])
def test_blocks_of_any_size_give_the_same_bits(
    models: dict[str, Model], monkeypatch: pytest.MonkeyPatch, block: int, level: float | None
) -> None:
    from fanlight.science.pharmacology import people as drawing

    model = models["kamp_2020"]
    # Two doses a day apart: persons differ in which segment first turns and first crosses the level.
    regimen = (
        Dose(0.0, amount_mg=0.4, over_h=0.5),
        Dose(1.0, amount_mg=0.0, amount_mg_per_kg=0.5, over_h=2 / 3),
        Dose(24.0, amount_mg=9.0),
    )
    above = None if level is None else {"ketamine": level}

    def run() -> tuple[Individuals, dict[str, CurveSummary]]:
        people = Individuals.draw(model, alike(301, 70, 40), 5)
        return people, summaries(model, regimen, people, 96.0, above)

    whole_people, whole = run()
    monkeypatch.setattr(drawing, "BLOCK", block)
    people, found = run()
    for name, values in whole_people.parameters.items():
        assert values.tobytes() == people.parameters[name].tobytes(), name
    for output, one in whole.items():
        for column in ("peak", "time_of_peak_h", "area", "hours_above"):
            assert getattr(one, column).tobytes() == getattr(found[output], column).tobytes(), (output, column)

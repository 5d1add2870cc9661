"""Curves of many persons against the exact engine, person by person; bad input; laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.science.pharmacology import Bolus, Infusion, Output, PharmacologyError, SimulationInputError, solve
from fanlight.science.pharmacology.grid import arithmetic_runs, plan
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose, repeated
from fanlight.science.pharmacology.simulation import dose_events, flow_table, output_scales, reached

SIX = tuple(Dose(h, amount_mg_per_kg=0.5, over_h=2 / 3) for h in (0.0, 72.0, 168.0, 240.0, 336.0, 408.0))
GRIDS = {
    "regular": np.linspace(0, 504, 2089),
    "quarter hours": np.arange(2089) * 0.25,
    "two steps": np.concatenate([np.arange(0, 10, 0.1), np.arange(10, 504, 1.0)]),
    "irregular": np.sort(np.random.default_rng(0).uniform(0, 504, 300)),
    "few": np.array([0.0, 0.5, 2 / 3, 72.1, 500.0]),
    "starts before the dose": np.linspace(-3, 480, 400),
}


def twin(model: Model, regimen: tuple[Dose, ...], times: np.ndarray, individuals: Individuals, person: int) -> np.ndarray:
    """The slow obvious twin: one person's matrix and doses through the exact engine."""
    n = individuals.count
    rates, source, target, keeps = flow_table(model, individuals.parameters, n)
    a = np.zeros((len(model.states), len(model.states)))
    for f in range(len(source)):
        if target[f] >= 0:
            a[target[f], source[f]] += rates[person, f]
        if not keeps[f]:
            a[source[f], source[f]] -= rates[person, f]
    start, duration, amount, state = dose_events(model, regimen, individuals, individuals.parameters)
    pushes, drips = [], []
    for d in range(len(state)):
        s, h, x = start[person, d], duration[person, d], amount[person, d]
        if h > 0:
            drips.append(Infusion(s, s + h, int(state[d]), x / h))
        else:
            pushes.append(Bolus(s, int(state[d]), x))
    scale = output_scales(model, individuals.parameters, n)[person]
    reads = [Output(model.states.index(o.state), 1.0, float(k)) for o, k in zip(model.outputs, scale, strict=True)]
    return solve(a, pushes, drips, reads, times)


@pytest.mark.parametrize("grid", GRIDS)
def test_three_compartments_and_effect_site_to_1e_12_of_the_peak(models: dict[str, Model], grid: str) -> None:
    people = Individuals.draw(models["kamp_2020"], alike(40, 80, 40), 2)
    got = models["kamp_2020"].simulate(SIX, GRIDS[grid], people)
    for person in range(40):
        expected = twin(models["kamp_2020"], SIX, GRIDS[grid], people, person)
        for k in range(2):
            assert np.abs(got[k][person] - expected[k]).max() <= 1e-12 * expected[k].max()


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("perez_ruixo_2021", "nasal"),
        ("perez_ruixo_2021", "oral"),
        ("otto_2021", "iv"),
        ("simons_2022", "iv"),
        ("kamp_2020", "im"),
        ("psilocin_oral", "oral"),
    ],
)
@pytest.mark.parametrize("grid", ["regular", "two steps", "few"])
def test_models_of_any_shape_to_1e_12_of_the_peak(models: dict[str, Model], name: str, route: str, grid: str) -> None:
    model = models[name]
    regimen = repeated(Dose(0.0, 40.0, over_h=2 / 3 if route == "iv" else 0.0, route=route), 71.3, 4)
    drawn = Individuals.draw(model, alike(6, 80, 40), 2)
    people = Individuals(drawn.people, drawn.parameters, seed=None)  # nothing varies within a person, so that one matrix holds
    got = model.simulate(regimen, GRIDS[grid], people)
    for person in range(6):
        expected = twin(model, regimen, GRIDS[grid], people, person)
        for k in range(len(model.outputs)):
            assert np.abs(got[k][person] - expected[k]).max() <= 1e-12 * expected[k].max()


@pytest.mark.parametrize("gap", [1e-1, 2e-3, 9e-4, 1e-5, 1e-9, 1e-13, 0.0])
def test_an_effect_site_as_fast_as_another_rate(models: dict[str, Model], gap: float) -> None:
    model = models["kamp_2020"]
    people = Individuals.typical(model, alike(2, 70, 40))
    slow = -float(np.linalg.eigvals(_centre_matrix(model, people)).real.max())
    same = Individuals(people.people, {**people.parameters, "ke0": np.full(2, slow * (1 + gap))}, None)
    got = model.simulate(SIX, GRIDS["regular"], same)
    expected = twin(model, SIX, GRIDS["regular"], same, 0)
    assert np.abs(got[1][0] - expected[1]).max() <= 1e-11 * expected[1].max()


@pytest.mark.parametrize("stiffness", [1e2, 1e4, 1e6])
def test_six_decades_of_stiffness(models: dict[str, Model], stiffness: float) -> None:
    model = models["kamp_2020"]
    people = Individuals.typical(model, alike(2, 70, 40))
    fast = Individuals(people.people, {**people.parameters, "Q2": np.full(2, 161.0 * stiffness)}, None)
    for doses in (SIX, (Dose(0, 35.0, route="im"),)):
        got = model.simulate(doses, GRIDS["two steps"], fast)
        expected = twin(model, doses, GRIDS["two steps"], fast, 0)
        for k in range(2):
            assert np.abs(got[k][0] - expected[k]).max() <= 1e-10 * expected[k].max()


def _centre_matrix(model: Model, people: Individuals) -> np.ndarray:
    rates, source, target, keeps = flow_table(model, people.parameters, people.count)
    a = np.zeros((3, 3))
    for f in range(len(source)):
        if source[f] < 3 and not keeps[f]:
            a[source[f], source[f]] -= rates[0, f]
            if target[f] >= 0:
                a[target[f], source[f]] += rates[0, f]
    return a


@pytest.mark.parametrize(
    "regimen",
    [
        (Dose(0, 20.0), Dose(0.5, 20.0)),
        (Dose(0, 50.0, over_h=2.0), Dose(1.0, 20.0, over_h=2.0)),
        (Dose(0, 50.0, over_h=2 / 3, stopped_after_h=0.31), Dose(0.31, 9.0, over_h=0.4)),
        (Dose(0, 10.0, over_h=0.5), Dose(0.5, 30.0, over_h=0.5), Dose(1.0, 5.0, over_h=3.0)),
        tuple(Dose(24.0 * d + 0.123, 30.0, over_h=0.7) for d in range(400)),
    ],
    ids=["pushes", "overlapping", "aborted and resumed", "stepped", "more than a year, daily"],
)
def test_pushes_and_infusions_of_every_kind(models: dict[str, Model], regimen: tuple[Dose, ...]) -> None:
    model = models["kamp_2020"]
    people = Individuals.draw(model, alike(3, 80, 40), 2)
    last = max(10.0, regimen[-1].at_h + 5)
    times = np.unique(np.concatenate([np.linspace(0, 8, 97), np.linspace(last - 10, last, 57)]))
    got = model.simulate(regimen, times, people)
    expected = twin(model, regimen, times, people, 1)
    for k in range(2):
        # Near 9,600 h a time is itself only known to 2e-12 h.
        assert np.abs(got[k][1] - expected[k]).max() <= 1e-11 * expected[k].max()


def test_an_aborted_infusion_gave_only_what_ran(models: dict[str, Model]) -> None:
    model = models["kamp_2020"]
    person = Individuals.typical(model, alike(1, 70, 40))
    aborted = model.simulate([Dose(0, 40.0, over_h=1.0, stopped_after_h=0.25)], [0.2, 3.0], person)[0]
    given = model.simulate([Dose(0, 10.0, over_h=0.25)], [0.2, 3.0], person)[0]
    assert aborted == pytest.approx(given, rel=1e-13)


def test_out_is_written_and_returned(models: dict[str, Model]) -> None:
    people = Individuals.draw(models["kamp_2020"], alike(5, 70, 40), 1)
    out = [np.full((5, 10), np.nan) for _ in range(2)]
    got = models["kamp_2020"].simulate(SIX[:1], np.linspace(0, 9, 10), people, out)
    assert got[0] is out[0]
    assert np.isfinite(out[0]).all()
    assert np.isfinite(out[1]).all()
    with pytest.raises(SimulationInputError, match=r"out\[0\]"):
        models["kamp_2020"].simulate(SIX[:1], np.linspace(0, 9, 11), people, out)


@pytest.mark.parametrize(
    ("dose", "times", "says"),
    [
        (Dose(0, 0.0), [1.0], "one amount above zero"),
        (Dose(0, 10.0, amount_mg_per_kg=0.5), [1.0], "not both"),
        (Dose(0, -5.0), [1.0], "below zero"),
        (Dose(0, float("nan")), [1.0], "not finite"),
        (Dose(5, 10.0), [1.0], "after the last time"),
        (Dose(0, 10.0, over_h=-1.0), [1.0], "less than no time"),
        (Dose(0, 10.0, over_h=1.0, stopped_after_h=2.0), [1.0], "stopped outside"),
        (Dose(0, 10.0), [2.0, 1.0], "before the one ahead"),
        (Dose(0, 10.0), [1.0, 1.0], "repeated"),
        (Dose(0, 10.0), [float("nan")], "not finite"),
    ],
)
def test_bad_input_is_refused_in_words(models: dict[str, Model], dose: Dose, times: list[float], says: str) -> None:
    with pytest.raises(SimulationInputError) as caught:
        models["kamp_2020"].simulate([dose], times, Individuals.typical(models["kamp_2020"], alike(1, 70, 40)))
    assert says in str(caught.value)


def test_an_unknown_route_is_refused(models: dict[str, Model]) -> None:
    with pytest.raises(PharmacologyError, match="it has iv"):
        models["otto_2021"].simulate([Dose(0, 10.0, route="nasal")], [1.0], Individuals.typical(models["otto_2021"], alike(1, 70, 40)))


def test_states_nothing_reaches_are_left_out(models: dict[str, Model]) -> None:
    assert reached(models["kamp_2020"], {"centre"}).states == ("centre", "second", "third", "effect")


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=60, unique=True), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_runs_cover_every_time_once_and_are_equal_steps(marks: list[int], tail: int) -> None:
    start = sorted(marks)
    times = np.array([m / 7 for m in start] + [start[-1] / 7 + 0.1 * k for k in range(1, tail)])
    at = 0
    for first, count, step in arithmetic_runs(times):
        assert first == at
        at += count
        if step:
            assert np.abs(times[first : first + count] - times[first] - step * np.arange(count)).max() <= 4 * np.spacing(times.max())
    assert at == times.size
    pieces = plan(times, np.array([times[0], times[-1] / 2]))
    assert pieces.count.sum() == times.size

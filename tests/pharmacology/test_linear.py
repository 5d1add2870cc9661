"""The linear engine against a 50-digit matrix exponential, and against the laws of linear systems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.science.pharmacology import Bolus, Infusion, Output, SimulationInputError, solve
from pharmacology.systems import System, compartments, exact, systems


def test_there_are_at_least_forty_systems() -> None:
    assert len({s.name for s in systems()}) >= 40


@pytest.mark.parametrize("system", systems(), ids=lambda s: s.name)
def test_agrees_with_a_fifty_digit_matrix_exponential(system: System) -> None:
    expected = exact(system)
    n = len(system.matrix)
    got = solve(system.matrix, system.boluses, system.infusions, list(range(n)), system.times).T
    assert np.abs(got - expected).max() <= 1e-14 * np.abs(expected).max()
    assert got == pytest.approx(expected, rel=1e-11, abs=1e-18 * np.abs(expected).max())


def test_a_push_into_one_compartment_is_one_exponential() -> None:
    # Hand-worked: 100 mg, V 20 L, k 0.1 /h: 5 mg/L at once, 5 exp(-1) after 10 h.
    got = solve([[-0.1]], [Bolus(0, 0, 100)], [], [Output(0, 20, 1000)], [0, 10])
    assert got[0] == pytest.approx([5000, 5000 * np.exp(-1)], rel=1e-15)


def test_steady_state_of_a_long_infusion_is_rate_over_clearance() -> None:
    # Hand-worked: 84 mg/h with CL 84 L/h ends at 1 mg/L = 1000 ng/mL.
    matrix = compartments({(0, 1): 6.44, (1, 0): 2.875, (0, 2): 3.16, (2, 0): 0.503}, {0: 3.36}, 3)
    got = solve(matrix, [], [Infusion(0, 1000, 0, 84)], [Output(0, 25, 1000)], [999.0])
    assert got[0, 0] == pytest.approx(1000, rel=1e-12)


def test_values_before_any_dose_are_zero_and_at_a_push_are_those_just_after() -> None:
    got = solve([[-1.0]], [(2.0, 0, 8.0)], [], [0], [-1.0, 1.999, 2.0, 3.0])
    assert got[0].tolist() == pytest.approx([0, 0, 8, 8 * np.exp(-1)], rel=1e-15)


rates = st.floats(1e-3, 1e3)


@settings(max_examples=40, deadline=None)
@given(rates, rates, rates, rates, rates, st.floats(0.01, 5), st.floats(0.1, 10))
def test_doubling_a_dose_doubles_everything_and_doses_add(
    k10: float, k12: float, k21: float, k13: float, k31: float, end: float, factor: float
) -> None:
    matrix = compartments({(0, 1): k12, (1, 0): k21, (0, 2): k13, (2, 0): k31}, {0: k10}, 3)
    times = np.array([0.1, 1.0, 5.0, 30.0])
    push = solve(matrix, [(0.05, 0, 3.0)], [], [0, 1, 2], times)
    drip = solve(matrix, [], [(0.0, end, 1, 2.0)], [0, 1, 2], times)
    both = solve(matrix, [(0.05, 0, 3.0 * factor)], [(0.0, end, 1, 2.0 * factor)], [0, 1, 2], times)
    assert both == pytest.approx(factor * (push + drip), rel=1e-13, abs=1e-300)


@settings(max_examples=40, deadline=None)
@given(rates, rates, rates, st.floats(0.1, 100))
def test_what_went_in_is_there_or_was_cleared(k10: float, k12: float, k21: float, hours: float) -> None:
    # The third state gathers what was cleared: nothing is lost.
    matrix = compartments({(0, 1): k12, (1, 0): k21, (0, 2): k10}, {}, 3)
    got = solve(matrix, [(0.0, 0, 10.0)], [(0.0, hours / 2, 0, 4.0 / hours)], [0, 1, 2], [hours])
    # The diagonal, a sum, is itself rounded: that leaks |A| t units in the last place.
    assert got.sum() == pytest.approx(12.0, rel=1e-13 + 2e-16 * (k10 + k12 + k21) * hours)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 2), st.floats(2.1, 5), st.floats(0.2, 0.8))
def test_stopping_an_infusion_and_starting_it_again_at_once_changes_nothing(start: float, end: float, part: float) -> None:
    matrix = compartments({(0, 1): 2.0, (1, 0): 1.0}, {0: 0.5}, 2)
    middle = start + part * (end - start)
    whole = solve(matrix, [], [(start, end, 0, 7.0)], [0, 1], [1.0, 3.0, 9.0])
    parts = solve(matrix, [], [(start, middle, 0, 7.0), (middle, end, 0, 7.0)], [0, 1], [1.0, 3.0, 9.0])
    assert parts == pytest.approx(whole, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("matrix", "boluses", "infusions", "outputs", "times", "says"),
    [
        ([[0.5]], [], [], [0], [1], "a clearance is below zero"),
        ([[-1, 2.5], [1, -2]], [], [], [0], [1], "grows without bound"),
        ([[-1, -0.1], [1, -1]], [], [], [0], [1], "below zero"),
        ([[float("nan")]], [], [], [0], [1], "not finite"),
        ([[1, 2, 3]], [], [], [0], [1], "not (n, n)"),
        ([[-1]], [], [], [0], [2, 1], "before the one ahead"),
        ([[-1]], [], [], [0], [1, 1], "repeated"),
        ([[-1]], [], [], [0], [], "at least one time"),
        ([[-1]], [], [], [0], [float("nan")], "not finite"),
        ([[-1]], [(5, 0, 1)], [], [0], [1], "after the last time"),
        ([[-1]], [(0, 0, -1)], [], [0], [1], "below zero"),
        ([[-1]], [(0, 3, 1)], [], [0], [1], "there is no state 3"),
        ([[-1]], [(float("inf"), 0, 1)], [], [0], [1], "not finite"),
        ([[-1]], [], [(1, 0.5, 0, 1)], [0], [2], "ends before it starts"),
        ([[-1], [1, 2]], [], [], [0], [2], "not an array of numbers"),
        ([["x"]], [], [], [0], [2], "not an array of numbers"),
        ([[-1]], [(0, 0)], [], [0], [2], "is not time, state, amount"),
        ([[-1]], [(0, 0.5, 1)], [], [0], [2], "whole number"),
        ([[-1]], [{"time": 0, "state": 0, "amount": 1}], [], [0], [2], "is not time, state, amount"),
        ([[-1]], [], [(0, 1, 0, -2)], [0], [2], "below zero"),
        ([[-1]], [], [(9, 10, 0, 1)], [0], [2], "after the last time"),
        ([[-1]], [], [], [(0, 0.0, 1.0)], [2], "not above zero"),
        ([[-1]], [], [], [4], [2], "there is no state 4"),
    ],
)
def test_bad_input_is_refused_in_words(
    matrix: object, boluses: object, infusions: object, outputs: object, times: object, says: str
) -> None:
    with pytest.raises(SimulationInputError) as caught:
        solve(matrix, boluses, infusions, outputs, times)  # type: ignore[arg-type]
    assert says in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SimulationInputError) as caught:
        solve([[0.5]], [(0, 7, -1)], [(2, 1, 0, 1)], [0], [3, 2])
    assert len(caught.value.faults) >= 4


def test_a_closed_system_is_no_fault() -> None:
    got = solve(compartments({(0, 1): 1e6, (1, 0): 3.0}, {}, 2), [(0, 0, 1.0)], [], [0, 1], [100.0])
    assert got.sum() == pytest.approx(1.0, rel=1e-13)

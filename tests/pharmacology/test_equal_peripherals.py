"""Two peripherals whose rates coincide, or nearly, and dwarf clearance: drug stays for weeks in a system that mixes in seconds."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.simulation import flow_table, output_scales, reached
from fanlight.science.pharmacology.summaries import summaries
from pharmacology.systems import System, exact

GAPS = (0.0, 1e-15, -1e-12, 1e-9, -1e-6, 1e-3)
GRID = np.linspace(0, 504, 2089)
READ = (3, 100, 1000, 2088)
DRIP = 2 / 3


@pytest.mark.parametrize("clearance_l_per_h", [84.0, 1.0, 1e-4])
@pytest.mark.parametrize("faster", [1.0, 1e3, 1e6])
def test_within_1e_10_of_the_peak_of_a_50_digit_exponential(models: dict[str, Model], faster: float, clearance_l_per_h: float) -> None:
    model = models["kamp_2020"]
    n = len(GAPS)
    typical = Individuals.typical(model, alike(n, 70, 40))
    same = {"CL": clearance_l_per_h, "Q2": 161.0 * faster, "Q3": 161.0 * faster, "V2": 56.0}
    parameters = {**typical.parameters, **{name: np.full(n, value) for name, value in same.items()}, "V3": 56.0 / (1 + np.array(GAPS))}
    people = Individuals(typical.people, parameters, None)
    regimen = (Dose(0.0, 52.5, over_h=DRIP),)
    curves = model.simulate(regimen, GRID, people)
    summary = summaries(model, regimen, people, float(GRID[-1]))["ketamine"]
    small = reached(model, {"centre"})
    rates, source, target, keeps = flow_table(small, parameters, n)
    size, centre, effect = len(small.states), small.states.index("centre"), small.states.index("effect")
    scale = output_scales(small, parameters, n)
    for person in range(n):
        # The last state gathers the area. The diagonal is added up in 50 digits: its last double bit leaks more than clearance.
        with mpmath.workdps(50):
            a = np.full((size + 1, size + 1), mpmath.mpf(0), dtype=object)
            for f in range(len(source)):
                rate = mpmath.mpf(float(rates[person, f]))
                if target[f] >= 0:
                    a[target[f], source[f]] += rate
                if not keeps[f]:
                    a[source[f], source[f]] -= rate
        a[size, centre] = mpmath.mpf(1)
        times = (DRIP, *(float(GRID[k]) for k in READ))
        states = exact(System("equal peripherals", a, [], [(0.0, DRIP, centre, 52.5 / DRIP)], times)) * scale[person, 0]
        peak = states[0, centre]
        assert abs(summary.peak[person] / peak - 1) <= 1e-10
        assert abs(summary.area[person] / states[-1, size] - 1) <= 1e-10
        for row, k in enumerate(READ, 1):
            assert abs(curves[0][person, k] - states[row, centre]) <= 1e-10 * peak
            assert abs(curves[1][person, k] - states[row, effect]) <= 1e-10 * peak

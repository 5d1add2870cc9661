"""Residual error: as published, counted, and never in what nobody measured an error of."""

from __future__ import annotations

import numpy as np
import pytest

from fanlight.content import content_folder, read
from fanlight.records.expected_curves import Case, simulate_case
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.residual import measured

CONTENT = content_folder() / "pharmacology"
TIMES = np.array([0.5, 1.0, 2.0, 4.0, 8.0])


def model_of(name: str) -> Model:
    return read(CONTENT / "models" / f"{name}.yaml", Model)


def readings(model: Model, people: Individuals):
    curves = model.simulate([Dose(0.0, 28.0, over_h=2 / 3)], TIMES, people)
    return curves, measured(model, curves, people)


@pytest.mark.parametrize(("name", "output", "published", "is_log"), [("otto_2021", 0, 0.236, False), ("perez_ruixo_2021", 0, 0.276, True)])
def test_the_spread_of_readings_is_the_published_one(name, output, published, is_log):
    curves, read_ = readings(model_of(name), Individuals.draw(model_of(name), alike(40_000, 70, 40), 3))
    share = read_[output] / curves[output]
    seen = np.log(share).std(axis=0) if is_log else (share - 1).std(axis=0)
    np.testing.assert_allclose(seen, published, rtol=0.02)
    centre = np.log(share).mean(axis=0) if is_log else (share - 1).mean(axis=0)
    np.testing.assert_allclose(centre, 0, atol=0.006)
    assert abs(np.corrcoef(share[:, 0], share[:, 1])[0, 1]) < 0.02, "errors at two times are not tied"


def test_an_additive_part_stays_where_there_is_no_drug():
    model = model_of("simons_2022")
    people = Individuals.draw(model, alike(20_000, 70, 40), 5)
    curves = model.simulate([Dose(2.0, 20.0, over_h=0.5)], np.array([1.0, 3.0]), people)
    norketamine = model.output_names.index("norketamine")
    before = measured(model, curves, people)[norketamine][:, 0]
    assert before.std() == pytest.approx(12.97, rel=0.02)
    assert (before < 0).any(), "a reading below zero is kept"


def test_a_person_has_the_same_error_in_any_chunk():
    model = model_of("otto_2021")
    _, whole = readings(model, Individuals.draw(model, alike(100, 70, 40), 9))
    _, part = readings(model, Individuals.draw(model, alike(30, 70, 40), 9, first=50))
    assert np.array_equal(whole[0][50:80], part[0])


def test_what_nobody_measured_has_no_readings():
    kamp = model_of("kamp_2020")
    assert readings(kamp, Individuals.draw(kamp, alike(10, 70, 40), 1))[1] == (None, None)
    otto = model_of("otto_2021")
    assert readings(otto, Individuals.typical(otto, alike(1, 70, 40)))[1] == (None, None, None)


def test_the_case_file_asks_for_it():
    case = read(CONTENT / "cases" / "esketamine_nasal_56.yaml", Case)
    import dataclasses

    said = simulate_case(dataclasses.replace(case, with_residual_error=True))["curves"][0]
    plain = simulate_case(case)["curves"][0]
    assert plain["measured_low"] is None
    assert said["middle"] == plain["middle"], "the curve itself is untouched"
    peak = max(range(len(said["middle"])), key=said["middle"].__getitem__)
    assert said["measured_low"][peak] < said["low"][peak]
    assert said["measured_high"][peak] > said["high"][peak]

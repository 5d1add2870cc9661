"""What a page asks of the engine: one output alone, from many threads at once, each as if it were alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from fanlight.content import content_folder, read
from fanlight.science.pharmacology.courses import expected_course
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.simulation import leading_to

MODELS = sorted(path.stem for path in (content_folder() / "pharmacology" / "models").glob("*.yaml"))
TIMES = np.linspace(0, 12, 145)


def model_of(name: str) -> Model:
    return read(content_folder() / "pharmacology" / "models" / f"{name}.yaml", Model)


@pytest.mark.parametrize("name", MODELS)
def test_the_parent_alone_is_the_parent_among_its_metabolites(name):
    model = model_of(name)
    small = leading_to(model, model.output_names[:1])
    people = Individuals.draw(model, alike(20, 24 if name in ("herd_2007", "sherwin_2015", "flint_2017") else 70, 9), 5)
    assert small.output_names == model.output_names[:1]
    for route in model.routes:
        doses = [Dose(0.25, amount_mg=28, over_h=0.5 if route.name == "iv" else 0.0, route=route.name)]
        whole, alone = (m.simulate(doses, TIMES, people)[0] for m in (model, small))
        assert np.abs(whole - alone).max() <= 1e-10 * whole.max()


def test_threads_that_ask_at_once_get_what_one_alone_gets():
    model = model_of("kamp_2020")

    def work() -> np.ndarray:
        found = expected_course(model, [Dose(0, amount_mg=35, over_h=2 / 3)], TIMES, weight_kg=70, age_years=40)
        return found.bands[0].middle

    alone, found = work(), []
    threads = [threading.Thread(target=lambda: found.append(work())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all((one == alone).all() for one in found)
